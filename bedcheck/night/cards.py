"""What people are told when a camera is installed: the resident, the night staff, the planner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bedcheck import texts
from bedcheck.night.agreement import Agreement
from bedcheck.night.registry import Registry
from bedcheck.night.schedule import schedule
from bedcheck.night.unit import Service, Unit

__all__ = ["planner_notice", "resident_card", "staff_notice"]

AHEAD = timedelta(days=14)  # for the first night to be found in


def resident_card(registry: Registry, unit: Unit, now: datetime, language: str) -> tuple[str, ...]:
    """How it works, in plain words for the resident and relatives, a sentence or two a line.

    Empty where nothing is agreed for this camera.
    """
    agreement = _agreement(registry, unit)
    if agreement is None:
        return ()
    keys = ["card.looks", "card.again" if agreement.retry_minutes else "card.at_once"]
    if agreement.shadow:
        keys.append("card.shadow")
    else:
        keys.append("card.telephone" if agreement.telephone_first else "card.come")
    keys += ["card.keeps", "card.closed", "card.no"]
    administrator = registry.contacts.get(registry.settings.administrator)
    who = administrator.name if administrator else texts.text("who_else.administrator", language)
    values = {
        "times": _times(agreement, language),
        "seconds": str(agreement.look_seconds),
        "minutes": str(agreement.retry_minutes),
        "who": who,
        "first": _first_night(registry, agreement, now, language),
    }
    title = texts.text("card.title", language)
    return (title, *(texts.text(key, language, **values) for key in (*keys, "card.first")))


def staff_notice(registry: Registry, unit: Unit, now: datetime, language: str) -> tuple[str, ...]:
    """What the night staff are told; empty where nothing is agreed for this camera."""
    return _notice(registry, unit, now, language, ("where", "alarm", "restore"), "staff")


def planner_notice(registry: Registry, unit: Unit, now: datetime, language: str) -> tuple[str, ...]:
    """What the planner is told; empty where nothing is agreed for this camera."""
    return _notice(registry, unit, now, language, ("where", "absence"), "planner")


def _notice(
    registry: Registry, unit: Unit, now: datetime, language: str, keys: Sequence[str], to: str
) -> tuple[str, ...]:
    agreement = _agreement(registry, unit)
    if agreement is None:
        return ()
    resident = registry.residents[unit.resident]
    values = {
        "name": resident.name,
        "address": resident.address or texts.text("who_else.no_address", language),
        "times": _times(agreement, language),
        "first": _first_night(registry, agreement, now, language),
        "camera": unit.key,
    }
    if agreement.shadow:
        keys = ["shadow" if key == "alarm" else key for key in keys]
    return tuple(texts.text(f"notice.{to}.{key}", language, **values) for key in ("title", *keys))


def _agreement(registry: Registry, unit: Unit) -> Agreement | None:
    """What is agreed for this camera; of several the first that has begun or will."""
    agreed = [
        agreement
        for agreement in registry.agreements.values()
        if agreement.camera == unit.key and agreement.state is not Service.ENDED
    ]
    return min(agreed, key=lambda agreement: agreement.starts, default=None)


def _times(agreement: Agreement, language: str) -> str:
    """ "23:30 and 03:00"; in the order of a night."""
    night = sorted(agreement.times, key=lambda wish: (wish.at.hour < 12, wish.at))
    *others, last = [f"{wish.at:%H:%M}" for wish in night]
    if not others:
        return last
    return texts.text("card.and", language, one=", ".join(others), other=last)


def _first_night(registry: Registry, agreement: Agreement, now: datetime, language: str) -> str:
    """When the next look is: "2026-11-24 at 23:30"."""
    start = max(now, agreement.starts)
    coming = [p for p in schedule(registry, start, start + AHEAD) if p.agreement == agreement.key]
    if not coming:
        return texts.text("card.not_yet", language)
    at = coming[0].opens.astimezone(registry.zone)
    return texts.text("card.at", language, day=f"{at:%Y-%m-%d}", time=f"{at:%H:%M}")
