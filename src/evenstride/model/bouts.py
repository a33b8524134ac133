"""What many short bouts of running show together that none of them shows alone."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from evenstride.model.episode import ChannelShift, Span

BoutKind: TypeAlias = Literal["came", "before", "not", "unclear", "unjudged"]
TrendKind: TypeAlias = Literal["earlier", "later", "cannot tell"]


@dataclass(frozen=True)
class BoutLatency:
    """What one bout says of its own latency, the other bouts considered.

    Attributes
    ----------
    kind
        ``came``: inside what could be judged; ``before``: off from before the first 30 s were over;
        ``not``: not before the bout's end; ``unclear``: none of these is twice as likely as the
        others together, or only the other bouts tell ``before`` from ``not``; ``unjudged``: too
        little of it could be judged.
    latency_s
        Seconds after the bout's start, from the bout's own posterior; None unless it came.
    """

    kind: BoutKind
    latency_s: Span | None


@dataclass(frozen=True)
class LatencySpread:
    """How the latency is spread over bouts; the value of each span is the middle of its posterior.

    Attributes
    ----------
    median_s
        Half of the latencies are shorter. Values under 30 s mean "before 30 s".
    half_from_s, half_to_s
        The quartiles: half of the latencies lie between them.
    spread
        Standard deviation of the natural logarithm of the latency; 0: the same in every bout.
    judged
        Bouts that say something of their latency.
    before, without
        In how many of these it had gone before 30 s, and in how many not before the bout's end.
    trend
        Change of the log latency from one bout to the next; negative: it comes earlier as the
        session goes on.
    bouts
        Every bout of the run, in order.
    """

    median_s: Span
    half_from_s: Span
    half_to_s: Span
    spread: Span
    judged: int
    before: Span
    without: Span
    trend: Span
    bouts: tuple[BoutLatency, ...]

    @property
    def trends(self) -> TrendKind:
        """Whether it comes earlier or later as the session goes on, or this cannot be told."""
        if self.trend.lo <= 0.0 <= self.trend.hi:
            return "cannot tell"
        return "earlier" if self.trend.value < 0.0 else "later"

    @property
    def unclear(self) -> int:
        """In how many bouts this is not sure; they are counted where they likeliest belong."""
        return sum(bout.kind == "unclear" for bout in self.bouts)


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
        tried counted, at most; of the search that found it.
    latencies
        How the onset differs from bout to bout.
    """

    onset_s: Span
    bouts: int
    agreeing: int
    shifts: tuple[ChannelShift, ...]
    p_value: float
    latencies: LatencySpread | None = None


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
