"""What is normal for the runner, learnt from the runs of the archive, and a run beside it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from evenstride.app.appraise import Wanted, appraisal_of, is_kept, wanted
from evenstride.app.first_look import Appraisal
from evenstride.coordination.normal import learn, level_of
from evenstride.inference.whole_run import at_like_pace, weigh_whole_run
from evenstride.model.archive import DeviceSplit, device_known_as
from evenstride.model.errors import EvenstrideError
from evenstride.model.normal import Normal, RunSummary, in_force
from evenstride.store.archive import Archive

_BALANCE = "contact_balance_left"


@dataclass(frozen=True)
class Beside:
    """A whole run beside what is normal.

    Attributes
    ----------
    off
        True where it lies off as a whole.
    balance
        What nine in ten usual runs give at this run's pace and slope: low, middle and high, in %
        left; None where the device has none.
    """

    off: bool
    balance: tuple[float, float, float] | None


@dataclass(frozen=True)
class Normals:
    """What is normal, by device and month.

    Attributes
    ----------
    known
        One a device and month; devices are named as people know them, numbered where another took
        over the name.
    splits
        From which day on a name stands for another device.
    """

    known: tuple[Normal, ...]
    splits: tuple[DeviceSplit, ...]

    @classmethod
    def learnt(cls, kept: Iterable[Appraisal], splits: Sequence[DeviceSplit]) -> "Normals":
        """Learn from all runs but the parts that were felt or found off."""
        summaries = [_known(one, splits) for appraisal in kept for one in appraisal.summaries]
        return cls(learn(summaries), tuple(splits))

    def at(self, start: datetime) -> tuple[Normal, ...]:
        """Return what was normal when a run began, one a device, named as its files name it."""
        wanted = ((normal, _plain(normal.device)) for normal in in_force(self.known, start))
        return tuple(
            replace(normal, device=device)
            for normal, device in wanted
            if device_known_as(device, start.date(), self.splits) == normal.device
        )

    def weigh(self, kept: Appraisal) -> Beside | None:
        """Return a whole run beside what is normal; None where nothing is known to judge it by."""
        found = [one for summary in kept.whole for one in self._weigh(summary)]
        if not found:
            return None
        balance = next((one.balance for one in found if one.balance is not None), None)
        return Beside(any(one.off for one in found), balance)

    def _weigh(self, summary: RunSummary) -> Iterable[Beside]:
        for normal in self.at(summary.start):
            weighed = weigh_whole_run(at_like_pace(summary, normal), normal)
            if normal.device == summary.device and weighed.judged:
                yield Beside(weighed.off, _balance(summary, normal))


@dataclass(frozen=True)
class _Kept:
    """What was learnt, and from what."""

    basis: str
    known: tuple[Normal, ...]


def basis_of(there: Sequence[Wanted], splits: Sequence[DeviceSplit]) -> str:
    """Return what the normals depend on: all runs, and which device is which."""
    parts = [[one.key for one in there], [(one.device, str(one.begins)) for one in splits]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def normals_of(archive: Archive, there: Sequence[Wanted] | None = None) -> Normals:
    """Return what is normal for the runner, learnt anew only where runs or labels changed.

    Parameters
    ----------
    archive
        The archive.
    there
        The runs that have been analysed; None looks which those are.
    """
    if there is None:
        there = [one for one in wanted(archive) if is_kept(archive, one)]
    splits, path = archive.splits(), archive.derived("normals", "normals.msgpack")
    basis = basis_of(there, splits)
    kept = _kept(archive.computed(path))
    if kept is not None and kept.basis == basis:
        return Normals(kept.known, splits)
    found = [(one, its) for one in there if (its := appraisal_of(archive, one)) is not None]
    normals = Normals.learnt((its for _, its in found), splits)
    learnt = _Kept(basis_of([one for one, _ in found], splits), normals.known)
    with suppress(EvenstrideError):  # on a full disk, or one not to be written to: learnt each time
        archive.keep_computed(path, msgspec.msgpack.encode(learnt))
    return normals


def _kept(data: bytes | None) -> _Kept | None:
    """Return what was learnt before; None where there is nothing, or an older program's."""
    with suppress(msgspec.DecodeError):
        return None if data is None else msgspec.msgpack.decode(data, type=_Kept)
    return None


def _balance(summary: RunSummary, normal: Normal) -> tuple[float, float, float] | None:
    one = next((one for one in summary.channels if one.quantity == _BALANCE), None)
    level = None if one is None else level_of(one, summary, normal)
    if one is None or level is None:
        return None
    means = at_like_pace(summary, normal)
    weighed = weigh_whole_run(means, normal)
    usual = next(c.usual for c in weighed.channels if c.quantity == _BALANCE)
    moved = one.mean - level
    return (usual.lo + moved, usual.value + moved, usual.hi + moved)


def _known(summary: RunSummary, splits: Sequence[DeviceSplit]) -> RunSummary:
    device = device_known_as(summary.device, summary.start.date(), splits)
    return replace(summary, device=device)


def _plain(device: str) -> str:
    """Return a numbered device's own name."""
    name, found, number = device.rpartition(" (")
    return name if found and number[:-1].isdigit() and number.endswith(")") else device
