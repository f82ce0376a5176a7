"""Whom to call: contacts with their hours, the crisis list, a temporary alarm number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

__all__ = ["Contact", "CrisisList", "Hours", "Medium", "Reply", "Scaip", "TemporaryNumber"]

DAY = timedelta(days=1)


class Medium(StrEnum):
    """How a contact is reached."""

    PRINT = "print"  # a line on the runner's own output
    WEBHOOK = "webhook"  # a signed POST to the receiver's address
    MAIL = "mail"  # by the municipality's mail server
    SCAIP = "scaip"  # XML in a SIP MESSAGE, as social alarms are sent
    NOTIFY = "notify"  # through a service that apprise knows; its address is a secret


class Reply(StrEnum):
    """How a receiver of SCAIP says whether it took the alarm."""

    BODY = "body"  # in the body of its 200
    MESSAGE = "message"  # 200 first, then in a message of its own, back to where ours came from
    STATUS = "status"  # by its 200, whatever is in it


@dataclass(frozen=True, kw_only=True)
class Scaip:
    """What is particular to one receiver of SCAIP."""

    controller: str  # cid: the number that the receiver knows us by
    root: str = "mrq"  # the name of the document's outermost element
    content_type: str = "application/scaip+xml"
    declaration: bool = False  # the document begins with <?xml …?>
    reply: Reply = Reply.BODY
    device_type: str = "0012"  # dty: a bed monitor
    system: str = ""  # sco: "1" to "3" where several homes share the equipment
    caller: str = "no-voice:"  # crd: nobody is to ring the equipment up
    domain: str = ""  # in whose name it is sent; empty: the machine's address
    heartbeat_minutes: int = 0  # between two signs of life; 0: none are given
    text: bool | None = None  # whether the alarm is told in words; None: where it is encrypted


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
    address: str = ""  # of a webhook, a mailbox or a SIP receiver
    secret: str = ""  # the name that the webhook's key, or notify's address, has among the secrets
    scaip: Scaip | None = None  # of a receiver of SCAIP
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
