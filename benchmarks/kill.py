"""The kill test: a runner is killed again and again, and nothing may be lost.

What goes wrong without it: a process that dies between doing a thing and writing it down
either forgets the thing or does it twice. Here the runner is a process of its own; cameras
and the receiver of alarms are HTTP servers in this one, which see everything that reaches
the world. At random moments the runner gets SIGKILL and is started again.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bedcheck.history.row import Kind
from bedcheck.history.store import Store
from bedcheck.night.acts import act
from bedcheck.night.changes import import_registry
from bedcheck.night.clock import ScaledClock
from bedcheck.night.engine import open_windows
from bedcheck.night.events import Acknowledged, Answer, Answered, Outcome, OutcomeGiven
from bedcheck.night.runner import CALLS
from bedcheck.night.window import Phase
from benchmarks.scripted import municipality, png

__all__ = ["Found", "run"]

START = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
SCENES = ("in_bed", "perhaps", "out", "in_bed", "low", "out", "covered", "in_bed", "dead", "out")
ALARMING = frozenset({"out", "low", "covered", "dead"})
EXCUSED = frozenset({"unsure", "no_look_made"})  # nobody answered in time, or nobody ran
APART = timedelta(minutes=0.3)  # from one window's opening to the next
LATE = 2.0  # seconds that a first look may be late, beside the time without a runner
PATIENCE = 3600.0  # seconds for everything to end


@dataclass(kw_only=True)
class Found:
    """What the test saw."""

    windows: int
    kills: int
    seconds: float
    speed: float
    downs: list[float] = field(default_factory=list)  # seconds without a runner, each kill
    looks: int = 0
    alarms: int = 0
    excused: int = 0  # of those, where no runner or no operator was there in time
    rows: int = 0
    deliveries: int = 0
    repeated: int = 0  # deliveries whose key had been seen
    latest: float = 0.0  # first look, seconds late beyond the time without a runner
    latest_whole: float = 0.0  # the same, that time included
    faults: list[str] = field(default_factory=list)  # what was lost or wrong

    @property
    def holds(self) -> bool:
        """Nothing lost, and no look later than it may be."""
        return not self.faults and self.latest <= LATE

    def lines(self) -> list[str]:
        """The result as lines of text."""
        downs = sorted(self.downs)
        return [
            f"{self.windows} windows, {self.kills} kills, {self.seconds:.0f} s,"
            f" the clock {self.speed:g} times as fast",
            f"without a runner after a kill: median {downs[len(downs) // 2]:.2f} s,"
            f" longest {downs[-1]:.2f} s"
            if downs
            else "never without a runner",
            f"{self.looks} looks, {self.alarms} alarms ({self.excused} of them since no operator"
            f" or no runner was there in time), {self.rows} rows of history,"
            f" {self.deliveries} deliveries",
            f"repeated deliveries: {self.repeated}, each with the key of the first"
            f" (allowed: {self.kills * CALLS}, one a kill and thread)",
            f"first looks late by at most {self.latest:.2f} s beside the time without a runner"
            f" (allowed: {LATE:g}), {self.latest_whole:.2f} s with it",
            "lost: nothing" if not self.faults else "FAULTS: " + "; ".join(self.faults[:10]),
        ]


class World:
    """Cameras and the receiver: what they saw, and when (seconds since 1970)."""

    def __init__(self, scenes: dict[str, str]) -> None:
        self.scenes = scenes
        self.looked: dict[str, list[float]] = defaultdict(list)
        self.received: list[tuple[float, str, str, str]] = []  # when, key, alarm, contact
        self.lock = threading.Lock()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address."""
        world = self

        class Server(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = Path(self.path).stem
                with world.lock:
                    world.looked[name].append(time.time())
                    number = len(world.looked[name])
                scene = world.scenes[name]
                if scene == "dead":
                    self.send_error(500)
                else:
                    self._answer(png(scene, number), "image/png")

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key, alarm = self.headers["Idempotency-Key"], body["alarm"]
                with world.lock:
                    world.received.append((time.time(), key, alarm, body["contact"]))
                self._answer(b"{}", "application/json")

            def _answer(self, data: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                """Says nothing."""

            def handle_error(self, *args: Any) -> None:
                """A client that was killed is what this is about."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
        server.handle_error = lambda *args: None  # type: ignore[method-assign]
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def run(folder: Path, *, windows: int, kills: int, speed: float, seed: int = 0) -> Found:
    """Run the test in ``folder``; everything that was lost or wrong is in ``faults``."""
    chance = random.Random(seed)
    names = [f"r{n:03}" for n in range(windows)]
    scenes = {name: SCENES[n % len(SCENES)] for n, name in enumerate(names)}
    spread = windows * APART
    times = {
        name: [f"{START + timedelta(minutes=5) + spread * n / windows:%H:%M:%S}"]
        for n, name in enumerate(names)
    }
    world = World(scenes)
    with world.serving() as address:
        store = Store.open(folder / "night.db", create=True)
        secrets = folder / "night.db.secrets.toml"
        secrets.write_text('hook = "0123456789abcdef0123456789abcdef"\n')
        secrets.chmod(0o600)
        import_registry(store, municipality(names, times, START, address, address), "os:a", START)
        found = Found(windows=windows, kills=0, seconds=0.0, speed=speed)
        away: list[tuple[float, float]] = []  # from when until when no runner ran
        people = threading.Event()
        child = _started(folder)
        began = time.time()
        clock = ScaledClock(START, speed, began)
        _begin(child, clock)
        answering = threading.Thread(
            target=_people, args=(store, world, clock, people, chance.random())
        )
        answering.start()
        try:
            while time.time() - began < PATIENCE:
                if found.kills < kills:
                    time.sleep(chance.uniform(0.05, 2.0 * _pause(spread, kills, speed)))
                    child.send_signal(signal.SIGKILL)
                    child.wait()
                    died = time.time()
                    child = _started(folder)
                    _begin(child, clock)
                    away.append((died, time.time()))
                    found.kills += 1
                else:
                    time.sleep(0.3)
                if found.kills >= kills and _all_closed(store, spread):
                    break
        finally:
            child.terminate()
            child.wait()
            people.set()
            answering.join()
        found.seconds = time.time() - began
        found.downs = [until - since for since, until in away]
        with closing(store):
            _judge(found, store, world, clock, away)
    return found


def _pause(spread: timedelta, kills: int, speed: float) -> float:
    """Seconds between two kills, so that they fall on the whole of the run."""
    whole = (spread + timedelta(minutes=15)).total_seconds() / speed
    return max(whole / max(kills, 1), 0.2)


def _started(folder: Path) -> subprocess.Popen[str]:
    """A runner that is ready, and waits to be told what time it is."""
    command = [sys.executable, "-m", "benchmarks.kill_child", str(folder / "night.db")]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout:  # it says one line
        child.stdout.readline()
    return child


def _begin(child: subprocess.Popen[str], clock: ScaledClock) -> None:
    assert child.stdin is not None
    with child.stdin:
        child.stdin.write(f"{clock.speed} {clock.began!r}\n")


def _all_closed(store: Store, spread: timedelta) -> bool:
    with store.snapshot() as snapshot:
        mark = snapshot.intent("plan")
        last = START + timedelta(minutes=6) + spread
        return mark is not None and mark.due > last and not snapshot.open_windows()


def _people(
    store: Store, world: World, clock: ScaledClock, stop: threading.Event, seed: float
) -> None:
    """Acknowledge, tell and answer what has reached them, at random, as people do."""
    chance = random.Random(seed)
    while not stop.wait(0.2):
        with store.snapshot() as snapshot:
            windows = open_windows(snapshot)
        with world.lock:
            reached = {alarm for _, _, alarm, _ in world.received}
        for window in windows:
            known = window.alarm.key in reached if window.alarm else window.phase is Phase.ASKING
            if not known or chance.random() < 0.7:
                continue
            if window.phase is Phase.ASKING:
                event: Any = Answered(answer=Answer.WELL, by="token:operator")
            elif window.phase in (Phase.CALLING, Phase.CRISIS):
                event = Acknowledged(by="contact:north")
            elif window.phase is Phase.ACKNOWLEDGED:
                event = OutcomeGiven(outcome=Outcome.UP_AND_WELL, by="contact:north")
            else:
                continue
            act(store, window.key, event, clock.now())


def _judge(
    found: Found, store: Store, world: World, clock: ScaledClock, away: list[tuple[float, float]]
) -> None:
    rows = list(store.rows(by="os:a"))
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        by_kind[str(row.kind)][row.resident or ""] += 1
    causes = {row.resident: row.facts["cause"] for row in rows if row.kind is Kind.ALARM_RAISED}
    found.rows = len(rows)
    found.looks = by_kind[Kind.LOOK].total()
    found.alarms = by_kind[Kind.ALARM_RAISED].total()
    found.deliveries = len(world.received)
    keys = Counter(key for _, key, _, _ in world.received)
    found.repeated = keys.total() - len(keys)
    fault = found.faults.append
    if not store.verify().whole:
        fault("the chain of rows is broken")
    if found.repeated > found.kills * CALLS:
        fault(f"{found.repeated} repeated deliveries")
    sent = {str(row.facts["key"]) for row in rows if row.kind is Kind.ALARM_SENT}
    called = {key for _, key, _, _ in world.received if key.endswith("-call")}
    for key in called - sent:
        fault(f"delivered and not in the history: {key}")
    reached = {alarm for _, key, alarm, _ in world.received if key in called}
    for name, scene in world.scenes.items():
        if by_kind[Kind.WINDOW_CLOSED][name] != 1:
            fault(f"{name}: {by_kind[Kind.WINDOW_CLOSED][name]} closing rows")
        if not by_kind[Kind.LOOK][name] and causes.get(name) != "no_look_made":
            fault(f"{name}: no look")
        raised = by_kind[Kind.ALARM_RAISED][name]
        if raised != (scene in ALARMING) and not (raised == 1 and causes[name] in EXCUSED):
            fault(f"{name} ({scene}): {raised} alarms {causes.get(name, '')}")
        if by_kind[Kind.ALARM_CLOSED][name] != raised:
            fault(f"{name} ({scene}): alarm not closed")
    found.excused = sum(
        causes.get(name) in EXCUSED for name, scene in world.scenes.items() if scene not in ALARMING
    )
    for row in rows:
        if row.kind is Kind.ALARM_RAISED and row.alarm not in reached:
            fault(f"{row.alarm}: delivered to nobody")
    _lateness(found, world, rows, clock, away)


def _lateness(
    found: Found, world: World, rows: list[Any], clock: ScaledClock, away: list[tuple[float, float]]
) -> None:
    opens = {
        row.resident: datetime.fromisoformat(row.window.partition("@")[2])
        for row in rows
        if row.kind is Kind.WINDOW_CLOSED
    }
    for name, at in opens.items():
        due = clock.began + (at - clock.start).total_seconds() / clock.speed
        looked = min(world.looked[name], default=None)
        if looked is None:
            continue
        without = sum(max(min(b, looked) - max(a, due), 0.0) for a, b in away)
        found.latest = max(found.latest, looked - due - without)
        found.latest_whole = max(found.latest_whole, looked - due)
