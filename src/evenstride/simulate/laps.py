"""The lap button: pressed by a hand that is late, or by the watch itself."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import polars as pl

from evenstride.model.recording import LAPS
from evenstride.model.signal import Floats
from evenstride.simulate.episode import PlantedEpisode

Felt: TypeAlias = Literal["gone", "back"]


@dataclass(frozen=True)
class LapButton:
    """How this runner uses the lap button.

    Attributes
    ----------
    presses_gone, presses_back
        Whether they press when coordination goes, and when it returns.
    delay_s
        Median time from feeling it to the press.
    delay_spread
        SD of the logarithm of that time.
    felt_share
        Of a ramp, how much has come, or gone, when it is felt.
    every_m
        Distance after which the watch begins a lap by itself; None where that is off.
    """

    presses_gone: bool = True
    presses_back: bool = True
    delay_s: float = 5.0
    delay_spread: float = 0.5
    felt_share: float = 0.5
    every_m: float | None = None


@dataclass(frozen=True)
class Press:
    """One press: when, and what it meant."""

    t_s: float
    meaning: Felt


def _moments(button: LapButton, episode: PlantedEpisode) -> list[tuple[float, Felt]]:
    out: list[tuple[float, Felt]] = []
    if button.presses_gone:
        out.append((episode.onset_s + button.felt_share * episode.ramp_s, "gone"))
    if button.presses_back and episode.recovery_s is not None:
        clearing_s = episode.clearing_s * (1 - button.felt_share)
        out.append((episode.recovery_s - clearing_s, "back"))
    return out


def draw_presses(
    button: LapButton, episodes: tuple[PlantedEpisode, ...], seconds: int, rng: np.random.Generator
) -> tuple[Press, ...]:
    """Return the presses that fall inside the run, on whole seconds, in order.

    Examples
    --------
    >>> button = LapButton(delay_s=4.0, delay_spread=0.0)
    >>> draw_presses(button, (PlantedEpisode(60, 90),), 80, np.random.default_rng(1))
    (Press(t_s=64.0, meaning='gone'),)
    """
    moments = [moment for episode in episodes for moment in _moments(button, episode)]
    late = button.delay_s * np.exp(button.delay_spread * rng.standard_normal(len(moments)))
    pressed = [
        Press(float(np.rint(t_s + delay)), felt)
        for (t_s, felt), delay in zip(moments, late, strict=True)
    ]
    return tuple(sorted((p for p in pressed if 0 < p.t_s < seconds - 1), key=lambda p: p.t_s))


def laps_table(
    presses: tuple[Press, ...], distance_m: Floats, every_m: float | None
) -> pl.DataFrame:
    """Return the table of `LAPS`: every press, every automatic lap, and the end.

    Examples
    --------
    >>> laps_table((Press(3.0, "gone"),), np.arange(6.0), 4.0).rows()
    [(0.0, 3.0, 'manual'), (3.0, 4.0, 'distance'), (4.0, 5.0, 'session_end')]
    """
    ends: dict[float, str] = {}
    if every_m:
        marks_m = np.arange(every_m, distance_m[-1], every_m)
        ends |= {float(t): "distance" for t in np.searchsorted(distance_m, marks_m)}
    ends |= {press.t_s: "manual" for press in presses}
    last_s = float(distance_m.size - 1)
    ends = {t: how for t, how in sorted(ends.items()) if 0 < t < last_s} | {last_s: "session_end"}
    end_s = list(ends)
    return pl.DataFrame(
        {"start_s": [0.0, *end_s[:-1]], "end_s": end_s, "trigger": list(ends.values())},
        schema=dict(LAPS.empty().schema),
    )
