"""Words typed on the phone after a run, read as marks the runner is offered.

Titles and notes such as "gone 2min, back mile 4, left" say what no watch recorded. What is found
here is only ever offered, with the words it was read from; it is never applied by itself. Only
English is read. Silence beats a wrong mark: a moment counts where a word of losing or regaining
coordination stands right beside a time or distance with its unit, in order, inside the run; where
a text speaks of another day, of a maybe, or can be read in two ways, nothing is offered at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import polars as pl

OfferedKind: TypeAlias = Literal["gone", "back"]

_LONGEST = 2000
_METRES = {"k": 1000.0, "mi": 1609.344}
_SECONDS = {"h": 3600.0, "min": 60.0, "s": 1.0}
_BEYOND = 1.01  # a watch's kilometre and the runner's differ so much

_LIMB = r"(?:foot|leg|toes?)"  # an ankle that rolls is a sprain
_TURNED = (
    r"(?:turn(?:ed|ing|s)|roll(?:ed|ing|s)|curl(?:ed|ing|s)|whip(?:ped|ping|s)|went|gone|locked)"
)
_TROUBLE = r"(?:symptoms?|dystonia|coordination|loss of coordination)"
_GONE = (
    rf"(?:(?:{_LIMB}|coordination) (?:is |was |had )?(?:gone|went)"
    rf"|{_LIMB} {_TURNED}(?: (?:in|out|up|under|inward|inwards))?"
    r"|symptoms? (?:started|began|set in|came on|kicked in)"
    r"|dystonia (?:started|began|set in|came on|kicked in)"
    r"|lost coordination"
    r"|gone)"
)
_WELL_UNTIL = (
    rf"(?:(?:no {_TROUBLE}|symptom[- ]free|all clear|fine|normal|clear|ok) (?:until|till|up to))"
)
_BACK = (
    r"(?:(?:all )?(?:back to normal|back|clear(?:ed)?(?: up)?|normal again|fine again|recovered"
    r"|coordination back))"
)
_FILLER = r"(?:(?:again|left|right|completely|fully|totally|off)\s+){0,2}"
_AT = r"(?:(?:at|after|from|@|around|about|roughly|since|near|~)\s*){0,2}"
_NUMBER = r"(?<![\d.,:/-])\d{1,3}(?:\.\d{1,2})?"
_UNIT = (
    r"(?:(?P<k>k|km|kms|kilomet(?:er|re)s?)|(?P<mi>mi|miles?)|(?P<min>min|mins|minutes?)"
    r"|(?P<s>s|sec|secs|seconds?)|(?P<h>h|hr|hrs|hours?))"
)
_UNIT_BEFORE = (
    r"(?:(?P<mile_before>miles?|mi)|(?P<k_before>km|k|kilomet(?:er|re))"
    r"|(?P<min_before>minutes?|min))"
)
_MOMENT = (
    r"(?:(?P<clock>(?<![\d:.])(?:\d{1,2}:)?\d{1,2}:\d\d)"
    rf"|{_UNIT_BEFORE}\s*(?P<after>\d{{1,3}}(?:\.\d{{1,2}})?)"
    rf"|(?P<number>{_NUMBER})\s?{_UNIT}"
    rf"|(?P<bare>{_NUMBER}))"
)
# What follows may not make the number something else: a range, a pace, a time of day, a heart rate.
_ENDS = (
    r"(?![\w:/%°*^]|[.,]\d|\s*(?:-|–|/|to\s+\d|per\b|pace\b|am\b|pm\b|o'?clock|bpm\b|degrees|x\b))"
)
_PHRASE = re.compile(
    rf"\b(?:(?P<gone>{_GONE})|(?P<until>{_WELL_UNTIL})|(?P<back>{_BACK}))\s+{_FILLER}{_AT}"
    rf"{_MOMENT}{_ENDS}",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\s*(?:[,.;!)]|$|(?:and|then|left|right)\b)", re.IGNORECASE)
_NOT_THIS_RUN = re.compile(
    r"\?|\b(?:not|never|n[o']t|didn'?t|wasn'?t|isn'?t|hasn'?t|without|if|unless|would|might|maybe"
    r"|perhaps|could|should|almost|nearly|hardly|hope|hoped|hoping|fear(?:ed)?|expect(?:ed)?"
    r"|yesterday|tomorrow|last|next|ago|usual(?:ly)?|normally|always|often|sometimes"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|previous(?:ly)?|used to"
    r"|for the first|came back|come back|comes back|coming back|out and back|there and back"
    r"|way back|turned back|back home|pain|husband|wife|friend|his|her|he|she|they)\b",
    re.IGNORECASE,
)
_NEVER_GONE = re.compile(
    r"\b(?P<fine>no symptoms?|symptom[- ]free|no dystonia|no loss of coordination)"
    r"(?:\s+(?:today|at all|whatsoever|throughout|the whole (?:run|way)|all the way|this time))?"
    r"\s*(?=[,.;!)\n]|$)",
    re.IGNORECASE,
)
_SAYS_GONE = re.compile(rf"\b(?:{_GONE}|but|except|until|till|later|again)\b", re.IGNORECASE)


@dataclass(frozen=True)
class OfferedMark:
    """A moment read from the runner's words, to be confirmed by them.

    Attributes
    ----------
    kind
        ``gone``: coordination went; ``back``: it returned.
    t_s
        Seconds since the recording's start.
    words
        The words it was read from.
    span
        Where they stand in the text: first character, and the one after the last.
    """

    kind: OfferedKind
    t_s: float
    words: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Noted:
    """What a title or note was understood to say.

    Attributes
    ----------
    marks
        In time order, ``gone`` and ``back`` in turn.
    fine
        The words that say nothing happened, empty where they do not.
    """

    marks: tuple[OfferedMark, ...] = ()
    fine: str = ""


def marks_in(text: str, samples: pl.DataFrame) -> Noted:
    """Return the marks that a runner's words offer for a run.

    Parameters
    ----------
    text
        A title or a note, in English.
    samples
        The run's table of `SAMPLES`: how long and how far it went.

    Returns
    -------
    Noted
        Empty where nothing was understood beyond doubt.

    Examples
    --------
    >>> from evenstride.model.recording import SAMPLES
    >>> row = dict.fromkeys(SAMPLES.names)
    >>> rows = [row | {"time_s": 60.0 * m, "distance_m": 180.0 * m} for m in range(61)]
    >>> samples = pl.DataFrame(rows, schema=dict(SAMPLES.empty().schema))
    >>> noted = marks_in("gone 2min, back mile 4, left", samples)
    >>> [(mark.kind, round(mark.t_s), mark.words) for mark in noted.marks]
    [('gone', 120, 'gone 2min'), ('back', 2160, 'back mile 4')]
    >>> marks_in("No symptoms!", samples).fine
    'No symptoms'
    """
    text = text[:_LONGEST]
    if _NOT_THIS_RUN.search(text):
        return Noted()
    found = list(_phrases(text, samples))
    if not found:
        fine = _NEVER_GONE.search(text)
        return Noted((), fine["fine"] if fine and not _SAYS_GONE.search(text) else "")
    marks = [mark for mark in found if mark is not None]
    return Noted(tuple(marks)) if len(marks) == len(found) and _in_turn(marks) else Noted()


def _phrases(text: str, samples: pl.DataFrame) -> Iterator[OfferedMark | None]:
    """Yield a mark for each phrase of losing or regaining; None for one that cannot be placed."""
    unit = ""
    for phrase in _PHRASE.finditer(text):
        unit, t_s = _moment(phrase, unit, samples)
        if t_s is None:
            yield None
            continue
        kind: OfferedKind = "back" if phrase["back"] else "gone"
        yield OfferedMark(kind, t_s, phrase[0].strip(), phrase.span())


def _moment(
    phrase: "re.Match[str]", before: str, samples: pl.DataFrame
) -> tuple[str, float | None]:
    """Return the unit a phrase gives its moment in, and the moment in seconds."""
    if phrase["clock"]:
        parts = [int(part) for part in phrase["clock"].split(":")]
        inside = all(part < 60 for part in parts[1:])
        seconds = sum(part * 60**n for n, part in enumerate(reversed(parts)))
        return "min", _within(float(seconds), samples) if inside else None
    unit = _unit_of(phrase)
    if not unit:
        # "clear after 6" goes on in the kilometres or miles named before, if it stands alone.
        alone = _ALONE.match(phrase.string, phrase.end())
        unit = before if before in _METRES and alone else ""
    number = float(phrase["number"] or phrase["after"] or phrase["bare"])
    if unit in _METRES:
        return unit, _time_at(number * _METRES[unit], samples)
    return unit, _within(number * _SECONDS[unit], samples) if unit in _SECONDS else None


def _unit_of(phrase: "re.Match[str]") -> str:
    named = {"mile_before": "mi", "k_before": "k", "min_before": "min"}
    units = ("k", "mi", "min", "s", "h", *named)
    return next((named.get(unit, unit) for unit in units if phrase[unit]), "")


def _within(t_s: float, samples: pl.DataFrame) -> float | None:
    last = samples["time_s"].max()
    return t_s if isinstance(last, float) and 0 < t_s < last else None


def _time_at(distance_m: float, samples: pl.DataFrame) -> float | None:
    """Return when a distance was reached; None outside the run, or where distance is unknown."""
    known = samples.select("time_s", "distance_m").drop_nulls()
    most = known["distance_m"].max()
    if not isinstance(most, float) or not 0 < distance_m < most * _BEYOND:
        return None
    reached = known.filter(pl.col("distance_m") >= distance_m)["time_s"].min()
    return _within(reached, samples) if isinstance(reached, float) else None


def _in_turn(marks: list[OfferedMark]) -> bool:
    """Return whether it goes, comes back, goes again ... each later than the one before."""
    kinds = [mark.kind for mark in marks]
    turns = [("gone", "back")[n % 2] for n in range(len(marks))]
    later = all(a.t_s < b.t_s for a, b in pairwise(marks))
    return kinds == turns and later
