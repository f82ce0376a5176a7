"""The test look: asked for by a person after a camera was installed or restored, at any hour."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

from bedcheck.errors import BedcheckError, GrabError, GrantError, RegistryError
from bedcheck.history.grant import Grant
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.night.bars import consented
from bedcheck.night.clock import Clock
from bedcheck.night.engine import put_entry
from bedcheck.night.events import Looked, LookFailed
from bedcheck.night.fault import Fault
from bedcheck.night.look import FRAMES, Looking, take_look
from bedcheck.night.planner import tell
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Service, Unit
from bedcheck.night.world import World
from bedcheck.verdict import State

__all__ = ["REFUSALS", "against", "take_test_look"]

SECONDS = 4.0


def take_test_look(
    store: Store, world: World, clock: Clock, serial: str, by: str
) -> tuple[Looked | LookFailed, bool]:
    """Look through the camera once, and say what came of it and whether it is in service now.

    A camera that sees the bed is put in service; with one that does not, the administrator
    is told. Raises RegistryError where there is no such camera, GrantError without consent,
    during an absence, or where the camera was ended: then nothing is looked at.
    """
    now = clock.now()
    key = f"test/{serial}/{now:%Y-%m-%dT%H:%M:%S.%fZ}"
    with store.transaction() as tx:
        registry = Registry.load(tx)
        unit = registry.units.get(serial)
        if unit is None:
            message = "there is no such camera: see `bedcheck night status`"
            raise RegistryError([Fault(place=f"camera[{serial}]", message=message)])
        if reason := against(registry, unit, now):
            facts = {"reason": reason, "purpose": "test"}
            tx.append_surviving(
                HistoryRow(at=now, kind=Kind.GRANT_REFUSED, camera=serial,
                           resident=unit.resident, who=by, facts=facts)
            )  # fmt: skip
            raise GrantError(f"camera {serial}: no test look: {REFUSALS[reason]}", reason=reason)
        expires = now + timedelta(seconds=SECONDS + 30)
        grants = [tx.issue_grant(serial, key, "test", expires) for _ in range(FRAMES)]

    def redeem(grant: Grant, camera: str) -> None:
        with store.transaction() as tx:
            tx.redeem_grant(grant, camera, clock.now())

    event: Looked | LookFailed
    try:
        looking = Looking(
            key=key,
            camera=world.camera(unit, redeem),
            grants=grants,
            seconds=SECONDS,
            placement=unit.placed(),
            live=unit.source.startswith("http"),
        )
        event = take_look(looking, world.judge, clock, threading.Event())
    except (ValueError, BedcheckError) as error:
        kind = error.kind if isinstance(error, GrabError) else "refused"
        event = LookFailed(key=key, kind=kind, detail=str(error))
    sees = isinstance(event, Looked) and event.finding.state != State.OBSTRUCTED
    _write(store, unit, event, sees, by, clock.now())
    return event, sees


REFUSALS = {
    "no_consent": "there is no consent",
    "ended": "the camera was paused or ended",
    "absent": "the resident is away; end the absence first",
}


def against(registry: Registry, unit: Unit, now: datetime) -> str:
    """Why no picture may be taken now, a key of `REFUSALS`; empty: one may."""
    if not consented(registry, unit.resident):
        return "no_consent"
    if unit.state in (Service.PAUSED, Service.ENDED):
        return "ended"
    absences = registry.absences_by_resident.get(unit.resident, ())
    return "absent" if any(absence.covers(now) for absence in absences) else ""


def _write(
    store: Store, unit: Unit, event: Looked | LookFailed, sees: bool, by: str, now: datetime
) -> None:
    facts = {"purpose": "test", "key": event.key, "seconds": round(event.seconds, 1)}
    if isinstance(event, Looked):
        found = event.finding
        facts |= {
            "state": found.state,
            "certain": found.certain,
            "causes": list(found.causes),
            "posture": found.posture,
            "frames": found.frames,
            "network": found.network,
        }
        why = ", ".join(found.causes)
    else:
        facts |= {"error": event.kind, "detail": event.detail[:500]}
        why = event.kind
    with store.transaction() as tx:
        tx.append(
            HistoryRow(
                at=now, kind=Kind.LOOK, resident=unit.resident, camera=unit.key, who=by, facts=facts
            )
        )
        if sees and (unit.fault or unit.state is Service.ORDERED):
            put_entry(tx, "camera", replace(unit, fault="", state=Service.ACTIVE), by, now)
            tell(tx, f"{event.key}/tell", "administrator", "restored", unit.resident, now, by)
        elif not sees:
            key = f"{event.key}/tell"
            tell(tx, key, "administrator", "still_faulty", unit.resident, now, by, why=why)
