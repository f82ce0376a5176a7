"""From an intent to the work it asks for, or to nothing where events have overtaken it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from bedcheck.errors import BedcheckError, GrabError
from bedcheck.history.grant import Grant
from bedcheck.history.store import Store
from bedcheck.history.transaction import Intent, Transaction
from bedcheck.night.clock import Clock
from bedcheck.night.engine import window_at
from bedcheck.night.events import LookFailed
from bedcheck.night.look import FRAMES, looking_at
from bedcheck.night.messages import alarm_message, contact_for, task_message
from bedcheck.night.parking import PURPOSE, parked_job
from bedcheck.night.registry import Registry
from bedcheck.night.reports.send import report_job
from bedcheck.night.window import Phase, Window
from bedcheck.night.work import Job, Result, call_job, look_job, tell_job
from bedcheck.night.world import World

__all__ = ["Jobs", "Link"]

TELL_UNTIL = timedelta(hours=24)

Link = Callable[[Window, str, datetime], str]
"""Makes the link by which a contact acknowledges a window's alarm."""


class Jobs:
    """Makes the work for the runner's threads, in the runner's transaction.

    Grants for a look are issued here and redeemed by the camera, frame by frame.
    """

    def __init__(
        self,
        store: Store,
        world: World,
        clock: Clock,
        stop: threading.Event,
        link: Link | None = None,
    ) -> None:
        self._store = store
        self._world = world
        self._clock = clock
        self._stop = stop
        self._link = link

    def of(self, tx: Transaction, registry: Registry, intent: Intent, now: datetime) -> Job | None:
        """The work that an intent asks for; None where events have overtaken it."""
        key = intent.body.get("window")
        window = window_at(tx, key) if key else None
        if intent.kind == "report":
            return report_job(intent, registry, self._world, self._store, self._clock)
        if intent.kind == "tell":
            return self._tell(registry, intent, window)
        if intent.kind == PURPOSE:
            return parked_job(
                tx, registry, intent, self._world, self._redeem, self._clock, self._stop, now
            )
        if window is None:
            return None
        if intent.kind == "look":
            return self._look(tx, registry, intent, window, now)
        alarm = window.alarm
        wanted = window.phase in (Phase.CALLING, Phase.CRISIS)
        if alarm is None or alarm.call is None or alarm.call.key != intent.key or not wanted:
            return None
        name = intent.body["contact"]
        contact = registry.contacts.get(name) or next(
            c for c in (*window.terms.contacts, *window.terms.crisis) if c.key == name
        )
        link = self._link(window, contact.key, now) if self._link else ""
        crisis = bool(intent.body["crisis"])
        message = alarm_message(registry, window, contact, crisis=crisis, link=link)
        return call_job(intent, message, contact, self._world)

    def _look(
        self, tx: Transaction, registry: Registry, intent: Intent, window: Window, now: datetime
    ) -> Job | None:
        seconds = min(intent.body["seconds"], (window.closes - now).total_seconds())
        if window.phase is not Phase.LOOKING or window.look_key != intent.key:
            return None
        unit = registry.units.get(window.camera)
        try:
            if unit is None or seconds <= 0:
                raise ValueError("the camera is not registered, or its time is over")
            camera = self._world.camera(unit, self._redeem)
            unit.placed()  # before a grant is made out
        except (ValueError, BedcheckError) as error:
            kind = error.kind if isinstance(error, GrabError) else "refused"
            return _failed(intent, LookFailed(key=intent.key, kind=kind, detail=str(error)))
        purpose = intent.body["purpose"]
        expires = min(now + timedelta(seconds=seconds + 5), window.closes)
        grants = [tx.issue_grant(unit.key, window.key, purpose, expires) for _ in range(FRAMES)]
        looking = looking_at(unit, camera, key=intent.key, grants=grants, seconds=seconds)
        return look_job(intent, looking, self._world.judge, self._clock, self._stop)

    def _tell(self, registry: Registry, intent: Intent, window: Window | None) -> Job | None:
        contact = contact_for(registry, intent.body["to"])
        if contact is None:
            return None
        resident = window.resident if window else intent.body.get("resident", "")
        message = task_message(
            registry,
            contact,
            intent.key,
            intent.body["what"],
            intent.body["facts"],
            at=intent.due,
            resident=resident,
            window=window.key if window else "",
        )
        give_up = intent.due + TELL_UNTIL
        return tell_job(intent, message, contact, self._world, give_up)

    def _redeem(self, grant: Grant, camera: str) -> None:
        with self._store.transaction() as tx:
            tx.redeem_grant(grant, camera, self._clock.now())


def _failed(intent: Intent, event: LookFailed) -> Job:
    result = Result(
        key=intent.key, window=intent.body["window"], event=event, facts={"gave": "LookFailed"}
    )
    return Job(key=intent.key, kind="look", do=lambda: result)
