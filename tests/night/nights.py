"""A whole night on a simulated clock: scripted cameras and contacts on a real store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from bedcheck.errors import GrabError
from bedcheck.frame import Frame, read
from bedcheck.history.grant import Grant, Redeem
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.night.channels.port import Accepted, AlarmMessage, Delivery
from bedcheck.night.clock import SimulatedClock
from bedcheck.night.contact import Contact
from bedcheck.night.engine import happen, put_entry, window_at
from bedcheck.night.events import Event
from bedcheck.night.inline import Inline
from bedcheck.night.lines.port import LineTester
from bedcheck.night.registry import Registry
from bedcheck.night.runner import Runner
from bedcheck.night.unit import Unit
from bedcheck.night.window import Window
from bedcheck.night.world import World
from bedcheck.placement import Placement
from bedcheck.verdict import Cause, State, Verdict

CODES = {  # the first pixel of a scripted picture: what the scripted judge says of it
    "in_bed": 10,
    "perhaps": 20,
    "out": 30,
    "low": 40,
    "covered": 50,
}


def frame(what: str) -> Frame:
    pixels = np.full((128, 128), 99, np.uint8)
    pixels[0, 0] = CODES[what]
    return read(pixels)


class ScriptedJudge:
    """Says what the picture's first pixel stands for."""

    def judge(self, picture: Any, placement: Placement | None = None) -> Verdict:
        code = int(picture.luma[0, 0])
        what = next(name for name, value in CODES.items() if value == code)
        state = {
            "in_bed": State.IN_BED,
            "perhaps": State.IN_BED,
            "out": State.NOT_IN_BED,
            "low": State.LOW_CONTRAST,
            "covered": State.OBSTRUCTED,
        }[what]
        causes = {"low": (Cause.SAME_HUE,), "covered": (Cause.COVERED,)}.get(what, ())
        return Verdict(
            state=state,
            probabilities={s: 0.97 if s is state else 0.01 for s in State},
            certain=what != "perhaps",
            causes=causes,
            network="scripted@1",
            elapsed_ms=1.0,
        )


class ScriptedCamera:
    """Shows what the night's script says at this moment, or raises a GrabError of that kind."""

    def __init__(self, night: Night, unit: Unit, redeem: Redeem) -> None:
        self.night, self.unit, self.redeem = night, unit, redeem

    def grab(self, grant: Grant, deadline: float) -> Frame:
        self.redeem(grant, self.unit.key)
        now = self.night.clock.now()
        self.night.grabs.append((now, self.unit.key, grant))
        shows = self.night.shows[self.unit.key]
        if shows not in CODES:
            raise GrabError(f"camera {self.unit.key}: scripted", kind=shows)
        return frame(shows)


class ScriptedChannel:
    def __init__(self, night: Night, contact: Contact) -> None:
        self.night, self.contact = night, contact

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        self.night.sent.append((self.night.clock.now(), self.contact.key, alarm, key))
        return self.night.answers[self.contact.key](alarm)


class Night:
    """A store, a clock, and a world that does what it is told."""

    def __init__(
        self,
        path: Path,
        tables: dict[str, Any],
        start: datetime,
        tester: LineTester | None = None,
    ) -> None:
        self.clock = SimulatedClock(start)
        self.store = Store.open(path, create=True)
        self.shows: dict[str, str] = defaultdict(lambda: "in_bed")
        self.answers: dict[str, Callable[[AlarmMessage], Delivery]] = defaultdict(
            lambda: lambda alarm: Accepted("R1")
        )
        self.grabs: list[tuple[datetime, str, Grant]] = []
        self.sent: list[tuple[datetime, str, AlarmMessage, str]] = []
        self.world = World(
            camera=lambda unit, redeem: ScriptedCamera(self, unit, redeem),
            channel=lambda contact: ScriptedChannel(self, contact),
            judge=ScriptedJudge(),
            line=tester,
        )
        registry = Registry.read(tables)
        with self.store.transaction() as tx:
            for kind, entries in registry.entries.items():
                for entry in entries.values():
                    put_entry(tx, kind, entry, "os:test", start)
        self.runner = self.new_runner()

    def new_runner(self) -> Runner:
        """As after a crash: another runner, which knows nothing but what the store holds."""
        runner = Runner(self.store, self.world, self.clock, poll=3600.0, executor=Inline())
        runner.start()
        self.runner = runner
        return runner

    def until(self, at: datetime) -> None:
        """Run the night until ``at``."""
        while True:
            left = (at - self.clock.now()).total_seconds()
            wait = self.runner.step()
            left = (at - self.clock.now()).total_seconds()
            if left <= 0 and wait > 0:
                return
            self.clock.advance(min(wait, max(left, 0.0)))

    def happen(self, key: str, event: Event) -> Window:
        """What a person or a command does."""
        with self.store.transaction() as tx:
            window = window_at(tx, key)
            assert window is not None
            return happen(tx, window, event, self.clock.now())

    def window(self, key: str) -> Window:
        with self.store.snapshot() as snapshot:
            window = window_at(snapshot, key)
        assert window is not None
        return window

    def rows(self, *kinds: Kind) -> list[HistoryRow]:
        rows = self.store.rows(by="os:test", at=self.clock.now())
        return [row for row in rows if not kinds or row.kind in kinds]

    def calls(self) -> list[tuple[datetime, str]]:
        """Alarms delivered: when and to whom."""
        return [(at, to) for at, to, alarm, key in self.sent if key.endswith("-call")]

    def told(self) -> list[tuple[str, str]]:
        """Messages delivered, the daily seal apart: to whom and what."""
        sent = [(to, alarm.kind) for _, to, alarm, key in self.sent if not key.endswith("-call")]
        return [(to, what) for to, what in sent if what != "seal"]


@contextmanager
def night_of(
    path: Path, tables: dict[str, Any], start: datetime, tester: LineTester | None = None
) -> Iterator[Night]:
    night = Night(path / "night.db", tables, start, tester)
    try:
        yield night
    finally:
        night.store.close()
