"""A stranger guesses the file from the folder names."""

import ast
from pathlib import Path

VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc", "core", "lib"}


def test_no_room_or_file_has_a_name_that_says_nothing(source: dict[Path, ast.Module]) -> None:
    words = {(path, part.removesuffix(".py").strip("_")) for path in source for part in path.parts}
    assert [path for path, word in words if word in VAGUE] == []


def test_every_room_says_in_one_line_what_it_is(source: dict[Path, ast.Module]) -> None:
    silent = [
        path
        for path, module in source.items()
        if path.name == "__init__.py" and not ast.get_docstring(module)
    ]
    assert silent == []


def test_a_room_s_front_door_holds_no_code(source: dict[Path, ast.Module]) -> None:
    doors = {path: module for path, module in source.items() if path.name == "__init__.py"}
    full = [path for path, m in doors.items() if path.parent.parts and len(m.body) > 1]
    assert full == []
