"""Signs that need help now: the same list in every report, whatever the run shows."""

import csv
from dataclasses import dataclass
from importlib.resources import files

UNCHECKED = "general clinical knowledge, not yet checked by a clinician"


@dataclass(frozen=True)
class EmergencySign:
    """One sign, what to do, and where that is known from.

    Attributes
    ----------
    sign, action
        In plain words, as the project's evidence table has them.
    source
        Who says so.
    checked
        False where it is general clinical knowledge no clinician has yet read for us.
    """

    sign: str
    action: str
    source: str
    checked: bool


def emergency_signs() -> tuple[EmergencySign, ...]:
    """Return all signs in the order of the table.

    Examples
    --------
    >>> emergency_signs()[0].action
    'call emergency services now'
    """
    text = files("evenstride.report").joinpath("emergency_signs.csv").read_text("utf-8")
    return tuple(
        EmergencySign(row["sign"], row["action"], row["source"], row["basis"] != "unverified")
        for row in csv.DictReader(text.splitlines())
    )
