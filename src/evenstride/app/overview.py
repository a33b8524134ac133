"""The overview: one row a run, kept as one Parquet table."""

from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import polars as pl

from evenstride.app.appraise import Wanted, appraisal_of, is_kept, wanted
from evenstride.app.first_look import Appraisal
from evenstride.app.normals import Normals, basis_of, normals_of
from evenstride.app.views import RunView
from evenstride.model.errors import EvenstrideError
from evenstride.model.marks import LAPS, Mark
from evenstride.model.overview import OVERVIEW
from evenstride.store.archive import Archive

_KEY, _BASIS = "key", "basis"
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

    It is made once after each change, from the analyses that are kept; what is normal for the
    runner is learnt anew then. A run whose analysis is missing, or is of another label or code
    than now, has no row.
    """
    every, kept = wanted(archive), _kept(archive)
    known = set(kept[_KEY].to_list())
    there = [one for one in every if one.key in known or is_kept(archive, one)]
    basis = basis_of(there, archive.splits())
    if kept[_KEY].to_list() != [one.key for one in there] or set(kept[_BASIS]) - {basis}:
        kept = _made(archive, there)
        written = BytesIO()
        kept.write_parquet(written, statistics=False)
        with suppress(EvenstrideError):  # a full disk must not keep anyone from looking
            archive.keep_computed(_path(archive), written.getvalue())
    return OVERVIEW.check(kept.select(OVERVIEW.names))


def _made(archive: Archive, there: Sequence[Wanted]) -> pl.DataFrame:
    found = [(one, kept) for one in there if (kept := appraisal_of(archive, one)) is not None]
    whole = [one for one, _ in found]
    normals = normals_of(archive, whole)
    rows = [_row(one, kept.view) | _beside(kept, normals) for one, kept in found]
    table = pl.DataFrame(rows, schema={_KEY: pl.String, **dict(OVERVIEW.empty().schema)})
    basis = basis_of(whole, archive.splits())
    return table.with_columns(pl.lit(basis, pl.String).alias(_BASIS))


def _beside(kept: Appraisal, normals: Normals) -> dict[str, object]:
    """Return how the run as a whole lies beside what is normal on its device."""
    weighed = normals.weigh(kept)
    if weighed is None:
        return {}
    beside: dict[str, object] = {"off_throughout": weighed.off}
    if weighed.balance is not None:
        low, usual, high = weighed.balance
        beside |= {
            "balance_usual_pct": usual,
            "balance_lo_pct": low,
            "balance_hi_pct": high,
        }
    return beside


def _path(archive: Archive) -> Path:
    return archive.derived("overview", "overview.parquet")


def _kept(archive: Archive) -> pl.DataFrame:
    """Return the rows that are kept, each with the key of the analysis it was made from."""
    empty = (
        OVERVIEW.empty()
        .select(
            pl.lit(None, pl.String).alias(_KEY), pl.all(), pl.lit(None, pl.String).alias(_BASIS)
        )
        .clear()
    )
    data = archive.computed(_path(archive))
    kept = empty if data is None else pl.read_parquet(data)
    return kept if kept.schema == empty.schema else empty


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
    return row | {"untold_presses": _untold_presses(view)} | _felt(view.marks)


def _untold_presses(view: RunView) -> int:
    if all(issue.where != LAPS for issue in view.issues):
        return 0
    return sum(mark.kind == "mark" and mark.source == "lap" for mark in view.marks)


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
