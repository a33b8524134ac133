"""FIT files made to exhaust: whatever they hold, reading takes a moment and little is told."""

import time

import pytest

from evenstride.formats.fit import read
from evenstride.plugins import Contents
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.writers.fit import checksum

LONGEST_S = 2.5


@pytest.fixture(scope="module")
def sound() -> bytes:
    """Return three minutes of a watch with a strap."""
    return fit_bytes(simulate(Scenario(minutes=3), 7))


def quickly(data: bytes) -> Contents:
    """Read, and refuse to take long or to tell a novel."""
    before = time.process_time()
    contents = read(data, "run.fit")
    assert time.process_time() - before < LONGEST_S
    assert len(contents.issues) < 100
    return contents


def sealed(messages: bytes) -> bytes:
    """Return messages as a FIT file whose checksums fit."""
    head = b"\x0e\x20\x92\x08" + len(messages).to_bytes(4, "little") + b".FIT"
    body = head + checksum(head).to_bytes(2, "little") + messages
    return body + checksum(body).to_bytes(2, "little")


def layout(number: int, fields: int) -> bytes:
    """Return a layout unlike others, and one message of it."""
    spots = bytes(x for k in range(fields) for x in ((number + k) % 253, 1, 2))
    head = b"\x40\0\0" + (number % 60_000).to_bytes(2, "little") + bytes([fields])
    return head + spots + bytes(1 + fields)


def test_damage_in_thousands_of_places_is_told_in_a_few_words(sound: bytes) -> None:
    at = len(sound) // 2
    noise = b"".join(sound[at : at + 83] + b"\x3c" * (1 + k % 7) for k in range(6000))
    hurt = sound[:at] + noise + sound[at:]
    contents = quickly(hurt)
    assert "not told one by one" in contents.issues[-1].problem
    assert contents.recordings[0].samples.height > 60


@pytest.mark.parametrize(("layouts", "fields"), [(480, 255), (2000, 1)])
def test_layouts_in_thousands_chained_in_dozens_are_given_up(layouts: int, fields: int) -> None:
    one = sealed(b"".join(layout(k, fields) for k in range(layouts)))
    quickly(one * min(64, (12 << 20) // len(one)))


def test_what_is_lost_of_a_chained_file_ends_where_the_next_begins(sound: bytes) -> None:
    contents = quickly(sound[:400] + b"\x4f\xff" * 40 + sound * 3)
    lost = [i.problem for i in contents.issues if "could not be read" in i.problem]
    assert all(int(says.split(": ")[1].split()[0]) <= 600 for says in lost)
    assert [r.samples.height for r in contents.recordings[-3:]] == [180, 180, 180]


def test_laps_beyond_all_reach_are_left_out_and_that_is_told() -> None:
    file_id = b"\x40\0\0\0\0\1\0\1\0" + b"\0\4"
    records = b"\x41\0\0\x14\0\1\xfd\4\x86" + b"".join(
        b"\1" + (1_000_000_000 + k).to_bytes(4, "little") for k in range(600)
    )
    lap = b"\x42\0\0\x13\0\2\xfd\4\x86\2\4\x86"
    laps = b"".join(
        b"\2" + (1_000_000_000 + k % 600).to_bytes(4, "little") * 2 for k in range(20_000)
    )
    contents = quickly(sealed(file_id + records + lap + laps))
    assert any("15000 left out" in issue.problem for issue in contents.issues)
    assert contents.recordings[0].samples.height == 600
