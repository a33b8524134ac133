"""One digest of all facts: the same facts give the same digest, in whatever order they came."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from datetime import UTC, datetime

from evenstride.model.archive import Clip, FiledRun, Label
from evenstride.store.database import one_moment
from evenstride.store.facts import (
    Words,
    all_clips,
    all_label_histories,
    apart_pairs,
    device_splits,
    filed_runs,
    words_of_all,
)


def facts_digest(db: sqlite3.Connection, flipped: tuple[str, ...]) -> str:
    """Return a digest of all facts.

    It depends on recordings, words, labels with their history, clips, what is linked or kept
    apart, and device splits and flips. It does not depend on the order of filing, on when
    something was filed or said, on file names, or on which recording a run was named after.
    """
    with one_moment(db):
        histories, clips = all_label_histories(db), all_clips(db)
        words = _words_by_recording(words_of_all(db))
        facts = {
            "runs": sorted(
                _run(run, words, histories.get(run.run, ()), clips.get(run.run, ()))
                for run in filed_runs(db)
            ),
            "apart": apart_pairs(db),
            "splits": [(one.device, one.begins.isoformat()) for one in device_splits(db)],
            "flipped": sorted(flipped),
        }
    return hashlib.sha256(_canonical(facts).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _words_by_recording(words: list[Words]) -> dict[tuple[str, int], list[tuple[str, str]]]:
    said: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    for one in sorted(words):
        said[one.sha256, one.part].append((one.title, one.note))
    return said


def _run(
    run: FiledRun,
    words: dict[tuple[str, int], list[tuple[str, str]]],
    labels: tuple[Label, ...],
    clips: tuple[Clip, ...],
) -> str:
    recordings = [
        (
            *one.key,
            one.format,
            one.device,
            one.serial,
            one.sport,
            _moment(one.start),
            one.duration_s,
            one.distance_m,
            words.get(one.key, []),
        )
        for one in run.recordings
    ]
    return _canonical(
        {
            "recordings": recordings,
            "labels": sorted(_label(one) for one in labels),
            "clips": sorted(_clip(one) for one in clips),
        }
    )


def _label(one: Label) -> str:
    moments = [[round(s, 3) for s in seconds] for seconds in (one.gone_s, one.back_s)]
    said = [one.kind, moments, one.laps, one.source, one.words, one.undone is not None]
    return _canonical(said)


def _clip(one: Clip) -> str:
    at_s = None if one.at_s is None else round(one.at_s, 3)
    return _canonical([one.sha256, one.name, _moment(one.taken), at_s, one.view, one.note])


def _moment(moment: datetime | None) -> str | None:
    """Return a moment in UTC: the zone it is written in is no other moment."""
    return moment.astimezone(UTC).isoformat() if moment else None
