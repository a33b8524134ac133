"""Commands that read recordings: analyze, agreement, formats."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, get_args

import typer

from evenstride.cli.settings import chosen_flips, chosen_units
from evenstride.cli.telling import refuse_a_file, somebody_is_there, tell
from evenstride.cli.times import seconds_of, stretches_of
from evenstride.model.agreement import WordOnRuns
from evenstride.model.marks import LapMeaning, RunnersWord

app = typer.Typer()


@app.command(
    epilog="""
**Examples**

```
# a summary to read
evenstride analyze run.fit
# a picture and a page for the doctor
evenstride analyze run.fit --out monday
# you felt it, but pressed nothing
evenstride analyze run.fit --gone 2:00 --back 38:00
# what your two lap presses meant
evenstride analyze run.fit --laps gone,back
# one run, two devices, for a program
evenstride analyze watch.fit stryd.fit --json
```

**Exit codes:** 0 every file gave a result. 1 the request cannot be met. 3 some files gave no
result. 4 none did.
""",
)
def analyze(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES...",
            help="Watch files (FIT). Files that overlap in time are read as one run, seen by"
            " several devices.",
            show_default=False,
        ),
    ],
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the result as JSON (evenstride.run/1) and nothing else. One run is an"
            " object, several are an array. Metres and seconds, whatever the units chosen.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Also write a picture (PNG, SVG) and one HTML page into this folder; it is made"
            " if missing.",
        ),
    ] = None,
    gone: Annotated[
        list[str] | None,
        typer.Option(
            "--gone",
            metavar="m:ss",
            help="When coordination went, as you recall it, counted from the start of the"
            " recording: 2:00 or 1:05:30. Repeat it for more than once.",
        ),
    ] = None,
    back: Annotated[
        list[str] | None,
        typer.Option(
            "--back",
            metavar="m:ss",
            help="When it came back, as you recall it. Repeat it for more than once.",
        ),
    ] = None,
    laps: Annotated[
        str | None,
        typer.Option(
            "--laps",
            metavar="gone,back,...",
            help="What each press of the lap button meant, in order: gone, back, mark (something,"
            " I will not say what) or skip (nothing). Without it evenstride asks, or shows them"
            " as laps of untold meaning; it never guesses.",
        ),
    ] = None,
    normal: Annotated[
        list[str] | None,
        typer.Option(
            "--normal",
            metavar="m:ss-m:ss",
            help="A stretch you know was normal, such as 45:00-60:00. Repeat it for more than one.",
        ),
    ] = None,
    off_at_start: Annotated[
        bool,
        typer.Option("--off-at-start", help="It was already off when the recording began."),
    ] = False,
) -> None:
    """Say when coordination went and came back in a run: what you felt beside what the watch saw.

    A summary comes by itself; --json is for programs, --out makes a picture and a page.
    """
    word = RunnersWord(
        gone_s=seconds_of("--gone", gone),
        back_s=seconds_of("--back", back),
        laps=meanings_of("--laps", laps),
        normal=stretches_of("--normal", normal),
        off_at_start=off_at_start,
    )
    refuse_a_file(out)
    from evenstride.app.analyze import analyze as analyze_files
    from evenstride.report.delivery import (
        ask_meanings,
        deliver,
        exit_code,
        runs_of,
        say_written,
    )
    from evenstride.report.terminal import open_console, progress

    units, flipped, errors = chosen_units(), chosen_flips(), open_console(stderr=True)
    with progress(errors) as advance:
        items = analyze_files(files, word, advance, flipped)
    if not as_json and not word.laps and somebody_is_there():
        meanings = ask_meanings(items, units, errors.input)
        if meanings:
            tell(f"Next time, --laps {','.join(meanings)} says the same.")
            with progress(errors) as advance:
                items = analyze_files(files, replace(word, laps=meanings), advance, flipped)
    deliver(items, units, as_json=as_json)
    if out is not None and (runs := runs_of(items)):
        from evenstride.report.write import write_report

        say_written(write_report(runs, out, units), stderr=as_json)
    if code := exit_code(items):
        raise typer.Exit(code)


@app.command(
    epilog="""
**Examples**

```
evenstride agreement runs/*.fit --laps gone,back
evenstride agreement a.fit b.fit c.fit --laps gone,back --laps b.fit=gone,skip,back --fine c.fit
```

**Exit codes:** as for `analyze`; a run left out counts as one that gave no result.
""",
)
def agreement(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILES...", help="Recordings of many runs.", show_default=False),
    ],
    laps: Annotated[
        list[str] | None,
        typer.Option(
            "--laps",
            metavar="[FILE=]gone,back,...",
            help="What presses of the lap button meant, over and over in every run: gone, back,"
            " mark or skip. Repeat it with a file's name in front where a run differs, one word"
            " for each press.",
        ),
    ] = None,
    fine: Annotated[
        list[str] | None,
        typer.Option(
            "--fine",
            metavar="FILE",
            help="A run in which you felt nothing. A run without a press is else one without your"
            " word, and is not counted. Repeat it for more than one.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON (evenstride.agreement/1) and nothing else.")
    ] = False,
) -> None:
    """Say how well you and the watch agree over many runs, and how late you usually press.

    The watch's part is read without your marks; nothing corrects anything.
    """
    told = [(text.rpartition("=")[0], text.rpartition("=")[2]) for text in laps or ()]
    of_file = tuple((file, meanings_of("--laps", said)) for file, said in told if file)
    over_and_over = next((meanings_of("--laps", said) for file, said in told[::-1] if not file), ())
    from evenstride.app.agreement import agreement as agree_over
    from evenstride.report.agreement import agreement_exit_code, deliver_agreement
    from evenstride.report.terminal import open_console, progress

    with progress(open_console(stderr=True)) as advance:
        view = agree_over(files, WordOnRuns(over_and_over, of_file, tuple(fine or ())), advance)
    deliver_agreement(view, as_json=as_json)
    if code := agreement_exit_code(view):
        raise typer.Exit(code)


@app.command()
def formats() -> None:
    """List the files evenstride reads, and what each can and cannot show."""
    from evenstride.app.formats import list_formats
    from evenstride.report.terminal import draw_formats, open_console

    draw_formats(list_formats(), open_console())


def meanings_of(option: str, text: str | None) -> tuple[LapMeaning, ...]:
    """Return what each lap press meant, as told with commas between."""
    if text is None:
        return ()
    known: dict[str, LapMeaning] = {meaning: meaning for meaning in get_args(LapMeaning)}
    said = [part.strip().lower() for part in text.split(",")]
    unknown = [part for part in said if part not in known]
    if unknown:
        raise typer.BadParameter(
            f"{unknown[0]!r} is no meaning of a lap press. Write gone, back, mark or skip for each"
            " press, in order, with commas between.",
            param_hint=option,
        )
    return tuple(known[part] for part in said)
