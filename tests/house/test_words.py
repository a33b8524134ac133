"""Words that have no place here, in rot13: else this file would break its own law."""

import codecs
import re
from pathlib import Path

import pytest

HOSTS_AND_PATHS = (r"clcv\.bet", r"clgubaubfgrq", r"ertvfgel\.aczwf", r"(?<![\j.])/gzc/", r"/jbex/")
TALK = (
    r"vffhr\f*#\q",
    r"vffhrf? \q",
    r"\oynathntr zbqry",
    r"\oyyzf?\o",
    r"\ojevggra ol na? nv\o",
)
MAKERS = (r"pynhqr", r"naguebcvp", r"bcranv", r"pungtcg", r"pb-nhguberq-ol", r"\ofhontragf?\o")
CREW = (r"\ontragf?\o", r"\oguvf frffvba\o", r"\ocerivbhf frffvba", r"\oarkg frffvba jvyy\o")
FORBIDDEN = re.compile(
    "|".join(codecs.decode(w, "rot13") for w in (*HOSTS_AND_PATHS, *TALK, *MAKERS, *CREW)),
    re.IGNORECASE,
)
# The one place where such a path is meant: nothing is read from or written to it.
EXCUSED: dict[str, str] = {}


def text_of(path: Path) -> str:
    """Return a file's text, or nothing where it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_speaks_of_registries_foreign_paths_or_who_typed_it(
    tracked: list[Path], root: Path
) -> None:
    found = [
        f"{path.relative_to(root)}:{number}: {hit[0]}"
        for path in tracked
        for number, line in enumerate(text_of(path).splitlines(), 1)
        for hit in [FORBIDDEN.search(line)]
        if hit and line.strip() not in EXCUSED
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["frr clcv.bet/fvzcyr", "/gzc/gevny", "svkrf vffhr #12", "ol gur ntrag", "Pynhqr"]
)
def test_the_words_are_recognised(line: str) -> None:
    assert FORBIDDEN.search(codecs.decode(line, "rot13"))


@pytest.mark.parametrize("line", ["tmp_path / 'run.fit'", "a FIT session message", "an LLC runner"])
def test_the_fields_own_words_are_free(line: str) -> None:
    assert not FORBIDDEN.search(line)
