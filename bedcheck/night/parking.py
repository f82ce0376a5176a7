"""The test of a parked camera: pictures of ceiling or floor, each with a grant of its own.

Only where the registry says at which address a picture without the bed is to be had. Nothing
of the pictures is kept; no network sees them, and no verdict comes of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bedcheck.errors import BedcheckError, GrabError, GrantError, RegistryError
from bedcheck.history.grant import Grant, Redeem
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.history.transaction import Intent, Transaction
from bedcheck.night.clock import Clock
from bedcheck.night.fault import Fault
from bedcheck.night.lines.telling import next_looks
from bedcheck.night.lines.watching import down_at
from bedcheck.night.look import FRAMES
from bedcheck.night.parked import Sight, ills, sight
from bedcheck.night.permit import against, permit
from bedcheck.night.planner import tell
from bedcheck.night.registry import Registry
from bedcheck.night.schedule import schedule
from bedcheck.night.unit import Service, Unit
from bedcheck.night.work import Job, Result
from bedcheck.night.world import World

__all__ = ["PURPOSE", "Parked", "parked_job", "plan_parked", "take_parked_test"]

PURPOSE = "parked"
SECONDS = 6.0  # for the whole test
APART = 1.0  # seconds between two pictures


@dataclass(frozen=True, kw_only=True)
class Parked:
    """What came of a test: what is wrong, in words of `Ill` or of a GrabError."""

    key: str
    wrong: tuple[str, ...]  # none: the camera is well
    detail: str = ""
    seconds: float = 0.0
    frames: int = 0


def take_parked_test(store: Store, world: World, clock: Clock, serial: str, by: str) -> Parked:
    """Test one camera now.

    Raises RegistryError where there is no such camera or it cannot be parked, GrantError
    without consent, during an absence, or where it was ended: then no picture is taken.
    """
    with store.snapshot() as snapshot:
        unit = Registry.load(snapshot).units.get(serial)
    if unit is not None and not unit.parked:
        message = (
            "cannot be parked: give the address of a picture without the bed in `parked`,"
            " where the camera has one"
        )
        raise RegistryError([Fault(place=f"camera[{serial}]", message=message)])
    allowed = permit(store, clock, serial, by, purpose=PURPOSE, frames=FRAMES, seconds=SECONDS)
    unit = allowed.unit
    work = parked_work(
        allowed.key, unit, allowed.grants, world, allowed.redeem, clock, threading.Event()
    )
    found = work()
    with store.transaction() as tx:
        write_parked(tx, Registry.load(tx), unit, found, by, clock.now())
    return found


def grants_for(tx: Transaction, unit: Unit, key: str, now: datetime) -> list[Grant]:
    """The grants of one test, one for each picture."""
    expires = now + timedelta(seconds=SECONDS + 30)
    return [tx.issue_grant(unit.key, key, PURPOSE, expires) for _ in range(FRAMES)]


def parked_work(
    key: str,
    unit: Unit,
    grants: Sequence[Grant],
    world: World,
    redeem: Redeem,
    clock: Clock,
    stop: threading.Event,
) -> Callable[[], Parked]:
    """The work of one test, for a thread of its own; it raises nothing for the world."""

    def do() -> Parked:
        began = clock.monotonic()
        sights: list[Sight] = []
        wrong, detail = "", ""
        try:
            camera = world.camera(replace(unit, source=unit.parked), redeem)
            placement = unit.placed()
            for number, grant in enumerate(grants):
                if number:
                    clock.wait(APART, stop)
                left = SECONDS - (clock.monotonic() - began)
                if stop.is_set() or left <= 0:
                    wrong = "interrupted"
                    break
                sights.append(sight(camera.grab(grant, time.monotonic() + left), placement))
                if sights[-1].at_bed:  # not one picture more
                    break
        except GrabError as error:
            wrong, detail = error.kind, str(error)
        except GrantError as error:
            wrong, detail = "no_grant", error.reason
        except (ValueError, BedcheckError) as error:
            wrong, detail = "refused", str(error)
        except Exception as error:  # a fault of ours must not end a thread in silence
            wrong, detail = "internal", type(error).__name__
        live = unit.parked.startswith(("http", "rtsp"))
        found = (wrong,) if wrong else tuple(ill.value for ill in ills(sights, live=live))
        seconds = clock.monotonic() - began
        return Parked(key=key, wrong=found, detail=detail, seconds=seconds, frames=len(sights))

    return do


def write_parked(
    tx: Transaction, registry: Registry, unit: Unit, found: Parked, by: str, now: datetime
) -> None:
    """The row of a test; the administrator is told of a camera that is not well."""
    facts: dict[str, Any] = {
        "purpose": PURPOSE,
        "key": found.key,
        "seconds": round(found.seconds, 1),
        "frames": found.frames,
        "causes": list(found.wrong),
    }
    if found.detail:
        facts["detail"] = found.detail[:500]
    tx.append(
        HistoryRow(
            at=now, kind=Kind.LOOK, resident=unit.resident, camera=unit.key, who=by, facts=facts
        )
    )
    if found.wrong and not set(found.wrong) & {"interrupted", "no_grant", "internal"}:
        ((_, when),) = next_looks(registry, [unit.key], now)
        key, causes = f"{found.key}/tell", list(found.wrong)
        tell(tx, key, "administrator", "parked_failed", unit.resident, now, by,
             causes=causes, next=when or "–")  # fmt: skip


def plan_parked(tx: Transaction, registry: Registry, now: datetime) -> None:
    """Write tests of cameras that can be parked, some hours before their windows.

    Of windows that follow each other within those hours, the first alone has one.
    """
    ahead = timedelta(hours=registry.settings.lines.parked_hours)
    units = {unit.key for unit in registry.units.values() if unit.parked}
    if not units or not ahead:
        return
    agreements = {a.key: a for a in registry.agreements.values() if a.camera in units}
    few = replace(registry, entries={**registry.entries, "agreement": agreements})
    last: dict[str, datetime] = {}
    for planned in schedule(few, now - ahead, now + ahead):
        camera = agreements[planned.agreement].camera
        near = camera in last and planned.opens - last[camera] < ahead
        last[camera] = planned.opens
        if not near and planned.opens > now:
            body = {"window": None, "camera": camera, "opens": f"{planned.opens.isoformat()}"}
            tx.intend(f"parked/{planned.key}", PURPOSE, body, due=now)


def parked_job(
    tx: Transaction,
    registry: Registry,
    intent: Intent,
    world: World,
    redeem: Redeem,
    clock: Clock,
    stop: threading.Event,
    now: datetime,
) -> Job | None:
    """The work of a planned test; None where it is of no use, or not allowed, any more."""
    unit = registry.units.get(intent.body["camera"])
    if unit is None or not unit.parked or now >= datetime.fromisoformat(intent.body["opens"]):
        return None
    if unit.state is not Service.ACTIVE or against(registry, unit, now):
        return None
    if down_at(tx, unit.key, now):  # which is told already
        return None
    grants = grants_for(tx, unit, intent.key, now)
    work = parked_work(intent.key, unit, grants, world, redeem, clock, stop)

    def do() -> Result:
        found = work()

        def also(tx: Transaction, now: datetime) -> None:
            write_parked(tx, Registry.load(tx), unit, found, "runner", now)

        facts = {"gave": "Parked", "wrong": list(found.wrong)}
        return Result(key=intent.key, window=None, event=None, facts=facts, also=also)

    return Job(key=intent.key, kind=PURPOSE, do=do)
