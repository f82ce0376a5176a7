"""Whose clock the history is told on, and to which night an instant belongs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

__all__ = ["night_of", "zone_in"]

HERE = "Europe/Stockholm"
HALF = timedelta(hours=12)


class Documents(Protocol):
    """A snapshot of the store."""

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """The document of this kind and key."""
        ...


def zone_in(read: Documents) -> ZoneInfo:
    """The municipality's clock, from the settings; Sweden's where there are none."""
    settings = read.get("settings", "night") or {}
    try:
        return ZoneInfo(str(settings.get("zone", HERE)))
    except (ValueError, OSError, KeyError):
        return ZoneInfo(HERE)


def night_of(at: datetime, zone: ZoneInfo) -> date:
    """The night that ``at`` belongs to: from noon to noon on a clock there, named by its evening.

    It has 24 hours, but 23 and 25 where the clocks change.
    """
    return (at.astimezone(zone).replace(tzinfo=None) - HALF).date()
