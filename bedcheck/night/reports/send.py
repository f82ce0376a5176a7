"""A report that is due, written and sent: the work behind an intent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from bedcheck.errors import BedcheckError
from bedcheck.history.report.content import Content, Every, gather
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.history.transaction import Intent
from bedcheck.night.channels.port import Accepted, Delivery, NotSent, Rejected, Unreachable
from bedcheck.night.clock import Clock
from bedcheck.night.lines.terms import longest_undetected
from bedcheck.night.lines.watching import terms_for
from bedcheck.night.planner import tell
from bedcheck.night.registry import Registry
from bedcheck.night.work import Job, Result
from bedcheck.night.world import World

__all__ = ["content_of", "report_job", "undetected"]

WAITS = timedelta(hours=1)  # after which the administrator is told, once
LATER = timedelta(minutes=10)  # until the next try, where the server cannot be reached


def report_job(intent: Intent, registry: Registry, world: World, store: Store, clock: Clock) -> Job:
    """Writes the report and hands it to the mail server.

    It is tried again until the server has taken or refused it; of one that was refused, or
    has waited for an hour, the administrator is told.
    """

    def do() -> Result:
        to = str(intent.body["to"])
        delivery = _deliver(intent, registry, world, store, clock)
        facts: dict[str, Any] = {"gave": type(delivery).__name__, "to": to}
        if not isinstance(delivery, Accepted):
            facts["reason"] = delivery.reason[:500]
        if isinstance(delivery, Rejected):
            with store.transaction() as tx:
                key = f"{intent.key}/rejected"
                tell(tx, key, "administrator", "report_rejected", "", clock.now(), receiver=to,
                     reason=delivery.reason[:300])  # fmt: skip
        again = isinstance(delivery, NotSent | Unreachable)
        due = datetime.fromisoformat(str(intent.body["due"]))
        if isinstance(delivery, NotSent | Unreachable) and clock.now() - due > WAITS:
            with store.transaction() as tx:
                key = f"{intent.key}/waits"
                tell(tx, key, "administrator", "report_waits", "", clock.now(), receiver=to,
                     reason=delivery.reason[:300])  # fmt: skip
        return Result(
            key=intent.key, window=None, event=None, facts=facts, again=again, after=LATER
        )

    return Job(key=intent.key, kind="report", do=do)


def _deliver(
    intent: Intent, registry: Registry, world: World, store: Store, clock: Clock
) -> Delivery:
    try:
        if world.post is None:
            return NotSent("there is no way to send mail")
        post = world.post(registry.settings)
        # Imported here: they take longer than the rest of the night together.
        from bedcheck.history.report.letter import letter, render

        rendered = render(content_of(intent, registry, store, clock.now()))
        message = letter(rendered, intent.key, post.sender, str(intent.body["to"]))
    except (ValueError, BedcheckError) as error:  # no server yet, a library that is missing
        return NotSent(str(error))
    except Exception as error:  # a fault of ours must not end a thread in silence
        return Unreachable(f"internal: {type(error).__name__}")
    try:
        return post.send(message, intent.key)
    except Exception as error:
        return Unreachable(f"internal: {type(error).__name__}")


def content_of(intent: Intent, registry: Registry, store: Store, now: datetime) -> Content:
    """What the report says, from the rows as they are now; that it was read is a row."""
    body = intent.body
    every, first, last = Every(body["every"]), body["first"], body["last"]
    store.roll_up()
    with store.transaction() as tx:
        asked = {"first": first, "last": last, "by": "all"}
        facts = {"what": "report", "format": "mail", "filters": asked, "to": body["to"]}
        tx.append(HistoryRow(at=now, kind=Kind.EXPORT, facts=facts))
    with store.snapshot() as read:
        return gather(
            read,
            every,
            date.fromisoformat(first),
            date.fromisoformat(last),
            written=datetime.fromisoformat(body["due"]).astimezone(registry.zone),
            language=registry.settings.language,
            seal=body["seal"],
            undetected=undetected(registry),
        )


def undetected(registry: Registry) -> timedelta:
    """The longest that a fault of any line may go unseen."""
    units = registry.units.values() or (None,)
    return max(longest_undetected(terms_for(registry, unit)) for unit in units)
