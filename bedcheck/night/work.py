"""What a worker does outside every transaction: look, call, tell. Each gives one result."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bedcheck.errors import MissingExtra
from bedcheck.history.transaction import Intent, Transaction
from bedcheck.night.channels.port import (
    Accepted,
    AlarmMessage,
    Delivery,
    NotSent,
    Rejected,
    Unreachable,
)
from bedcheck.night.clock import Clock
from bedcheck.night.contact import Contact
from bedcheck.night.events import CallAccepted, CallFailed, Event
from bedcheck.night.look import Judge, Looking, take_look
from bedcheck.night.world import World

__all__ = ["Job", "Result", "call_job", "look_job", "tell_job"]

AGAIN = timedelta(minutes=1)  # until the next try
MEND = timedelta(minutes=10)  # the same, where somebody has to put there what is missing


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of an intent."""

    key: str  # the intent's
    window: str | None
    event: Event | None  # that happened to the window by it
    facts: dict[str, Any] = field(default_factory=dict)  # kept with the intent
    again: bool = False  # nothing is settled: it is to be tried again later
    also: Callable[[Transaction, datetime], None] | None = None  # writes what follows, once
    after: timedelta = AGAIN  # how much later


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work for a thread of its own."""

    key: str
    kind: str
    do: Callable[[], Any]  # a Result; of the lines' rounds, a LineResult


def look_job(
    intent: Intent, looking: Looking, judge: Judge, clock: Clock, stop: threading.Event
) -> Job:
    """A look."""

    def do() -> Result:
        event = take_look(looking, judge, clock, stop)
        facts = {"gave": type(event).__name__}
        return Result(key=intent.key, window=intent.body["window"], event=event, facts=facts)

    return Job(key=intent.key, kind="look", do=do)


def call_job(intent: Intent, message: AlarmMessage, contact: Contact, world: World) -> Job:
    """A delivery of an alarm, which a person is to acknowledge."""

    def do() -> Result:
        event: Event
        match _send(world, contact, message, intent.key):
            case Accepted(reference=reference):
                event = CallAccepted(key=intent.key, reference=reference)
            case NotSent(reason=reason):
                event = CallFailed(key=intent.key, kind="not_sent", reason=reason)
            case Rejected(reason=reason):
                event = CallFailed(key=intent.key, kind="rejected", reason=reason)
            case Unreachable(reason=reason):
                event = CallFailed(key=intent.key, kind="unreachable", reason=reason)
        facts = {"gave": type(event).__name__}
        return Result(key=intent.key, window=intent.body["window"], event=event, facts=facts)

    return Job(key=intent.key, kind="call", do=do)


def tell_job(
    intent: Intent, message: AlarmMessage, contact: Contact, world: World, give_up: datetime
) -> Job:
    """A message; tried again until ``give_up`` where its receiver cannot be reached.

    Of one that cannot even be sent there is nobody else to tell: the runner's own log says so.
    """

    def do() -> Result:
        delivery = _send(world, contact, message, intent.key)
        facts: dict[str, Any] = {"gave": type(delivery).__name__, "to": contact.key}
        if not isinstance(delivery, Accepted):
            facts["reason"] = delivery.reason[:500]
        if isinstance(delivery, NotSent):
            print(f"bedcheck: not sent to {contact.key}: {delivery.reason}", file=sys.stderr)
        again = isinstance(delivery, NotSent | Unreachable) and message.raised < give_up
        after = MEND if isinstance(delivery, NotSent) else AGAIN
        return Result(
            key=intent.key,
            window=intent.body.get("window"),
            event=None,
            facts=facts,
            again=again,
            after=after,
        )

    return Job(key=intent.key, kind="tell", do=do)


def _send(world: World, contact: Contact, message: AlarmMessage, key: str) -> Delivery:
    try:
        return world.channel(contact).send(message, key)
    except (
        ValueError,
        MissingExtra,
    ) as error:  # a secret or library that is missing, a bad address
        return NotSent(str(error))
    except Exception as error:  # a fault of ours must not end a thread in silence
        return Unreachable(f"internal: {type(error).__name__}")
