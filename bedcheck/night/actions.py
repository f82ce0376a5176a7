"""What a transition asks for. Each that touches the world has a key, the same when repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bedcheck.history.row import Kind

__all__ = ["Action", "Disarm", "Log", "Look", "PlaceCall", "Revoke", "Tell"]


@dataclass(frozen=True, kw_only=True)
class Look:
    """Open the camera once, and judge what it shows."""

    key: str
    purpose: str  # "first" or "second"
    seconds: float


@dataclass(frozen=True, kw_only=True)
class PlaceCall:
    """Deliver the alarm to a contact, who is to acknowledge it."""

    key: str
    contact: str
    crisis: bool = False


@dataclass(frozen=True, kw_only=True)
class Tell:
    """Tell somebody something. Nothing waits for the answer."""

    key: str
    to: str  # "operator", "administrator", or a contact's key
    what: str  # a key of the texts under `tell`
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Disarm:
    """The camera is out of order until a test look has seen the bed."""

    fault: str


@dataclass(frozen=True, kw_only=True)
class Revoke:
    """Grants of the window that nobody has used yet open nothing from now on."""


@dataclass(frozen=True, kw_only=True)
class Log:
    """A row of the history."""

    kind: Kind
    facts: Mapping[str, Any] = field(default_factory=dict)
    who: str = "runner"
    alarm: bool = False  # the row belongs to the window's alarm


Action = Look | PlaceCall | Tell | Disarm | Revoke | Log
