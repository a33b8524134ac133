"""The page's tables as rows of words: felt beside measured, what moved, what could be seen."""

from dataclasses import dataclass, replace
from math import floor, log10
from operator import itemgetter

from evenstride.app.views import EpisodeView, RunView
from evenstride.model.intervals import Stretch
from evenstride.model.marks import LAPS, Mark, MarkKind, felt_stretches
from evenstride.report import words

NOTHING = "–"
_SOURCES = {"lap": "lap press", "told": "told", "note": "note", "diary": "diary"}


@dataclass(frozen=True)
class FeltMeasured:
    """One moment as the runner felt it and as the watch measured it, never mixed."""

    what: str
    felt: str
    measured: str
    difference: str


@dataclass(frozen=True)
class Moved:
    """How far one channel moved inside the episode whose number, from 0, is `which`."""

    which: int
    channel: str
    shift: str
    interval: str
    clear: bool


@dataclass(frozen=True)
class Seeable:
    """What one channel is in this run, and how far two stretches differ by noise alone."""

    channel: str
    usual: str
    one_minute: str
    five_minutes: str


def felt_beside_measured(run: RunView, units: words.Units) -> tuple[FeltMeasured, ...]:
    """Return every felt and every measured moment, in one row where they were compared.

    Examples
    --------
    >>> felt_beside_measured.__name__
    'felt_beside_measured'
    """
    left = list(words.felt(run))
    rows: list[tuple[float, FeltMeasured]] = []
    for number, episode in enumerate(run.episodes):
        agreement = episode.felt_agreement
        onset = agreement.onset_difference_s if agreement else None
        recovery = agreement.recovery_difference_s if agreement else None
        went = _row("gone", (_onset(episode, units), episode.onset_s), onset, left)
        back = _row("back", (_recovery(episode, units), episode.recovery_s), recovery, left)
        end_s = run.duration_s if episode.recovery_s is None else episode.recovery_s
        # Where both are known the felt moment places the row.
        places_s = (episode.onset_s - (onset or 0), end_s - (recovery or 0))
        which = words.numbered(number, run)
        for place_s, row in zip(places_s, (went, back), strict=True):
            rows.append((place_s, replace(row, what=f"{which}{row.what}")))
    alone = _alone(run)
    rows += [(m.t_s, FeltMeasured(_WHAT[m.kind], _mark(m), alone, NOTHING)) for m in left]
    return tuple(row for _, row in sorted(rows, key=itemgetter(0)))


def _alone(run: RunView) -> str:
    if run.episodes:
        return "no change measured near it"
    return "not shown" if words.judged(run) else "too little running to judge"


_WHAT: dict[MarkKind, str] = {"gone": "It went", "back": "It came back", "mark": "Marked"}


def _row(
    kind: MarkKind, measured: tuple[str, float | None], difference: float | None, left: list[Mark]
) -> FeltMeasured:
    """Take the mark an episode was compared with out of those left, and set both side by side."""
    said, moment = measured
    if difference is None or moment is None:
        return FeltMeasured(_WHAT[kind], NOTHING, said, NOTHING)
    expected = moment - difference
    near = [mark for mark in left if mark.kind == kind and abs(mark.t_s - expected) < 1.0]
    if not near:
        return FeltMeasured(_WHAT[kind], words.clock(expected), said, _later(difference))
    left.remove(near[0])
    return FeltMeasured(_WHAT[kind], _mark(near[0]), said, _later(difference))


def _later(difference_s: float) -> str:
    if abs(difference_s) < 0.5:
        return "at the same second"
    order = "later" if difference_s > 0 else "earlier"
    return f"measured {words.clock(abs(difference_s))} {order}"


def _mark(mark: Mark) -> str:
    when = "recalled" if mark.recalled else "in the moment"
    return f"{words.clock(mark.t_s)} ({_SOURCES[mark.source]}, {when})"


def _onset(episode: EpisodeView, units: words.Units) -> str:
    said = words.onset_words(episode, episode.kind).removeprefix("gone ")
    return said + _way(episode.onset_distance_m, units, shown=not episode.present_at_start)


def _recovery(episode: EpisodeView, units: words.Units) -> str:
    said = words.recovery_words(episode, episode.kind).removeprefix("back ")
    return said + _way(episode.recovery_distance_m, units, shown=episode.recovery_s is not None)


def _way(metres: float | None, units: words.Units, *, shown: bool) -> str:
    return f" at {words.distance(metres, units)}" if shown and metres is not None else ""


def presses_without_meaning(run: RunView) -> str:
    """Return how many presses the runner has not yet told the meaning of, empty for none."""
    count = len(words.untold_presses(run))
    if not count:
        return ""
    presses = words.counted_presses(count)
    return f"{presses}, meaning not told: shown small and grey, and not counted as felt."


def moved(run: RunView) -> tuple[Moved, ...]:
    """Return how far each channel moved in each episode, with 90 % intervals and units."""
    says = {channel.name: channel.says for channel in run.channels}
    return tuple(
        Moved(
            number,
            words.short_name(shift.name, says.get(shift.name, "")),
            words.change(shift.shift, shift.unit),
            f"{words.number(shift.lo)} to {words.change(shift.hi, shift.unit)}",
            words.clearly_moved(shift),
        )
        for number, episode in enumerate(run.episodes)
        for shift in words.told_first(episode)
    )


def moved_groups(run: RunView) -> tuple[tuple[str, tuple[Moved, ...]], ...]:
    """Return what moved in groups with their headings.

    Of one episode: what clearly moved, then what did not. Of several: what clearly moved in each.
    """
    rows = moved(run)
    if len(run.episodes) > 1:
        groups = tuple(
            (_heading(number, run), tuple(row for row in rows if row.clear and row.which == number))
            for number in range(len(run.episodes))
        )
    else:
        groups = (
            ("Clearly moved", tuple(row for row in rows if row.clear)),
            ("Did not clearly move", tuple(row for row in rows if not row.clear)),
        )
    return tuple((heading, group) for heading, group in groups if group)


def unmoved(run: RunView) -> tuple[str, ...]:
    """Return of each of several episodes what did not clearly move, as a sentence."""
    if len(run.episodes) < 2:
        return ()
    still = [
        (
            number,
            "; ".join(row.channel for row in moved(run) if row.which == number and not row.clear),
        )
        for number in range(len(run.episodes))
    ]
    return tuple(
        f"Did not clearly move in {number + 1}: {names}." for number, names in still if names
    )


def _heading(number: int, run: RunView) -> str:
    episode = run.episodes[number]
    said = f"{words.went(episode)} {words.stretch_words(episode)}"
    return f"{words.numbered(number, run)}{said.capitalize()}"


def felt_alone(run: RunView) -> tuple[str, ...]:
    """Return each felt stretch beside which nothing was measured, where something else was."""
    if not run.episodes:
        return ()
    seen = [_measured_stretch(episode, run) for episode in run.episodes]
    return tuple(
        f"Felt {_from_to(felt, run)}: {_why_unseen(felt, run)}; the mark counts."
        for felt in felt_stretches(run.marks, run.duration_s)
        if not any(_together(felt, other) for other in seen)
    )


def measured_alone(run: RunView) -> tuple[str, ...]:
    """Return each measured episode that no mark says was felt, where any mark was set."""
    marks = words.felt(run)
    felt = felt_stretches(marks, run.duration_s)
    return tuple(
        f"Measured {_from_to(_measured_stretch(episode, run), run)}: no mark says it was felt."
        for episode in run.episodes
        if marks and not any(_together(_measured_stretch(episode, run), one) for one in felt)
    )


def _measured_stretch(episode: EpisodeView, run: RunView) -> Stretch:
    over_s = run.duration_s if episode.recovery_s is None else episode.recovery_s
    return Stretch(episode.onset_s, over_s)


def _together(one: Stretch, other: Stretch) -> bool:
    return min(one.to_s, other.to_s) > max(one.from_s, other.from_s)


def _from_to(stretch: Stretch, run: RunView) -> str:
    over = "the end" if stretch.to_s >= run.duration_s else words.clock(stretch.to_s)
    return f"from {words.clock(stretch.from_s)} to {over}"


def _why_unseen(felt: Stretch, run: RunView) -> str:
    aside = sum(
        max(0.0, min(felt.to_s, one.to_s) - max(felt.from_s, one.from_s)) for one in run.excluded
    )
    if aside > felt.seconds / 2:
        return "most of it could not be judged"
    if run.shortest_judgeable_s is not None and felt.seconds < run.shortest_judgeable_s:
        return "too short for this recording to judge"
    return "the watch saw nothing there"


def seeable(run: RunView) -> tuple[Seeable, ...]:
    """Return how far two stretches of 1 and of 5 minutes differ by noise alone, by channel."""
    return tuple(
        Seeable(
            words.short_name(channel.name, channel.says),
            words.level(channel.median, channel.unit),
            words.by_noise_alone(channel.smallest_change_60_s, channel.unit),
            words.by_noise_alone(channel.smallest_change_300_s, channel.unit),
        )
        for channel in run.channels
    )


def good_to_know(run: RunView) -> tuple[tuple[str, str, str], ...]:
    """Return level, place and words of each issue, without what only a command line can do.

    Presses without a meaning are left out: the page says it beside what was felt.
    """
    return tuple(
        (
            words.LEVELS[issue.level],
            issue.where,
            issue.problem if " --" in issue.remedy else f"{issue.problem} {issue.remedy}".strip(),
        )
        for issue in dict.fromkeys(run.issues)
        if issue.where != LAPS
    )


def files(run: RunView) -> tuple[tuple[str, str], ...]:
    """Return each file once: its name, format and devices, and its digest."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for source in run.sources:
        devices = said.setdefault((source.file, source.format, source.sha256), [])
        if source.device and source.device not in devices:
            devices.append(source.device)
    return tuple(
        (", ".join((file, form, *devices)), digest)
        for (file, form, digest), devices in said.items()
    )


def set_aside(run: RunView) -> tuple[tuple[str, str, str], ...]:
    """Return each reason for which moving time was set aside, how often, and its total.

    Examples
    --------
    >>> set_aside.__name__
    'set_aside'
    """
    totals: dict[str, tuple[int, float]] = {}
    for stretch in run.excluded:
        count, seconds = totals.get(stretch.reason, (0, 0.0))
        totals[stretch.reason] = (count + 1, seconds + stretch.seconds)
    return tuple(
        (reason or "set aside", f"{count}×", words.clock(seconds))
        for reason, (count, seconds) in totals.items()
    )


def evidence(run: RunView) -> tuple[str, ...]:
    """Return how sure each measured change is, in sentences."""
    said = [
        f"{_heading_of_evidence(number, run)}: the recording is "
        f"{times(episode.bayes_factor)} likelier with this change than without one. "
        f"It began {_BEGAN[episode.beginning]}."
        for number, episode in enumerate(run.episodes)
    ]
    if run.episodes and run.false_alarms_per_10h:
        said.append(
            f"In healthy running some change is reported {_once(run.false_alarms_per_10h)}."
        )
    return tuple(said)


def _heading_of_evidence(number: int, run: RunView) -> str:
    episode = run.episodes[number]
    said = words.onset_words(episode, episode.kind).split(" (")[0].capitalize()
    return f"{words.numbered(number, run)}{said}"


def times(factor: float) -> str:
    """Return how many times likelier, with no more digits than mean anything.

    Examples
    --------
    >>> times(97_047.0), times(640.3), times(43.2), times(3.27)
    ('more than 1,000 times', 'about 640 times', 'about 43 times', 'about 3.3 times')
    """
    if factor > 1000:
        return "more than 1,000 times"
    if factor >= 100:
        return f"about {round(factor, -1):.0f} times"
    return f"about {factor:.0f} times" if factor >= 10 else f"about {factor:.1f} times"


def _once(per_10h: float) -> str:
    hours = 10 / per_10h
    return f"about once in {round(hours, 1 - floor(log10(hours))):g} hours of running"


_BEGAN = {"sudden": "within a minute", "gradual": "gradually, over a minute or more"}
