"""How many residents one runner serves: a planned night, run as fast as the machine keeps.

What goes wrong with such figures: the clock is fast and the disk is not, so that looks
pile up; an average hides the one that came too late. So the clock is scaled, everything
else is real (store, fsync, threads), and what counts is the latest look.
"""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bedcheck.frame import Frame, read
from bedcheck.history.grant import Grant, Redeem
from bedcheck.history.store import Store
from bedcheck.night.acts import act
from bedcheck.night.agreement import WINDOW
from bedcheck.night.changes import import_registry
from bedcheck.night.channels.fake import FakeChannel
from bedcheck.night.clock import ScaledClock
from bedcheck.night.engine import open_windows
from bedcheck.night.events import Outcome, OutcomeGiven
from bedcheck.night.planning import Limits, Load, Plan, propose
from bedcheck.night.registry import Registry
from bedcheck.night.runner import Runner
from bedcheck.night.schedule import schedule
from bedcheck.night.unit import Unit
from bedcheck.night.window import Phase
from bedcheck.night.world import World
from benchmarks.environment import Environment, slug
from benchmarks.scripted import ScriptedJudge, municipality, picture

__all__ = ["Report", "run"]

START = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
HOURS = 8.0
ANSWER = 1.0  # seconds in which a camera answers
OUT_OF_BED = 50  # every so many residents is not in bed
SPANS = (("21:00", "23:40"), ("23:40", "02:20"), ("02:20", "05:00"))
P999, MOST = 2.0, 5.0  # lateness allowed, in % of a window

COLUMNS = (
    "residents", "windows", "hours", "speed", "wall_s", "looks", "alarms", "concurrent_planned",
    "late_p50_s", "late_p99_s", "late_p999_s", "late_max_s", "late_p999_pct", "late_max_pct",
    "commits", "commits_per_s", "rows", "holds",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run measured, and where it was written."""

    row: dict[str, float | int | str]
    environment: Environment
    csv: Path

    def lines(self) -> list[str]:
        """The result as lines of text."""
        row = self.row
        return [
            *self.environment.lines(),
            f"{row['residents']} residents, {row['windows']} windows in {row['hours']} h,"
            f" {row['speed']} times as fast: {row['wall_s']} s",
            f"first looks late by {row['late_p50_s']} s (median), {row['late_p999_s']} s (p99.9,"
            f" {row['late_p999_pct']} % of a window), {row['late_max_s']} s at most"
            f" ({row['late_max_pct']} %): {row['holds']}",
            f"{row['commits']} commits, {row['commits_per_s']} a second; {row['rows']} rows of"
            f" history, {row['looks']} looks, {row['alarms']} alarms",
        ]


class Cameras:
    """Simulated cameras that answer in a second of the scaled time; when each look began."""

    def __init__(self, clock: ScaledClock) -> None:
        self.clock = clock
        self.began: dict[str, datetime] = {}
        self._frames = {what: read(picture(what)) for what in ("in_bed", "out")}
        self._never = threading.Event()

    def of(self, unit: Unit, redeem: Redeem) -> Camera:
        """The camera that ``unit`` stands for."""
        out = int(unit.resident.removeprefix("r")) % OUT_OF_BED == 0
        return Camera(self, unit.key, redeem, self._frames["out" if out else "in_bed"])

    def answer(self, grant: Grant) -> None:
        """Note the look, and let the camera's second pass."""
        self.began.setdefault(grant.window, self.clock.now())
        self.clock.wait(ANSWER, self._never)


class Camera:
    """One of them."""

    def __init__(self, all: Cameras, key: str, redeem: Redeem, frame: Frame) -> None:
        self._all, self._key, self._redeem, self._frame = all, key, redeem, frame

    def grab(self, grant: Grant, deadline: float) -> Frame:
        """The same picture each time."""
        self._redeem(grant, self._key)
        self._all.answer(grant)
        return self._frame


def planned(residents: int, hours: float) -> tuple[Registry, Plan]:
    """The municipality after `plan`; only the first ``hours`` of its night are run."""
    names = [f"r{n:05}" for n in range(residents)]
    times = {name: [first for first, _ in SPANS] for name in names}
    registry = municipality(names, times, START, "simulated")
    tables = registry.tables()
    for agreement in tables["agreement"]:
        agreement["times"] = [
            {"at": first, "earliest": first, "latest": last} for first, last in SPANS
        ]
    registry = Registry.read(tables)
    plan = propose(registry, Limits(concurrent=8, spacing=2, alarms=100.0))
    return registry.with_entries("agreement", map(plan.applied, registry.agreements.values())), plan


def run(
    out: Path,
    *,
    residents: int = 2000,
    hours: float = HOURS,
    speed: float = 60.0,
    looks: int = 32,
    folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> Report:
    """Run ``hours`` of the night ``speed`` times as fast as real time, and write the CSV."""
    environment = Environment.here()
    registry, plan = planned(residents, hours)
    with TemporaryDirectory(dir=folder) as scratch:
        store = Store.open(Path(scratch) / "night.db", create=True)
        with closing(store):
            import_registry(store, registry, "os:benchmark", START)
            row = _night(store, plan.after, hours, speed, looks, progress)
    row = {"residents": residents, "hours": hours, "speed": speed, **row}
    out.mkdir(parents=True, exist_ok=True)
    table = out / f"night_{slug(environment.versions[0][1])}_{slug(environment.cpu)}.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in environment.lines())
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerow({name: row[name] for name in COLUMNS})
    return Report(row=row, environment=environment, csv=table)


def _night(
    store: Store,
    load: Load,
    hours: float,
    speed: float,
    looks: int,
    progress: Callable[[int, int], None],
) -> dict[str, float | int | str]:
    commits = 0

    def count(connection: sa.Connection) -> None:
        nonlocal commits
        commits += 1

    sa.event.listen(store._engine, "commit", count)
    clock = ScaledClock(START - timedelta(minutes=2), speed)
    cameras = Cameras(clock)
    world = World(camera=cameras.of, channel=lambda c: _ACCEPTS, judge=ScriptedJudge())
    runner = Runner(store, world, clock, looks=looks, poll=10.0)  # nobody else writes
    thread = threading.Thread(target=runner.run)
    began = time.perf_counter()
    thread.start()
    end = START + timedelta(hours=hours)
    try:
        while clock.now() < end + timedelta(minutes=10) and thread.is_alive():
            time.sleep(0.5)
            _acknowledge(store, clock)
            gone = (clock.now() - START).total_seconds()
            progress(max(int(gone), 0), int(hours * 3600))
    finally:
        runner.stop()
        thread.join()
    wall = time.perf_counter() - began
    made = commits
    late = _lateness(store, cameras, end)
    rows = list(store.rows(by="os:benchmark", at=clock.now()))
    share = late / WINDOW.total_seconds() * 100
    holds = np.percentile(share, 99.9) < P999 and share.max() < MOST
    figures = {f"late_p{str(q).replace('.', '')}_s": np.percentile(late, q) for q in (50, 99, 99.9)}
    return {
        "windows": len(late),
        "wall_s": round(wall, 1),
        "looks": sum(row.kind == "look" for row in rows),
        "alarms": sum(row.kind == "alarm_raised" for row in rows),
        "concurrent_planned": load.concurrent,
        **{name: round(float(value), 2) for name, value in figures.items()},
        "late_max_s": round(float(late.max()), 2),
        "late_p999_pct": round(float(np.percentile(share, 99.9)), 2),
        "late_max_pct": round(float(share.max()), 2),
        "commits": made,
        "commits_per_s": round(made / wall, 1),
        "rows": len(rows),
        "holds": "holds" if holds else "does not hold",
    }


def _lateness(store: Store, cameras: Cameras, end: datetime) -> NDArray[np.float64]:
    """Seconds from opening to the first look's beginning; a window without a look is late by 30."""
    with store.snapshot() as snapshot:
        windows = schedule(Registry.load(snapshot), START, end)
    return np.array(
        [
            (cameras.began.get(w.key, w.closes) - w.opens).total_seconds()
            for w in windows
        ]
    )  # fmt: skip


_ACCEPTS = FakeChannel()


def _acknowledge(store: Store, clock: ScaledClock) -> None:
    """The night staff take every alarm and tell its outcome."""
    with store.snapshot() as snapshot:
        windows = [w for w in open_windows(snapshot) if w.phase in (Phase.CALLING, Phase.CRISIS)]
    for window in windows:
        event = OutcomeGiven(outcome=Outcome.UP_AND_WELL, by="contact:north")
        act(store, window.key, event, clock.now())
