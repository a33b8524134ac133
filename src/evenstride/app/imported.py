"""What became of an import, as it is told."""

from collections import Counter
from collections.abc import Sequence

from evenstride.app.archive_views import IMPORTED_SCHEMA, ImportedView, OutcomeView
from evenstride.model.archive import Outcome


def imported_view(outcomes: Sequence[Outcome], in_archive: int, offers: int = 0) -> ImportedView:
    """Return what became of every input.

    Parameters
    ----------
    outcomes
        One for each input.
    in_archive
        How many runs the archive now holds.
    offers
        Of how many a title or note offers what was felt.

    Examples
    --------
    >>> imported_view([Outcome("run.fit", "imported", "FIT", "9f3a12bc")], 1).imported
    1
    """
    fates = Counter(one.fate for one in outcomes)
    return ImportedView(
        schema=IMPORTED_SCHEMA,
        inputs=len(outcomes),
        imported=fates["imported"],
        already_here=fates["already here"],
        enriched=fates["enriched"],
        skipped=fates["skipped"],
        failed=fates["failed"],
        in_archive=in_archive,
        offers=offers,
        outcomes=tuple(
            OutcomeView(one.name, one.fate, one.kind, one.run, one.issues) for one in outcomes
        ),
    )
