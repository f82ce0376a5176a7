"""A transition being worked out: the window as it becomes, and the actions so far."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bedcheck import __version__
from bedcheck.history.row import Kind
from bedcheck.night.actions import Action, Log, Revoke, Tell
from bedcheck.night.window import Ending, Phase, Window

__all__ = ["Draft"]


class Draft:
    """Lives for one call of `bedcheck.night.transition.transition`; nothing else sees it."""

    def __init__(self, window: Window, now: datetime) -> None:
        self.window = window
        self.now = now
        self.actions: list[Action] = []

    def set(self, **changes: Any) -> None:
        """Change fields of the window."""
        self.window = replace(self.window, **changes)

    def set_alarm(self, **changes: Any) -> None:
        """Change fields of the window's alarm."""
        assert self.window.alarm is not None
        self.set(alarm=replace(self.window.alarm, **changes))

    def key(self, word: str) -> str:
        """A key for the next action: the window's, the step's number and a word."""
        self.set(step=self.window.step + 1)
        return f"{self.window.key}/{self.window.step}-{word}"

    def log(self, kind: Kind, who: str = "runner", alarm: bool = False, **facts: Any) -> None:
        """A row of the history."""
        self.actions.append(Log(kind=kind, facts=facts, who=who, alarm=alarm))

    def tell(self, to: str, what: str, **facts: Any) -> None:
        """A message to somebody, and a row that says so; nobody is told in shadow mode."""
        if self.window.terms.shadow:
            return
        self.actions.append(Tell(key=self.key("tell"), to=to, what=what, facts=facts))
        row: dict[str, Any] = {"for": to, "what": what, **facts}
        self.log(Kind.TASK, **row)

    def close(self, ending: Ending, who: str = "runner", **facts: Any) -> None:
        """The window's one closing row; of its alarm, too, where it has one."""
        if self.window.alarm is not None:
            self.log(Kind.ALARM_CLOSED, who, True, how=ending.value)
        if self.window.phase in (Phase.LOOKING, Phase.WAITING, Phase.PLANNED):
            self.actions.append(Revoke())
        if self.window.look == 0 and self.window.alarm is None:
            facts["looked"] = False
        facts |= {  # for the statistics, when the window itself is gone
            "opens": self.window.opens.isoformat(),
            "area": self.window.area,
            "software": __version__,
        }
        self.log(Kind.WINDOW_CLOSED, who, outcome=ending.value, **facts)
        self.set(phase=Phase.CLOSED, due=None, ending=ending)
