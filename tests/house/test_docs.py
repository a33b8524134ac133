"""What the docs say is so, and what is so they say."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import evenstride.formats
from evenstride.cli.program import app
from evenstride.model.recording import BEATS, LAPS, SAMPLES
from evenstride.model.units import UNITS
from evenstride.plugins import Reader, discover

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
CALL = re.compile(r"^\s*(?:\$ )?(?:\S*/)?evenstride (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[Path, str]:
    """Return every page a person reads, by path."""
    paths = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return {path: path.read_text(encoding="utf-8") for path in sorted(paths)}


def everything(command: object, name: str = "") -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """Yield each command with the words that call it."""
    if isinstance(command, TyperCommand | TyperGroup):
        yield name, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from everything(inner, f"{name} {word}".strip())


COMMANDS = dict(everything(get_command(app)))


def test_the_reference_is_what_the_code_says(root: Path) -> None:
    checked = subprocess.run(
        [sys.executable, root / "docs" / "generate.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_every_command_and_option_is_in_the_reference_with_its_meaning(
    pages: dict[Path, str], root: Path
) -> None:
    text = pages[root / "docs/reference/cli.md"]
    options = [o for c in COMMANDS.values() for p in c.params for o in p.opts if o[0] == "-"]
    assert [name for name in COMMANDS if f"## `{f'evenstride {name}'.strip()}`" not in text] == []
    assert [option for option in options if f"`{option}`" not in text] == []
    assert [line for line in text.splitlines() if re.match(r"\| `[^|]*\|\s*\|", line)] == []


def test_every_column_unit_and_format_is_in_the_reference(
    pages: dict[Path, str], root: Path
) -> None:
    reference = {path.stem: text for path, text in pages.items() if path.parent.name == "reference"}
    columns = {name for schema in (SAMPLES, LAPS, BEATS) for name in schema.names}
    assert {name for name in columns if f"`{name}`" not in reference["tables"]} == set()
    assert {s for s in UNITS if f"`_{s}`" not in reference["units"]} == set()
    readers = {reader.name for reader in discover(evenstride.formats, Reader)}
    assert readers
    assert {name for name in readers if f"| {name} |" not in reference["formats"]} == set()
    assert root.is_dir()


def test_every_command_line_in_the_docs_exists(pages: dict[Path, str]) -> None:
    wrong = [
        f"{path.name}: evenstride {line}"
        for path, text in pages.items()
        for block in re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL)
        for line in CALL.findall(block)
        if not _exists(line.split("#")[0])
    ]
    assert wrong == []


def _exists(line: str) -> bool:
    words = line.split()
    command = COMMANDS.get(" ".join(words[:2])) or COMMANDS.get(words[0], COMMANDS[""])
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
    options = {word.split("=")[0] for word in words if word.startswith("--")}
    return options <= known and (words[0] in COMMANDS or words[0].startswith("-"))


def test_every_link_leads_somewhere(pages: dict[Path, str]) -> None:
    broken = [
        f"{path.name}: {target}#{anchor}"
        for path, text in pages.items()
        for target, anchor in LINK.findall(text)
        if not target.startswith(("http:", "https:", "mailto:"))
        and not _leads(path, target, anchor)
    ]
    assert broken == []


def _leads(path: Path, target: str, anchor: str) -> bool:
    there = (path.parent / target).resolve() if target else path
    if not there.exists():
        return False
    headings = re.findall(r"^#+ (.*)$", there.read_text("utf-8"), re.MULTILINE) if anchor else []
    return not anchor or anchor in {_slug(heading) for heading in headings}


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def test_every_page_is_reached_from_the_index(pages: dict[Path, str], root: Path) -> None:
    index = root / "docs" / "index.md"
    linked = {(index.parent / target).resolve() for target, _ in LINK.findall(pages[index])}
    lost = [p for p in pages if p.is_relative_to(index.parent) and p != index and p not in linked]
    assert [path.name for path in lost] == []


def test_the_first_page_fits_one_screen_and_says_what_this_is_not(
    pages: dict[Path, str], root: Path
) -> None:
    readme = pages[root / "README.md"]
    words = " ".join(readme.split())
    assert len(readme.splitlines()) <= 50
    assert "not a diagnosis" in words
    assert "tested on simulated and healthy running only" in words
    assert "no recording of a person with dystonia was available" in words
    assert "docs/reference/emergency.md" in words
    assert "make demo" in words


def test_no_page_gives_a_drug_a_dose_or_a_diagnosis(pages: dict[Path, str]) -> None:
    dose = re.compile(
        r"\b\d+ ?(?:mg|units of)\b|you have (?:runner's )?dystonia|weak leg", re.IGNORECASE
    )
    assert [(path.name, hit) for path, text in pages.items() for hit in dose.findall(text)] == []
