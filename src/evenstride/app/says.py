"""A found episode in one plain sentence, and the two things a reader may read out of balance."""

from collections.abc import Mapping

from evenstride.model.episode import ChannelShift, EpisodeKind, Reading, Side, Span
from evenstride.model.signal import Channel

CREEPS_S = 900.0
"""A change that took a quarter of an hour or more to come in full is said to creep in."""
UNSTEADY = "_variability"
"""Ending of the channels that follow how unsteady another one is from moment to moment."""
_WORDS = {
    "contact_balance_left": ("The left foot's share of contact", "percentage points"),
    "contact_time": ("Contact time", "ms"),
    "vertical_oscillation": ("Vertical oscillation", "mm"),
    "cadence": ("Cadence", "steps/min"),
}
_LEAST_TIMES = 1.05


def toward(reading: Reading, kind: EpisodeKind = "shift") -> Side | None:
    """Return the foot that contact moved toward; None where balance did not clearly move.

    Which leg is the cause is never said: balance is a share. Where only unsteadiness grew, no foot
    is named.
    """
    return None if kind == "variability" else side(reading.shifts)


def side(shifts: tuple[ChannelShift, ...]) -> Side | None:
    """Return the foot that contact moved toward in `shifts`; None where balance did not clearly."""
    shift = _of(shifts, "contact_balance_left")
    if shift is None or not _clear(shift):
        return None
    return "left" if shift.shift.value > 0 else "right"


def foot_changed(reading: Reading, kind: EpisodeKind = "shift") -> Side | None:
    """Return the foot whose own contact time changed while the other's did not clearly change."""
    if kind == "variability":
        return None
    left, right = (
        _of(reading.shifts, "contact_time_left"),
        _of(reading.shifts, "contact_time_right"),
    )
    if left is None or right is None or _clear(left) == _clear(right):
        return None
    return "left" if _clear(left) else "right"


def sentence(
    reading: Reading,
    followed: tuple[Channel, ...],
    kind: EpisodeKind = "shift",
    calm: Mapping[str, float] | None = None,
) -> str:
    """Say what changed, when it went and when it came back, with the 90 % intervals.

    Parameters
    ----------
    reading
        One way to read the change.
    followed
        The channels the detector searched and those that follow their unsteadiness.
    kind
        What changed.
    calm
        Middle value of each channel outside all episodes, by name, in its unit.

    Examples
    --------
    >>> shift = ChannelShift("contact_balance_left", "pp", Span(1.7, 1.2, 2.2))
    >>> gone = Reading(Span(720.0, 700.0, 745.0), None, False, 0.0, (shift,))
    >>> sentence(gone, ()).split(" and had not")[0][-34:]
    'at 12:00 (between 11:40 and 12:25)'
    >>> sentence(gone, (), "bursts").split(" (")[0]
    'Short bad moments came again and again from 12:00'
    """
    if kind == "variability":
        what = unsteadier(reading.shifts, followed, calm or {})
        return f"{what} {_when(reading, followed, 'was steadier again', 'had not steadied')}."
    if kind == "bursts":
        return _bad_moments(reading, followed)
    said = _shifted(reading, followed)
    return f"{said} {_when(reading, followed, 'came back', 'had not come back')}."


def _shifted(reading: Reading, followed: tuple[Channel, ...]) -> str:
    what, size, way = moved(reading.shifts, followed)
    # What is known is how far it would have come in full.
    return f"{what}{size if _came_in_full(reading, followed) else ''}{way}"


def _came_in_full(reading: Reading, followed: tuple[Channel, ...]) -> bool:
    if not followed:
        return True
    seconds = float(followed[0].values.size)
    until_s = seconds if reading.recovery_s is None else reading.recovery_s.value
    return until_s >= reading.onset_s.value + reading.ramp_s or seconds <= reading.onset_s.value


def _bad_moments(reading: Reading, followed: tuple[Channel, ...]) -> str:
    if reading.present_at_start:
        began = "from the start or soon after"
    else:
        began = f"from {_moment(reading.onset_s)}"
    back = reading.recovery_s
    over = "the end" if back is None else _moment(back)
    slow = _slowly(reading, followed).replace("little by little", "more and more")
    grew = f", {slow}," if slow else ""
    shown = tuple(shift for shift in reading.shifts if _clear(shift))
    what, size, way = moved(shown, followed)
    moves = f"; {what[0].lower()}{what[1:]}{size}{way} on average" if size else ""
    return f"Short bad moments came again and again{grew} {began} to {over}{moves}."


def unsteadier(
    shifts: tuple[ChannelShift, ...], followed: tuple[Channel, ...], calm: Mapping[str, float]
) -> str:
    """Return which channel became unsteady, and how many times its calm level that is.

    Examples
    --------
    >>> grown = ChannelShift("contact_time_variability", "ms", Span(0.8, 0.6, 1.0))
    >>> unsteadier((grown,), (), {"contact_time_variability": 1.0})
    'Contact time became unsteady from moment to moment (1.8 times its calm level)'
    """
    most = most_unsteady(shifts, followed)
    if most is None:
        return "Running became unsteady from moment to moment"
    stem = most.name.removesuffix(UNSTEADY)
    # Unsteady balance is of both feet: none is to be named.
    name = "Left-right balance" if stem == "contact_balance_left" else _word(stem, "")[0]
    level = calm.get(most.name, 0.0)
    times = (level + most.shift.value) / level if level > 0 else 0.0
    ratio = f" ({times:.1f} times its calm level)" if times >= _LEAST_TIMES else ""
    return f"{name} became unsteady from moment to moment{ratio}"


def most_unsteady(
    shifts: tuple[ChannelShift, ...], followed: tuple[Channel, ...]
) -> ChannelShift | None:
    """Return the shift of the channel whose unsteadiness grew most beyond its own noise."""
    noise = {channel.name: channel.noise_sd for channel in followed}
    grown = [shift for shift in shifts if shift.name.endswith(UNSTEADY) and shift.shift.value > 0]
    return max(grown, key=lambda one: one.shift.value / noise.get(one.name, 1.0), default=None)


def moved(shifts: tuple[ChannelShift, ...], followed: tuple[Channel, ...]) -> tuple[str, str, str]:
    """Return what moved, by how much, and which way; joined they are the words for it.

    Examples
    --------
    >>> moved((ChannelShift("contact_balance_left", "pp", Span(-1.7, -2.2, -1.2)),), ())
    ('Contact moved', ' 1.7 percentage points', ' toward the right foot')
    """
    most, foot = most_told(shifts, followed), side(shifts)
    if most is None:
        return "The signal left its own normal", "", ""
    if foot is not None:
        amount = f" {abs(most.shift.value):.1f} percentage points"
        return "Contact moved", amount, f" toward the {foot} foot"
    name, unit = _word(most.name, most.unit)
    way = "rose" if most.shift.value > 0 else "fell"
    return f"{name} {way}", f" by {abs(most.shift.value):.1f} {unit}", ""


def most_told(
    shifts: tuple[ChannelShift, ...], followed: tuple[Channel, ...]
) -> ChannelShift | None:
    """Return the shift of level that is told: balance where it clearly moved, else the largest.

    Largest of the searched channels, beyond each one's own noise.
    """
    balance = _of(shifts, "contact_balance_left")
    if balance is not None and _clear(balance):
        return balance
    noise = {channel.name: channel.noise_sd for channel in followed}
    known = [shift for shift in shifts if shift.name in noise and not shift.name.endswith(UNSTEADY)]
    return max(known, key=lambda one: abs(one.shift.value) / noise[one.name], default=None)


def _word(name: str, unit: str) -> tuple[str, str]:
    return _WORDS.get(name.rsplit(".", 1)[-1], (name, unit))


def _when(reading: Reading, followed: tuple[Channel, ...], back: str, not_back: str) -> str:
    if reading.present_at_start:
        began = "from the start or soon after"
    elif slow := _slowly(reading, followed):
        began = f"{slow} from {_moment(reading.onset_s)}"
    else:
        began = f"at {_moment(reading.onset_s)}"
    if reading.recovery_s is None:
        return f"{began} and {not_back} by the end"
    return f"{began} and {back} at {_moment(reading.recovery_s)}"


def _slowly(reading: Reading, followed: tuple[Channel, ...]) -> str:
    """Return how slowly it came, empty where it did not creep in."""
    if reading.ramp_s < CREEPS_S or reading.present_at_start:
        return ""
    if not _came_in_full(reading, followed):
        return "little by little"
    return f"little by little over about {round(reading.ramp_s / 60)} minutes"


def _moment(span: Span) -> str:
    return f"{clock(span.value)} (between {clock(span.lo)} and {clock(span.hi)})"


def clock(t_s: float) -> str:
    """Return seconds as m:ss or h:mm:ss.

    Examples
    --------
    >>> clock(125.0), clock(3725.0)
    ('2:05', '1:02:05')
    """
    minutes, seconds = divmod(round(t_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _of(shifts: tuple[ChannelShift, ...], name: str) -> ChannelShift | None:
    return next((shift for shift in shifts if shift.name == name), None)


def _clear(shift: ChannelShift) -> bool:
    return shift.shift.lo > 0 or shift.shift.hi < 0
