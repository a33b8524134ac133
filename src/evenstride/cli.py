"""The command line: parse, call a verb, draw what it returns.

Everything heavy is imported inside the commands, so that ``--help`` answers at once.
"""

import os
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, NoReturn, get_args

import typer

from evenstride import __version__
from evenstride.model.agreement import WordOnRuns
from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.marks import LapMeaning, RunnersWord
from evenstride.report.characters import plain

WRONG_REQUEST, UNEXPECTED = 1, 70
_TIME = re.compile(r"(?:(\d{1,3}):([0-5]\d)|(\d{1,4})):([0-5]\d)")
_TIME_REMEDY = "Write times as m:ss or h:mm:ss, such as 2:00 or 1:05:30."

_EPILOG = """
**Start here:** `evenstride demo`, or with a file of your own: `evenstride analyze run.fit`

**Exit codes:** 0 all went well. 1 the request cannot be met; the message says what to do.
2 a command or option is missing or misspelt. 3 some files gave no result, others did. 4 no file
gave a result. 70 a defect in evenstride; EVENSTRIDE_DEBUG=1 shows where. 130 stopped with Ctrl-C.

Everything stays on this machine. Tested on simulated and healthy running only; no recording of a
person with dystonia was available. Not a diagnosis.
"""

app = typer.Typer(
    name="evenstride",
    help="When one leg stops obeying a runner: when it went, when it came back, felt and measured.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments
        Without the program's name; those of the process where None.
    """
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
        # One run is small: on two cores idle threads cost twice the CPU time they save.
        os.environ.setdefault(threads, "1")
    for stream in (sys.stdout, sys.stderr):
        # A file name or a unit the terminal cannot show must not end the program.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    if sys.stdout is None:
        _say_unwritten("standard output is closed")
    try:
        app(args=None if arguments is None else list(arguments), prog_name="evenstride")
    except EvenstrideError as refused:
        _tell(f"Error: {refused.problem} {refused.remedy}")
        sys.exit(WRONG_REQUEST)
    except Exception as surprise:
        if os.environ.get("EVENSTRIDE_DEBUG"):
            traceback.print_exc()
        if isinstance(surprise, OSError) and surprise.filename is None:
            # Trouble with a file carries the file's name; only a stream has none.
            _say_unwritten(surprise.strerror or str(surprise))
        _tell(
            f"Error: Something went wrong inside evenstride ({type(surprise).__name__}:"
            f" {surprise}).",
            "This is a defect, not your fault. EVENSTRIDE_DEBUG=1 before the command shows where.",
        )
        raise SystemExit(UNEXPECTED) from surprise


def _say_unwritten(reason: str) -> NoReturn:
    _tell(f"Error: The output could not be written: {reason}. Send it where it can be kept.")
    sys.exit(WRONG_REQUEST)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"evenstride {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """When one leg stops obeying a runner: when it went, when it came back, felt and measured."""
    del version


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
        gone_s=_times("--gone", gone),
        back_s=_times("--back", back),
        laps=_meanings("--laps", laps),
        normal=_stretches("--normal", normal),
        off_at_start=off_at_start,
    )
    _refuse_a_file(out)
    from evenstride.app.analyze import analyze as analyze_files
    from evenstride.report.delivery import (
        ask_meanings,
        deliver,
        exit_code,
        runs_of,
        say_written,
    )
    from evenstride.report.terminal import open_console, progress

    units, flipped, errors = _units(), _flipped(), open_console(stderr=True)
    with progress(errors) as advance:
        items = analyze_files(files, word, advance, flipped)
    if not as_json and not word.laps and _somebody_is_there():
        meanings = ask_meanings(items, units, errors.input)
        if meanings:
            _tell(f"Next time, --laps {','.join(meanings)} says the same.")
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
    of_file = tuple((file, _meanings("--laps", said)) for file, said in told if file)
    over_and_over = next((_meanings("--laps", said) for file, said in told[::-1] if not file), ())
    from evenstride.app.agreement import agreement as agree_over
    from evenstride.report.agreement import agreement_exit_code, deliver_agreement
    from evenstride.report.terminal import open_console, progress

    with progress(open_console(stderr=True)) as advance:
        view = agree_over(files, WordOnRuns(over_and_over, of_file, tuple(fine or ())), advance)
    deliver_agreement(view, as_json=as_json)
    if code := agreement_exit_code(view):
        raise typer.Exit(code)


@app.command(
    epilog="""
**Example**

`evenstride simulate --onset 2:00 --recovery 38:00 --shift-pp 1.5 --laps --out run.fit`
""",
)
def simulate(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The file to write: FIT, or TCX or GPX where the name ends so, packed where it"
            " ends in .gz. An earlier simulated file is replaced, any other file never.",
            show_default=False,
        ),
    ],
    minutes: Annotated[
        float, typer.Option(metavar="N", help="How long the run is, in minutes.")
    ] = 60.0,
    onset: Annotated[
        list[str] | None,
        typer.Option(
            metavar="m:ss",
            help="When coordination goes, such as 12:00; 0:00 for off at the start. Without it"
            " the runner stays well. Repeat it for more than once.",
        ),
    ] = None,
    recovery: Annotated[
        list[str] | None,
        typer.Option(metavar="m:ss", help="When it comes back, each time. Without it: never."),
    ] = None,
    shift_pp: Annotated[
        float,
        typer.Option(
            metavar="PP",
            help="How far ground contact moves, in percentage points of balance: + toward the"
            " left foot, - toward the right.",
        ),
    ] = 1.5,
    ramp: Annotated[
        str, typer.Option(metavar="m:ss", help="How long the change takes; 0:00 is sudden.")
    ] = "0:00",
    seed: Annotated[
        int,
        typer.Option(min=0, metavar="N", help="The same seed gives the same file, byte for byte."),
    ] = 0,
    kit: Annotated[
        Literal["wrist", "strap", "strap+stryd"],
        typer.Option(
            metavar="KIT",
            help="What the runner wears: wrist (no balance, so no foot can be named), strap (on the"
            " chest) or strap+stryd (a pod on the shoe too).",
        ),
    ] = "strap",
    recording: Annotated[
        Literal["every-second", "smart"],
        typer.Option(
            metavar="HOW",
            help="How the watch records: every-second, or smart (only now and then).",
        ),
    ] = "every-second",
    run_walk: Annotated[
        str | None,
        typer.Option(
            metavar="RUN/WALK", help="Run/walk bouts, in seconds: 120/60 runs 2 min, walks 1 min."
        ),
    ] = None,
    laps: Annotated[
        bool,
        typer.Option("--laps/--no-laps", help="Whether lap is pressed at each, some seconds late."),
    ] = True,
) -> None:
    """Make a run with a known truth, as a watch's file: to try things, to test, to learn."""
    from evenstride.app.simulation import SimulationRequest, again, write_simulated
    from evenstride.report.terminal import draw_simulated, open_console

    onsets_s, back_s = _times("--onset", onset), _times("--recovery", recovery)
    request = SimulationRequest(
        minutes=minutes,
        onset_s=next(iter(onsets_s), None),
        recovery_s=next(iter(back_s), None),
        later_s=again(onsets_s, back_s),
        shift_pp=shift_pp,
        ramp_s=_time("--ramp", ramp),
        seed=seed,
        kit=kit,
        recording=recording,
        run_walk_s=_bouts("--run-walk", run_walk),
        laps=laps,
    )
    draw_simulated(write_simulated(request, out), open_console())


@app.command()
def formats() -> None:
    """List the files evenstride reads, and what each can and cannot show."""
    from evenstride.app.formats import list_formats
    from evenstride.report.terminal import draw_formats, open_console

    draw_formats(list_formats(), open_console())


@app.command(
    epilog="""
**Examples**

`evenstride config` - show the settings and where they are kept

`evenstride config units mi` - distances in miles, pace in minutes per mile

`evenstride config flip "Garmin fenix 5X"` - this device takes left for right; `--undo` takes it
back
""",
)
def config(
    name: Annotated[
        Literal["units", "flip"] | None,
        typer.Argument(help="The setting; leave it out to see all.", show_default=False),
    ] = None,
    value: Annotated[
        str | None,
        typer.Argument(
            help="Units: km or mi. Flip: the device whose left and right are to be exchanged,"
            " named as analyze names its sources. Leave it out to see what is set.",
            show_default=False,
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="With flip: the device is right after all.")
    ] = False,
) -> None:
    """Show or change your settings: units km (default) or mi, and devices with sides exchanged.

    They are kept in settings.toml in your own configuration folder, or in the folder that
    EVENSTRIDE_CONFIG names.
    """
    from evenstride.app.settings import load_settings, save_flip, save_units, settings_file

    if undo and (name != "flip" or value is None):
        raise typer.BadParameter("It goes with flip and a device's name.", param_hint="--undo")
    file = settings_file(os.environ)
    if value is None:
        settings = load_settings(file)
    elif name == "flip":
        settings = save_flip(file, value, undo=undo)
    else:
        settings = save_units(file, _known_units(value))
    said = {"units": settings.units, "flip": plain(", ".join(settings.flipped)) or "no device"}
    for each in [name] if name else said:
        typer.echo(f"{each} {said[each]}")
    if name is None or value is not None:
        typer.echo(f"kept in {plain(str(file))}")


@app.command()
def demo(
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="The folder to write to; made if missing."),
    ] = Path("evenstride-demo"),
) -> None:
    """Simulate a runner, analyse the run, and make the picture and the page. Needs nothing.

    The simulated runner loses coordination at 2:00 and gets it back at 38:00, pressing lap both
    times, on a hilly hour with a chest strap. It is always the same run.
    """
    _refuse_a_file(out)
    from evenstride.app.demo import run_demo
    from evenstride.report.delivery import deliver, runs_of, say_written
    from evenstride.report.terminal import open_console, progress
    from evenstride.report.write import write_report

    units = _units()
    with progress(open_console(stderr=True)) as advance:
        items = run_demo(out, advance)
    deliver(items, units, as_json=False)
    say_written(write_report(runs_of(items), out, units))


def _known_units(text: str) -> Literal["km", "mi"]:
    from evenstride.app.settings import is_units

    if not is_units(text):
        raise typer.BadParameter(f"{text!r} is no unit. Choose km or mi.", param_hint="VALUE")
    return text


def _units() -> Literal["km", "mi"]:
    from evenstride.app.settings import load_settings, settings_file

    return load_settings(settings_file(os.environ)).units


def _flipped() -> tuple[str, ...]:
    from evenstride.app.settings import load_settings, settings_file

    return load_settings(settings_file(os.environ)).flipped


def _refuse_a_file(folder: Path | None) -> None:
    if folder is None:
        return
    try:
        folder.lstat()
    except FileNotFoundError:
        return
    except OSError as reason:
        raise EvenstrideError(
            f"{folder} could not be opened: {reason.strerror}.", "Choose another folder with --out."
        ) from reason
    if not folder.is_dir():
        raise EvenstrideError(
            f"{folder} is a file, and --out wants a folder.",
            "Name a folder; it is made if missing.",
        )


def _somebody_is_there() -> bool:
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def _time(option: str, text: str) -> float:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no time. {_TIME_REMEDY}", param_hint=option)
    hours, minutes, plain_minutes, seconds = found.groups(default="0")
    return float(3600 * int(hours) + 60 * (int(minutes) + int(plain_minutes)) + int(seconds))


def _times(option: str, texts: Sequence[str] | None) -> tuple[float, ...]:
    return tuple(_time(option, part) for text in texts or () for part in text.split(","))


def _stretch(option: str, text: str) -> Stretch:
    parts = re.split("[-–]", text)
    if len(parts) != 2:
        raise typer.BadParameter(
            f"{text!r} is no stretch of time. Write it as m:ss-m:ss, such as 45:00-60:00.",
            param_hint=option,
        )
    from_s, to_s = (_time(option, part) for part in parts)
    if to_s <= from_s:
        raise typer.BadParameter(
            f"{text!r} ends before it begins. Write the earlier time first.", param_hint=option
        )
    return Stretch(from_s, to_s)


def _stretches(option: str, texts: Sequence[str] | None) -> tuple[Stretch, ...]:
    return tuple(_stretch(option, part) for text in texts or () for part in text.split(","))


def _meanings(option: str, text: str | None) -> tuple[LapMeaning, ...]:
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


def _bouts(option: str, text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text.strip())
    if found is None or "0" in {group.lstrip("0") or "0" for group in found.groups()}:
        raise typer.BadParameter(
            f"{text!r} is no pair of bouts. Write seconds of running, a slash and seconds of"
            " walking, such as 120/60.",
            param_hint=option,
        )
    return float(found[1]), float(found[2])


def _tell(*lines: str) -> None:
    # Where nobody can be told, the exit code still tells.
    with suppress(OSError):
        for line in lines:
            typer.echo(plain(line), err=True)


if __name__ == "__main__":
    main()
