"""What is said and what is offered of a run, as it is shown."""

from collections.abc import Iterable

from evenstride.app.archive_views import LabelView
from evenstride.model.archive import Label, open_offer


def label_views(labels: Iterable[Label]) -> tuple[LabelView, ...]:
    """Return what the runner told, of labels in force, as it is shown."""
    return tuple(_view(one) for one in labels if one.source == "told")


def offer_view(labels: Iterable[Label]) -> LabelView | None:
    """Return what is offered, of labels in force, as it is shown; None where nothing is."""
    offer = open_offer(labels)
    return None if offer is None else _view(offer)


def _view(one: Label) -> LabelView:
    made = one.made.isoformat()
    return LabelView(one.kind, one.gone_s, one.back_s, made, one.source, one.laps, one.words)
