"""What many short bouts of running show together that none of them shows alone."""

from dataclasses import dataclass

from evenstride.model.episode import ChannelShift, Span


@dataclass(frozen=True)
class PooledOnset:
    """A change that comes again and again, some time after a bout has begun.

    Attributes
    ----------
    onset_s
        Seconds after the start of a bout.
    bouts
        Bouts that were judged on both sides of it, and so take part.
    agreeing
        Those of them in which the channel that moved most moved the same way.
    shifts
        What moved, channel by channel, from before the onset to the end of a bout. The one that
        moved most clearly comes first.
    p_value
        How often healthy running would show as much in as many bouts, all onsets and channels
        tried counted.
    """

    onset_s: Span
    bouts: int
    agreeing: int
    shifts: tuple[ChannelShift, ...]
    p_value: float


@dataclass(frozen=True)
class PooledBouts:
    """The bouts of one run, laid over each other.

    Attributes
    ----------
    count
        Bouts of running.
    judged
        Those long enough to take part.
    shortest_s
        How long bouts had to last for as many of them to show a change of 2 SD nine times in ten;
        None where no length tried is enough.
    earliest_s
        The earliest onset after the start of a bout that these bouts could show, in the same sense;
        None where they can show none.
    onset
        What they share, None where they share nothing that healthy running does not do.
    """

    count: int
    judged: int
    shortest_s: float | None
    earliest_s: float | None
    onset: PooledOnset | None
