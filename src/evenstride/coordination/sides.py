"""A device that takes left for right: the runner says which, and the sides are exchanged."""

from collections.abc import Mapping, Sequence

from evenstride.model.issue import Issue

_OTHER = {"_left": "_right", "_right": "_left"}


def is_flipped(device: str, flipped: Sequence[str]) -> bool:
    """Return whether the runner set `device` as one that takes left for right.

    Capitals and spaces make no difference.

    Examples
    --------
    >>> is_flipped("Garmin fenix 5X", ["garmin  Fenix 5x"]), is_flipped("Stryd", [])
    (True, False)
    """
    return _folded(device) in {_folded(name) for name in flipped}


def other_foot(name: str) -> str:
    """Return the name of the same quantity of the other foot.

    Examples
    --------
    >>> other_foot("stryd.contact_time_left")
    'stryd.contact_time_right'
    """
    for own, other in _OTHER.items():
        if name.endswith(own):
            return name.removesuffix(own) + other
    return name


def side_issues(sided: Mapping[str, bool], flipped: Sequence[str]) -> tuple[Issue, ...]:
    """Return what the runner must know about exchanged sides.

    Parameters
    ----------
    sided
        The devices that tell left from right, and whether their sides were exchanged.
    flipped
        The devices the runner set.

    Returns
    -------
    tuple[Issue, ...]
        One for each device exchanged, and one for each name that nearly fits a device.

    Examples
    --------
    >>> side_issues({"Stryd": True}, ["stryd"])[0].problem
    'Left and right of Stryd are exchanged, as you set.'
    """
    done = [
        Issue(
            "info",
            device,
            f"Left and right of {device} are exchanged, as you set.",
            f'To undo it: evenstride config flip "{device}" --undo',
        )
        for device, exchanged in sided.items()
        if exchanged
    ]
    nearly = [
        Issue(
            "info",
            device,
            f"Your settings flip {name}, and this is {device}; its sides were not exchanged.",
            f'If it is the same device: evenstride config flip "{device}"',
        )
        for device, exchanged in sided.items()
        for name in flipped
        if not exchanged and _nearly(name, device)
    ]
    return (*done, *nearly)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _nearly(name: str, device: str) -> bool:
    """Return whether one name holds all words of the other."""
    one, other = set(_folded(name).split()), set(_folded(device).split())
    return bool(one) and (one <= other or other <= one)
