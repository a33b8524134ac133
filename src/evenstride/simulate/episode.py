"""Episodes planted into a run: the truth an analysis has to find again."""

from dataclasses import dataclass

import numpy as np

from evenstride.model.episode import EpisodeKind
from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Floats


@dataclass(frozen=True)
class PlantedEpisode:
    """A stretch in which coordination is lost.

    Attributes
    ----------
    onset_s, recovery_s
        When it begins and when it is over, seconds since the start; no recovery: to the end.
    ramp_s
        How long it takes to come in full, counted from `onset_s`; it goes at once.
    clearing_s
        How long it takes to go, counted back from `recovery_s`.
    balance_pp
        Toward the left foot where positive, in percentage points of contact time.
    contact_time_ms, vertical_oscillation_mm, cadence_spm
        Change of that channel.
    left_contact_time_ms, right_contact_time_ms
        Change of one foot's own contact time; moves balance and the mean accordingly.
    size_sd
        More change, in units of this run's own noise: pairs of a channel's column and how many SD.
    kind
        ``shift``: the level moves; ``bursts``: single bad seconds; ``variability``: more noise.
    noise_gain
        By how much noise grows where the kind is ``variability``.
    bursts_per_min, burst_s
        How often and how long, where the kind is ``bursts``.
    """

    onset_s: float
    recovery_s: float | None = None
    ramp_s: float = 0.0
    clearing_s: float = 0.0
    balance_pp: float = 0.0
    contact_time_ms: float = 0.0
    vertical_oscillation_mm: float = 0.0
    cadence_spm: float = 0.0
    left_contact_time_ms: float = 0.0
    right_contact_time_ms: float = 0.0
    size_sd: tuple[tuple[str, float], ...] = ()
    kind: EpisodeKind = "shift"
    noise_gain: float = 2.0
    bursts_per_min: float = 4.0
    burst_s: float = 3.0

    def __post_init__(self) -> None:
        """Refuse an episode that ends before it begins."""
        if self.recovery_s is not None and self.recovery_s <= self.onset_s:
            raise EvenstrideError(
                f"An episode cannot be over at {self.recovery_s:g} s when it begins at "
                f"{self.onset_s:g} s.",
                "Give a recovery after the onset, or none.",
            )


def envelope(episode: PlantedEpisode, seconds: int) -> Floats:
    """Return how fully the episode is there at each second, 0 to 1, shape ``(seconds,)``.

    Examples
    --------
    >>> envelope(PlantedEpisode(2, 6, ramp_s=2), 8).tolist()
    [0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 0.0, 0.0]
    """
    time_s = np.arange(seconds, dtype=float)
    end_s = np.inf if episode.recovery_s is None else episode.recovery_s
    inside = (time_s >= episode.onset_s) & (time_s < end_s)
    coming = (time_s - episode.onset_s) / episode.ramp_s if episode.ramp_s > 0 else np.inf
    going = (end_s - time_s) / episode.clearing_s if episode.clearing_s > 0 else np.inf
    return np.where(inside, np.clip(np.minimum(coming, going), 0, 1), 0.0)


def bad_seconds(episode: PlantedEpisode, seconds: int, rng: np.random.Generator) -> Floats:
    """Return 1 in random bad seconds and 0 elsewhere, shape ``(seconds,)``."""
    starts = rng.random(seconds) < episode.bursts_per_min / 60
    length = max(round(episode.burst_s), 1)
    return (np.convolve(starts, np.ones(length))[:seconds] > 0).astype(float)


def shifts(
    episode: PlantedEpisode, contact_time_ms: float, noise_sd: dict[str, float]
) -> dict[str, float]:
    """Return the full change of each channel, in its unit, that is not zero.

    Parameters
    ----------
    episode
        What was asked for.
    contact_time_ms
        The runner's own, to turn one foot's change into balance.
    noise_sd
        This run's noise by channel.

    Examples
    --------
    >>> shifts(PlantedEpisode(0, left_contact_time_ms=10), 250.0, {})
    {'contact_balance_left_pct': 0.9804, 'contact_time_ms': 5.0}
    """
    left = contact_time_ms + episode.left_contact_time_ms
    right = contact_time_ms + episode.right_contact_time_ms
    planted = {
        "contact_balance_left_pct": episode.balance_pp + round(100 * left / (left + right) - 50, 4),
        "contact_time_ms": episode.contact_time_ms + (left + right) / 2 - contact_time_ms,
        "vertical_oscillation_mm": episode.vertical_oscillation_mm,
        "cadence_spm": episode.cadence_spm,
    }
    for name, times in episode.size_sd:
        if name not in planted:
            raise EvenstrideError(
                f"No episode can be planted in {name!r}.", f"Choose from {', '.join(planted)}."
            )
        planted[name] += times * noise_sd.get(name, 0.0)
    return {name: size for name, size in planted.items() if size}


@dataclass(frozen=True)
class Latencies:
    """How the latency differs from bout to bout; the episode's own onset is its median.

    Attributes
    ----------
    spread
        SD of the logarithm of the latency; 0: the same in every bout.
    share_without
        Share of bouts in which nothing happens.
    trend
        Change of the log latency from one bout to the next, about the middle bout; negative: it
        comes earlier as the session goes on.
    """

    spread: float = 0.0
    share_without: float = 0.0
    trend: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a negative spread and a share beyond 0 to 1."""
        if self.spread < 0 or not 0 <= self.share_without <= 1:
            raise EvenstrideError(
                "The spread of latencies cannot be negative, nor a share lie outside 0 to 1.",
                "Give a spread from 0 and a share of bouts from 0 to 1.",
            )


def draw_latencies(
    median_s: float, how: Latencies, bouts: int, rng: np.random.Generator
) -> tuple[float | None, ...]:
    """Return each bout's latency in seconds, None where nothing happens in it.

    A latency may lie beyond the bout's end: then it is not reached.

    Examples
    --------
    >>> draw_latencies(60.0, Latencies(trend=-0.1), 3, np.random.default_rng(1))[1]
    60.0
    """
    place = np.arange(bouts) - 0.5 * (bouts - 1)
    latency_s = median_s * np.exp(how.trend * place + how.spread * rng.standard_normal(bouts))
    without = rng.random(bouts) < how.share_without
    return tuple(
        None if nothing else float(one) for one, nothing in zip(latency_s, without, strict=True)
    )


def in_bouts(
    episode: PlantedEpisode,
    bouts: tuple[Stretch, ...],
    latencies_s: tuple[float | None, ...] | None = None,
) -> tuple[PlantedEpisode, ...]:
    """Repeat an episode in every bout it reaches, its times counted from the bout's start.

    `latencies_s`, one a bout, stand for the episode's onset; None there plants nothing.
    """
    out = []
    for bout, latency_s in zip(bouts, latencies_s or (episode.onset_s,) * len(bouts), strict=True):
        onset_s = np.inf if latency_s is None else bout.from_s + latency_s
        asked_s = np.inf if episode.recovery_s is None else bout.from_s + episode.recovery_s
        if onset_s < min(asked_s, bout.to_s):
            times = {"onset_s": onset_s, "recovery_s": float(min(asked_s, bout.to_s))}
            out.append(PlantedEpisode(**(vars(episode) | times)))
    return tuple(out)
