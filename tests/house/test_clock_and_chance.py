"""Only the verbs and the command line may ask what time it is, or roll dice."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULES = {"random", "secrets", "time", "uuid"}
CALLS = {"now", "utcnow", "today", "urandom", "getrandom", "uuid1", "uuid4", "fromtimestamp"}
UNSEEDED = {"default_rng", "RandomState", "SeedSequence", "PCG64", "Philox", "Generator"}
MAY_ASK = {"app", "cli"}


def asks(module: ast.Module) -> Iterator[str]:
    """Yield each place that asks the clock or chance, with its line."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            yield from (f"{node.lineno}: import {name}" for name in names & MODULES)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            yield f"{node.lineno}: from {node.module}"
        if isinstance(node, ast.Call):
            yield from _call(node)


def _call(node: ast.Call) -> Iterator[str]:
    said = ast.unparse(node.func)
    last = said.rsplit(".", 1)[-1]
    if last in CALLS - {"fromtimestamp"} or (last in UNSEEDED and not node.args + node.keywords):
        yield f"{node.lineno}: {said}()"
    if last == "fromtimestamp" and len(node.args) + len(node.keywords) < len(("moment", "zone")):
        yield f"{node.lineno}: {said}() without a time zone asks where this machine is"
    if ".random." in said and last.islower() and last not in UNSEEDED and said.startswith("np."):
        yield f"{node.lineno}: {said}() draws from a hidden global state"


def test_no_room_below_the_verbs_asks_for_time_or_chance(source: dict[Path, ast.Module]) -> None:
    found = [
        f"{path}:{what}"
        for path, module in source.items()
        if path.parts[0] not in MAY_ASK
        for what in asks(module)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from random import choice",
        "datetime.now(UTC)",
        "date.today()",
        "np.random.default_rng()",
        "np.random.normal(0, 1)",
        "datetime.fromtimestamp(0)",
    ],
)
def test_asking_is_recognised(line: str) -> None:
    assert list(asks(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    ["np.random.default_rng(7)", "rng.normal(0, 1)", "datetime.fromtimestamp(0, UTC)", "x.now"],
)
def test_a_seed_or_a_moment_that_was_given_is_no_asking(line: str) -> None:
    assert not list(asks(ast.parse(line)))
