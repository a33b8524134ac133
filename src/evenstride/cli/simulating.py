"""Commands that need no recording: simulate, demo."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from evenstride.cli.settings import chosen_units
from evenstride.cli.telling import refuse_a_file
from evenstride.cli.times import day_of, second_of, seconds_of

app = typer.Typer()


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
    day: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The day of the run, such as 2024-05-01."),
    ] = None,
) -> None:
    """Make a run with a known truth, as a watch's file: to try things, to test, to learn."""
    from evenstride.app.simulation import SimulationRequest, again, write_simulated
    from evenstride.report.terminal import draw_simulated, open_console

    onsets_s, back_s = seconds_of("--onset", onset), seconds_of("--recovery", recovery)
    request = SimulationRequest(
        minutes=minutes,
        onset_s=next(iter(onsets_s), None),
        recovery_s=next(iter(back_s), None),
        later_s=again(onsets_s, back_s),
        shift_pp=shift_pp,
        ramp_s=second_of("--ramp", ramp),
        seed=seed,
        kit=kit,
        recording=recording,
        run_walk_s=_bouts("--run-walk", run_walk),
        laps=laps,
        day=None if day is None else day_of("--day", day),
    )
    draw_simulated(write_simulated(request, out), open_console())


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
    refuse_a_file(out)
    from evenstride.app.demo import run_demo
    from evenstride.report.delivery import deliver, runs_of, say_written
    from evenstride.report.terminal import open_console, progress
    from evenstride.report.write import write_report

    units = chosen_units()
    with progress(open_console(stderr=True)) as advance:
        items = run_demo(out, advance)
    deliver(items, units, as_json=False)
    say_written(write_report(runs_of(items), out, units))


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
