"""The runner: where each channel stands, and how it answers to pace and slope."""

from dataclasses import dataclass

import numpy as np

from evenstride.model.signal import Floats

CHANNELS = (
    "contact_balance_left_pct",
    "contact_time_ms",
    "vertical_oscillation_mm",
    "cadence_spm",
)
"""What the runner's body does by itself; everything else follows from it."""

WALK = {
    "contact_balance_left_pct": 0.0,
    "contact_time_ms": 300.0,
    "vertical_oscillation_mm": -45.0,
    "cadence_spm": -60.0,
}
"""How far each channel moves when the runner walks."""

BALANCE_SD_PP = 0.81
"""One-second noise of balance, to turn a correlation with pace into a slope."""

PACE_SD_MPS = 0.3
"""Spread of pace in the runs in which that correlation was measured, about."""


@dataclass(frozen=True)
class Response:
    """How one channel answers to pace and slope, in its unit.

    Attributes
    ----------
    level
        Where it stands at the runner's plain pace on the flat.
    per_mps, per_mps_squared
        For each metre per second above the plain pace, and its square.
    per_grade_pct, per_grade_pct_either_way
        For each per cent uphill, and for each per cent up or down.
    lagging_share, lag_s
        Which share of the answer to pace comes late, and how late, 0 to 30 s.
    """

    level: float
    per_mps: float = 0.0
    per_mps_squared: float = 0.0
    per_grade_pct: float = 0.0
    per_grade_pct_either_way: float = 0.0
    lagging_share: float = 0.0
    lag_s: float = 0.0

    def at(self, faster_mps: Floats, grade_pct: Floats) -> Floats:
        """Return the channel's course for speeds above plain and slopes, same shape.

        Examples
        --------
        >>> Response(50.0, per_mps=0.5).at(np.array([0.0, 1.0]), np.zeros(2)).tolist()
        [50.0, 50.5]
        """
        late = _fading(faster_mps, self.lag_s)
        felt_mps = (1 - self.lagging_share) * faster_mps + self.lagging_share * late
        return np.asarray(
            self.level
            + self.per_mps * felt_mps
            + self.per_mps_squared * felt_mps**2
            + self.per_grade_pct * grade_pct
            + self.per_grade_pct_either_way * np.abs(grade_pct)
        )


@dataclass(frozen=True)
class Runner:
    """One runner.

    Attributes
    ----------
    balance, contact_time, vertical_oscillation, cadence
        Their channels' responses, in % left, ms, mm and steps/min.
    heart_rate_bpm
        At the plain pace.
    """

    balance: Response
    contact_time: Response
    vertical_oscillation: Response
    cadence: Response
    heart_rate_bpm: float = 148.0

    def responses(self) -> tuple[Response, ...]:
        """Return the responses in the order of `CHANNELS`."""
        return (self.balance, self.contact_time, self.vertical_oscillation, self.cadence)


def _fading(values: Floats, lag_s: float) -> Floats:
    """Return `values` followed with a delay that fades exponentially over `lag_s`."""
    if lag_s <= 0:
        return values
    weight = np.exp(-np.arange(int(4 * lag_s) + 1) / lag_s)
    held = np.concatenate((np.full(weight.size - 1, values[0]), values))
    return np.convolve(held, weight / weight.sum(), mode="valid")


def draw_runner(rng: np.random.Generator) -> Runner:
    """Draw a runner as they were measured.

    Balance goes with pace in either direction (r from -0.46 to +0.63) and moves 0.02 pp to the
    right for each per cent uphill; contact time falls by 20 to 40 ms for each m/s (22 to 32 in
    three public runs); answers come up to 30 s late.

    Examples
    --------
    >>> 45 < draw_runner(np.random.default_rng(1)).balance.level < 55
    True
    """
    r = float(np.clip(rng.normal(0.05, 0.25), -0.46, 0.63))
    lag_s = rng.uniform(0, 30, size=4)
    share = rng.uniform(0, 0.5, size=4)
    late = [
        {"lagging_share": float(p), "lag_s": float(s)} for p, s in zip(share, lag_s, strict=True)
    ]
    return Runner(
        Response(
            float(rng.normal(50.0, 0.8)),
            r / np.sqrt(1 - r**2) * BALANCE_SD_PP / PACE_SD_MPS,
            float(rng.normal(0, 0.1)),
            float(rng.normal(-0.02, 0.02)),
            0.0,
            **late[0],
        ),
        Response(
            float(rng.normal(255, 15)),
            float(rng.uniform(-40, -20)),
            float(rng.uniform(0, 8)),
            float(rng.normal(1.0, 0.4)),
            float(rng.normal(0.0, 0.3)),
            **late[1],
        ),
        Response(
            float(rng.normal(85, 8)),
            float(rng.normal(3, 8)),
            float(rng.normal(-1, 1)),
            float(rng.normal(-0.8, 0.3)),
            float(rng.normal(0.0, 0.2)),
            **late[2],
        ),
        Response(
            float(rng.normal(170, 6)),
            float(rng.uniform(5, 14)),
            0.0,
            float(rng.normal(-0.2, 0.1)),
            0.0,
            **late[3],
        ),
        float(rng.normal(148, 6)),
    )
