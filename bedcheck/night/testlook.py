"""The test look: asked for by a person after a camera was installed or restored, at any hour."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from bedcheck.errors import BedcheckError, GrabError
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.night.clock import Clock
from bedcheck.night.engine import put_entry
from bedcheck.night.events import Looked, LookFailed
from bedcheck.night.look import FRAMES, looking_at, take_look
from bedcheck.night.permit import permit
from bedcheck.night.planner import tell
from bedcheck.night.unit import Service, Unit
from bedcheck.night.world import World
from bedcheck.verdict import State

__all__ = ["take_test_look"]

SECONDS = 4.0
STREAM_SECONDS = 15.0  # key frames may be 4 s apart


def take_test_look(
    store: Store, world: World, clock: Clock, serial: str, by: str
) -> tuple[Looked | LookFailed, bool]:
    """Look through the camera once, and say what came of it and whether it is in service now.

    A camera that sees the bed is put in service; with one that does not, the administrator
    is told. Raises RegistryError where there is no such camera, GrantError without consent,
    during an absence, or where the camera was ended: then nothing is looked at.
    """
    longest = max(SECONDS, STREAM_SECONDS)
    allowed = permit(store, clock, serial, by, purpose="test", frames=FRAMES, seconds=longest)
    unit, key = allowed.unit, allowed.key
    seconds = STREAM_SECONDS if unit.streams else SECONDS
    event: Looked | LookFailed
    try:
        camera = world.camera(unit, allowed.redeem)
        looking = looking_at(unit, camera, key=key, grants=allowed.grants, seconds=seconds)
        event = take_look(looking, world.judge, clock, threading.Event())
    except (ValueError, BedcheckError) as error:
        kind = error.kind if isinstance(error, GrabError) else "refused"
        event = LookFailed(key=key, kind=kind, detail=str(error))
    sees = isinstance(event, Looked) and event.finding.state != State.OBSTRUCTED
    _write(store, unit, event, sees, by, clock.now())
    return event, sees


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
