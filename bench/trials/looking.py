"""One trial: a run drawn or read, looked at by ours and by whoever else is asked."""

from dataclasses import asdict, dataclass

from evenstride.app.analyze import analyze_run
from evenstride.app.same_run import Run
from evenstride.coordination.deviation import build_signal
from evenstride.model.marks import RunnersWord
from evenstride.model.recording import Recording
from evenstride.model.signal import Signal
from trials.planted import SIDES, Trial, Truth, recording_of
from trials.real_planted import planted_recording
from trials.telling import OURS, Told, ours, strangers_told


@dataclass(frozen=True)
class Outcome:
    """What came of one trial.

    Attributes
    ----------
    trial
        What was planted, and into what.
    truths
        When it was; empty where nothing was planted.
    judged_h
        Hours of running that could be judged.
    told
        What each method told.
    foot
        ``right`` or ``wrong`` foot named, or ``none``; empty where no foot's own time was planted.
    """

    trial: Trial
    truths: tuple[Truth, ...]
    judged_h: float
    told: dict[str, tuple[Told, ...]]
    foot: str = ""

    def row(self) -> dict[str, object]:
        """Return it as one row for other programs."""
        return {
            "seed": self.trial.seed,
            "file": self.trial.file,
            "half": self.trial.half,
            **asdict(self.trial.cell),
            "planted": [asdict(one) for one in self.truths],
            "judged_h": self.judged_h,
            "told": {name: [asdict(one) for one in told] for name, told in self.told.items()},
        }


@dataclass(frozen=True)
class Seen:
    """A run as it is given to every method, and the truth about it."""

    trial: Trial
    recording: Recording
    signal: Signal
    truths: tuple[Truth, ...]
    side: float


def see(trial: Trial) -> Seen:
    """Draw a run, or read a real one, and plant what is to be planted."""
    recording, truths, side = (planted_recording if trial.file else recording_of)(trial)
    signal, _ = build_signal((recording,), (0.0,))
    return Seen(trial, recording, signal, truths, side)


def outcome_of(seen: Seen, told: dict[str, tuple[Told, ...]]) -> Outcome:
    """Return what came of a run."""
    foot = _foot(seen.recording, seen.side) if seen.trial.cell.what == "one foot" else ""
    judged_h = float(seen.signal.running.sum()) / 3600
    return Outcome(seen.trial, seen.truths, judged_h, told, foot)


def look_with(trial: Trial, stranger: str) -> Outcome:
    """Look at a trial with ours and with someone else's method, named ``module:function``."""
    seen = see(trial)
    theirs = strangers_told(stranger, seen.recording, seen.signal)
    return outcome_of(seen, {OURS: ours(seen.signal), stranger: theirs})


def _foot(recording: Recording, side: float) -> str:
    """Return whether the foot named is the one whose time was made longer."""
    episodes = analyze_run(Run((recording,)), RunnersWord()).run.episodes
    named = {episode.foot_changed for episode in episodes} - {None}
    if not named:
        return "none"
    return "right" if named == {SIDES[side]} else "wrong"
