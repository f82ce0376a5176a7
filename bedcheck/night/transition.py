"""The rules of a window: `transition(window, event, now) -> (window', actions)`, pure.

Which phase an event means something in, and what it does there:

| event | phases | what follows |
|---|---|---|
| Due | any but closed, from `window.due` on | what was waited for has not come, or is owed |
| Looked, LookFailed | looking, with the look's key | the table "What follows from a look" |
| CallAccepted, CallFailed | calling, crisis, with the key | more time; the next contact |
| Acknowledged | calling, crisis | acknowledged |
| OutcomeGiven, WrittenOff | calling, crisis, acknowledged | closed |
| WrittenOff | asking | closed |
| Answered | asking | closed, or called |
| Barred | planned, looking, waiting | closed, grants revoked |
| Barred | asking, calling, crisis, acknowledged | a write-off is proposed to who was called |

Anywhere else the event came too late or too early: it is logged, and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bedcheck.history.row import Kind
from bedcheck.night.actions import Action
from bedcheck.night.calling import call_failed, deviation, raise_alarm, remind, unanswered
from bedcheck.night.draft import Draft
from bedcheck.night.events import (
    Acknowledged,
    Answer,
    Answered,
    Barred,
    CallAccepted,
    CallFailed,
    Due,
    Event,
    Looked,
    LookFailed,
    Outcome,
    OutcomeGiven,
    WrittenOff,
)
from bedcheck.night.looking import CLOSES, due_for_look, look_failed, looked, overdue
from bedcheck.night.window import AlarmCause, Ending, Phase, Question, Window

__all__ = ["transition"]

BEFORE = (Phase.PLANNED, Phase.LOOKING, Phase.WAITING)
ALARMED = (Phase.CALLING, Phase.CRISIS)


def transition(window: Window, event: Event, now: datetime) -> tuple[Window, tuple[Action, ...]]:
    """What ``window`` becomes when ``event`` happens at ``now``, and what is to be done.

    Takes every event in every phase: one that came too late is logged and changes nothing.
    """
    draft = Draft(window, now)
    match event:
        case Due():
            _due(draft, event)
        case Looked():
            looked(draft, event)
        case LookFailed():
            look_failed(draft, event)
        case CallAccepted():
            _accepted(draft, event)
        case CallFailed():
            call_failed(draft, event.key, event.kind, event.reason)
        case Acknowledged():
            _acknowledged(draft, event)
        case OutcomeGiven():
            _outcome(draft, event)
        case WrittenOff():
            _written_off(draft, event)
        case Answered():
            _answered(draft, event)
        case Barred():
            _barred(draft, event)
    return draft.window, tuple(draft.actions)


def _due(draft: Draft, event: Due) -> None:
    window = draft.window
    if window.due is None or draft.now < window.due:
        return
    match window.phase:
        case Phase.PLANNED | Phase.WAITING:
            due_for_look(draft, event)
        case Phase.LOOKING:
            overdue(draft)
        case Phase.ASKING if window.question is Question.TELEPHONE:
            draft.log(Kind.ANSWER, question=window.question.value, answer=None)
            deviation(draft)
        case Phase.ASKING:
            draft.log(Kind.ANSWER, question=Question.PICTURE.value, answer=None)
            raise_alarm(draft, AlarmCause.UNSURE, "operator_unanswered")
        case Phase.CALLING | Phase.CRISIS:
            unanswered(draft)
        case Phase.ACKNOWLEDGED:
            remind(draft)


def _accepted(draft: Draft, event: CallAccepted) -> None:
    window, alarm = draft.window, draft.window.alarm
    call = alarm.call if alarm else None
    current = call is not None and call.key == event.key
    to = {"to": call.contact} if call is not None and current else {}
    draft.log(Kind.ALARM_ACCEPTED, alarm=True, key=event.key, reference=event.reference, **to)
    if alarm is None or call is None or not current or window.phase not in ALARMED:
        return
    draft.set_alarm(call=replace(call, accepted=True))
    due = draft.now + window.terms.acknowledge
    draft.set(due=min(due, alarm.deadline) if window.phase is Phase.CALLING else due)


def _acknowledged(draft: Draft, event: Acknowledged) -> None:
    if draft.window.phase not in ALARMED:
        _late(draft, event.by, event="acknowledged", via=event.via)
        return
    _take(draft, event.by, event.via)
    draft.set(phase=Phase.ACKNOWLEDGED, due=draft.now + draft.window.terms.outcome)


def _take(draft: Draft, by: str, via: str) -> None:
    """A person has the alarm: say so to the others who were called."""
    alarm = draft.window.alarm
    assert alarm is not None
    draft.set_alarm(acknowledged_by=by)
    draft.log(Kind.ALARM_ACKNOWLEDGED, by, True, via=via)
    for contact in alarm.called:
        if f"contact:{contact}" != by:
            draft.tell(contact, "taken", by=by)


def _outcome(draft: Draft, event: OutcomeGiven) -> None:
    phase = draft.window.phase
    facts = {"outcome": event.outcome.value, "note": event.note[:500]}
    if phase not in (*ALARMED, Phase.ACKNOWLEDGED):
        _late(draft, event.by, event="outcome", via=event.via, **facts)
        return
    if phase in ALARMED:
        _take(draft, event.by, event.via)
    draft.log(Kind.ALARM_OUTCOME, event.by, True, via=event.via, **facts)
    if event.outcome is Outcome.CAMERA_FAULT:
        draft.tell("administrator", "camera_to_mend", by=event.by)
    draft.close(Ending.OUTCOME, event.by)


def _written_off(draft: Draft, event: WrittenOff) -> None:
    facts = {"reason": event.reason.value, "note": event.note[:500], "via": event.via}
    if draft.window.phase not in (Phase.ASKING, *ALARMED, Phase.ACKNOWLEDGED):
        _late(draft, event.by, event="written_off", **facts)
        return
    draft.log(Kind.ALARM_WRITTEN_OFF, event.by, True, **facts)
    draft.close(Ending.WRITTEN_OFF, event.by)


def _answered(draft: Draft, event: Answered) -> None:
    question = draft.window.question
    if draft.window.phase is not Phase.ASKING or question is None:
        _late(draft, event.by, event="answered", answer=event.answer.value)
        return
    draft.log(Kind.ANSWER, event.by, question=question.value, answer=event.answer.value)
    if event.answer is Answer.WELL:
        draft.close(Ending.WELL, event.by)
    elif question is Question.TELEPHONE or event.answer is Answer.NOT_WELL:
        deviation(draft)
    else:
        raise_alarm(draft, AlarmCause.UNSURE, "operator_cannot_tell")


def _barred(draft: Draft, event: Barred) -> None:
    window = draft.window
    if event.bar not in CLOSES:
        return
    if window.phase in BEFORE:
        draft.close(CLOSES[event.bar], event.by)
    elif window.phase is not Phase.CLOSED:
        call = window.alarm.call if window.alarm else None
        to = call.contact if call else "operator"
        draft.tell(to, "write_off_proposed", bar=event.bar.value, by=event.by)


def _late(draft: Draft, by: str, **facts: Any) -> None:
    phase = draft.window.phase.value
    draft.log(Kind.LATE, by, draft.window.alarm is not None, phase=phase, **facts)
