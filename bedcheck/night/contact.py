"""Whom to call: contacts with their hours, the crisis list, a temporary alarm number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

__all__ = ["Contact", "CrisisList", "Hours", "Medium", "TemporaryNumber"]

DAY = timedelta(days=1)


class Medium(StrEnum):
    """How a contact is reached."""

    PRINT = "print"  # a line on the runner's own output
    WEBHOOK = "webhook"  # a signed POST to the receiver's address


@dataclass(frozen=True, kw_only=True)
class Hours:
    """From when until when a contact is on duty; over midnight where ``start`` > ``end``."""

    start: time  # on a clock in the municipality
    end: time  # the same as ``start``: round the clock
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)  # on which it begins; 1 is Monday

    def cover(self, wall: datetime) -> bool:
        """Whether ``wall``, a time on that clock, falls in them."""
        at = wall.time().replace(tzinfo=None, fold=0)
        today, yesterday = wall.isoweekday(), (wall - DAY).isoweekday()
        if self.start < self.end:
            return today in self.days and self.start <= at < self.end
        return (today in self.days and at >= self.start) or (
            yesterday in self.days and at < self.end
        )


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Somebody who takes alarms or tasks: a night team, the operator, an administrator."""

    key: str
    name: str
    medium: Medium = Medium.PRINT
    address: str = ""  # of a webhook
    secret: str = ""  # the name that the webhook's key has among the secrets
    telephone: str = ""
    hours: tuple[Hours, ...] = ()  # none: round the clock

    def on_duty(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether the contact is there at ``at``."""
        wall = at.astimezone(zone)
        return not self.hours or any(hours.cover(wall) for hours in self.hours)


@dataclass(frozen=True, kw_only=True)
class CrisisList:
    """Whom to reach in an area, in this order, when everybody else has failed."""

    key: str  # the area
    contacts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TemporaryNumber:
    """The number that night staff of an area have while the mobile network is down."""

    key: str
    area: str
    number: str
    start: AwareDatetime
    end: AwareDatetime

    def covers(self, at: datetime) -> bool:
        """Whether the number holds at ``at``; the end itself is outside."""
        return self.start <= at < self.end
