"""The overview: one row a run, kept as one Parquet table."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import polars as pl

from evenstride.app.appraise import Wanted, appraisal_of, wanted
from evenstride.app.views import RunView
from evenstride.model.marks import Mark
from evenstride.model.overview import OVERVIEW
from evenstride.store.archive import Archive

_KEY = "key"
_BALANCE = "contact_balance_left"
_FROM_EPISODE = (
    "onset_s",
    "onset_lo_s",
    "onset_hi_s",
    "onset_distance_m",
    "present_at_start",
    "recovery_s",
    "recovery_lo_s",
    "recovery_hi_s",
    "recovery_distance_m",
    "toward",
)


def overview(archive: Archive) -> pl.DataFrame:
    """Return a table of `OVERVIEW`: one row for every run that has been analysed, in time order.

    Rows are made once from each kept analysis; a run whose analysis is missing, or is of another
    label or code than now, has no row.
    """
    every = wanted(archive)
    kept = _kept(archive)
    known = set(kept[_KEY].to_list())
    new = [row for one in every if one.key not in known for row in _rows(archive, one)]
    order = pl.DataFrame({_KEY: [one.key for one in every]}, schema={_KEY: pl.String})
    rows = pl.concat([kept, pl.DataFrame(new, schema=kept.schema)])
    table = order.join(rows, on=_KEY, how="inner", maintain_order="left").select(kept.columns)
    if new or table.height < kept.height:
        written = BytesIO()
        table.write_parquet(written, statistics=False)
        archive.write_derived(_path(archive), written.getvalue())
    return OVERVIEW.check(table.drop(_KEY))


def _path(archive: Archive) -> Path:
    return archive.derived("overview", "overview.parquet")


def _kept(archive: Archive) -> pl.DataFrame:
    """Return the rows that are kept, each with the key of the analysis it was made from."""
    empty = pl.DataFrame(schema={_KEY: pl.String, **dict(OVERVIEW.empty().schema)})
    try:
        kept = pl.read_parquet(_path(archive).read_bytes())
    except (FileNotFoundError, pl.exceptions.PolarsError):
        return empty
    return kept if kept.schema == empty.schema else empty


def _rows(archive: Archive, one: Wanted) -> Sequence[dict[str, object]]:
    kept = appraisal_of(archive, one)
    return () if kept is None else (_row(one, kept.view),)


def _row(one: Wanted, view: RunView) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys((_KEY, *OVERVIEW.names))
    row |= {
        _KEY: one.key,
        "run": one.filed.run,
        "start": view.start,
        "device": one.filed.device,
        "duration_s": view.duration_s,
        "distance_m": view.distance_m,
        "moving_s": view.moving_s,
        "coordinated_s": view.coordinated_s,
        "off_s": view.off_s,
        "episodes": len(view.episodes),
        "label": one.labels[0].kind if one.labels else None,
        "balance_left_pct": next((c.median for c in view.channels if c.name == _BALANCE), None),
    }
    for episode in view.episodes[:1]:
        row |= {name: getattr(episode, name) for name in _FROM_EPISODE}
    return row | _felt(view.marks)


def _felt(marks: Sequence[Mark]) -> dict[str, object]:
    """Return when it was first felt to go, and when it was then felt to come back."""
    gone = next((mark for mark in marks if mark.kind == "gone"), None)
    since_s = gone.t_s if gone else 0.0
    back = next((mark for mark in marks if mark.kind == "back" and mark.t_s >= since_s), None)
    felt: dict[str, object] = {}
    for mark in (gone, back):
        if mark is not None:
            felt |= {f"felt_{mark.kind}_s": mark.t_s, f"felt_{mark.kind}_m": mark.distance_m}
    return felt
