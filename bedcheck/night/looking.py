"""What follows from a look, or from one that could not be made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bedcheck.history.row import Kind
from bedcheck.night.actions import Disarm, Look
from bedcheck.night.calling import ask, deviation, raise_alarm
from bedcheck.night.draft import Draft
from bedcheck.night.events import Due, Looked, LookFailed
from bedcheck.night.window import AlarmCause, Bar, Ending, Finding, Phase, Question
from bedcheck.verdict import Posture, State

__all__ = ["due_for_look", "look_failed", "looked", "overdue"]

LEAST = timedelta(seconds=5)  # a look shorter than this is none
GRACE = timedelta(seconds=60)  # after a look's end, for its result to come
TRIES = 3  # at one look, before a camera that gives no picture is a fault
TRY_AGAIN = timedelta(minutes=1)
LONGER = 2  # times the agreed length: the second look after one that saw too little
TOO_OLD = timedelta(hours=12)  # after closing; nobody is sent out for what was then

CLOSES = {
    Bar.ABSENT: Ending.ABSENT,
    Bar.NO_CONSENT: Ending.NO_CONSENT,
    Bar.ENDED: Ending.ENDED,
}
"""Bars that leave nothing to supervise. The others leave a resident nobody has looked to."""

LINES = frozenset({Bar.LINE_DOWN, Bar.OWN_LINE})
"""Bars that come between two looks without anybody's doing: what was seen still counts."""

OWN = frozenset({"judgement", "no_grant", "overdue", "internal", "interrupted"})
"""Faults of the operator's side: neither the camera nor the line is to blame."""

SET_UP = frozenset({"no_extra", "no_secret"})
"""What whoever sets the software up left out: the camera was not even asked."""

LINE = frozenset({"unreachable", "timed_out"})
"""Nobody can tell from here whether the camera, its power or the line is down."""


def due_for_look(draft: Draft, event: Due) -> None:
    """A first, second or repeated look is due; ``event`` says what stands against it."""
    window, now = draft.window, draft.now
    if event.bar in CLOSES:
        draft.close(CLOSES[event.bar])
    elif now >= window.closes + TOO_OLD:
        draft.tell("administrator", "missed", opens=window.opens.isoformat())
        draft.close(Ending.MISSED)
    elif now + LEAST > window.closes:
        if window.finding is not None:  # the second look is lost, the first decides
            _conclude(draft, window.finding)
        else:
            draft.tell("operator", "no_look_made")
            raise_alarm(draft, AlarmCause.NO_LOOK_MADE, "window_closed")
    elif event.bar in LINES and window.finding and window.finding.state != State.IN_BED:
        _conclude(draft, window.finding)  # the same: the first look saw enough to act on
    elif event.bar is not None:
        why = (event.bar.value, event.detail) if event.detail else (event.bar.value,)
        raise_alarm(draft, AlarmCause.NO_LOOK_POSSIBLE, *why)
    else:
        _look(draft)


def _look(draft: Draft) -> None:
    window = draft.window
    length = window.terms.look
    if window.look == 2 and window.finding and window.finding.state == State.LOW_CONTRAST:
        length *= LONGER
    length = min(length, window.closes - draft.now)
    key = draft.key("look")
    purpose = "second" if window.look == 2 else "first"
    draft.actions.append(Look(key=key, purpose=purpose, seconds=length.total_seconds()))
    draft.set(
        phase=Phase.LOOKING,
        look=max(window.look, 1),
        look_key=key,
        due=draft.now + length + GRACE,
    )


def looked(draft: Draft, event: Looked) -> None:
    """A look gave a finding."""
    finding = event.finding
    _log_look(draft, event.key, event.seconds, **_facts(finding))
    if not _current(draft, event.key):
        return
    draft.set(finding=finding, tries=0)
    if finding.state == State.OBSTRUCTED:
        _camera_fault(draft, *(finding.causes or ("obstructed",)))
    elif finding.state == State.IN_BED and finding.certain and not _up(draft, finding):
        draft.close(Ending.IN_BED)
    elif not _second(draft):
        _conclude(draft, finding)


def _second(draft: Draft) -> bool:
    """Plan the second look, where one was agreed and still fits in the window."""
    window = draft.window
    if window.look != 1 or window.terms.retry is None:
        return False
    due = min(draft.now + window.terms.retry, window.closes - window.terms.look)
    if due <= draft.now:
        return False
    draft.set(phase=Phase.WAITING, look=2, due=due)
    return True


def _conclude(draft: Draft, finding: Finding) -> None:
    """No further look is owed: what the last one gave decides."""
    if finding.state == State.LOW_CONTRAST:
        draft.tell("administrator", "low_contrast", causes=list(finding.causes))
        raise_alarm(draft, AlarmCause.CANNOT_SEE)
    elif finding.state == State.IN_BED and not _up(draft, finding):
        ask(draft, Question.PICTURE)
    else:
        deviation(draft)


def _up(draft: Draft, finding: Finding) -> bool:
    """Whether the agreement counts this posture as out of bed."""
    return draft.window.terms.edge_counts_as_up and finding.posture == Posture.EDGE


def look_failed(draft: Draft, event: LookFailed) -> None:
    """A look gave no picture: try again while the window allows it, then call."""
    facts = {"error": event.kind, "detail": event.detail[:500]}
    _log_look(draft, event.key, event.seconds, **facts)
    if not _current(draft, event.key):
        return
    window = draft.window
    tries = window.tries + 1
    again = draft.now + TRY_AGAIN
    if tries < TRIES and again + LEAST <= window.closes:
        draft.set(phase=Phase.WAITING, tries=tries, due=again)
        return
    draft.set(tries=tries)
    if event.kind in OWN:
        draft.tell("operator", "own_fault", error=event.kind)
        raise_alarm(draft, AlarmCause.NO_LOOK_MADE, event.kind)
    elif event.kind in SET_UP:
        draft.tell("administrator", "set_up", error=event.kind)
        raise_alarm(draft, AlarmCause.NO_LOOK_MADE, event.kind)
    elif event.kind in LINE:
        draft.tell("operator", "line", error=event.kind)
        raise_alarm(draft, AlarmCause.CAMERA, event.kind)
    else:
        draft.tell("administrator", "camera", error=event.kind)
        _camera_fault(draft, event.kind)


def overdue(draft: Draft) -> None:
    """A look was begun and its result never came."""
    key, length = draft.window.look_key, draft.window.terms.look.total_seconds()
    look_failed(draft, LookFailed(key=key, kind="overdue", seconds=length))


def _camera_fault(draft: Draft, *why: str) -> None:
    if not draft.window.terms.shadow:
        draft.actions.append(Disarm(fault=why[0]))
    raise_alarm(draft, AlarmCause.CAMERA, *why)


def _current(draft: Draft, key: str) -> bool:
    return draft.window.phase is Phase.LOOKING and draft.window.look_key == key


def _log_look(draft: Draft, key: str, seconds: float, **facts: Any) -> None:
    late: dict[str, Any] = {} if _current(draft, key) else {"late": True}
    purpose = "second" if draft.window.look == 2 else "first"
    draft.log(
        Kind.LOOK,
        key=key,
        purpose=purpose,
        seconds=round(seconds, 1),
        **late,
        **facts,
    )


def _facts(finding: Finding) -> dict[str, Any]:
    return {
        "state": finding.state,
        "certain": finding.certain,
        "causes": list(finding.causes),
        "posture": finding.posture,
        "presence": None if finding.presence is None else round(finding.presence, 3),
        "frames": finding.frames,
        "network": finding.network,
    }
