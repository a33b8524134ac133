"""A found episode in one plain sentence, and the two things a reader may read out of balance."""

from evenstride.model.episode import ChannelShift, Reading, Side, Span
from evenstride.model.signal import Channel

_WORDS = {
    "contact_time": ("Contact time", "ms"),
    "vertical_oscillation": ("Vertical oscillation", "mm"),
    "cadence": ("Cadence", "steps/min"),
}


def toward(reading: Reading) -> Side | None:
    """Return the foot that contact moved toward; None where balance did not clearly move.

    Which leg is the cause is never said: balance is a share.
    """
    shift = _of(reading, "contact_balance_left")
    if shift is None or not _clear(shift):
        return None
    return "left" if shift.shift.value > 0 else "right"


def foot_changed(reading: Reading) -> Side | None:
    """Return the foot whose own contact time changed while the other's did not clearly change."""
    left, right = _of(reading, "contact_time_left"), _of(reading, "contact_time_right")
    if left is None or right is None or _clear(left) == _clear(right):
        return None
    return "left" if _clear(left) else "right"


def sentence(reading: Reading, searched: tuple[Channel, ...]) -> str:
    """Say what moved, when it went and when it came back, with the 90 % intervals.

    Examples
    --------
    >>> shift = ChannelShift("contact_balance_left", "pp", Span(1.7, 1.2, 2.2))
    >>> gone = Reading(Span(720.0, 700.0, 745.0), None, False, 0.0, (shift,))
    >>> sentence(gone, ())[:67]
    'Contact moved 1.7 pp toward the left foot at 12:00 (11:40 to 12:25)'
    """
    return f"{_what(reading, searched)} {_when(reading)}."


def _what(reading: Reading, searched: tuple[Channel, ...]) -> str:
    side = toward(reading)
    balance = _of(reading, "contact_balance_left")
    if side is not None and balance is not None:
        return f"Contact moved {abs(balance.shift.value):.1f} pp toward the {side} foot"
    noise = {channel.name: channel.noise_sd for channel in searched}
    moved = [shift for shift in reading.shifts if shift.name in noise]
    if not moved:
        return "The signal left its own normal"
    most = max(moved, key=lambda shift: abs(shift.shift.value) / noise[shift.name])
    name, unit = _WORDS.get(most.name.rsplit(".", 1)[-1], (most.name, most.unit))
    way = "rose" if most.shift.value > 0 else "fell"
    return f"{name} {way} by {abs(most.shift.value):.1f} {unit}"


def _when(reading: Reading) -> str:
    if reading.present_at_start:
        began = "from the start or soon after"
    else:
        began = f"at {_moment(reading.onset_s)}"
    if reading.recovery_s is None:
        return f"{began} and had not come back by the end"
    return f"{began} and came back at {_moment(reading.recovery_s)}"


def _moment(span: Span) -> str:
    return f"{clock(span.value)} ({clock(span.lo)} to {clock(span.hi)})"


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


def _of(reading: Reading, name: str) -> ChannelShift | None:
    return next((shift for shift in reading.shifts if shift.name == name), None)


def _clear(shift: ChannelShift) -> bool:
    return shift.shift.lo > 0 or shift.shift.hi < 0
