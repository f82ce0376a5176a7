"""What every channel is to the night: an alarm and its key go in, how it went comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bedcheck.history.plain import check_key, utc
from bedcheck.night.window import AlarmCause

__all__ = [
    "Accepted",
    "AlarmMessage",
    "Channel",
    "Delivery",
    "Heartbeat",
    "NotSent",
    "Rejected",
    "Unreachable",
]

_ALARMS = frozenset(AlarmCause)


@dataclass(frozen=True, kw_only=True)
class AlarmMessage:
    """What a person needs to know to act. Checked when made; times come back in UTC."""

    alarm: str  # its key; the same for every contact and every repetition
    kind: str  # of `bedcheck.night.window.AlarmCause`; any other word is a message
    causes: tuple[str, ...] = ()  # "same_hue", "covered", "unauthorised", ...
    text: str  # in the contact's language, one or a few sentences
    resident: str  # the resident's key in the registry, or "" where it concerns many
    name: str = ""  # what night staff know the resident by
    address: str = ""  # where to drive
    area: str = ""
    window: str = ""
    camera: str = ""
    controller: str = ""  # the number that alarm receivers know the resident's equipment by
    contact: str  # whom it is for
    attempt: int = 1  # which try in all, from 1
    raised: datetime  # when the alarm was raised
    answer_by: datetime | None = None  # when the next contact is called
    link: str = ""  # opens the acknowledgement; a secret, never logged

    @property
    def sort(self) -> str:
        """What it is to its reader: "alarm", "message" or "test"."""
        return "test" if self.kind == "test" else "alarm" if self.kind in _ALARMS else "message"

    def __post_init__(self) -> None:
        for name in ("alarm", "kind", "contact"):
            check_key(getattr(self, name), name)
        object.__setattr__(self, "raised", utc(self.raised))
        if self.answer_by is not None:
            object.__setattr__(self, "answer_by", utc(self.answer_by))


@dataclass(frozen=True)
class Accepted:
    """The receiver has it. No person has taken it yet."""

    reference: str = ""  # the receiver's own number for it


@dataclass(frozen=True)
class NotSent:
    """It never left: a secret, a library or an address is missing here. Its receiver is not asked.

    Repeating it is of use only when somebody has put there what is missing.
    """

    reason: str


@dataclass(frozen=True)
class Rejected:
    """The receiver has read it and will not have it: repeating it is of no use."""

    reason: str


@dataclass(frozen=True)
class Unreachable:
    """Whether the receiver has it is not known: repeat it with the same key, or go on."""

    reason: str


Delivery = Accepted | NotSent | Rejected | Unreachable


class Channel(Protocol):
    """One way to one receiver."""

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        """Hands the alarm over, within the channel's own time limit; never raises for the world.

        ``key`` is the delivery's: a repetition carries the same one, and the receiver takes
        two with one key for the same.
        """
        ...


@runtime_checkable
class Heartbeat(Protocol):
    """A channel whose receiver takes a sign of life, which disturbs no person."""

    def heartbeat(self, key: str) -> Delivery:
        """Gives it, within the channel's own time limit; never raises for the world."""
        ...
