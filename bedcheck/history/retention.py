"""How long each kind of record is kept, and what is stored at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bedcheck.errors import RecordError
from bedcheck.history.plain import utc
from bedcheck.history.row import Kind, Retained

__all__ = ["DEFAULT_DAYS", "DOCUMENT", "Retention"]

DOCUMENT = ("retention", "retention")
"""Kind and key of the registry's document that holds the days, by class."""

DEFAULT_DAYS: Mapping[Retained, int] = {
    Retained.SUPERVISION: 730,
    Retained.REGISTRY: 1825,
    Retained.ACCESS: 1825,
    Retained.OPERATION: 90,
}
"""A proposal: the municipality's own plan for what is kept and thinned goes before it."""

LONGEST = 36_525  # days


@dataclass(frozen=True)
class Retention:
    """Days that each class is kept. What the chain rests on is kept as long as the store."""

    days: Mapping[Retained, int]

    @classmethod
    def parse(cls, table: Mapping[str, Any] | None) -> Retention:
        """From the registry's document; the default for a class that it does not name.

        Raises RecordError naming a class that there is not and days out of 1..36525.
        """
        days = dict(DEFAULT_DAYS)
        for name, value in (table or {}).items():
            if name not in DEFAULT_DAYS:
                raise RecordError(
                    f"retention.{name:.40}: expected one of {', '.join(DEFAULT_DAYS)}"
                )
            if type(value) is not int or not 1 <= value <= LONGEST:
                raise RecordError(
                    f"retention.{name}: expected days from 1 to {LONGEST}, got {value!r:.40}"
                )
            days[Retained(name)] = value
        return cls(days)

    def before(self, retained: Retained, now: datetime) -> datetime | None:
        """What happened before this is purged; None: nothing ever is."""
        days = self.days.get(retained)
        return None if days is None else utc(now) - timedelta(days=days)

    @staticmethod
    def kinds(retained: Retained) -> list[Kind]:
        """The kinds of row that a class has."""
        return [kind for kind in Kind if kind.retained is retained]
