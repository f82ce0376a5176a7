"""The test message: asked for by a person, to see whether a contact can be reached."""

from __future__ import annotations

from collections.abc import Callable

from bedcheck import texts
from bedcheck.errors import MissingExtra, RegistryError
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.night.channels.port import (
    Accepted,
    AlarmMessage,
    Channel,
    Delivery,
    Heartbeat,
    NotSent,
    Rejected,
    Unreachable,
)
from bedcheck.night.clock import Clock
from bedcheck.night.contact import Contact
from bedcheck.night.fault import Fault
from bedcheck.night.registry import Registry

__all__ = ["send_test"]


def send_test(
    store: Store,
    channel_of: Callable[[Contact], Channel],
    clock: Clock,
    key: str,
    by: str,
    *,
    heartbeat: bool = False,
) -> tuple[Contact, Delivery]:
    """Send ``key`` a message marked as a test, and say what came of it; a row of the history.

    ``heartbeat``: where the contact is a receiver of SCAIP, the sign of life that disturbs no
    person. Raises RegistryError where there is no such contact, or a heartbeat has no sense.
    """
    now = clock.now()
    with store.snapshot() as snapshot:
        registry = Registry.load(snapshot)
    contact = registry.contacts.get(key)
    if contact is None:
        message = "there is no such contact: see `bedcheck night export`"
        raise RegistryError([Fault(place=f"contact[{key}]", message=message)])
    name = f"test/{key}/{now:%Y-%m-%dT%H:%M:%S.%fZ}"
    alarm = AlarmMessage(
        alarm=name,
        kind="test",
        text=texts.text("tell.test", registry.settings.language, by=by.partition(":")[2] or by),
        resident="",
        contact=key,
        raised=now,
    )
    delivery: Delivery
    try:
        channel = channel_of(contact)
        if not heartbeat:
            delivery = channel.send(alarm, name)
        elif isinstance(channel, Heartbeat):
            delivery = channel.heartbeat(name)
        else:
            message = f"a heartbeat is for the medium scaip; it is {contact.medium}"
            raise RegistryError([Fault(place=f"contact[{key}]", message=message)])
    except (ValueError, MissingExtra) as error:
        delivery = NotSent(str(error))
    facts = {"for": key, "what": "channel_test", "channel": contact.medium.value, "key": name}
    match delivery:
        case Accepted(reference=reference):
            facts |= {"why": "channel_accepted", "reference": reference}
        case NotSent(reason=reason):
            facts |= {"why": "channel_not_sent", "error": reason[:500]}
        case Rejected(reason=reason):
            facts |= {"why": "channel_rejected", "error": reason[:500]}
        case Unreachable(reason=reason):
            facts |= {"why": "channel_unreachable", "error": reason[:500]}
    with store.transaction() as tx:
        tx.append(HistoryRow(at=clock.now(), kind=Kind.TASK, who=by, facts=facts))
    return contact, delivery
