"""Windows in the store: an event goes in, and the transition and all it asks for are written.

Runner and commands use the same few functions, each within one transaction of the store:
either the window moved on and its rows, intents and grants are there, or nothing happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, assert_never

from pydantic import TypeAdapter

from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.transaction import Snapshot, Transaction
from bedcheck.night.actions import Action, Disarm, Log, Look, PlaceCall, Revoke, Tell
from bedcheck.night.bars import bar_against
from bedcheck.night.events import Barred, Due, Event
from bedcheck.night.lines.line import OWN_LINE
from bedcheck.night.looking import CLOSES
from bedcheck.night.registry import Registry, table_of
from bedcheck.night.transition import transition
from bedcheck.night.window import Bar, Phase, Window

__all__ = [
    "Registered",
    "bar_what_is_barred",
    "due_event",
    "from_store",
    "happen",
    "move_windows",
    "open_windows",
    "put_entry",
    "put_window",
    "window_at",
]

Body = dict[str, Any]


@cache
def _windows() -> TypeAdapter[Window]:
    return TypeAdapter(Window)


def from_store(body: Body) -> Window:
    """The window that a stored body stands for."""
    return _windows().validate_python(body)


def put_window(tx: Transaction, window: Window) -> None:
    """Write the window's state."""
    body = _windows().dump_python(window, mode="json", exclude_defaults=True)
    tx.put_window(window.key, body, due=window.due, closed=window.phase is Phase.CLOSED)


def window_at(tx: Snapshot, key: str) -> Window | None:
    """The window of this key; None: there is none."""
    body = tx.window(key)
    return None if body is None else from_store(body)


def open_windows(tx: Snapshot) -> list[Window]:
    """Every window that is not closed, by its due time."""
    return [from_store(body) for body in tx.open_windows().values()]


class Registered:
    """The registry as a transaction sees it, read anew only where a document changed."""

    def __init__(self) -> None:
        self._version = -1
        self._registry = Registry()

    def at(self, tx: Snapshot) -> Registry:
        """What is registered now."""
        version = tx.registry_version()
        if version != self._version:
            self._registry = Registry.load(tx)
            self._version = version
        return self._registry


def due_event(registry: Registry, window: Window, now: datetime, silent: str = "") -> Due:
    """The `Due` that is owed to ``window``, with what stands against a look.

    A window that was missed is judged by what held when it opened. ``silent``: why the line
    to the home is known to be down now, `OWN_LINE` where it is ours; empty: it is not.
    """
    at = now if now < window.closes else window.opens
    bar, detail = bar_against(registry, window.agreement, at)
    if bar is None and silent:
        ours = silent == OWN_LINE
        bar, detail = (Bar.OWN_LINE, "") if ours else (Bar.LINE_DOWN, silent)
    return Due(bar=bar, detail=detail)


def happen(tx: Transaction, window: Window, event: Event, now: datetime) -> Window:
    """Let ``event`` happen to ``window``: all that follows is written. Returns the new state."""
    after, actions = transition(window, event, now)
    if after != window:
        put_window(tx, after)
    write(tx, after, actions, now)
    return after


def write(tx: Transaction, window: Window, actions: Iterable[Action], now: datetime) -> None:
    """Write down what a transition asked for: rows, and intents for what touches the world."""
    for action in actions:
        match action:
            case Log():
                alarm = window.alarm.key if action.alarm and window.alarm else None
                tx.append(
                    HistoryRow(
                        at=now,
                        kind=action.kind,
                        resident=window.resident,
                        camera=window.camera,
                        window=window.key,
                        alarm=alarm,
                        who=action.who,
                        facts=action.facts,
                    )
                )
            case Look():
                body = {
                    "window": window.key,
                    "purpose": action.purpose,
                    "seconds": action.seconds,
                }
                tx.intend(action.key, "look", body, due=now)
            case PlaceCall():
                body = {
                    "window": window.key,
                    "contact": action.contact,
                    "crisis": action.crisis,
                }
                tx.intend(action.key, "call", body, due=now)
            case Tell():
                body = {
                    "window": window.key,
                    "to": action.to,
                    "what": action.what,
                    "facts": dict(action.facts),
                }
                tx.intend(action.key, "tell", body, due=now)
            case Revoke():
                tx.revoke_grants(window.key, now)
            case Disarm():
                _disarm(tx, window, action.fault, now)
            case _:
                assert_never(action)


def _disarm(tx: Transaction, window: Window, fault: str, now: datetime) -> None:
    body = tx.get("camera", window.camera)
    if body is None or body.get("fault"):
        return
    tx.put("camera", window.camera, {**body, "fault": fault}, by="runner", at=now)
    tx.append(
        HistoryRow(
            at=now,
            kind=Kind.CHANGE,
            resident=window.resident,
            camera=window.camera,
            window=window.key,
            facts={
                "of": f"camera {window.camera}",
                "what": "out_of_order",
                "fault": fault,
                "area": window.area,
            },
        )
    )


def bar_what_is_barred(
    tx: Transaction, registry: Registry, by: str, now: datetime, residents: Iterable[str] = ()
) -> None:
    """After a change of the registry: end the looks that it forbids, propose write-offs.

    Call it with the registry as it stands after the change, in the same transaction.
    """
    wanted = set(residents)
    for window in open_windows(tx):
        if wanted and window.resident not in wanted:
            continue
        at = min(max(now, window.opens), window.closes)
        bar, _ = bar_against(registry, window.agreement, at)
        if bar in CLOSES:
            assert bar is not None
            happen(tx, window, Barred(bar=bar, by=by), now)


def put_entry(tx: Transaction, kind: str, entry: Any, by: str, now: datetime) -> bool:
    """Put one entry in the registry, with its row; False where it is there already, the same."""
    table = table_of(entry)
    before = tx.get(kind, entry.key)
    if before == table:
        return False
    tx.put(kind, entry.key, table, by=by, at=now)
    resident = entry.key if kind == "resident" else getattr(entry, "resident", None)
    tx.append(
        HistoryRow(
            at=now,
            kind=Kind.CHANGE,
            resident=resident,
            camera=entry.key if kind == "camera" else None,
            who=by,
            facts={
                "of": f"{kind} {entry.key}",
                "what": "added" if before is None else "changed",
                "fields": [] if before is None else _changed(before, table),
            },
        )
    )
    return True


def _changed(before: Body, after: Body) -> list[str]:
    return sorted(k for k in {*before, *after} if before.get(k) != after.get(k))


def move_windows(tx: Transaction, jump: timedelta) -> int:
    """After the clock jumped: what runs goes on for as long. Returns how many windows."""
    count = 0
    for window in open_windows(tx):
        after = window.shifted(jump)
        if after != window:
            put_window(tx, after)
            count += 1
    return count
