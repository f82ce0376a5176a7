"""Who answers in the demo, when and with what: the operator, the night teams, Anna."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bedcheck.history.store import Store
from bedcheck.night.acts import act
from bedcheck.night.changes import withdraw
from bedcheck.night.clock import SimulatedClock
from bedcheck.night.engine import open_windows
from bedcheck.night.events import (
    Acknowledged,
    Answer,
    Answered,
    Event,
    Outcome,
    OutcomeGiven,
    WriteOff,
    WrittenOff,
)
from bedcheck.night.testlook import take_test_look
from bedcheck.night.window import Phase, Window
from bedcheck.night.world import World
from demo.cameras import PowerLine
from demo.municipality import SAMPLES, ZONE

__all__ = ["People"]

MINUTE = timedelta(minutes=1)


class People:
    """They see what is open, as they would on their telephones, and do the next thing."""

    def __init__(
        self,
        store: Store,
        world: World,
        clock: SimulatedClock,
        scenes: dict[str, Path],
        lake: PowerLine,
    ) -> None:
        self._store = store
        self._world = world
        self._clock = clock
        self._scenes = scenes
        self._plans: list[tuple[datetime, Callable[[], None]]] = []
        self._seen: set[tuple[str, str]] = set()
        midnight = datetime(2026, 3, 11, tzinfo=ZONE)
        self._plan(midnight, lambda: self._withdraw("greta"))
        self._plan(midnight - 100 * MINUTE, lambda: self._show("berit", "in_bed_under_duvet.jpg"))
        self._plan(midnight - 20 * MINUTE, lake.cut)
        self._plan(midnight + 95 * MINUTE, lake.mend)

    def act(self) -> None:
        """Do what is due, and plan what follows from what is open now."""
        now = self._clock.now()
        for at, do in sorted(self._plans, key=lambda plan: plan[0]):
            if at <= now:
                self._plans.remove(next(p for p in self._plans if p[1] is do))
                do()
        for window in self._open():
            call = window.alarm.call.key if window.alarm and window.alarm.call else ""
            step = (window.key, f"{window.phase}{call}")
            if step not in self._seen:
                self._seen.add(step)
                for after, do in self._reaction(window):
                    self._plan(now + after * MINUTE, do)

    def next(self) -> datetime | None:
        """When somebody does the next thing."""
        return min((at for at, _ in self._plans), default=None)

    def _reaction(self, window: Window) -> Iterator[tuple[int, Callable[[], None]]]:
        called = window.alarm.call.contact if window.alarm and window.alarm.call else ""
        who = window.resident
        if window.phase is Phase.ASKING:
            # The operator looks in the alarm centre's own way; nobody shows them a picture.
            yield 2, lambda: self._say(window, Answered(answer=Answer.WELL, by="token:centre"))
        if window.phase is not Phase.CALLING or not called:
            return
        if called == "north" and who == "inga":
            return  # they are at Harry's, and do not see it: the next team is called
        by = f"contact:{called}"
        if who == "harry":
            yield (
                4,
                lambda: self._say(
                    window,
                    WrittenOff(
                        reason=WriteOff.KNOWN_ABSENCE, by=by, note="his sister rang: he is with her"
                    ),
                ),
            )
            return
        yield 1, lambda: self._say(window, Acknowledged(by=by, via="link"))
        outcome, note = {
            "carl": (Outcome.CAMERA_FAULT, "a towel hung over the camera; taken down"),
            "doris": (Outcome.IN_BED_AFTER_ALL, "asleep"),
            "erik": (Outcome.CAMERA_FAULT, "the power cable was out; the plug is broken"),
            "karin": (Outcome.IN_BED_AFTER_ALL, "asleep; the whole lane is dark"),
            "inga": (Outcome.FALLEN, "on the floor, not hurt; helped back to bed"),
        }.get(who, (Outcome.UP_AND_WELL, ""))
        if who == "carl":
            yield 19, lambda: self._show("carl", "in_bed_infrared.jpg")
            yield 20, lambda: self._test("cam-carl", by)
        yield 21, lambda: self._say(window, OutcomeGiven(outcome=outcome, by=by, note=note))

    def _plan(self, at: datetime, do: Callable[[], None]) -> None:
        self._plans.append((at, do))

    def _say(self, window: Window, event: Event) -> None:
        act(self._store, window.key, event, self._clock.now())

    def _show(self, camera: str, picture: str) -> None:
        self._scenes[camera] = SAMPLES / picture

    def _test(self, serial: str, by: str) -> None:
        take_test_look(self._store, self._world, self._clock, serial, by)

    def _withdraw(self, resident: str) -> None:
        withdraw(self._store, resident, "os:anna", self._clock.now())

    def _open(self) -> list[Window]:
        with self._store.snapshot() as snapshot:
            return open_windows(snapshot)
