"""Random nights: whatever happens in whatever order, the promises hold.

No look outside window, consent or absence; every due window ends in exactly one closing row;
every deviation is called, and acknowledged, written off or on the crisis list within its
deadline; no alarm is dropped. With clock changes, jumps, crashes and late events.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bedcheck.errors import RegistryError
from bedcheck.history.row import Kind
from bedcheck.night.absence import Absence
from bedcheck.night.bars import bar_against
from bedcheck.night.changes import change, withdraw
from bedcheck.night.channels.port import Accepted, Rejected, Unreachable
from bedcheck.night.engine import open_windows
from bedcheck.night.events import (
    Acknowledged,
    Answer,
    Answered,
    CallAccepted,
    Looked,
    LookFailed,
    Outcome,
    OutcomeGiven,
    WriteOff,
    WrittenOff,
)
from bedcheck.night.lines.port import Asked, FakeTester
from bedcheck.night.looking import CLOSES
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Unit
from bedcheck.night.window import Phase, Window
from tests.history.figures.counting import recounted, rolled_up
from tests.night.making import IN_BED
from tests.night.nights import CODES, Night
from tests.night.registering import tables

RESIDENTS = ("alva", "berit", "carl")
SLACK = timedelta(minutes=4)  # looks are made in turn here, each of up to 50 seconds
SHOWS = [*CODES, "unreachable", "unauthorised", "timed_out"]
ANSWERS = [Accepted("R"), Rejected("full"), Unreachable("no line")]
CONTACTS = ("north", "duty", "operator")
STARTS = [
    datetime(2026, 3, 10, 21, 58, tzinfo=UTC),
    datetime(2026, 3, 28, 22, 58, tzinfo=UTC),  # the night with no 02:30
    datetime(2026, 10, 24, 21, 58, tzinfo=UTC),  # the night with two
]


def three_residents() -> dict[str, Any]:
    changed = tables()
    for kind in ("resident", "consent", "camera", "agreement"):
        (one,) = changed.pop(kind)
        changed[kind] = []
        for number, name in enumerate(RESIDENTS):
            entry = {**deepcopy(one), "key": name}
            if kind != "resident":
                entry["resident"] = name
            if kind == "agreement":
                times = [f"{hour:02}:{10 * number:02}" for hour in (23, 0, 2, 3)]
                entry.update(
                    camera=name,
                    times=[{"at": at} for at in times],
                    contacts=["north", "duty"],
                    retry_minutes=(10, 0, 5)[number],
                    telephone_first=number == 2,
                )
            if kind == "resident":
                entry["telephone"] = "0"
            changed[kind].append(entry)
    return changed


class RandomNight(RuleBasedStateMachine):
    @initialize(
        start=st.sampled_from(STARTS),
        shows=st.lists(st.sampled_from(SHOWS), min_size=3, max_size=3),
        answers=st.lists(st.sampled_from(ANSWERS), min_size=3, max_size=3),
    )
    def begin(self, start: datetime, shows: list[str], answers: list[Any]) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.tester = FakeTester(down={})
        self.night = Night(self.folder / "night.db", three_residents(), start, self.tester)
        self.set_back = timedelta()  # by how much the time of day was set back so far
        self.watch()
        self.night.shows.update(zip(RESIDENTS, shows, strict=True))
        for contact, answer in zip(CONTACTS, answers, strict=True):
            self.a_contact_answers_so(contact, answer)
        self.forbidden: list[str] = []
        self.stale: list[tuple[str, str]] = []  # windows and keys of looks and calls of before
        self.number = 0

    def watch(self) -> None:
        """Look over the camera's shoulder: each grab must be allowed at its very moment."""
        made = self.night.world.camera

        def watched(unit: Unit, redeem: Any) -> Any:
            camera = made(unit, redeem)

            def checked(grant: Any, camera_key: str) -> None:
                redeem(grant, camera_key)
                now = self.night.clock.now()
                with self.night.store.snapshot() as snapshot:
                    registry = Registry.load(snapshot)
                window = self.night.window(grant.window)
                bar, _ = bar_against(registry, window.agreement, now)
                # A look that had begun goes on when the time of day is set back.
                inside = window.opens - self.set_back <= now < window.closes
                if bar in CLOSES or not inside or window.phase is not Phase.LOOKING:
                    self.forbidden.append(f"{grant.window} at {now}: {bar} {window.phase}")

            camera.redeem = checked
            return camera

        self.night.world = replace(self.night.world, camera=watched)
        self.night.new_runner()

    # ---- what happens

    @rule(minutes=st.integers(1, 15))
    def minutes_pass(self, minutes: int) -> None:
        self.night.until(self.night.clock.now() + timedelta(minutes=minutes))

    @rule(minutes=st.integers(15, 90))
    def an_hour_passes(self, minutes: int) -> None:
        self.night.until(self.night.clock.now() + timedelta(minutes=minutes))

    @rule(camera=st.sampled_from(RESIDENTS), shows=st.sampled_from(SHOWS))
    def a_camera_shows(self, camera: str, shows: str) -> None:
        self.night.shows[camera] = shows

    @rule(
        cameras=st.sets(st.sampled_from(RESIDENTS), max_size=2),
        error=st.sampled_from(["timed_out", ""]),
    )
    def lines_fall_silent_or_come_back(self, cameras: set[str], error: str) -> None:
        self.tester.down = {**self.tester.down, **dict.fromkeys(cameras, Asked(camera=error))}

    @rule(contact=st.sampled_from(CONTACTS), answer=st.sampled_from(ANSWERS))
    def a_contact_answers_so(self, contact: str, answer: Any) -> None:
        self.night.answers[contact] = lambda alarm: answer

    @rule(data=st.data())
    def somebody_says_something(self, data: st.DataObject) -> None:
        windows = self.open()
        if not windows:
            return
        window = data.draw(st.sampled_from(windows))
        by = data.draw(st.sampled_from(["contact:north", "contact:duty", "os:op"]))
        event = data.draw(
            st.sampled_from(
                [
                    Acknowledged(by=by),
                    OutcomeGiven(outcome=Outcome.UP_AND_WELL, by=by),
                    WrittenOff(reason=WriteOff.OTHER, by=by),
                    *(Answered(answer=answer, by=by) for answer in Answer),
                ]
            )
        )
        self.night.happen(window.key, event)

    @rule(data=st.data())
    def something_comes_late(self, data: st.DataObject) -> None:
        if not self.stale:
            return
        key, step = data.draw(st.sampled_from(self.stale))
        event = data.draw(
            st.sampled_from(
                [
                    Looked(key=step, finding=IN_BED, seconds=900.0),
                    LookFailed(key=step, kind="unreachable"),
                    CallAccepted(key=step),
                ]
            )
        )
        before = self.night.window(key)
        call = before.alarm.call.key if before.alarm and before.alarm.call else ""
        if step not in (before.look_key, call):
            assert self.night.happen(key, event) == before

    @rule(resident=st.sampled_from(RESIDENTS), hours=st.integers(1, 6))
    def somebody_is_away(self, resident: str, hours: int) -> None:
        now = self.night.clock.now()
        self.number += 1
        absence = Absence(
            key=f"a{self.number}",
            resident=resident,
            start=now,
            end=now + timedelta(hours=hours),
        )
        change(self.night.store, [absence], "os:admin", now)

    @rule(resident=st.sampled_from(RESIDENTS))
    def a_consent_is_withdrawn(self, resident: str) -> None:
        withdraw(self.night.store, resident, "os:admin", self.night.clock.now())

    @rule(camera=st.sampled_from(RESIDENTS))
    def a_camera_is_restored(self, camera: str) -> None:
        with self.night.store.snapshot() as snapshot:
            unit = Registry.load(snapshot).units[camera]
        try:
            now = self.night.clock.now()
            change(self.night.store, [replace(unit, fault="")], "os:admin", now)
        except RegistryError:
            assert unit.state == "ended"

    @rule()
    def the_process_dies(self) -> None:
        self.night.new_runner()

    @rule(turns=st.integers(1, 3))
    def the_process_dies_between_intent_and_result(self, turns: int) -> None:
        for _ in range(turns):
            jobs, _ = self.night.runner._turn()
        for job in jobs[::2]:
            job.do()
        self.night.new_runner()

    @rule(minutes=st.integers(1, 180))
    def the_machine_is_down(self, minutes: int) -> None:
        self.night.clock.advance(minutes * 60)
        self.night.new_runner()
        self.night.until(self.night.clock.now() + timedelta(seconds=1))

    @rule(seconds=st.sampled_from([-3600, -90, 45, 600, 3600]))
    def the_clock_is_set(self, seconds: int) -> None:
        self.night.runner.step()
        self.night.clock.jump(seconds)
        self.set_back += timedelta(seconds=max(-seconds, 0))
        self.night.until(self.night.clock.now() + timedelta(seconds=1))

    # ---- what must hold

    def open(self) -> list[Window]:
        with self.night.store.snapshot() as snapshot:
            windows = open_windows(snapshot)
        for window in windows:
            self.stale += [(window.key, window.look_key)] if window.look_key else []
            if window.alarm and window.alarm.call:
                self.stale.append((window.key, window.alarm.call.key))
        return windows

    @invariant()
    def no_look_was_forbidden(self) -> None:
        if hasattr(self, "night"):
            assert self.forbidden == []

    @invariant()
    def nothing_waits_past_its_time(self) -> None:
        if not hasattr(self, "night"):
            return
        now = self.night.clock.now()
        for window in self.open():
            assert window.due is not None
            assert window.due > now - SLACK, window
            if window.phase is Phase.CALLING:
                assert window.alarm is not None
                assert window.alarm.deadline > now - SLACK, window

    def teardown(self) -> None:
        if not hasattr(self, "night"):
            return
        try:
            self.everything_ends()
        finally:
            self.night.store.close()
            shutil.rmtree(self.folder)

    def everything_ends(self) -> None:
        """People answer, and the night comes to its end."""
        night = self.night
        self.tester.down = {}
        for contact in CONTACTS:
            night.answers[contact] = lambda alarm: Accepted("R")
        for _ in range(12):
            night.until(night.clock.now() + timedelta(minutes=90))
            for window in self.open():
                if window.phase in (Phase.CALLING, Phase.CRISIS):
                    outcome = OutcomeGiven(outcome=Outcome.UP_AND_WELL, by="contact:north")
                    night.happen(window.key, outcome)
        assert self.forbidden == []
        begun = {
            key
            for key in self.every_window()
            if night.window(key).opens <= night.clock.now() - timedelta(hours=1)
        }
        ends = Counter(row.window for row in night.rows(Kind.WINDOW_CLOSED))
        assert all(count == 1 for count in ends.values())
        assert begun <= set(ends)
        raised = [row.alarm for row in night.rows(Kind.ALARM_RAISED)]
        closed = [row.alarm for row in night.rows(Kind.ALARM_CLOSED)]
        assert sorted(raised) == sorted(closed)  # type: ignore[type-var]
        assert len(raised) == len(set(raised))
        taken = {row.alarm for row in night.rows(Kind.ALARM_ACKNOWLEDGED, Kind.ALARM_WRITTEN_OFF)}
        assert set(closed) <= taken
        called = {row.alarm for row in night.rows(Kind.ALARM_SENT, Kind.ALARM_CRISIS)}
        assert set(raised) <= called
        looks = night.rows(Kind.LOOK)
        grabbed = {grant.window for _, _, grant in night.grabs}
        assert grabbed <= {row.window for row in looks}
        deviating = {
            row.window
            for row in looks
            if row.facts.get("state") == "obstructed" and not row.facts.get("late")
        }
        assert deviating <= {str(alarm).removesuffix("/alarm") for alarm in raised}
        night.store.roll_up()
        assert rolled_up(night.store) == recounted(night.store)

    def every_window(self) -> list[str]:
        with closing(sqlite3.connect(self.night.store.path)) as connection:
            return [key for (key,) in connection.execute("SELECT key FROM windows")]


RandomNight.TestCase.settings = settings(
    max_examples=int(os.environ.get("BEDCHECK_NIGHTS", "30")),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestRandomNights = RandomNight.TestCase
