"""A rule may be excused, but never silently."""

import re
from pathlib import Path

EXCUSE = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover|mypy:|ruff:)[^\n]*", re.IGNORECASE
)
RULES = re.compile(r"(?:noqa:\s*|ignore\[|ruff:\s*noqa:\s*)([A-Za-z0-9, -]+?)(?=\]|\s+-\s|\s*#|$)")
REASON = re.compile(r"(?:\s-\s|\]\s*#\s*)\S+\s\S+")


def excuses(root: Path, tracked: list[Path], rooms: set[str]) -> list[tuple[str, str]]:
    """Return file and text of each excuse in the given top folders."""
    files = (p for p in tracked if p.suffix == ".py" and p.relative_to(root).parts[0] in rooms)
    return [
        (path.relative_to(root).as_posix(), hit)
        for path in sorted(files)
        for hit in EXCUSE.findall(path.read_text(encoding="utf-8"))
        if path.name != Path(__file__).name
    ]


def test_every_excuse_names_its_rule_and_its_reason(root: Path, tracked: list[Path]) -> None:
    everywhere = excuses(root, tracked, {"src", "docs", "bench", "tests", ".ci"})
    silent = [e for e in everywhere if not (RULES.search(e[1]) and REASON.search(e[1]))]
    assert silent == []


def test_the_excuses_outside_tests_are_the_ones_agreed(root: Path, tracked: list[Path]) -> None:
    agreed = (Path(__file__).parent / "excuses.txt").read_text(encoding="utf-8").splitlines()
    found = [
        f"{name} {rule.strip()}"
        for name, text in excuses(root, tracked, {"src", "docs", "bench"})
        for hit in [RULES.search(text)]
        for rule in (hit[1] if hit else text).split(",")
    ]
    assert sorted(found) == sorted(line for line in agreed if line and not line.startswith("#"))
