"""What stands against a look at a moment: one pure question to the registry."""

from __future__ import annotations

from datetime import datetime

from bedcheck.night.registry import Registry
from bedcheck.night.resident import Party
from bedcheck.night.unit import Service
from bedcheck.night.window import Bar

__all__ = ["bar_against", "consented"]


def bar_against(registry: Registry, agreement: str, at: datetime) -> tuple[Bar | None, str]:
    """What stands against a look by ``agreement`` at ``at``, and its detail; None: nothing."""
    agreed = registry.agreements.get(agreement)
    if agreed is None:
        return Bar.ENDED, "agreement"
    if not consented(registry, agreed.resident):  # first: of several, the one to be told
        return Bar.NO_CONSENT, ""
    if agreed.state in (Service.PAUSED, Service.ENDED) or at < agreed.starts:
        return Bar.ENDED, "agreement"
    unit = registry.units.get(agreed.camera)
    if unit is None or unit.state in (Service.PAUSED, Service.ENDED):
        return Bar.ENDED, "camera"
    if unit.resident != agreed.resident:
        return Bar.NO_CONSENT, "another resident's camera"
    if any(a.covers(at) for a in registry.absences_by_resident.get(agreed.resident, ())):
        return Bar.ABSENT, ""
    if unit.state is Service.ORDERED:
        return Bar.OUT_OF_ORDER, "not_installed"
    if unit.fault:
        return Bar.OUT_OF_ORDER, unit.fault
    return None, ""


def consented(registry: Registry, resident: str) -> bool:
    """Whether the resident, and everybody who lives there permanently, consents now."""
    person = registry.residents.get(resident)
    if person is None:
        return False
    given = [
        consent
        for consent in registry.consents_by_resident.get(resident, ())
        if consent.withdrawn_on is None
    ]
    own = any(consent.party is Party.RESIDENT for consent in given)
    others = {consent.person for consent in given if consent.party is Party.CO_LIVING}
    return own and set(person.co_living) <= others
