"""One supervision as a pure transition, and the policies that nights are played by.

``transition(state, event, now) -> (state', actions)`` has the shape of the window runner's own,
so that `eval.town` can drive either: an adapter turns the runner's actions into these four.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bedcheck.verdict import State

__all__ = [
    "POLICIES",
    "Action",
    "Answered",
    "Ask",
    "Call",
    "Close",
    "Event",
    "Look",
    "Looked",
    "NoPicture",
    "Opened",
    "Reason",
    "Supervision",
    "Terms",
    "Transition",
    "transition_for",
]


class Reason(StrEnum):
    """Why somebody drives out."""

    DEVIATION = "deviation"  # the bed was seen, the resident was not in it
    CANNOT_SEE = "cannot_see"  # too little contrast to tell
    CAMERA = "camera"  # covered, moved or dead


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The window opens."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A look gave a verdict."""

    state: State
    certain: bool


@dataclass(frozen=True, kw_only=True)
class NoPicture:
    """The camera or its line gave none, for all retries in the window."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The operator has looked."""

    in_bed: bool


@dataclass(frozen=True, kw_only=True)
class Look:
    """Look through the camera at this time."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Ask the operator whether the resident is in bed."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """Call the night staff."""

    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Close:
    """All is well; nobody is called."""


Event = Opened | Looked | NoPicture | Answered
Action = Look | Ask | Call | Close
Transition = Callable[[Any, Event, datetime], tuple[Any, tuple[Action, ...]]]
"""From a state (None before `Opened`), an event and the time to a state and what to do."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was agreed."""

    retry: timedelta | None = timedelta(minutes=10)  # None: no second look
    ask: bool = True  # an in_bed that is not certain goes to the operator; else it counts
    retry_hidden: bool = False  # a hidden bed gets a second look too, instead of a call at once


@dataclass(frozen=True, kw_only=True)
class Supervision:
    """Where one supervision is."""

    looks: int = 0
    over: bool = False


def transition_for(terms: Terms) -> Transition:
    """The rules of the night by ``terms``: what follows from a look."""

    def transition(
        state: Supervision | None, event: Event, now: datetime
    ) -> tuple[Supervision, tuple[Action, ...]]:
        before = state or Supervision()
        if before.over:
            return before, ()
        match event:
            case Opened():
                return before, (Look(at=now),)
            case NoPicture():
                return _over(before, Call(reason=Reason.CAMERA))
            case Answered(in_bed=True):
                return _over(before, Close())
            case Answered():
                return _over(before, Call(reason=Reason.DEVIATION))
            case Looked():
                return _looked(replace(before, looks=before.looks + 1), event, now)

    def _looked(
        at: Supervision, event: Looked, now: datetime
    ) -> tuple[Supervision, tuple[Action, ...]]:
        well = event.state is State.IN_BED and (event.certain or not terms.ask)
        if well:
            return _over(at, Close())
        hidden = event.state is State.OBSTRUCTED
        if terms.retry and at.looks == 1 and (terms.retry_hidden or not hidden):
            return at, (Look(at=now + terms.retry),)
        if event.state is State.IN_BED:
            return at, (Ask(),)
        return _over(at, Call(reason=REASONS[event.state]))

    return transition


REASONS: Mapping[State, Reason] = MappingProxyType(
    {
        State.NOT_IN_BED: Reason.DEVIATION,
        State.LOW_CONTRAST: Reason.CANNOT_SEE,
        State.OBSTRUCTED: Reason.CAMERA,
    }
)

POLICIES: Mapping[str, Terms] = MappingProxyType(
    {
        "second look, operator asked": Terms(),
        "second look for hidden beds too": Terms(retry_hidden=True),
        "no second look": Terms(retry=None),
        "every in_bed believed": Terms(ask=False),
    }
)
"""The routine first; then what each of its rules is worth."""


def _over(at: Supervision, action: Action) -> tuple[Supervision, tuple[Action, ...]]:
    return replace(at, over=True), (action,)
