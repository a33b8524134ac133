"""What a recording could not show, and what to change to see more next time."""

from evenstride.model.issue import Issue
from evenstride.model.marks import Mark
from evenstride.model.recording import Recording
from evenstride.model.signal import Signal


def hints(
    recordings: tuple[Recording, ...],
    signal: Signal,
    marks: tuple[Mark, ...],
) -> tuple[Issue, ...]:
    """Return what kept this recording from showing more, each with a remedy."""
    found = [_smart(r) for r in recordings if r.spacing == "smart"]
    if len(recordings) > 1:
        found.append(_one_run(recordings))
    names = {channel.name for channel in signal.channels}
    if signal.bouts and "contact_balance_left" not in names:
        found.append(
            Issue(
                "info",
                "balance",
                "The recording has no left-right balance, so no foot can be named.",
                "A chest strap or waist pod with running dynamics gives it.",
            )
        )
    if signal.bouts and not marks:
        found.append(
            Issue(
                "info",
                "marks",
                "You set no mark in this run.",
                "Press lap when it goes and when it is back; your mark counts more than the watch.",
            )
        )
    return tuple(found)


def _smart(recording: Recording) -> Issue:
    return Issue(
        "warning",
        recording.source.file,
        "The watch wrote only now and then (smart recording); between its samples values were "
        "drawn straight.",
        "Set the watch to record every second.",
    )


def _one_run(recordings: tuple[Recording, ...]) -> Issue:
    files = ", ".join(recording.source.file for recording in recordings)
    return Issue(
        "info",
        files,
        f"Read as one run, seen by {len(recordings)} devices: the files overlap in time.",
        "If these are different runs, give them one at a time.",
    )
