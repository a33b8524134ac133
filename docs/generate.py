"""Write docs/reference from the code, so that it cannot say anything else.

``python docs/generate.py`` writes the pages; with ``--check`` it writes nothing, names the pages
that differ from the code, and exits with 1 if there are any.
"""

import csv
import dataclasses
import importlib
import inspect
import io
import itertools
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

import evenstride.formats
import evenstride.model
import evenstride.report
from evenstride.app import agreement_views, archive_views, views
from evenstride.app.containers import Caps
from evenstride.app.settings import Settings
from evenstride.app.workers import Limits
from evenstride.cli.program import app
from evenstride.coordination.channels import QUANTITIES
from evenstride.model.recording import SAMPLES
from evenstride.model.schema import Column, Schema
from evenstride.model.units import UNITS
from evenstride.plugins import Reader, discover
from evenstride.store.layout import Layout
from evenstride.store.migrations import NEWEST, schema_at

ARCHIVE_VIEWS = {
    "runs": archive_views.RunsView,
    "show": archive_views.ShownView,
    "trend": archive_views.TrendView,
    "import": archive_views.ImportedView,
    "label": archive_views.LabelledView,
    "label, of several runs": archive_views.LabelledRunsView,
    "attach": archive_views.AttachedView,
    "device list, device split, device flip": archive_views.DevicesView,
    "export, backup, restore, forget, runs split": archive_views.KeptView,
    "doctor": archive_views.DoctorView,
}
REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Written by `make docs` from the code. Change the code, not this page. -->"


def page(title: str, *blocks: str) -> str:
    """Return a page: title, the note that it is made, and its blocks with air between them."""
    return "\n\n".join((f"# {title}", MADE, *blocks)) + "\n"


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def prose(text: str) -> str:
    """Return text as Markdown: double back-ticks become single, lines are joined."""
    return " ".join(inspect.cleandoc(text).split()).replace("``", "`")


# --- docstrings -------------------------------------------------------------------------------


def summary(thing: object) -> str:
    """Return what a docstring says before its first section."""
    return prose(re.split(r"\n\w[\w ]*\n-{3,}\n", inspect.getdoc(thing) or "")[0])


def attributes(thing: object) -> dict[str, str]:
    """Return name and meaning from a docstring's numpydoc section "Attributes"."""
    found = re.search(r"\nAttributes\n-+\n(.*?)(?=\n\w[\w ]*\n-{3,}\n|\Z)", _doc(thing), re.DOTALL)
    meanings: dict[str, str] = {}
    for names, says in re.findall(
        r"^(\S.*)\n((?:    .*\n?|\n)+)", found[1] if found else "", re.MULTILINE
    ):
        meanings |= dict.fromkeys((name.strip() for name in names.split(",")), prose(says))
    return meanings


def _doc(thing: object) -> str:
    return "\n" + (inspect.getdoc(thing) or "")


# --- the JSON contract ------------------------------------------------------------------------


def settings_page() -> str:
    """Return every setting."""
    hints = get_type_hints(Settings)
    rows = [
        (f"`{field.name}`", json_type(hints[field.name]), f"`{field.default or 'none'}`", says)
        for field in dataclasses.fields(Settings)
        for says in [attributes(Settings)[field.name]]
    ]
    return page(
        "Settings",
        "`evenstride config` shows them and where they are kept; `evenstride config units mi` "
        'changes one, `evenstride config flip "Garmin fenix 5X"` the other.',
        table(("setting", "can be", "default", "is"), rows),
        "## `[import]`",
        "How much `evenstride import` lets in. Real exports stay far below; what is refused says "
        "which of these it met. Written by hand under `[import]`, as in `entry_mb = 300`.",
        table(
            ("setting", "can be", "default", "is"),
            [
                (f"`{field.name}`", "whole number", f"`{field.default}`", says)
                for kind in (Caps, Limits)
                for field in dataclasses.fields(kind)
                for says in [attributes(kind)[field.name]]
            ],
        ),
    )


def json_page() -> str:
    """Return the contract of ``--json``, object by object: of a run, then of the archive."""
    seen: list[type] = []
    for first in (views.RunView, views.FailedView, *ARCHIVE_VIEWS.values()):
        _collect(first, seen)
    rows = [(f"`{words}`", json_type(view)) for words, view in ARCHIVE_VIEWS.items()]
    return page(
        "What `--json` prints",
        f"What `analyze --json` prints is called `{views.SCHEMA}`. Seconds count from the "
        "recording's start, every `lo` and `hi` bounds a 90 % interval, and what is not known is "
        "`null`.",
        "One run gives an object. Several runs, or a file that holds several, give an array in the "
        "order given. Files that overlap in time by 80 % or more are one run with several sources. "
        "A file that gives no run is an object with `issues` only.",
        "The archive's commands print one object each; its `schema` names it.",
        table(("command", "prints"), rows),
        *(_json_object(view) for view in seen),
    )


def agreement_page() -> str:
    """Return the contract of ``agreement --json``, object by object."""
    seen: list[type] = []
    _collect(agreement_views.ManyRunsView, seen)
    return page(
        "What `agreement --json` prints",
        f"The contract is called `{agreement_views.AGREEMENT_SCHEMA}`: one object. Seconds count "
        "from the recording's start, every `lo` and `hi` bounds a 90 % interval, and what is not "
        "known is `null`.",
        *(_json_object(view) for view in seen),
    )


def _collect(view: type, seen: list[type]) -> None:
    if view in seen:
        return
    seen.append(view)
    for hint in get_type_hints(view).values():
        for inner in _dataclasses_in(hint):
            _collect(inner, seen)


def _dataclasses_in(hint: object) -> Iterator[type]:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        yield hint
    for inner in get_args(hint):
        yield from _dataclasses_in(inner)


def _json_object(view: type) -> str:
    hints, meanings = get_type_hints(view), attributes(view)
    fields = (field.name for field in dataclasses.fields(view))
    said = (
        (json_type(hints[name]), meanings[name].replace("None", "null"), name) for name in fields
    )
    rows = [
        (", ".join(f"`{one[2]}`" for one in together), *alike)
        for alike, together in itertools.groupby(said, lambda one: one[:2])
    ]
    return f"## {_json_name(view)}\n\n{summary(view)}\n\n" + table(("field", "type", "is"), rows)


def _json_name(view: type) -> str:
    name = re.sub(r"(?<!^)(?=[A-Z])", " ", view.__name__.removesuffix("View")).lower()
    return {"failed": "failed file"}.get(name, name)


_PLAIN: dict[object, str] = {
    str: "text",
    float: "number",
    int: "whole number",
    bool: "true or false",
}


def json_type(hint: object) -> str:
    """Return a type as a reader of JSON would call it."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is NoneType:
        return "`null`"
    if origin in {UnionType, Union}:
        return " or ".join(json_type(one) for one in inner)
    if origin is Literal:
        return ", ".join(f'`"{one}"`' for one in inner)
    if origin is tuple:
        return f"array of {json_type(inner[0])}"
    if isinstance(hint, type) and hint not in _PLAIN:
        return f"[{_json_name(hint)}](#{_json_name(hint).replace(' ', '-')})"
    return _PLAIN[hint]


# --- tables, units, formats -------------------------------------------------------------------


def modules(package: ModuleType) -> list[ModuleType]:
    """Return the modules of a package, by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def schemas() -> list[Schema]:
    """Return every table the nouns define, by name."""
    values = [value for module in modules(evenstride.model) for value in vars(module).values()]
    return sorted(
        {v.name: v for v in values if isinstance(v, Schema)}.values(), key=lambda s: s.name
    )


def tables_page() -> str:
    """Return every table with its columns."""
    return page(
        "Tables",
        "What a recording holds, as the library gives it: `polars` frames. Missing is null, never "
        "NaN. The end of a column's name is its [unit](units.md).",
        *(f"## {one.name}\n\n" + _columns(one) for one in schemas()),
    )


def _columns(schema: Schema) -> str:
    rows = [(f"`{c.name}`", str(c.dtype), _symbol(c), c.says, c.source) for c in schema.columns]
    return table(("column", "type", "unit", "is", "defined by"), rows)


def _symbol(column: Column) -> str:
    return column.unit.symbol if column.unit else ""


def units_page() -> str:
    """Return the closed list of units."""
    rows = [(f"`_{unit.suffix}`", unit.symbol, unit.says) for unit in UNITS.values()]
    return page(
        "Units",
        "A number's name ends in its unit, in tables, in JSON and in the code. This list is "
        "complete.",
        table(("name ends in", "written", "is"), rows),
    )


def formats_page() -> str:
    """Return every file format that can be read."""
    readers = discover(evenstride.formats, Reader)
    rows = [
        (reader.name, ", ".join(f"`{s}`" for s in reader.suffixes), prose(reader.says))
        for reader in readers
    ]
    able = [reader for reader in readers if reader.columns]
    shown = [
        (f"`{c.name}`", *("can" if c.name in reader.columns else "-" for reader in able))
        for c in SAMPLES.columns
    ]
    return page(
        "Files it reads",
        "A file is known by what is in it, not by its name. Files packed with gzip are opened. "
        "`evenstride formats` prints this list.",
        table(("format", "usual endings", "what it can and cannot show"), rows),
        "## Which file can show what",
        "What each format has room for, second by second; a file holds it only where the device "
        "measured it. [Tables](tables.md) says what each column is.",
        table(("column", *(reader.name for reader in able)), shown),
    )


def channels_page() -> str:
    """Return every quantity that is followed through a run, where a recording has it."""
    rows = [
        (
            f"`{one.name}`",
            UNITS[one.unit].symbol,
            one.says,
            f"{one.plausible[0]:g} to {one.plausible[1]:g}",
        )
        for one in QUANTITIES
    ]
    return page(
        "Channels",
        "What is followed through a run, where the recording has it. A second device's channel "
        "carries the device in front, such as `stryd.contact_time`. Values outside the range no "
        "runner leaves are set aside, and that is said.",
        table(("channel", "unit", "is", "believed between"), rows),
    )


def emergency_page() -> str:
    """Return the signs that need a doctor today."""
    signs = files(evenstride.report).joinpath("emergency_signs.csv").read_text(encoding="utf-8")
    rows = [
        (sign["sign"], f"**{sign['action']}**", sign["source"])
        for sign in csv.DictReader(io.StringIO(signs))
    ]
    return page(
        "Emergency signs",
        "Whatever a watch shows or does not show, these need help now. Evenstride sees none of "
        "them.",
        table(("sign", "do", "source"), rows),
        "Signs whose source is general clinical knowledge still wait for a clinician's review.",
    )


# --- the archive ------------------------------------------------------------------------------


def archive_page() -> str:
    """Return what lies where in an archive, and every table of its facts."""
    layout = Layout(Path("archive"))
    parts = ("recordings", "facts", "settings", "derived", "lock", "unfinished_lock", "backup_lock")
    lies = [
        (f"`{getattr(layout, part).name}`", prose(inspect.getdoc(getattr(Layout, part)) or ""))
        for part in parts
    ]
    facts = [_facts_table(sql) for _, sql in sorted(schema_at(NEWEST)) if "    -- " in sql]
    return page(
        "The archive's folder",
        "Everything evenstride keeps of a runner lies in one folder. Originals and facts are kept; "
        "everything else can be deleted and is computed again. Folders are open to their owner "
        "only (0700), files too (0600).",
        table(("name", "is"), lies),
        "An original is written under a temporary name ending in `.part`, waits until it is on the "
        "disk, gets its own name, and only then is entered into the facts; what is entered with it "
        "is one transaction. So a crash or a full disk loses nothing that was said to be imported. "
        "What an interrupted writer left half-written is taken away by the next one. There is one "
        "writer at a time; anyone may read meanwhile.",
        "## Forgetting, and what it cannot reach",
        "A forgotten run leaves no byte in any file of the archive: its rows are overwritten, the "
        "file of facts is written anew, originals and clips that no other run uses are overwritten "
        "and deleted, and everything computed goes. The backups that still hold it are named. Out "
        "of reach are old blocks that flash memory or a snapshotting file system keeps by itself, "
        "and copies you made. Encrypt the disk.",
        f"## The facts, version {NEWEST}",
        "Moments are written in ISO 8601 with their time zone. `PRAGMA user_version` is the "
        "version; an archive of a newer version is refused, an older one is brought up to date in "
        "one transaction.",
        *facts,
    )


def _facts_table(sql: str) -> str:
    """Return one table of the facts, as its own comments tell it."""
    name = re.findall(r"CREATE TABLE (\w+)", sql)[0]
    says = re.findall(r"^    -- (.+)$", sql, re.MULTILINE)[0]
    columns = re.findall(r"^    (\w+) (TEXT|INTEGER|REAL)\b.*? -- (.+)$", sql, re.MULTILINE)
    rows = [(f"`{column}`", kind.lower(), meaning) for column, kind, meaning in columns]
    return f"### `{name}`\n\n{says.capitalize()}.\n\n" + table(("column", "type", "is"), rows)


# --- the command line -------------------------------------------------------------------------


def cli_page() -> str:
    """Return every command with its arguments and options."""
    root = get_command(app)
    blocks = [_command(name, command) for name, command in commands("evenstride", root)]
    return page("Commands", "`evenstride COMMAND --help` says the same.", *blocks)


def commands(name: str, command: object) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """Yield a command and all below it, with the words that call it."""
    if isinstance(command, TyperCommand | TyperGroup) and not command.hidden:
        yield name, command
    for word, inner in sorted(getattr(command, "commands", {}).items()):
        yield from commands(f"{name} {word}", inner)


def _command(name: str, command: TyperCommand | TyperGroup) -> str:
    parameters = [one for one in command.params if isinstance(one, TyperOption | TyperArgument)]
    rows = [
        (_spelled(one), prose(one.help or ""), _default(one))
        for one in parameters
        if not one.hidden
    ]
    asked = table(("", "is", "default"), rows) if rows else ""
    said = (f"## `{name}`", _paragraphs(command.help), asked, _paragraphs(command.epilog))
    return "\n\n".join(block for block in said if block)


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(prose(part) for part in re.split(r"\n\s*\n", inspect.cleandoc(text or "")))


def _spelled(one: TyperOption | TyperArgument) -> str:
    value = one.metavar or _choices(one) or (one.name or "").upper()
    if isinstance(one, TyperArgument):
        return f"`{value}{' ...' if one.nargs != 1 else ''}`"
    words = ", ".join(f"`{word}`" for word in (*one.opts, *one.secondary_opts))
    return words if one.is_flag else f"{words} `{value}`"


def _choices(one: TyperOption | TyperArgument) -> str:
    choices: Sequence[str] = getattr(one.type, "choices", ())
    return "|".join(choices)


def _default(one: TyperOption | TyperArgument) -> str:
    value = one.default
    if value is True and one.secondary_opts:
        return f"`{one.opts[0]}`"
    return "" if value is None or value is False or callable(value) else f"`{value}`"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "json.md": json_page,
    "agreement.md": agreement_page,
    "settings.md": settings_page,
    "tables.md": tables_page,
    "units.md": units_page,
    "channels.md": channels_page,
    "emergency.md": emergency_page,
    "formats.md": formats_page,
    "archive.md": archive_page,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that differ; return the exit code."""
    made = {REFERENCE / name: make() for name, make in PAGES.items()}
    if "--check" not in arguments:
        for path, text in made.items():
            path.write_text(text, encoding="utf-8")
        return 0
    kept = {path: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")}
    drifted = sorted(p.name for p in made.keys() | kept.keys() if made.get(p) != kept.get(p))
    for name in drifted:
        print(f"docs/reference/{name} is not what the code says: run `make docs` and commit it.")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
