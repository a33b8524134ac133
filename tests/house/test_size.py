"""Ruff stops the large function; this keeps the usual one small."""

import ast
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


def statements(function: Function) -> int:
    """Return how many statements a function has, those inside its blocks counted."""
    inner = sum(isinstance(node, ast.stmt) for node in ast.walk(function)) - 1
    return inner - (ast.get_docstring(function) is not None)


def functions(source: dict[Path, ast.Module]) -> list[tuple[str, int]]:
    """Return every function with its number of statements."""
    return [
        (f"{path}:{node.name}", statements(node))
        for path, module in source.items()
        for node in ast.walk(module)
        if isinstance(node, Function)
    ]


def test_nineteen_functions_in_twenty_have_at_most_fifteen_statements(
    source: dict[Path, ast.Module],
) -> None:
    sizes = functions(source)
    large = [one for one in sizes if one[1] > 15]
    assert len(large) <= len(sizes) / 20, sorted(large, key=lambda one: -one[1])


def test_no_module_grows_beyond_six_hundred_lines(root: Path) -> None:
    lengths = {
        path.name: len(path.read_text(encoding="utf-8").splitlines())
        for path in (root / "src").rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > 600} == {}
