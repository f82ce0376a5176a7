"""A time in which no look is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

__all__ = ["Absence"]


@dataclass(frozen=True, kw_only=True)
class Absence:
    """The resident is away. Looks pause at ``start`` and resume by themselves at ``end``."""

    key: str
    resident: str
    start: AwareDatetime
    end: AwareDatetime | None = None  # None: not known yet, and then there is a review
    review: AwareDatetime | None = None  # when somebody asks whether it still holds
    reason: str = ""
    by: str = ""  # who told

    def covers(self, at: datetime) -> bool:
        """Whether the resident is away at ``at``; the end itself is outside."""
        return self.start <= at and (self.end is None or at < self.end)
