"""From a deviation or a fault to somebody who acts: asking, calling, the crisis list.

Whatever is raised here ends acknowledged, written off or on the crisis list by its
deadline, and the crisis list is called round and round until a person answers.
"""

from __future__ import annotations

from typing import Any

from bedcheck.history.row import Kind
from bedcheck.night.actions import PlaceCall
from bedcheck.night.contact import Contact
from bedcheck.night.draft import Draft
from bedcheck.night.window import Alarm, AlarmCause, Call, Ending, Phase, Question

__all__ = ["ask", "call_failed", "call_next", "deviation", "raise_alarm", "remind", "unanswered"]

ROUNDS = 2  # through the contacts, before the crisis list
FAILED = {"not_sent": Kind.ALARM_NOT_SENT, "rejected": Kind.ALARM_REJECTED}
REMINDERS = 2  # of an outcome, before the window is closed without


def deviation(draft: Draft) -> None:
    """The resident was not seen in bed: telephone first where that was agreed, else call."""
    asked = draft.window.question is Question.TELEPHONE
    if draft.window.terms.telephone_first and not asked:
        ask(draft, Question.TELEPHONE)
    else:
        raise_alarm(draft, AlarmCause.DEVIATION)


def ask(draft: Draft, question: Question) -> None:
    """Put a question in the operator's queue."""
    if draft.window.terms.shadow:
        draft.close(Ending.SHADOW, would_ask=question.value)
        return
    draft.tell("operator", f"ask_{question.value}")
    due = draft.now + draft.window.terms.operator
    draft.set(phase=Phase.ASKING, question=question, due=due)


def raise_alarm(draft: Draft, cause: AlarmCause, *why: str) -> None:
    """Raise the window's alarm and call the first contact on duty."""
    window = draft.window
    if window.finding is not None and not why:
        why = window.finding.causes
    if window.terms.shadow:
        draft.close(Ending.SHADOW, would_alarm=cause.value, why=list(why))
        return
    deadline = draft.now + window.terms.deadline
    alarm = Alarm(
        key=f"{window.key}/alarm", cause=cause, why=why, raised=draft.now, deadline=deadline
    )
    draft.set(phase=Phase.CALLING, alarm=alarm, due=deadline)
    draft.log(
        Kind.ALARM_RAISED,
        alarm=True,
        cause=cause.value,
        why=list(why),
        deadline=deadline.isoformat(),
    )
    call_next(draft)


def call_next(draft: Draft, *, at_once: bool = True) -> None:
    """Call whose turn it is; after so many rounds through the contacts, the crisis list.

    ``at_once`` is False after a call that failed by itself: a round of those is not begun
    anew in the same instant.
    """
    alarm, terms = draft.window.alarm, draft.window.terms
    assert alarm is not None
    if draft.window.phase is Phase.CRISIS:
        _call_crisis(draft, at_once)
        return
    turn, size = alarm.turn, len(terms.contacts)
    if turn and turn % size == 0 and turn < ROUNDS * size and not at_once:
        draft.set_alarm(call=None)
        draft.set(due=min(draft.now + terms.answer, alarm.deadline))
        return
    while turn < ROUNDS * size:
        contact = terms.contacts[turn % size]
        turn += 1
        if contact.on_duty(draft.now, terms.tz):
            draft.set_alarm(turn=turn)
            _place(draft, contact)
            draft.set(due=min(draft.now + terms.answer, alarm.deadline))
            return
    crisis(draft, "contacts_failed")


def crisis(draft: Draft, why: str) -> None:
    """Go over to the crisis list."""
    draft.set(phase=Phase.CRISIS)
    draft.set_alarm(turn=0)
    people = [contact.key for contact in draft.window.terms.crisis]
    draft.log(Kind.ALARM_CRISIS, alarm=True, to=people, why=why)
    draft.tell("operator", "crisis", why=why)
    _call_crisis(draft, at_once=True)


def _call_crisis(draft: Draft, at_once: bool) -> None:
    alarm, terms = draft.window.alarm, draft.window.terms
    assert alarm is not None
    draft.set(due=draft.now + terms.answer)
    if not terms.crisis:  # `validate` refuses this; the alarm goes on all the same
        draft.tell("operator", "no_crisis_list")
    elif alarm.turn and alarm.turn % len(terms.crisis) == 0 and not at_once:
        draft.set_alarm(call=None)
    else:
        contact = terms.crisis[alarm.turn % len(terms.crisis)]
        draft.set_alarm(turn=alarm.turn + 1)
        _place(draft, contact)


def _place(draft: Draft, contact: Contact) -> None:
    key = draft.key("call")
    alarm = draft.window.alarm
    assert alarm is not None
    called = alarm.called if contact.key in alarm.called else (*alarm.called, contact.key)
    call = Call(key=key, contact=contact.key, placed=draft.now)
    draft.set_alarm(call=call, called=called)
    in_crisis = draft.window.phase is Phase.CRISIS
    draft.actions.append(PlaceCall(key=key, contact=contact.key, crisis=in_crisis))
    draft.log(Kind.ALARM_SENT, alarm=True, to=contact.key, channel=contact.medium.value, key=key)


def unanswered(draft: Draft) -> None:
    """The time of the latest call has run out."""
    alarm = draft.window.alarm
    assert alarm is not None
    if alarm.call is not None:
        accepted = alarm.call.accepted
        draft.log(Kind.ALARM_UNANSWERED, alarm=True, to=alarm.call.contact, accepted=accepted)
    if draft.window.phase is Phase.CALLING and draft.now >= alarm.deadline:
        crisis(draft, "deadline")
    else:
        call_next(draft)


def call_failed(draft: Draft, key: str, kind: str, reason: str) -> None:
    """A call was not sent, was rejected, or its receiver could not be reached."""
    alarm = draft.window.alarm
    current = alarm is not None and alarm.call is not None and alarm.call.key == key
    facts: dict[str, Any] = {"key": key, "reason": reason}
    if current and alarm is not None and alarm.call is not None:
        facts["to"] = alarm.call.contact
    draft.log(FAILED.get(kind, Kind.ALARM_UNREACHABLE), alarm=True, **facts)
    if kind == "not_sent" and "to" in facts:
        _tell_unsent(draft, facts["to"], reason)
    if current and draft.window.phase in (Phase.CALLING, Phase.CRISIS):
        call_next(draft, at_once=False)


def _tell_unsent(draft: Draft, to: str, reason: str) -> None:
    """Nothing can be sent to a contact: the administrator mends that, told once an alarm."""
    alarm, terms = draft.window.alarm, draft.window.terms
    assert alarm is not None
    if to not in alarm.unsent:
        draft.set_alarm(unsent=(*alarm.unsent, to))
        names = {contact.key: contact.name for contact in (*terms.contacts, *terms.crisis)}
        draft.tell("administrator", "not_sent", contact=names.get(to, to), reason=reason[:300])


def remind(draft: Draft) -> None:
    """No outcome has come since the alarm was acknowledged."""
    alarm = draft.window.alarm
    assert alarm is not None
    if alarm.reminders < REMINDERS:
        to = alarm.call.contact if alarm.call else "operator"
        draft.tell(to, "outcome_missing", by=alarm.acknowledged_by)
        draft.set_alarm(reminders=alarm.reminders + 1)
        draft.set(due=draft.now + draft.window.terms.outcome)
        return
    draft.tell("operator", "closed_without_outcome", by=alarm.acknowledged_by)
    draft.tell("administrator", "closed_without_outcome", by=alarm.acknowledged_by)
    draft.close(Ending.NO_OUTCOME)
