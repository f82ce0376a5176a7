"""What the runner writes by the calendar: windows a little ahead, activations, reviews."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.transaction import Transaction
from bedcheck.night.engine import put_entry, put_window
from bedcheck.night.registry import Registry
from bedcheck.night.reports.due import intend_reports
from bedcheck.night.schedule import Planned, open_window, schedule
from bedcheck.night.unit import Service

__all__ = ["AHEAD", "Planner", "tell"]

AHEAD = timedelta(minutes=2)  # windows are written, at their agreement's terms of then
NOON = 12  # on the clock in the municipality
MARK = "plan"  # an intent whose time is until when windows have been written
AT_ONCE = timedelta(days=1)  # of the schedule kept in memory


def tell(
    tx: Transaction,
    key: str,
    to: str,
    what: str,
    resident: str,
    now: datetime,
    by: str = "runner",
    **words: Any,
) -> None:
    """Something to be told that belongs to no window. A key that is known is told once."""
    body: dict[str, Any] = {
        "window": None,
        "to": to,
        "what": what,
        "resident": resident,
        "facts": words,
    }
    if tx.intend(key, "tell", body, due=now):
        facts = {"for": to, "what": what}
        tx.append(
            HistoryRow(at=now, kind=Kind.TASK, resident=resident or None, who=by, facts=facts)
        )


class Planner:
    """Writes windows before they open, each once, down-times included."""

    def __init__(self) -> None:
        self._registry: Registry | None = None
        self._planned: list[Planned] = []
        self._until: datetime | None = None  # of `_planned`
        self.planned = False  # whether `plan` has written anew at this turn
        self.purge_is_due = False  # set once a day; whoever purges takes it back

    def plan(self, tx: Transaction, registry: Registry, now: datetime) -> datetime | None:
        """Write what opens soon, or opened while nobody ran; returns when the next one opens."""
        mark = tx.intent(MARK)
        if mark is None:
            tx.intend(MARK, MARK, {}, due=now)
        start = mark.due if mark else now
        end = now + AHEAD
        ahead = self._ahead(registry, start, end)
        self.planned = mark is None or start + AHEAD / 2 < end
        if start + AHEAD / 2 < end:
            for planned in ahead:
                if planned.opens < end and tx.window(planned.key) is None:
                    put_window(tx, open_window(registry, planned))
            tx.postpone(MARK, end)
            _activate(tx, registry, now)
            _review(tx, registry, now)
            self.purge_is_due |= _daily(tx, registry, now)
            intend_reports(tx, registry, now)
        return next((p.opens for p in ahead if p.opens >= end), None)

    def _ahead(self, registry: Registry, start: datetime, end: datetime) -> list[Planned]:
        known = self._registry is registry and self._until is not None and end < self._until
        if not known:
            self._until = end + AT_ONCE
            self._planned = schedule(registry, start, self._until)
            self._registry = registry
        self._planned = [p for p in self._planned if p.opens >= start]
        return self._planned


def _activate(tx: Transaction, registry: Registry, now: datetime) -> None:
    """Agreements whose start has come; the administrator gets word."""
    for agreement in registry.agreements.values():
        if agreement.state is not Service.ORDERED or agreement.starts > now + AHEAD:
            continue
        put_entry(tx, "agreement", replace(agreement, state=Service.ACTIVE), "runner", now)
        unit = registry.units.get(agreement.camera)
        what = "activated" if unit and unit.state is Service.ACTIVE else "not_installed"
        key = f"agreement/{agreement.key}/{what}/{agreement.starts:%Y-%m-%dT%H:%M:%SZ}"
        tell(tx, key, "administrator", what, agreement.resident, now)


def _review(tx: Transaction, registry: Registry, now: datetime) -> None:
    """Absences without an end whose day of review has come."""
    for absence in registry.absences.values():
        if absence.end is None and absence.review is not None and absence.review <= now:
            key = f"absence/{absence.key}/{absence.review:%Y-%m-%dT%H:%M:%SZ}"
            tell(tx, key, "administrator", "absence_review", absence.resident, now)


def _daily(tx: Transaction, registry: Registry, now: datetime) -> bool:
    """Once a day, at noon: seal the history, and send the seal away; True where it was done."""
    local = now.astimezone(registry.zone)
    key = f"daily/{local:%Y-%m-%d}"
    if local.hour < NOON or not tx.intend(key, "daily", {}, due=now):
        return False
    seal = tx.seal(now, by="runner")
    tx.settle(key, {"seq": seal["seq"]}, now)
    tell(tx, f"{key}/seal", "administrator", "seal", "", now, seal=json.dumps(seal))
    return True
