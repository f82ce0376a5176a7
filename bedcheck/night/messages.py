"""What a contact is sent: an alarm or a task, in words that say who is to do what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bedcheck import texts
from bedcheck.night.channels.port import AlarmMessage
from bedcheck.night.contact import Contact
from bedcheck.night.registry import Registry
from bedcheck.night.resident import Resident
from bedcheck.night.window import Window

__all__ = ["alarm_message", "contact_for", "task_message", "why_text"]


def why_text(why: Iterable[str], language: str) -> str:
    """Causes and faults in words, joined by commas."""
    known = texts.keys(language)
    words = []
    for word in why:
        key = next((k for k in (f"why.{word}", f"cause.{word}") if k in known), None)
        words.append(texts.text(key, language) if key else word.replace("_", " "))
    return ", ".join(words)


def contact_for(registry: Registry, to: str) -> Contact | None:
    """Who ``to`` is: the operator, the administrator, or the contact of that key."""
    roles = {
        "operator": registry.settings.operator,
        "administrator": registry.settings.administrator,
    }
    return registry.contacts.get(roles.get(to, to))


def alarm_message(
    registry: Registry, window: Window, contact: Contact, *, crisis: bool, link: str = ""
) -> AlarmMessage:
    """The window's alarm, for one contact."""
    alarm = window.alarm
    assert alarm is not None
    language = registry.settings.language
    resident = _resident(registry, window.resident)
    text = texts.text(
        f"alarm.{alarm.cause.value}",
        language,
        name=resident.name,
        why=why_text(alarm.why, language),
    )
    if crisis:
        text = texts.text("alarm.crisis", language, text=text)
    placed = alarm.call.placed if alarm.call else alarm.raised
    for number in registry.temporary_numbers.values():
        if number.area == window.area and number.covers(placed):
            text += " " + texts.text("alarm.number", language, number=number.number)
    return AlarmMessage(
        alarm=alarm.key,
        kind=alarm.cause.value,
        causes=alarm.why,
        text=text,
        resident=window.resident,
        name=resident.name,
        address=resident.address,
        area=window.area,
        window=window.key,
        camera=window.camera,
        controller=resident.controller,
        contact=contact.key,
        attempt=alarm.turn,
        raised=alarm.raised,
        answer_by=window.due,
        link=link,
    )


def task_message(
    registry: Registry,
    contact: Contact,
    key: str,
    what: str,
    facts: dict[str, Any],
    *,
    at: datetime,
    resident: str = "",
    window: str = "",
) -> AlarmMessage:
    """A task or a piece of news, for one contact."""
    language = registry.settings.language
    person = _resident(registry, resident)
    words = {name: value for name, value in facts.items() if isinstance(value, str)}
    if "bar" in words:
        words["bar"] = texts.text(f"bar.{words['bar']}", language)
    if "by" in words:
        words["by"] = _person(registry, words["by"])
    if "reason" in words:
        words["reason"] = texts.said(words["reason"], language)
    why = facts.get("causes") or facts.get("why") or facts.get("error") or ()
    words["why"] = why_text([why] if isinstance(why, str) else why, language)
    text = texts.text(
        f"tell.{what}",
        language,
        **{**words, "name": person.name, "telephone": person.telephone, "window": window},
    )
    return AlarmMessage(
        alarm=key,
        kind=what,
        text=text,
        resident=resident,
        name=person.name,
        address=person.address,
        area=person.area,
        window=window,
        controller=person.controller,
        contact=contact.key,
        raised=at,
    )


def _resident(registry: Registry, key: str) -> Resident:
    return registry.residents.get(key) or Resident(key=key, name=key, area="")


def _person(registry: Registry, who: str) -> str:
    """ "contact:north" by its name, "os:anna" as anna."""
    contact = registry.contacts.get(who.removeprefix("contact:"))
    return contact.name if contact else who.partition(":")[2] or who
