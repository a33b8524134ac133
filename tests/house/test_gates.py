"""The gates bite: each is shown what it must refuse."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

TOOLS = Path(sys.executable).parent
SEVEN_ARGUMENTS = "def f(a, b, c, d, e, g, h): ..."
THIRTY_ONE_STATEMENTS = "def f():\n" + "    x = 1\n" * 31
FOUR_DEEP = (
    "def f(a):\n    for b in a:\n     for c in b:\n      for d in c:\n       for e in d: e()"
)
NINE_WAYS = "def f(a):\n" + "    if a: a()\n" * 9
Gate = Callable[[str, str], subprocess.CompletedProcess[str]]


@pytest.fixture
def settings(root: Path) -> dict[str, dict[str, object]]:
    """Return what ``pyproject.toml`` says about the project."""
    with (root / "pyproject.toml").open("rb") as file:
        loaded: dict[str, dict[str, object]] = tomllib.load(file)
    return loaded


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (SEVEN_ARGUMENTS, "PLR0913"),
        (THIRTY_ONE_STATEMENTS, "PLR0915"),
        (FOUR_DEEP, "PLR1702"),
        (NINE_WAYS, "C901"),
    ],
)
def test_a_function_that_is_too_large_is_refused(code: str, rule: str, root: Path) -> None:
    ruff = str(TOOLS / "ruff")
    asked = [ruff, "check", "--output-format=concise", "--stdin-filename=src/some.py", "-"]
    checked = subprocess.run(
        asked, input=code, cwd=root, check=False, capture_output=True, text=True
    )
    name = subprocess.run(
        [TOOLS / "ruff", "rule", rule], check=True, capture_output=True, text=True
    ).stdout.split()[1]
    assert rule in checked.stdout or name in checked.stdout


@pytest.fixture
def floors(tmp_path: Path, root: Path) -> Gate:
    """Return a check of the floors on a copy of the house with one file added."""
    shutil.copytree(root / "src", tmp_path / "src")
    shutil.copy(root / "pyproject.toml", tmp_path)

    def check(name: str, code: str) -> subprocess.CompletedProcess[str]:
        added = tmp_path / "src" / "evenstride" / name
        added.parent.mkdir(exist_ok=True)
        (added.parent / "__init__.py").touch()
        added.write_text(code)
        return subprocess.run(
            [TOOLS / "lint-imports", "--no-cache"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
            check=False,
            capture_output=True,
            text=True,
        )

    return check


TYPE_ONLY = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import evenstride.app.views\n"


@pytest.mark.parametrize(
    ("name", "code", "broken"),
    [
        ("model/odd.py", "from evenstride import plugins\n", "one way"),
        ("model/odd.py", TYPE_ONLY, "one way"),
        ("chat/odd.py", "", "one way"),
        ("episodes/odd.py", "import pathlib\n", "The core touches"),
        ("simulate/odd.py", "import evenstride.coordination\n", "The simulation knows"),
        ("formats/odd.py", "import evenstride.writers\n", "A reader knows"),
        ("report/odd.py", "import scipy.signal\n", "costs seconds"),
        ("app/odd.py", "import matplotlib\n", "The verbs"),
    ],
)
def test_an_import_that_points_the_wrong_way_is_refused(
    floors: Gate, name: str, code: str, broken: str
) -> None:
    checked = floors(name, code)
    assert checked.returncode == 1
    assert any("BROKEN" in x for x in checked.stdout.splitlines() if broken in x), checked.stdout


def test_every_package_in_a_lock_is_pinned_and_hashed_and_no_lock_names_a_registry(
    root: Path,
) -> None:
    locks = sorted((root / "locks").glob("*.txt"))
    assert [lock.stem for lock in locks] == ["bench", "dev", "run", "setup"]
    for lock in locks:
        entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
        assert [
            e for e in entries if not re.match(r"[\w.-]+==\S+.*--hash=sha256:", e, re.DOTALL)
        ] == []
        assert "://" not in lock.read_text(encoding="utf-8")


def test_no_two_locks_disagree(root: Path) -> None:
    pins: dict[str, set[str]] = {}
    for lock in (root / "locks").glob("*.txt"):
        for name, version in re.findall(
            r"^([\w.-]+)==(\S+)", lock.read_text("utf-8"), re.MULTILINE
        ):
            pins.setdefault(name, set()).add(version)
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


def test_every_package_we_name_is_locked(
    settings: dict[str, dict[str, object]], root: Path
) -> None:
    wanted = settings["project"]["dependencies"]
    assert isinstance(wanted, list)
    locked = (root / "locks" / "run.txt").read_text(encoding="utf-8")
    names = [re.split(r"[<>=~!\[ ]", one)[0] for one in wanted]
    assert [n for n in names if not re.search(rf"^{re.escape(n)}==", locked, re.MULTILINE)] == []


def test_no_excuse_from_vulture_outlives_what_it_excused(
    source: dict[Path, ast.Module], root: Path
) -> None:
    allowed = (root / ".ci" / "vulture_allow.py").read_text(encoding="utf-8")
    named = {
        getattr(node, "name", None) or getattr(node, "id", None)
        for module in source.values()
        for node in ast.walk(module)
    }
    excused = re.findall(r"^_\.(\w+)$", allowed, re.MULTILINE)
    assert [name for name in excused if name not in named] == []
    assert len(excused) == len(set(excused))


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "docs"])
def test_make_knows_every_target(target: str, root: Path) -> None:
    planned = subprocess.run(
        ["make", "--dry-run", target],  # noqa: S607 - make is wherever the developer has it
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert planned.returncode == 0, planned.stderr
