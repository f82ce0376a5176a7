"""What a person does about a window: take its alarm, tell the outcome, answer, write off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bedcheck.errors import LinkError, RecordError
from bedcheck.history.row import Kind
from bedcheck.history.store import Store
from bedcheck.history.transaction import Snapshot, Transaction
from bedcheck.night.engine import happen, window_at
from bedcheck.night.events import (
    Acknowledged,
    Event,
    Outcome,
    OutcomeGiven,
    WriteOff,
    WrittenOff,
)
from bedcheck.night.jobs import Link as MakeLink
from bedcheck.night.links import Callback, Purpose, make_link, read_callback, use_link
from bedcheck.night.transition import transition
from bedcheck.night.window import Window

__all__ = ["act", "by_callback", "by_link", "linker"]

LINK_HOLDS = timedelta(hours=12)
ALARM = "/alarm"


def act(store: Store, name: str, event: Event, now: datetime) -> tuple[Window, bool]:
    """Let ``event`` happen to the window called ``name``, by its key or its alarm's.

    Returns the window and whether anything followed: False where it came too late, which is
    a row of the history all the same. Raises RecordError where there is no such window.
    """
    with store.transaction() as tx:
        return _act(tx, name, event, now)


def _act(tx: Transaction, name: str, event: Event, now: datetime) -> tuple[Window, bool]:
    window = _window(tx, name)
    _, actions = transition(window, event, now)
    late = any(getattr(action, "kind", None) is Kind.LATE for action in actions)
    return happen(tx, window, event, now), not late


def _window(tx: Snapshot, name: str) -> Window:
    window = window_at(tx, name.removesuffix(ALARM))
    if window is None:
        raise RecordError(
            f"there is no supervision or alarm {name!r:.80}: see `bedcheck night status`"
        )
    return window


def by_link(store: Store, link: str, now: datetime) -> tuple[Window, bool]:
    """What the holder of a signed link does with it: acknowledge. Used once.

    Raises LinkError where it is forged, expired or used, which is a row of the history.
    """
    with store.transaction() as tx:
        found = use_link(tx, store.keys, link, now)
        event = Acknowledged(by=f"contact:{found.contact}", via="link")
        return _act(tx, found.alarm, event, now)


def by_callback(
    store: Store,
    contact: str,
    secret: bytes,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> tuple[Window, bool]:
    """What a receiver calls back: acknowledged, an outcome, written off; see docs/webhook.md.

    Raises LinkError where it is forged, too old, used or not understood, which is a row.
    """
    with store.transaction() as tx:
        callback = read_callback(tx, secret, headers, body, now, contact=contact)
        return _act(tx, callback.alarm, _event(callback, contact), now)


def _event(callback: Callback, contact: str) -> Event:
    by, note = f"contact:{contact}", callback.note
    if callback.who:
        note = f"{callback.who}: {note}" if note else callback.who
    try:
        match callback.purpose:
            case Purpose.ACKNOWLEDGE:
                return Acknowledged(by=by, via="callback")
            case Purpose.OUTCOME:
                outcome = Outcome(callback.outcome)
                return OutcomeGiven(outcome=outcome, by=by, note=note, via="callback")
            case Purpose.WRITE_OFF:
                return WrittenOff(
                    reason=WriteOff(callback.reason), by=by, note=note, via="callback"
                )
    except ValueError as error:
        raise LinkError(f"the call back is not understood: {error}", reason="malformed") from None


def linker(store: Store, base: str) -> MakeLink | None:
    """What makes the links of alarms, for the runner; None where no address was registered."""
    if not base:
        return None

    def link(window: Window, contact: str, now: datetime) -> str:
        alarm = window.alarm
        if alarm is None or alarm.call is None:
            return ""
        return make_link(
            store.keys,
            base,
            alarm=alarm.key,
            contact=contact,
            key=alarm.call.key,
            expires=alarm.raised + LINK_HOLDS,
        )

    return link
