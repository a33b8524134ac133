"""Names from outside: shown, never used."""

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_LONGEST = 200
INSIDE = " > "


def shown(name: str) -> str:
    r"""Return a name any page can hold: nothing in it moves a cursor, hides text or turns it round.

    Examples
    --------
    >>> shown("run\x1b[31m\u202e.fit")
    'run?[31m?.fit'
    """
    plain = "".join("?" if unicodedata.category(one) in _HIDDEN else one for one in name)
    if len(plain) <= _LONGEST:
        return plain
    return f"{plain[: _LONGEST // 2]}...{plain[-_LONGEST // 2 :]}"


def ending(name: str) -> str:
    """Return a name's last ending, small, with its dot; empty where it has none.

    Examples
    --------
    >>> ending("activities/12.FIT.gz"), ending("README")
    ('.gz', '')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:].casefold() if dot > 0 else ""
