"""Signs of life given to alarm receivers that take them, so that a dead way is known before
an alarm needs it: to the receiver, which misses us, and to the administrator, who misses it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bedcheck.errors import MissingExtra
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.transaction import Transaction
from bedcheck.night.channels.port import Accepted, Channel, Delivery, Heartbeat, NotSent
from bedcheck.night.clock import Clock
from bedcheck.night.contact import Contact
from bedcheck.night.planner import tell
from bedcheck.night.registry import Registry

__all__ = ["Signs"]

AGAIN = timedelta(minutes=1)  # after one that was not answered
MISSES = 2  # one after the other, before anybody is told
MARK = "sign"  # the kind of the documents that say what was told of each receiver


class Signs:
    """Gives them in each receiver's interval. `turn` in a transaction, then `due` outside it."""

    def __init__(self, channel_of: Callable[[Contact], Channel], clock: Clock) -> None:
        self._channel_of = channel_of
        self._clock = clock
        self._receivers: list[Contact] = []
        self._next: dict[str, float] = {}  # when the next is due, on the monotonic clock
        self._under_way: set[str] = set()
        self._misses: dict[str, int] = {}  # one after the other; 0: the latest was answered
        self._reasons: dict[str, str] = {}

    def due(self) -> list[Callable[[], None]]:
        """What is to be done now, each in a thread; it raises nothing."""
        now = self._clock.monotonic()
        ready = [
            one
            for one in self._receivers
            if one.key not in self._under_way and now >= self._next.get(one.key, now)
        ]
        self._under_way |= {one.key for one in ready}
        return [partial(self._give, one) for one in ready]

    def _give(self, contact: Contact) -> None:
        delivery: Delivery
        try:
            channel = self._channel_of(contact)
            key = f"sign/{contact.key}/{self._clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"
            if isinstance(channel, Heartbeat):
                delivery = channel.heartbeat(key)
            else:
                delivery = NotSent("it takes no sign of life")
        except (ValueError, MissingExtra) as error:
            delivery = NotSent(str(error))
        except Exception as error:  # a fault of ours must not end the signs
            delivery = NotSent(f"internal: {type(error).__name__}")
        heard = isinstance(delivery, Accepted)
        every = timedelta(minutes=contact.scaip.heartbeat_minutes if contact.scaip else 60)
        wait = every if heard else min(every, AGAIN)
        self._next[contact.key] = self._clock.monotonic() + wait.total_seconds()
        self._reasons[contact.key] = "" if isinstance(delivery, Accepted) else delivery.reason
        self._misses[contact.key] = 0 if heard else self._misses.get(contact.key, 0) + 1
        self._under_way.discard(contact.key)

    def turn(self, tx: Transaction, registry: Registry, now: datetime) -> None:
        """Look up who takes signs of life, and write and tell what has changed."""
        self._receivers = [
            contact
            for contact in registry.contacts.values()
            if contact.scaip is not None and contact.scaip.heartbeat_minutes
        ]
        for contact in self._receivers:
            misses = self._misses.get(contact.key)
            if misses is None or 0 < misses < MISSES:
                continue
            answers = misses == 0
            told = (tx.get(MARK, contact.key) or {}).get("answers")
            if told is answers:
                continue
            tx.put(MARK, contact.key, {"answers": answers}, by="runner", at=now)
            what = "receiver_answers" if answers else "receiver_silent"
            facts = {"what": what, "of": contact.key, "reason": self._reasons[contact.key][:500]}
            tx.append(HistoryRow(at=now, kind=Kind.HEARTBEAT, facts=facts))
            if told is not None or not answers:
                key = f"{what}/{contact.key}/{now:%Y-%m-%dT%H:%M:%S.%fZ}"
                tell(tx, key, "administrator", what, "", now, contact=contact.name)
