"""Moments as XML formats write them."""

from datetime import UTC, datetime, timedelta


def utc_moment(start: datetime, time_s: float) -> str:
    """Return a moment of a run: UTC, fractions only where needed.

    Examples
    --------
    >>> utc_moment(datetime(2024, 1, 1, 8, tzinfo=UTC), 1.5)
    '2024-01-01T08:00:01.500Z'
    """
    at = (start + timedelta(seconds=time_s)).astimezone(UTC).replace(tzinfo=None)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds") + "Z"
