"""Characters a terminal may be shown."""

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def plain(text: str) -> str:
    r"""Return `text` with every character that could move a cursor or hide text written out.

    Examples
    --------
    >>> plain("run\x1b[31m.fit")
    'run\\x1b[31m.fit'
    """
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _HIDDEN else char
        for char in text
    )
