"""The report's words: times, amounts, names and sentences, the same in picture and page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, TypeAlias

from evenstride.app.views import Analysis, EpisodeView, ReadingView, RunView, ShiftView
from evenstride.model.episode import EpisodeKind
from evenstride.model.issue import Level
from evenstride.model.marks import LAPS, Mark
from evenstride.model.units import UNITS

Units: TypeAlias = Literal["km", "mi"]

METRES = {"km": 1000.0, "mi": 1609.344}
UNTESTED = (
    "Tested on simulated and healthy running only; "
    "no recording of a person with dystonia was available."
)
NO_DIAGNOSIS = "Not a diagnosis."
NOTHING_SEEN = "No change beyond this runner's own noise was seen."
NOTHING_SEEN_SHORT = "no change beyond this runner's own noise"
TOO_LITTLE = "Too little running to judge."
MARK_COUNTS = "The watch did not show it; your mark counts."
ASSUMED = "Which part of the run was normal is assumed, not told."
NO_FOOT = "No foot can be named: this recording has no left-right measurement."
LEVELS: dict[Level, str] = {"error": "Error", "warning": "Doubt", "info": "Note"}

_COUNTS = ("no episode", "one episode", "two episodes", "three episodes", "four episodes")
_WENT: dict[EpisodeKind, str] = {
    "shift": "gone",
    "variability": "unsteady",
    "bursts": "bad moments",
}
_BACK: dict[EpisodeKind, str] = {"shift": "back", "variability": "steadier", "bursts": "over"}
UNSTEADY = "_variability"

# By the start of a channel's name, longest first wins: short name, words for up and for down.
_CHANNELS = {
    "contact_balance": (
        "Ground contact, left foot's share",
        "more on the left foot",
        "more on the right foot",
    ),
    "contact_time": ("Ground contact time", "longer on the ground", "shorter on the ground"),
    "contact_time_left": ("Contact time, left foot", "longer", "shorter"),
    "contact_time_right": ("Contact time, right foot", "longer", "shorter"),
    "cadence": ("Cadence", "quicker steps", "slower steps"),
    "step_length": ("Step length", "longer steps", "shorter steps"),
    "vertical_oscillation": ("Bounce of the trunk", "more bounce", "less bounce"),
    "vertical_ratio": ("Bounce over step length", "more bounce", "less bounce"),
    "leg_spring_stiffness": ("Leg spring stiffness", "stiffer", "softer"),
    "power": ("Power", "more", "less"),
    "heart_rate": ("Heart rate", "faster", "slower"),
}


def clock(seconds: float) -> str:
    """Return a time as m:ss, or h:mm:ss from one hour on.

    Examples
    --------
    >>> clock(120), clock(3723.4), clock(-5)
    ('2:00', '1:02:03', '−0:05')
    """
    whole = round(abs(seconds))
    sign = "−" if seconds < 0 and whole else ""
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{sign}{hours}:{minutes:02d}:{whole % 60:02d}"
    return f"{sign}{minutes}:{whole % 60:02d}"


def distance(metres: float, units: Units) -> str:
    """Return a distance in the runner's units.

    Examples
    --------
    >>> distance(11_234.0, "km"), distance(11_234.0, "mi")
    ('11.2 km', '7.0 mi')
    """
    return f"{metres / METRES[units]:.1f} {units}"


def pace(seconds_per_km: float, units: Units) -> str:
    """Return a pace as m:ss per kilometre or mile.

    Examples
    --------
    >>> pace(300.0, "km"), pace(300.0, "mi")
    ('5:00 /km', '8:03 /mi')
    """
    return f"{clock(seconds_per_km * METRES[units] / 1000)} /{units}"


def number(value: float) -> str:
    """Return a number with as many decimals as a reader can use and a true minus sign.

    Examples
    --------
    >>> number(-1.234), number(17.26), number(243.7), number(-0.001)
    ('−1.23', '17.3', '244', '0.00')
    """
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2
    # What rounds to nothing has no sign.
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def level(value: float, unit: str) -> str:
    """Return a level with its unit's symbol.

    Examples
    --------
    >>> level(50.27, "pct")
    '50.3 %'
    """
    return f"{number(value)} {symbol(unit)}"


def change(value: float, unit: str) -> str:
    """Return a difference with its unit's symbol; a difference of per cents is in points.

    Examples
    --------
    >>> change(1.5, "pct"), change(-7.25, "ms")
    ('1.50 pp', '−7.25 ms')
    """
    return f"{number(value)} {changesymbol(unit)}"


def changesymbol(unit: str) -> str:
    """Return the symbol of a difference: percentage points where the level is in per cent.

    Examples
    --------
    >>> changesymbol("pct"), changesymbol("ms")
    ('pp', 'ms')
    """
    return symbol("pp" if unit == "pct" else unit)


def symbol(unit: str) -> str:
    """Return how a unit is written for people."""
    known = UNITS.get(unit)
    return known.symbol if known else unit


def short_name(name: str, says: str) -> str:
    """Return a channel's name in a few words, with its device where one stands in front.

    Examples
    --------
    >>> short_name("stryd.contact_time", "")
    'Ground contact time (stryd)'
    >>> short_name("something_new", "What is new")
    'What is new'
    """
    device, _, stem = name.rpartition(".")
    known = _known(stem)
    words = _CHANNELS[known][0] if known else says or stem.replace("_", " ")
    if known and stem.endswith(UNSTEADY):
        # Unsteady balance is of both feet: none is to be named.
        whose = "Left-right balance" if known == "contact_balance" else words
        words = f"{whose}, how unsteady"
    return f"{words} ({device})" if device else words


def directions(name: str) -> tuple[str, str] | None:
    """Return the words for up and for down on a channel's axis, None where it has none.

    Examples
    --------
    >>> directions("contact_balance_left")
    ('more on the left foot', 'more on the right foot')
    """
    stem = name.rpartition(".")[2]
    known = _known(stem)
    if known is None:
        return None
    if stem.endswith(UNSTEADY):
        return ("less steady", "steadier")
    return _CHANNELS[known][1:]


def _known(stem: str) -> str | None:
    fits = [start for start in _CHANNELS if stem.startswith(start)]
    return max(fits, key=len) if fits else None


def mark_words(mark: Mark) -> str:
    """Return a mark as it stands on its flag.

    Examples
    --------
    >>> mark_words(Mark(120.0, None, "gone", "lap", False))
    'felt: gone 2:00'
    >>> mark_words(Mark(120.0, None, "back", "told", True))
    'felt: back 2:00, recalled'
    """
    recalled = ", recalled" if mark.recalled else ""
    if untold(mark):
        return f"lap {clock(mark.t_s)}"
    if mark.kind == "mark":
        return f"mark {clock(mark.t_s)}{recalled}"
    return f"felt: {mark.kind} {clock(mark.t_s)}{recalled}"


def untold(mark: Mark) -> bool:
    """Return True for a lap press that says neither gone nor back: it may be no feeling at all.

    Examples
    --------
    >>> untold(Mark(120.0, None, "mark", "lap", False))
    True
    """
    return mark.kind == "mark" and mark.source == "lap"


def untold_presses(run: RunView) -> tuple[Mark, ...]:
    """Return the lap presses whose meaning the runner has not told, in order of time.

    A press told to be a plain mark looks the same: the run's issue tells the two apart.
    """
    if all(issue.where != LAPS for issue in run.issues):
        return ()
    return tuple(sorted((m for m in run.marks if untold(m)), key=lambda mark: mark.t_s))


def counted_presses(how_many: int) -> str:
    """Return a number of lap presses in words.

    Examples
    --------
    >>> counted_presses(1), counted_presses(11)
    ('1 lap press', '11 lap presses')
    """
    return "1 lap press" if how_many == 1 else f"{how_many} lap presses"


def short_mark_words(mark: Mark) -> str:
    """Return a felt mark in fewer words, nothing for a press without a meaning.

    Examples
    --------
    >>> short_mark_words(Mark(120.0, None, "gone", "lap", False))
    'gone 2:00'
    """
    return "" if mark.kind == "mark" else f"{mark.kind} {clock(mark.t_s)}"


def pair_words(marks: Sequence[Mark]) -> list[str]:
    """Return each felt stretch's times at its first mark, and nothing at the second.

    Examples
    --------
    >>> gone, back = (Mark(t, None, k, "lap", False) for t, k in ((120.0, "gone"), (300.0, "back")))
    >>> pair_words([gone, back])
    ['2:00–5:00', '']
    """
    said = [short_mark_words(mark) for mark in marks]
    told = [i for i, mark in enumerate(marks) if mark.kind != "mark"]
    for first, second in pairwise(told):
        if (marks[first].kind, marks[second].kind) == ("gone", "back"):
            said[first], said[second] = interval(marks[first].t_s, marks[second].t_s), ""
    return said


def felt(run: RunView) -> tuple[Mark, ...]:
    """Return the marks whose meaning the runner told: gone and back, in order of time."""
    told = [mark for mark in run.marks if mark.kind != "mark"]
    return tuple(sorted(told, key=lambda mark: mark.t_s))


def felt_pairs(run: RunView) -> tuple[tuple[float, float], ...]:
    """Return the felt stretches in seconds: each ``gone`` with the ``back`` that follows it."""
    marks = felt(run)
    return tuple(
        (first.t_s, second.t_s)
        for first, second in pairwise(marks)
        if (first.kind, second.kind) == ("gone", "back")
    )


def headline(run: RunView) -> str:
    """Return the one thing this run says, in plain words."""
    if len(run.episodes) == 1:
        return run.episodes[0].says
    if run.episodes:
        return f"{counted(run.episodes)}: {_one_after_another(run.episodes)}."
    if run.bouts is not None and run.bouts.onset is not None:
        return run.bouts.says
    marks = felt(run)
    if marks:
        moments = ", ".join(f"{mark.kind} {clock(mark.t_s)}" for mark in marks[:4])
        return f"Felt: {moments}. {_beside_the_mark(run)}"
    if not run.channels:
        return "This recording holds nothing in which a change of coordination could be seen."
    return NOTHING_SEEN if judged(run) else TOO_LITTLE


def counted(episodes: Sequence[EpisodeView]) -> str:
    """Return how many episodes there are, as a sentence begins.

    Examples
    --------
    >>> counted(())
    'No episode'
    """
    many = len(episodes)
    return (_COUNTS[many] if many < len(_COUNTS) else f"{many} episodes").capitalize()


def _one_after_another(episodes: Sequence[EpisodeView]) -> str:
    said = []
    for before, episode in zip((None, *episodes), episodes, strict=False):
        same = before is not None and before.kind == episode.kind
        said.append(stretch_words(episode) if same else f"{went(episode)} {stretch_words(episode)}")
    return f"{', '.join(said[:-1])} and {said[-1]}"


def went(episode: EpisodeView) -> str:
    """Return in a word or two what kind of episode it is."""
    return _WENT[episode.kind]


def stretch_words(episode: EpisodeView) -> str:
    """Return from when to when an episode lasted, without its intervals."""
    if episode.recovery_s is not None and not episode.present_at_start:
        return interval(episode.onset_s, episode.recovery_s)
    began = "the start" if episode.present_at_start else clock(episode.onset_s)
    over = "the end" if episode.recovery_s is None else clock(episode.recovery_s)
    return f"from {began} to {over}"


def sentences(run: RunView) -> tuple[str, ...]:
    """Return each of several episodes in a sentence; nothing where the headline says it all."""
    return tuple(episode.says for episode in run.episodes) if len(run.episodes) > 1 else ()


def numbered(number: int, run: RunView) -> str:
    """Return what stands before an episode's words where there are several: its number."""
    return f"{number + 1}. " if len(run.episodes) > 1 else ""


def judged(run: RunView) -> bool:
    """Return True where any running was judged at all."""
    return run.coordinated_s + run.off_s > 0


def _beside_the_mark(run: RunView) -> str:
    if not run.channels:
        return "This recording cannot show it; your mark counts."
    if not judged(run):
        return "There is too little running to judge; your mark counts."
    pairs = felt_pairs(run)
    shortest = run.shortest_judgeable_s
    if pairs and shortest is not None and all(back - gone < shortest for gone, back in pairs):
        return "The watch cannot judge this; your mark counts."
    return MARK_COUNTS


def bouts_beside(run: RunView) -> str:
    """Return what the bouts show together, empty where there is nothing beyond the headline."""
    if run.bouts is None or run.bouts.says == headline(run):
        return ""
    return run.bouts.says


def _seen_in_bouts(run: RunView) -> bool:
    return run.bouts is not None and run.bouts.onset is not None


def has_band(run: RunView) -> bool:
    """Return True where normal values are known: what came in bouts alone is not set apart."""
    return judged(run) and (bool(run.episodes) or not _seen_in_bouts(run))


def nothing(run: RunView) -> str:
    """Return what stands in the lane of measured changes where there is none."""
    if not run.channels:
        return "nothing in this recording that could show it"
    if _seen_in_bouts(run):
        return "seen in the bouts together, as told above; no single one is drawn"
    return NOTHING_SEEN_SHORT if judged(run) else "too little running to judge"


def not_judged(analysis: Analysis) -> tuple[tuple[float, float], ...]:
    """Return from and to of all stops and all that was set aside, seconds, joined where they touch.

    The two lists may overlap: a walk break is moving time set aside and no running.
    """
    stretches = sorted(
        (stretch.from_s, stretch.to_s)
        for stretch in (*analysis.strip.stops, *analysis.run.excluded)
    )
    joined: list[tuple[float, float]] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def interval(low: float, high: float) -> str:
    """Return a 90 % interval of times.

    Examples
    --------
    >>> interval(700.0, 745.0)
    '11:40–12:25'
    """
    return f"{clock(low)}–{clock(high)}"


def onset_words(reading: EpisodeView | ReadingView, kind: EpisodeKind) -> str:
    """Return when it went, with its interval."""
    if reading.present_at_start:
        return f"{'off' if kind == 'shift' else _WENT[kind]} from the start"
    return f"{_WENT[kind]} {onset_moment(reading)}"


def onset_moment(reading: EpisodeView | ReadingView) -> str:
    """Return the moment it went, with its interval and without a word."""
    return f"{clock(reading.onset_s)} ({interval(reading.onset_lo_s, reading.onset_hi_s)})"


def recovery_words(reading: EpisodeView | ReadingView, kind: EpisodeKind) -> str:
    """Return when it came back, with its interval."""
    if reading.recovery_s is None:
        return f"not {_BACK[kind]} by the end"
    return f"{_BACK[kind]} {recovery_moment(reading)}"


def recovery_moment(reading: EpisodeView | ReadingView) -> str:
    """Return the moment it came back, with its interval and without a word; it did come back."""
    said = clock(reading.recovery_s or 0.0)
    if reading.recovery_lo_s is None or reading.recovery_hi_s is None:
        return said
    return f"{said} ({interval(reading.recovery_lo_s, reading.recovery_hi_s)})"


def told_first(episode: EpisodeView) -> tuple[ShiftView, ...]:
    """Return an episode's shifts; where only unsteadiness grew, that of each channel first."""
    if episode.kind != "variability":
        return episode.channels
    return tuple(sorted(episode.channels, key=lambda shift: not shift.name.endswith(UNSTEADY)))


def limits(run: RunView) -> tuple[str, ...]:
    """Return what cannot be seen in this recording, a sentence each."""
    said = [_foot(run)]
    if found(run):
        said.append("An onset is known no better than to about 15 s: the watch smooths its values.")
    if run.shortest_judgeable_s is not None:
        shortest = clock(run.shortest_judgeable_s)
        said.append(f"Less than {shortest} of unbroken running is too short to judge.")
    if run.normal_part == "assumed" and run.episodes:
        said.append(ASSUMED)
    return tuple(sentence for sentence in said if sentence)


def found(run: RunView) -> bool:
    """Return True where any change was measured, in the run or in its bouts laid together."""
    return bool(run.episodes) or _seen_in_bouts(run)


def _foot(run: RunView) -> str:
    if not any("balance" in channel.name for channel in run.channels):
        return NO_FOOT
    if not found(run):
        return ""
    if run.episodes and all(episode.kind == "variability" for episode in run.episodes):
        return "Which foot is unsteady cannot be told: a watch follows both together."
    if not run.can_name_foot:
        return "Balance is a share: it shows which way contact moved, not which foot changed."
    return "Which foot changed is not which leg is the cause."


def day_and_time(start: str) -> str:
    """Return the start for people, or as it stands where it is no ISO time.

    Examples
    --------
    >>> day_and_time("2025-06-05T07:12:00+02:00")
    'Thu 5 June 2025, 07:12'
    >>> day_and_time("2025-06-05T05:12:00+00:00")
    'Thu 5 June 2025, 05:12 UTC'
    """
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        return start
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = "January February March April May June July August September October November December"
    month = months.split()[moment.month - 1]
    # An offset of zero is how a file says that it does not know the place.
    zone = " UTC" if moment.utcoffset() == timedelta(0) else ""
    return (
        f"{days[moment.weekday()]} {moment.day} {month} {moment.year}, "
        f"{moment.hour:02d}:{moment.minute:02d}{zone}"
    )


def about(run: RunView, units: Units) -> str:
    """Return day, length and device of the run in one line."""
    parts = [day_and_time(run.start), clock(run.duration_s)]
    if run.distance_m is not None:
        parts.append(distance(run.distance_m, units))
    parts += dict.fromkeys(source.device for source in run.sources if source.device)
    return " · ".join(parts)


def mean_pace(run: RunView, units: Units) -> str:
    """Return the distance over the moving time as a pace, empty where it is not known."""
    if not run.distance_m or run.moving_s <= 0:
        return ""
    return pace(1000 * run.moving_s / run.distance_m, units)


def clearly_moved(shift: ShiftView) -> bool:
    """Return True where the 90 % interval of a shift leaves out zero.

    Examples
    --------
    >>> clearly_moved(ShiftView("cadence", "spm", 0.5, -0.2, 1.2))
    False
    """
    return shift.lo > 0 or shift.hi < 0


def by_noise_alone(value: float | None, unit: str) -> str:
    """Return how far two stretches may differ by noise alone, a dash where that is not known.

    Examples
    --------
    >>> by_noise_alone(1.5, "pct"), by_noise_alone(None, "pct")
    ('1.50 pp', '–')
    """
    return "–" if value is None else change(value, unit)


def noise_known(run: RunView) -> bool:
    """Return True where any channel says how far two stretches differ by noise alone."""
    return any(
        value is not None
        for channel in run.channels
        for value in (channel.smallest_change_60_s, channel.smallest_change_300_s)
    )
