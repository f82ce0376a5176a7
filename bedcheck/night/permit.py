"""The right to look outside a window: to test, probe or install a camera, at any hour.

It holds to what a look in the night does: no consent, an absence or an ended camera, no look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bedcheck.errors import GrantError, RegistryError
from bedcheck.history.grant import Grant, Redeem
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.night.bars import consented
from bedcheck.night.clock import Clock
from bedcheck.night.fault import Fault
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Service, Unit

__all__ = ["Permit", "against", "permit"]

MARGIN = 30.0  # seconds after the look's own time in which its grants still hold


@dataclass(frozen=True, kw_only=True)
class Permit:
    """What a look by a person at any hour is made with."""

    key: str  # of the look
    unit: Unit
    grants: Sequence[Grant]  # one for each frame
    redeem: Redeem


def permit(
    store: Store, clock: Clock, serial: str, by: str, *, purpose: str, frames: int, seconds: float
) -> Permit:
    """Grants for ``frames`` frames of the camera ``serial``, within ``seconds``.

    Raises RegistryError where there is no such camera, GrantError without consent, during an
    absence, or where the camera was paused or ended; the refusal is a row of the history.
    """
    now = clock.now()
    key = f"{purpose}/{serial}/{now:%Y-%m-%dT%H:%M:%S.%fZ}"
    with store.transaction() as tx:
        registry = Registry.load(tx)
        unit = registry.units.get(serial)
        if unit is None:
            message = "there is no such camera: `bedcheck night export` lists them"
            raise RegistryError([Fault(place=f"camera[{serial}]", message=message)])
        if reason := against(registry, unit, now):
            facts = {"reason": reason, "purpose": purpose}
            tx.append_surviving(
                HistoryRow(at=now, kind=Kind.GRANT_REFUSED, camera=serial,
                           resident=unit.resident, who=by, facts=facts)
            )  # fmt: skip
            raise GrantError(f"camera {serial}: no look: {_SAID[reason]}", reason=reason)
        expires = now + timedelta(seconds=seconds + MARGIN)
        grants = [tx.issue_grant(serial, key, purpose, expires) for _ in range(frames)]

    def redeem(grant: Grant, camera: str) -> None:
        with store.transaction() as tx:
            tx.redeem_grant(grant, camera, clock.now())

    return Permit(key=key, unit=unit, grants=grants, redeem=redeem)


_SAID = {
    "no_consent": "there is no consent",
    "ended": "the camera was paused or ended",
    "absent": "the resident is away; end the absence first",
}


def against(registry: Registry, unit: Unit, now: datetime) -> str:
    """Why no picture may be taken now, a key of `_SAID`; empty: one may."""
    if not consented(registry, unit.resident):
        return "no_consent"
    if unit.state in (Service.PAUSED, Service.ENDED):
        return "ended"
    absences = registry.absences_by_resident.get(unit.resident, ())
    return "absent" if any(absence.covers(now) for absence in absences) else ""
