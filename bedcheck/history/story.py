"""An alarm as one story: raised and why, sent to whom, taken by whom, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bedcheck.history.row import HistoryRow, Kind

__all__ = ["AlarmStory", "Call", "story_of"]

_ANSWERS = {
    Kind.ALARM_ACCEPTED: "accepted",
    Kind.ALARM_NOT_SENT: "not_sent",
    Kind.ALARM_REJECTED: "rejected",
    Kind.ALARM_UNREACHABLE: "unreachable",
    Kind.ALARM_UNANSWERED: "unanswered",
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One time that the alarm was sent to one receiver."""

    at: datetime
    to: str
    channel: str
    key: str = ""  # of the delivery
    answer: str = ""  # the last heard, of `_ANSWERS`; "": nothing
    answered: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AlarmStory:
    """What became of one alarm. What has not happened is None or empty."""

    alarm: str
    resident: str | None = None
    camera: str | None = None
    window: str | None = None
    raised: datetime | None = None
    cause: str = ""
    why: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    acknowledged: datetime | None = None  # a person has taken it
    acknowledged_by: str = ""
    outcome: str = ""  # what was found
    outcome_by: str = ""
    written_off: str = ""  # with this reason, without a visit
    written_off_by: str = ""
    crisis: datetime | None = None  # the list of calls failed and the crisis list was reached
    closed: datetime | None = None
    closed_by: str = ""
    rows: tuple[HistoryRow, ...] = field(default=(), repr=False)

    @property
    def state(self) -> str:
        """Where it stands: raised, sent, accepted, acknowledged, crisis or closed."""
        if self.closed is not None:
            return "closed"
        if self.acknowledged is not None:
            return "acknowledged"
        if self.crisis is not None:
            return "crisis"
        if any(call.answer == "accepted" for call in self.calls):
            return "accepted"
        return "sent" if self.calls else "raised"


def story_of(alarm: str, rows: Iterable[HistoryRow]) -> AlarmStory | None:
    """The story that the alarm's rows tell, in their order; None: there are none.

    The first acknowledgement counts, the last outcome does: who took it first, and what
    was found in the end.
    """
    kept = tuple(rows)
    if not kept:
        return None
    story = AlarmStory(alarm=alarm, rows=kept)
    for row in kept:
        story = replace(story, **_told(story, row))
    return story


def _told(story: AlarmStory, row: HistoryRow) -> dict[str, Any]:
    """What the row adds to the story."""
    changes: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("resident", "camera", "window")
        if getattr(story, name) is None
    }
    match row.kind:
        case Kind.ALARM_RAISED if story.raised is None:
            changes |= {"raised": row.at, "cause": _fact(row, "cause")}
            why = row.facts.get("why", ())
            changes["why"] = tuple(map(str, why)) if isinstance(why, list | tuple) else (str(why),)
        case Kind.ALARM_SENT:
            call = Call(
                at=row.at,
                to=_fact(row, "to"),
                channel=_fact(row, "channel"),
                key=_fact(row, "key"),
            )
            changes["calls"] = (*story.calls, call)
        case (
            Kind.ALARM_ACCEPTED
            | Kind.ALARM_NOT_SENT
            | Kind.ALARM_REJECTED
            | Kind.ALARM_UNREACHABLE
            | Kind.ALARM_UNANSWERED
        ):
            changes["calls"] = _answered(story.calls, row)
        case Kind.ALARM_ACKNOWLEDGED if story.acknowledged is None:
            changes |= {"acknowledged": row.at, "acknowledged_by": row.who}
        case Kind.ALARM_OUTCOME:
            changes |= {"outcome": _fact(row, "outcome"), "outcome_by": row.who}
        case Kind.ALARM_WRITTEN_OFF:
            changes |= {"written_off": _fact(row, "reason"), "written_off_by": row.who}
        case Kind.ALARM_CRISIS if story.crisis is None:
            changes["crisis"] = row.at
        case Kind.ALARM_CLOSED if story.closed is None:
            changes |= {"closed": row.at, "closed_by": row.who}
    return changes


def _answered(calls: tuple[Call, ...], row: HistoryRow) -> tuple[Call, ...]:
    """The calls, with the answer to that of its key, else to the newest to its receiver."""
    to, key = _fact(row, "to"), _fact(row, "key")
    answer: dict[str, Any] = {
        "answer": _ANSWERS[Kind(row.kind)],
        "answered": row.at,
        "reason": _fact(row, "reason"),
    }
    for number in reversed(range(len(calls))):
        call = calls[number]
        if (call.key == key) if key else (call.to == to):
            return (*calls[:number], replace(call, **answer), *calls[number + 1 :])
    call = Call(at=row.at, to=to, channel=_fact(row, "channel"), key=key)
    return (*calls, replace(call, **answer))


def _fact(row: HistoryRow, name: str) -> str:
    value = row.facts.get(name, "")
    return value if isinstance(value, str) else str(value)
