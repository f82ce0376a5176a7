"""Times of day where the clocks change: which instant an agreed time means."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["instant_of", "local"]

MINUTE = timedelta(minutes=1)


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, UTC, that ``at`` on ``day`` is in ``zone``.

    A time that exists twice that night is taken at its first occurrence; one that does not
    exist at the next minute that does.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    while instant.astimezone(zone).replace(tzinfo=None) != wall:
        # In a gap, zoneinfo takes fold 0 for the offset before it, which lands behind it.
        wall += MINUTE
        instant = wall.replace(tzinfo=zone).astimezone(UTC)
    return instant


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant ``at`` on a clock in ``zone``."""
    return at.astimezone(zone)
