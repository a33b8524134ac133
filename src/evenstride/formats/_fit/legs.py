"""Which of a file's records belong together, in which order, and which are strays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from evenstride.formats._doubt.strays import spans, stray_times
from evenstride.formats._fit import profile
from evenstride.formats._fit.messages import Array, Ints, Messages, Stack, any_of
from evenstride.model.issue import Issue
from evenstride.model.recording import SelfEvaluation

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
MOST_LEGS = 128  # the longest swim-runs change between water and land some fifty times
_CLOCK_SET = 0x10000000  # FIT times below count from power-on: the device did not know the date
_LAST_TIME = 0xFFFFFFFF
_SLACK_S = 60  # records may run on a little after their session's last word
_ASK_AGAIN = "Copy the file from the watch again, or export it again."
_STRAY, _WHOLE = 10, 100  # fewer records than the one are no run beside more than the other


@dataclass(frozen=True)
class Session:
    """One session as the device summed it up; times in FIT seconds, 0 where unknown."""

    start: int
    end: int
    sport: str
    sub_sport: str
    evaluation: SelfEvaluation


@dataclass(frozen=True)
class Leg:
    """The part of a file that becomes one recording.

    Attributes
    ----------
    session
        What the device says of it.
    rows
        Its records, in time order.
    times
        FIT seconds of its samples, strictly rising.
    issues
        What putting them in order took.
    sharing
        For each record the sample it belongs to, None where each is a sample of its own.
    """

    session: Session
    rows: Ints
    times: Ints
    issues: tuple[Issue, ...]
    sharing: Ints | None = None

    def taken(self, values: Array) -> Array:
        """Return a column's values, one a sample: the first that is there in each second."""
        taken = values[self.rows]
        if self.sharing is None:
            return taken
        first = np.flatnonzero(np.diff(self.sharing, prepend=-1))
        whole = taken[first]
        there = taken != np.array(None) if taken.dtype == object else any_of(~np.isnan(taken))
        whole[self.sharing[there][::-1]] = taken[there][::-1]
        return whole

    def part(self, first: int, after: int, issues: tuple[Issue, ...]) -> "Leg":
        """Return the samples from `first` to before `after` as a leg of their own."""
        times = self.times[first:after]
        if self.sharing is None:
            return replace(self, rows=self.rows[first:after], times=times, issues=issues)
        inside = (self.sharing >= first) & (self.sharing < after)
        sharing = self.sharing[inside] - first
        return replace(self, rows=self.rows[inside], times=times, issues=issues, sharing=sharing)


def name_of(kind: str, value: float) -> str:
    """Return the profile's name of a value, ``"unknown"`` where it has none."""
    return "unknown" if np.isnan(value) else profile.names(kind).get(int(value), "unknown")


def _optional(value: float, scale: float = 1.0) -> float | None:
    """Return a number, None where it is missing."""
    return None if np.isnan(value) else float(value) / scale


def legs_of(
    messages: Messages, records: Stack, where: str
) -> tuple[tuple[Leg, ...], tuple[Issue, ...]]:
    """Return the parts of a FIT file that become recordings, and what was left out of them.

    Parameters
    ----------
    messages
        Of one FIT file.
    records
        Its records.
    where
        How issues name the file.

    Returns
    -------
    tuple
        One leg a session, in time order, none longer than two days; and issues.
    """
    rows = np.flatnonzero(records.times > 0)
    if not rows.size:
        return (), (Issue("error", where, "None of its samples has a time.", _ASK_AGAIN),)
    stray = stray_times(records.times[rows])
    issues = list(_stray_issue(records, rows[stray], where))
    legs: list[Leg] = []
    for session, own in _by_session(messages, rows[~stray], records.times):
        legs += _cut(_leg(session, own, records.times, where), where)
    if len(legs) > MOST_LEGS:
        says = f"More than {MOST_LEGS} separate runs are in one file; the rest was left out."
        issues.append(Issue("warning", where, says))
    return tuple(legs[:MOST_LEGS]), tuple(issues)


def _stray_issue(records: Stack, rows: Ints, where: str) -> Iterator[Issue]:
    """Yield that some records were left out because of their times, none where there are none."""
    if rows.size:
        byte, date = int(records.offsets[rows[0]]), date_of(int(records.times[rows[0]]))
        says = (
            f"{rows.size} records bear a time far from all others, the first of them "
            f"{date:%Y-%m-%d %H:%M:%S} UTC; they were left out."
        )
        if rows.size == 1:
            says = (
                f"One record bears a time far from all others, {date:%Y-%m-%d %H:%M:%S} UTC; "
                "it was left out."
            )
        yield Issue("warning", f"{where}, byte {byte}", says)


def date_of(time: int) -> datetime:
    """Return a moment given in FIT seconds."""
    return EPOCH + timedelta(seconds=time)


def _by_session(messages: Messages, rows: Ints, times: Ints) -> Iterator[tuple[Session, Ints]]:
    """Yield the records that belong to each session, later ones without a session."""
    sessions = list(_sessions(messages))
    if not sessions:
        yield _without_session(messages), rows
        return
    starts = np.array([session.start for session in sessions])
    owner = np.clip(np.searchsorted(starts, times[rows], side="right") - 1, 0, None)
    owner[times[rows] > sessions[-1].end + _SLACK_S] = len(sessions)
    sessions.append(_without_session(messages))
    for place, session in enumerate(sessions):
        own = rows[owner == place]
        if own.size:
            yield session, own


def _cut(leg: Leg, where: str) -> Iterator[Leg]:
    """Yield a leg, in parts where it is longer than two days or rests for more than one."""
    parts = list(spans(leg.times))
    if len(parts) == 1:
        yield leg
        return
    says = (
        f"{int(leg.times[-1] - leg.times[0]) // 3600} hours lie between the first and the last "
        f"sample; the recording was cut at its largest pauses into {len(parts)} parts."
    )
    issues = (*leg.issues, Issue("warning", where, says))
    for first, after in parts:
        yield leg.part(first, after, issues)


def too_small(leg: Leg, legs: tuple[Leg, ...], where: str) -> Issue | None:
    """Return why a few records beside a long leg are no run of their own, None where they may be.

    Parameters
    ----------
    leg
        One of `legs`.
    legs
        Of one FIT file.
    where
        How issues name the file.
    """
    count = leg.times.size
    if count >= _STRAY or max(other.times.size for other in legs) <= _WHOLE:
        return None
    says = (
        f"Left out {count} records of {date_of(int(leg.times[0])):%Y-%m-%d %H:%M:%S} UTC: too few "
        "for a run of their own beside the longer one."
    )
    return Issue("warning", where, says)


def _sessions(messages: Messages) -> Iterator[Session]:
    """Yield the sessions in time order."""
    stack = messages.of(profile.SESSION)
    numbers = {number: stack.numbers(number) for number in (2, 5, 6, 7, 192, 193)}
    ends = stack.times.astype(np.float64)
    starts = np.where(np.isnan(numbers[2]), ends - np.nan_to_num(numbers[7]), numbers[2])
    starts = np.clip(starts, 0, _LAST_TIME)
    ends = np.clip(np.fmax(ends, starts + np.nan_to_num(numbers[7])), 0, _LAST_TIME)
    for row in np.argsort(starts, kind="stable").tolist():
        yield Session(
            start=int(starts[row]),
            end=int(ends[row]),
            sport=name_of("sport", numbers[5][row]),
            sub_sport=name_of("sub_sport", numbers[6][row]),
            evaluation=SelfEvaluation(
                _optional(numbers[192][row]), _optional(numbers[193][row], 10)
            ),
        )


def _without_session(messages: Messages) -> Session:
    """Return what is known of records no session message speaks for."""
    laps, sport = messages.of(profile.LAP), messages.of(profile.SPORT)
    said = np.concatenate([laps.numbers(25), sport.numbers(0)])
    finer = np.concatenate([laps.numbers(39), sport.numbers(1)])
    said, finer = said[~np.isnan(said)], finer[~np.isnan(finer)]
    return Session(
        start=0,
        end=0,
        sport=name_of("sport", said[-1]) if said.size else "unknown",
        sub_sport=name_of("sub_sport", finer[-1]) if finer.size else "unknown",
        evaluation=SelfEvaluation(),
    )


def _leg(session: Session, rows: Ints, times: Ints, where: str) -> Leg:
    """Put rows in time order, one a second, and say where that took something."""
    issues = []
    own = times[rows]
    backward = int((np.diff(own) < 0).sum())
    if backward:
        order = np.argsort(own, kind="stable")
        rows, own = rows[order], own[order]
        says = f"The clock went backward {backward} times; samples were put in time order."
        issues.append(Issue("warning", where, says))
    sharing = None
    fresh = np.diff(own, prepend=own[0] - 1) > 0
    if not fresh.all():
        sharing, own = np.cumsum(fresh) - 1, own[fresh]
        says = (
            f"{int((~fresh).sum())} records repeat a second already there; "
            "of each second the first value of each kind was kept."
        )
        issues.append(Issue("info", where, says))
    if own[0] < _CLOCK_SET:
        says = "The device did not know the date; only times within the run are right."
        issues.append(Issue("warning", where, says))
    return Leg(session, rows, own, tuple(issues), sharing)
