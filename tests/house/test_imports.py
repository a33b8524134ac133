"""Importing does nothing, and stands at the top where it can be seen."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

IMPORT_EVERYTHING = """
import importlib, logging, pkgutil, sys, warnings

noisy = ("socket.", "subprocess.", "os.mkdir", "os.remove", "os.rename", "os.system", "shutil.")

def watch(event, arguments):
    if event.startswith(noisy):
        sys.exit(f"importing did {event} {arguments}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        sys.exit(f"importing wrote {arguments}")

# What others do when they are first imported is theirs; only our own imports are watched.
import jinja2, msgspec, numpy, platformdirs, polars, rich.console, typer
before = (list(logging.root.handlers), list(warnings.filters), sys.stdout, sys.excepthook)
sys.addaudithook(watch)
import evenstride
for found in pkgutil.walk_packages(evenstride.__path__, "evenstride."):
    importlib.import_module(found.name)
after = (list(logging.root.handlers), list(warnings.filters), sys.stdout, sys.excepthook)
assert before == after, "importing changed a global setting"
slow = {"scipy", "pandas", "matplotlib", "pyarrow"} & set(sys.modules)
assert not slow, f"importing took in {slow}"
"""


def test_importing_every_module_writes_nothing_says_nothing_and_stays_quick(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_EVERYTHING],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def inner_imports(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and module of each import that does not stand at a file's top level."""
    top = set(module.body)
    for node in ast.walk(module):
        if node in top:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def test_imports_stand_inside_functions_only_where_start_up_asks_for_it(
    source: dict[Path, ast.Module],
) -> None:
    hidden = [
        f"{path}:{line}: {name}"
        for path, module in source.items()
        if path.parts[0] != "cli"
        for line, name in inner_imports(module)
        if not (path.parts[0] == "report" and name.split(".")[0] == "matplotlib")
    ]
    assert hidden == []


def test_no_import_hides_behind_type_checking(source: dict[Path, ast.Module]) -> None:
    hidden = [
        path
        for path, module in source.items()
        if any(isinstance(n, ast.Name) and n.id == "TYPE_CHECKING" for n in ast.walk(module))
    ]
    assert hidden == []
