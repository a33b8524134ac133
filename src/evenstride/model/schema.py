"""What a table holds: every column with its type, unit, meaning and source, said once."""

from dataclasses import dataclass

import polars as pl

from evenstride.model.errors import EvenstrideError
from evenstride.model.units import Unit, unit_of


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name
        Ends in the unit's suffix when the column is a number.
    dtype
        The polars type.
    says
        What it means, for the reference and for labels.
    source
        Where the definition comes from.
    counts
        True for whole numbers that count or number things and so need no unit.
    """

    name: str
    dtype: pl.DataType | type[pl.DataType]
    says: str
    source: str
    counts: bool = False

    def __post_init__(self) -> None:
        """Refuse a number without a unit when the program starts, not when a runner is confused."""
        is_number = self.dtype in {pl.Float64, pl.Float32, pl.Int64, pl.Int32}
        if is_number and not self.counts and self.unit is None:
            raise EvenstrideError(
                f"Column {self.name!r} is a number without a unit.",
                "End its name in a suffix of model/units.py.",
            )

    @property
    def unit(self) -> Unit | None:
        """The unit its name carries."""
        return None if self.counts else unit_of(self.name)


@dataclass(frozen=True)
class Schema:
    """A table's columns, in order.

    Examples
    --------
    >>> beats = Schema("beats", (Column("rr_ms", pl.Float64, "time between beats", "FIT"),))
    >>> beats.empty().columns
    ['rr_ms']
    >>> beats.check(pl.DataFrame({"rr_ms": [812.0]})).height
    1
    """

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def empty(self) -> pl.DataFrame:
        """Return the table without a row."""
        return pl.DataFrame(schema={column.name: column.dtype for column in self.columns})

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` unchanged if it is this table.

        Raises
        ------
        EvenstrideError
            If a column is missing, unknown, of another type, or holds NaN (missing is null).
        """
        wanted = {column.name: column.dtype for column in self.columns}
        found = dict(frame.schema)
        if found != wanted:
            odd = sorted({f"{k}: {v}" for k, v in set(found.items()) ^ set(wanted.items())})
            raise EvenstrideError(
                f"This is not a table of {self.name}: {', '.join(odd)} differ.",
                f"Its columns are {', '.join(wanted)}.",
            )
        floats = frame.select(pl.col(pl.Float64).is_nan().any())
        for name in floats.columns:
            if floats[name].any():
                raise EvenstrideError(
                    f"Column {name} of {self.name} holds NaN.", "Missing is null."
                )
        return frame
