"""Runs made by hand, one for each thing a picture may have to show."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from evenstride.app.views import (
    SCHEMA,
    AgreementView,
    Analysis,
    BaselineView,
    ChannelView,
    EpisodeView,
    ReadingView,
    RunView,
    ShiftView,
    SourceView,
    Strip,
    StripLine,
)
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark, MarkKind
from evenstride.model.signal import Floats

STEP_S = 10.0
UNTOLD = Issue(
    "info",
    "laps",
    "Some lap presses have no told meaning.",
    "Tell it with --laps, in order: gone, back, mark or skip.",
)
BALANCE = ("contact_balance_left", "pct", "the left foot's share of ground contact time")
CONTACT = ("contact_time", "ms", "ground contact time, mean of both feet")


def lap(t_s: float, kind: MarkKind = "mark") -> Mark:
    return Mark(t_s, t_s * 3.1, kind, "lap", recalled=False)


def told(t_s: float, kind: MarkKind) -> Mark:
    return Mark(t_s, t_s * 3.1, kind, "told", recalled=True)


def noise(size: int, seed: int) -> Floats:
    """Return slow, unit-variance noise like a watch's smoothed values."""
    white = np.random.default_rng(seed).standard_normal(size + 8)
    slow: Floats = np.convolve(white, np.ones(5) / 5**0.5, mode="same")[4 : size + 4]
    return slow


def strip_line(
    what: tuple[str, str, str], level: tuple[float, float], shift: Floats, seed: int
) -> StripLine:
    name, unit, says = what
    middle, sd = level
    values = middle + sd * (noise(shift.size, seed) + shift)
    return StripLine(name, unit, says, values, middle - 1.65 * sd, middle + 1.65 * sd)


def channel(what: tuple[str, str, str], level: tuple[float, float]) -> ChannelView:
    name, unit, says = what
    middle, sd = level
    return ChannelView(name, unit, says, middle, sd, 2.4 * sd, 1.3 * sd)


def episode(onset_s: float, recovery_s: float | None, says: str) -> EpisodeView:
    back = recovery_s is not None
    return EpisodeView(
        onset_s=onset_s,
        onset_lo_s=max(0.0, onset_s - 22),
        onset_hi_s=onset_s + 26,
        onset_distance_m=onset_s * 3.1,
        recovery_s=recovery_s,
        recovery_lo_s=recovery_s - 48 if recovery_s is not None else None,
        recovery_hi_s=recovery_s + 40 if recovery_s is not None else None,
        recovery_distance_m=recovery_s * 3.1 if recovery_s is not None else None,
        present_at_start=False,
        beginning="sudden",
        kind="shift",
        toward="left" if back else None,
        foot_changed=None,
        probability=0.998,
        bayes_factor=640.0,
        size_sd=2.1,
        channels=(ShiftView("contact_balance_left", "pct", 1.4, 1.1, 1.7),),
        other_reading=None,
        felt_agreement=None,
        says=says,
    )


def run_view(duration_s: float, excluded: tuple[Stretch, ...] = ()) -> RunView:
    return RunView(
        schema=SCHEMA,
        sources=(
            SourceView(
                "2025-06-05-morning.fit",
                "9f" * 32,
                "FIT",
                "Forerunner 965 with HRM-Pro",
                ("contact_balance_left", "contact_time"),
            ),
        ),
        start="2025-06-05T07:12:00+02:00",
        duration_s=duration_s,
        distance_m=duration_s * 3.1,
        moving_s=duration_s,
        excluded=excluded,
        can_name_foot=True,
        shortest_judgeable_s=90.0,
        channels=(channel(BALANCE, (50.2, 0.7)), channel(CONTACT, (243.0, 5.5))),
        baseline=BaselineView("this-run", 1, duration_s),
        normal_part="told",
        marks=(),
        episodes=(),
        coordinated_s=duration_s,
        off_s=0.0,
        false_alarms_per_10h=0.42,
        issues=(),
    )


def analysis(
    duration_s: float,
    off: tuple[tuple[float, float], ...] = (),
    breaks: tuple[Stretch, ...] = (),
    size_sd: float = 2.1,
) -> Analysis:
    """Return a run that is off during `off` and stands or walks during `breaks`."""
    time_s = np.arange(STEP_S / 2, duration_s, STEP_S)
    shift = np.zeros(time_s.size)
    for start, end in off:
        shift[(time_s >= start) & (time_s < end)] = size_sd
    after = tuple(
        Stretch(b.to_s, min(b.to_s + 30, duration_s), "30 s after a restart") for b in breaks
    )
    gone = np.zeros(time_s.size, dtype=bool)
    for stretch in (*breaks, *after):
        gone |= (time_s >= stretch.from_s) & (time_s < stretch.to_s)
    standing = np.zeros(time_s.size, dtype=bool)
    for stretch in breaks:
        standing |= (time_s >= stretch.from_s) & (time_s < stretch.to_s)
    hills = 3.5 * np.sin(time_s / 260) * np.sin(time_s / 1100 + 1)
    pace = 322 + 6 * hills + 5 * noise(time_s.size, 3)
    distance = np.cumsum(np.where(standing, 0.0, STEP_S * 1000 / pace))
    lines = (
        strip_line(BALANCE, (50.2, 0.7), shift, 1),
        strip_line(CONTACT, (243.0, 5.5), shift * 0.5, 2),
    )
    masked = tuple(replace(line, values=np.where(gone, np.nan, line.values)) for line in lines)
    strip = Strip(time_s, distance, np.where(standing, np.nan, pace), hills, masked, breaks)
    return Analysis(run_view(duration_s, after), strip)


def with_run(made: Analysis, **changes: object) -> Analysis:
    return replace(made, run=replace(made.run, **changes))  # type: ignore[arg-type]  # a test changes what a run has


def early_matching() -> Analysis:
    """Return a run gone at 2:00 and back at 38:00, pressed and measured."""
    seen = replace(
        episode(
            131,
            2265,
            "Ground contact moved toward the left foot from 2:11 to 37:45, "
            "by 1.4 percentage points (1.1 to 1.7); both presses agree.",
        ),
        felt_agreement=AgreementView(11.0, -15.0),
    )
    marks = (lap(120, "gone"), lap(2280, "back"))
    return with_run(
        analysis(3600, ((125, 2270),)),
        marks=marks,
        episodes=(seen,),
        off_s=2134.0,
        coordinated_s=1466.0,
    )


def measured_only() -> Analysis:
    """Return a run gone at 12:00 and back at 40:00, measured, nothing felt."""
    seen = episode(
        718,
        2406,
        "Ground contact moved toward the left foot from 11:58 to 40:06, "
        "by 1.4 percentage points (1.1 to 1.7).",
    )
    breaks = (Stretch(1500, 1545, "stop"), Stretch(2900, 2960, "stop"))
    return with_run(analysis(3600, ((720, 2400),), breaks), episodes=(seen,))


def nothing_found() -> Analysis:
    """Return a quiet hour."""
    return analysis(3600)


def ambiguous() -> Analysis:
    """Return one change that can be read two ways."""
    seen = episode(
        1320,
        None,
        "Ground contact moved toward the left foot at 22:00 and did not come back; "
        "or it was off from the start and cleared at 22:00.",
    )
    other = ReadingView(
        0.0,
        0.0,
        0.0,
        0.0,
        1320.0,
        1290.0,
        1350.0,
        4092.0,
        True,
        "right",
        None,
        (ShiftView("contact_balance_left", "pct", -1.4, -1.7, -1.1),),
        "Off from the start, cleared at 22:00.",
    )
    seen = replace(seen, other_reading=other, toward="left")
    return with_run(analysis(2700, ((1320, 2700),)), episodes=(seen,), normal_part="assumed")


def wrist_only() -> Analysis:
    """Return a wrist watch without a strap: cadence alone, no marks."""
    made = analysis(2400)
    cadence = ("cadence", "spm", "steps per minute, both feet counted")
    line = strip_line(cadence, (174.0, 1.1), np.zeros(made.strip.time_s.size), 5)
    issue = Issue(
        "info",
        "2025-06-05-morning.fit",
        "No chest strap or pod was recorded.",
        "Wear a running-dynamics strap to see ground contact.",
    )
    made = with_run(
        made,
        channels=(channel(cadence, (174.0, 1.1)),),
        can_name_foot=False,
        normal_part="assumed",
        issues=(issue,),
    )
    return replace(made, strip=replace(made.strip, lines=(line,)))


def run_walk() -> Analysis:
    """Return twenty bouts of two minutes with a lap press at each."""
    breaks = tuple(Stretch(180.0 * i + 120, 180.0 * i + 180, "walk break") for i in range(20))
    marks = tuple(lap(180.0 * i + 120 + 60 * j) for i in range(20) for j in range(2))
    made = with_run(analysis(3600, (), breaks), marks=marks, shortest_judgeable_s=120.0)
    return with_run(made, issues=(UNTOLD,))


def four_hours() -> Analysis:
    """Return a long run with a stop every half hour, three episodes and close marks."""
    breaks = tuple(Stretch(1800.0 * i, 1800.0 * i + 90, "stop") for i in range(1, 8))
    off = ((2000.0, 3500.0), (7400.0, 8100.0), (11000.0, 13800.0))
    says = "Ground contact moved toward the left foot from {} to {}."
    episodes = (
        episode(2010, 3480, says.format("33:30", "58:00")),
        episode(7390, 8105, says.format("2:03:10", "2:15:05")),
        episode(11020, 13770, says.format("3:03:40", "3:49:30")),
    )
    marks = (
        lap(1990, "gone"),
        lap(3520, "back"),
        told(7300, "gone"),
        told(8200, "back"),
        lap(11000, "gone"),
        lap(11090),
        lap(13800, "back"),
        lap(14300),
    )
    return with_run(analysis(14400, off, breaks), episodes=episodes, marks=marks)


def unsteady(seen: EpisodeView, says: str) -> EpisodeView:
    """Return an episode in which only unsteadiness grew."""
    grown = ShiftView("contact_time_variability", "ms", 1.9, 1.4, 2.4)
    still = ShiftView("contact_balance_left", "pp", 0.1, -0.3, 0.5)
    return replace(seen, kind="variability", toward=None, channels=(still, grown), says=says)


def every_kind() -> Analysis:
    """Return a run of three short episodes of three kinds, one of them not back by the end."""
    made = analysis(5400, ((900, 1080), (2400, 2580), (4200, 5400)))
    shifted = replace(
        episode(905, 1090, "Contact moved toward the left foot."),
        felt_agreement=AgreementView(25.0, None),
    )
    wavering = unsteady(episode(2390, 2575, ""), "Contact time became unsteady.")
    bad = replace(episode(4210, None, "Short bad moments came again and again."), kind="bursts")
    line = strip_line(
        ("contact_time_variability", "ms", "unsteadiness"),
        (2.0, 0.4),
        np.zeros(made.strip.time_s.size),
        7,
    )
    lines = (made.strip.lines[0], line, made.strip.lines[1])
    made = replace(made, strip=replace(made.strip, lines=lines))
    marks = (told(880, "gone"), told(1500, "back"), told(3000, "gone"), told(3400, "back"))
    return with_run(made, episodes=(shifted, wavering, bad), marks=marks)


def four_short() -> Analysis:
    """Return an hour with four episodes of three minutes, each felt and each readable two ways."""
    starts = (600.0, 1200.0, 2000.0, 3300.0)
    made = analysis(3600, tuple((s, s + 180) for s in starts))
    seen = tuple(episode(s, s + 180, f"Contact moved toward the left foot at {s}.") for s in starts)
    other = ambiguous().run.episodes[0].other_reading
    ends: tuple[tuple[float, MarkKind], ...] = ((0.0, "gone"), (180.0, "back"))
    marks = tuple(told(s + t, kind) for s in starts for t, kind in ends)
    return with_run(made, episodes=(replace(seen[0], other_reading=other), *seen[1:]), marks=marks)


def wavering() -> Analysis:
    """Return a run with one episode in which only unsteadiness grew."""
    made = every_kind()
    return with_run(made, episodes=(made.run.episodes[1],), marks=())


def felt_only() -> Analysis:
    """Return a run felt at 2:00 to 38:00; the watch saw nothing."""
    return with_run(analysis(3600), marks=(told(120, "gone"), told(2280, "back")))


def ten_minutes() -> Analysis:
    """Return a short run with presses seconds apart."""
    marks = (lap(58, "gone"), lap(66), lap(75, "back"), lap(590, "gone"), lap(597, "back"))
    made = with_run(analysis(600), marks=marks, shortest_judgeable_s=60.0)
    return with_run(made, issues=(UNTOLD,))


def too_short() -> Analysis:
    """Return a minute and a half in which nothing could be judged, the button pressed once."""
    made = analysis(90)
    aside = (Stretch(0.0, 90.0, "too little running to judge"),)
    blind = tuple(
        replace(channel, smallest_change_60_s=None, smallest_change_300_s=None)
        for channel in made.run.channels
    )
    return with_run(
        made,
        excluded=aside,
        coordinated_s=0.0,
        marks=(lap(40),),
        issues=(UNTOLD,),
        channels=blind,
        shortest_judgeable_s=None,
    )


def no_channel() -> Analysis:
    """Return a file with time and distance only."""
    made = with_run(nothing_found(), channels=(), can_name_foot=False, shortest_judgeable_s=None)
    return replace(made, strip=replace(made.strip, lines=()))


MAKERS: dict[str, Callable[[], Analysis]] = {
    maker.__name__: maker
    for maker in (
        early_matching,
        measured_only,
        nothing_found,
        ambiguous,
        wrist_only,
        run_walk,
        four_hours,
        every_kind,
        four_short,
        wavering,
        felt_only,
        ten_minutes,
        too_short,
        no_channel,
    )
}


@pytest.fixture(params=sorted(MAKERS))
def each_run(request: pytest.FixtureRequest) -> Analysis:
    """Return every made run, one after the other."""
    return MAKERS[request.param]()


@pytest.fixture
def made() -> Callable[[str], Analysis]:
    """Return a made run by name."""
    return lambda name: MAKERS[name]()


@pytest.fixture(scope="session")
def quiet() -> Analysis:
    """Return a quiet hour, made once."""
    return nothing_found()


@pytest.fixture
def hostile(made: Callable[[str], Analysis]) -> Analysis:
    """Return a run whose every user text tries to break out of the page."""
    evil = '<img src=x onerror="document.title=1"><script>document.title="owned"</script>$x^$'
    calm = made("early_matching")
    source = replace(calm.run.sources[0], file=f"../../{evil}.fit", device=f"{evil} \u7530\x07")
    issue = Issue("warning", evil, evil, evil)
    return with_run(calm, sources=(source,), issues=(issue,), start=evil)
