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
    return side(reading.shifts)


def side(shifts: tuple[ChannelShift, ...]) -> Side | None:
    """Return the foot that contact moved toward in `shifts`; None where balance did not clearly."""
    shift = _of(shifts, "contact_balance_left")
    if shift is None or not _clear(shift):
        return None
    return "left" if shift.shift.value > 0 else "right"


def foot_changed(reading: Reading) -> Side | None:
    """Return the foot whose own contact time changed while the other's did not clearly change."""
    left, right = (
        _of(reading.shifts, "contact_time_left"),
        _of(reading.shifts, "contact_time_right"),
    )
    if left is None or right is None or _clear(left) == _clear(right):
        return None
    return "left" if _clear(left) else "right"


def sentence(reading: Reading, searched: tuple[Channel, ...]) -> str:
    """Say what moved, when it went and when it came back, with the 90 % intervals.

    Examples
    --------
    >>> shift = ChannelShift("contact_balance_left", "pp", Span(1.7, 1.2, 2.2))
    >>> gone = Reading(Span(720.0, 700.0, 745.0), None, False, 0.0, (shift,))
    >>> sentence(gone, ()).split(" and had not")[0][-34:]
    'at 12:00 (between 11:40 and 12:25)'
    """
    return f"{''.join(moved(reading.shifts, searched))} {_when(reading)}."


def moved(shifts: tuple[ChannelShift, ...], searched: tuple[Channel, ...]) -> tuple[str, str, str]:
    """Return what moved, by how much, and which way; joined they are the words for it.

    Examples
    --------
    >>> moved((ChannelShift("contact_balance_left", "pp", Span(-1.7, -2.2, -1.2)),), ())
    ('Contact moved', ' 1.7 percentage points', ' toward the right foot')
    """
    foot = side(shifts)
    balance = _of(shifts, "contact_balance_left")
    if foot is not None and balance is not None:
        return (
            "Contact moved",
            f" {abs(balance.shift.value):.1f} percentage points",
            f" toward the {foot} foot",
        )
    noise = {channel.name: channel.noise_sd for channel in searched}
    known = [shift for shift in shifts if shift.name in noise]
    if not known:
        return "The signal left its own normal", "", ""
    most = max(known, key=lambda shift: abs(shift.shift.value) / noise[shift.name])
    name, unit = _WORDS.get(most.name.rsplit(".", 1)[-1], (most.name, most.unit))
    way = "rose" if most.shift.value > 0 else "fell"
    return f"{name} {way}", f" by {abs(most.shift.value):.1f} {unit}", ""


def _when(reading: Reading) -> str:
    if reading.present_at_start:
        began = "from the start or soon after"
    else:
        began = f"at {_moment(reading.onset_s)}"
    if reading.recovery_s is None:
        return f"{began} and had not come back by the end"
    return f"{began} and came back at {_moment(reading.recovery_s)}"


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
