"""A row or a story in words, for people: what happened, to whom, by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from bedcheck import texts
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.story import AlarmStory

__all__ = ["story_lines", "tell", "title", "who_text", "word"]

# Facts that say what happened, by kind, in the order in which they are told; the others
# of a row are for programs, and stand in `--json` and the exports.
_MAIN: Mapping[Kind, tuple[str, ...]] = {
    Kind.LOOK: ("purpose", "state", "error", "causes", "posture"),
    Kind.WINDOW_CLOSED: ("outcome",),
    Kind.ALARM_RAISED: ("cause", "why"),
    Kind.ALARM_SENT: ("to", "channel"),
    Kind.ALARM_ACCEPTED: ("to", "reference"),
    Kind.ALARM_NOT_SENT: ("to", "reason"),
    Kind.ALARM_REJECTED: ("to", "reason"),
    Kind.ALARM_UNREACHABLE: ("to", "reason"),
    Kind.ALARM_UNANSWERED: ("to",),
    Kind.ALARM_ACKNOWLEDGED: ("via",),
    Kind.ALARM_OUTCOME: ("outcome", "note"),
    Kind.ALARM_WRITTEN_OFF: ("reason", "note"),
    Kind.ALARM_CRISIS: ("to", "why"),
    Kind.ALARM_CLOSED: ("how",),
    Kind.ANSWER: ("question", "answer"),
    Kind.LATE: ("event", "outcome", "reason", "answer"),
    Kind.TASK: ("for", "what", "why", "error"),
    Kind.INCIDENT: ("area", "what", "cameras"),
    Kind.LINE: ("what", "where", "error"),
    Kind.CHANGE: ("of", "what", "fields", "fault"),
    Kind.INSTALLED: ("result", "problems"),
    Kind.READ: ("what", "filters"),
    Kind.EXPORT: ("what", "format", "filters"),
    Kind.TOKEN: ("name", "what"),
    Kind.GRANT_REFUSED: ("reason",),
    Kind.LINK_REFUSED: ("what", "reason", "contact"),
    Kind.RUNNER: ("what", "version", "error"),
    Kind.CLOCK: ("jump",),
    Kind.HEARTBEAT: ("what", "of"),
    Kind.PURGE: ("retained", "before"),
    Kind.SEAL: ("seq",),
}

_TABLES = ("history.word", "why", "state", "cause", "posture", "history.retained")
"""Where a word that a program wrote has its text; the first that has it counts."""


def title(kind: Kind, language: str) -> str:
    """What kind of thing happened: "Look", "Alarm raised"."""
    return texts.text(f"history.kind.{kind}", language)


def word(value: str, language: str) -> str:
    """A program's word as people say it; one that has no text as it is, without underscores."""
    known = texts.keys(language)
    for table in _TABLES:
        if f"{table}.{value}" in known:
            return texts.text(f"{table}.{value}", language)
    told = texts.said(value, language)
    return told if told != value else value.replace("_", " ")


def tell(row: HistoryRow, language: str) -> str:
    """The row in one line, without its time, its resident and who did it."""
    kind = Kind(row.kind)
    parts = [part for name in _MAIN[kind] for part in _fact(kind, name, row, language)]
    if kind is Kind.LOOK and row.facts.get("certain") is False:
        parts.append(word("uncertain", language))
    said = ", ".join(parts)
    unlooked = kind is Kind.WINDOW_CLOSED and row.facts.get("looked") is False
    what = texts.text("history.unlooked", language) if unlooked else title(kind, language)
    return f"{what}: {said}" if said else what


def _fact(kind: Kind, name: str, row: HistoryRow, language: str) -> list[str]:
    """One fact of a row; of a change of the registry, kinds and fields by their own names."""
    value = row.facts.get(name)
    known = texts.keys(language)
    if kind is Kind.CHANGE and name == "of" and isinstance(value, str):
        what, _, key = value.partition(" ")
        if f"history.entry.{what}" in known:
            return [f"{texts.text(f'history.entry.{what}', language)} {key}".strip()]
    if kind is Kind.CHANGE and name == "fields" and isinstance(value, list | tuple):
        return [
            texts.text(f"history.field.{field}", language)
            if f"history.field.{field}" in known
            else str(field).replace("_", " ")
            for field in value
        ]
    return _said(value, language)


def who_text(who: str, language: str) -> str:
    """ "os:anna" is anna; what the software did by itself is said so."""
    where, colon, name = who.partition(":")
    return name if colon else word(where, language)


def story_lines(story: AlarmStory, zone: ZoneInfo, language: str) -> Iterator[str]:
    """The story, a line for each thing that happened: when, what, by whom."""
    for row in story.rows:
        yield f"{row.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {_line(row, language)}"
    if story.closed is None:
        yield texts.text(f"history.story.open.{story.state}", language)


def _line(row: HistoryRow, language: str) -> str:
    key = f"history.story.{row.kind}"
    if key not in texts.keys(language):
        return tell(row, language)
    facts = {name: ", ".join(_said(value, language)) for name, value in row.facts.items()}
    reason = facts.get("reason", "")
    why = [facts[name] for name in ("cause", "why") if facts.get(name)]
    what = [facts[name] for name in ("outcome", "reason", "note") if facts.get(name)]
    return texts.text(
        key,
        language,
        to=facts.get("to", ""),
        how=facts.get("channel", ""),
        reason=f" ({reason})" if reason else "",
        why=", ".join(why),
        what=", ".join(what),
        who=who_text(row.who, language),
    )


def _said(value: Any, language: str) -> list[str]:
    """A fact in words; nothing where there is nothing to say."""
    if value is None or value == "" or value is False:
        return []
    if isinstance(value, str):
        return [word(value, language)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in _said(part, language)]
    if isinstance(value, dict):
        return [f"{name} {text}" for name, part in value.items() for text in _said(part, language)]
    return [str(value)]
