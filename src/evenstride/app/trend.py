"""The verb `trend`: years of running at a glance."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import inf
from statistics import median

import polars as pl

from evenstride.app.archive_views import (
    TREND_SCHEMA,
    BalanceView,
    EventView,
    RunLineView,
    SpanView,
    TrendRunView,
    TrendView,
    YearView,
)
from evenstride.app.devices import device_views
from evenstride.app.runs import Row, rows_by_run, run_lines
from evenstride.store.archive import Archive

_GAP = timedelta(days=28)
_FEWEST_USUAL = 10
_SD_OF_MAD = 1.4826
_NINE_IN_TEN_SD = 1.645


def trend(archive: Archive, overview: pl.DataFrame) -> TrendView:
    """Return what the archive's runs show over the years.

    Parameters
    ----------
    archive
        Open; its facts decide which runs there are.
    overview
        What is known of each, a table of `OVERVIEW`.
    """
    lines = run_lines(archive, overview)
    analysed = tuple(line for line in lines if line.analysed)
    runs = _with_usual_balance(_runs(analysed, rows_by_run(overview)))
    return TrendView(
        schema=TREND_SCHEMA,
        waiting=len(lines) - len(analysed),
        devices=device_views(analysed, overview, archive.flipped()),
        gaps=_gaps([_day(line.start) for line in lines]),
        years=tuple(_year(year, own) for year, own in _by_year(runs).items()),
        runs=runs,
    )


def _runs(lines: Sequence[RunLineView], rows: dict[str, Row]) -> tuple[TrendRunView, ...]:
    return tuple(
        TrendRunView(
            run=line.run,
            start=line.start,
            device=line.device,
            duration_s=line.duration_s,
            distance_m=line.distance_m,
            judged_s=(line.coordinated_s or 0.0) + (line.off_s or 0.0),
            share=_share(line.coordinated_s or 0.0, line.off_s or 0.0),
            measured=line.measured,
            felt=line.felt,
            off_throughout=line.off_throughout,
            label=line.label,
            balance=_balance(rows[line.run]),
        )
        for line in lines
    )


def _balance(row: Row) -> BalanceView | None:
    mean, usual, lo, hi = (
        float(value) if isinstance(value, int | float) else None
        for value in (row[f"balance_{what}_pct"] for what in ("left", "usual", "lo", "hi"))
    )
    return None if mean is None else BalanceView(mean, usual, lo, hi)


def _with_usual_balance(runs: Sequence[TrendRunView]) -> tuple[TrendRunView, ...]:
    """Give runs whose usual balance is not known yet that of their device's other runs."""
    usual = {name: _usual(own) for name, own in _by_device(runs).items()}
    return tuple(_told_usual(run, usual[run.device]) for run in runs)


def _told_usual(run: TrendRunView, usual: tuple[float, float] | None) -> TrendRunView:
    balance = run.balance
    if balance is None or balance.usual_pct is not None or usual is None:
        return run
    middle, half = usual
    known = BalanceView(balance.mean_pct, middle, middle - half, middle + half)
    return TrendRunView(**{**vars(run), "balance": known})


def _usual(runs: Sequence[TrendRunView]) -> tuple[float, float] | None:
    """Return the middle of a device's run means and half the width that holds nine in ten."""
    means = [run.balance.mean_pct for run in runs if run.balance is not None and not went(run)]
    if len(means) < _FEWEST_USUAL:
        return None
    middle = median(means)
    spread = _SD_OF_MAD * median(abs(mean - middle) for mean in means)
    return middle, _NINE_IN_TEN_SD * spread


def went(run: TrendRunView) -> bool:
    """Return whether it went in a run, measured or as the runner said."""
    return bool(run.measured or run.off_throughout or run.felt or run.label == "off-throughout")


def _by_device(runs: Sequence[TrendRunView]) -> dict[str, list[TrendRunView]]:
    found: dict[str, list[TrendRunView]] = defaultdict(list)
    for run in runs:
        found[run.device].append(run)
    return found


def _by_year(runs: Sequence[TrendRunView]) -> dict[int, list[TrendRunView]]:
    found: dict[int, list[TrendRunView]] = defaultdict(list)
    for run in runs:
        found[_day(run.start).year].append(run)
    return found


def _year(year: int, runs: Sequence[TrendRunView]) -> YearView:
    off = [_lasting(run) for run in runs if run.measured or run.off_throughout]
    latencies = [gone_s for gone_s, _, _ in off if gone_s is not None]
    share = [run for run in runs if run.share is not None]
    return YearView(
        year=year,
        runs=len(runs),
        judged=len(share),
        off=len(off),
        felt=sum(run.felt is not None or run.label == "off-throughout" for run in runs),
        latency_s=median(latencies) if latencies else None,
        cleared=sum(cleared for _, cleared, _ in off),
        not_cleared=sum(not cleared for _, cleared, _ in off),
        recovery_m=half_cleared([(length[1], cleared) for _, cleared, length in off]),
        recovery_s=half_cleared([(length[0], cleared) for _, cleared, length in off]),
        share=_mean_share(runs),
    )


def _mean_share(runs: Sequence[TrendRunView]) -> float | None:
    """Return the coordinated share of all judged running, None where there is none."""
    told = [(run.share, run.judged_s) for run in runs if run.share is not None]
    whole = sum(seconds for _, seconds in told)
    return sum(share * seconds for share, seconds in told) / whole if whole else None


def _lasting(run: TrendRunView) -> tuple[float | None, bool, tuple[float, float | None]]:
    """Return when it went, whether it came back, and for how many seconds and metres it lasted."""
    event = run.measured
    if event is None:
        return 0.0, False, (run.duration_s, run.distance_m)
    return event.gone_s, event.back_s is not None, lasted(event, run.duration_s, run.distance_m)


def lasted(
    event: EventView, duration_s: float, distance_m: float | None
) -> tuple[float, float | None]:
    """Return for how many seconds and metres it was gone, at least: a recording may end first."""
    over_s = duration_s if event.back_s is None else event.back_s
    over_m = distance_m if event.back_s is None else event.back_m
    from_m = 0.0 if event.at_start else event.gone_m
    metres = None if over_m is None or from_m is None else max(over_m - from_m, 0.0)
    return max(over_s - (event.gone_s or 0.0), 0.0), metres


def half_cleared(lengths: Sequence[tuple[float | None, bool]]) -> float | None:
    """Return after what length half had come back, those that did not counted as lasting longer.

    The product-limit estimate of the median: Kaplan & Meier 1958, doi:10.2307/2281868.

    Parameters
    ----------
    lengths
        How long it lasted, and whether it then came back; None where the length is not known.

    Returns
    -------
    float or None
        None where fewer than half came back, or a length is not known.

    Examples
    --------
    >>> half_cleared([(1.0, True), (2.0, True), (3.0, False)])
    2.0
    >>> half_cleared([(1.0, True), (2.0, False), (3.0, False)]) is None
    True
    """
    known = sorted(((inf if n is None else n), not back) for n, back in lengths)
    if not known or known[-1][0] == inf:
        return None
    still = 1.0
    for place, (length, lasts) in enumerate(known):
        if not lasts:
            still *= 1 - 1 / (len(known) - place)
        if still <= 0.5 + 1e-12:
            return length
    return None


def _gaps(days: Sequence[date]) -> tuple[SpanView, ...]:
    one = timedelta(days=1)
    return tuple(
        SpanView((before + one).isoformat(), (after - one).isoformat())
        for before, after in pairwise(days)
        if after - before > _GAP
    )


def _share(coordinated_s: float, off_s: float) -> float | None:
    judged_s = coordinated_s + off_s
    return coordinated_s / judged_s if judged_s > 0 else None


def _day(start: str) -> date:
    return datetime.fromisoformat(start).date()
