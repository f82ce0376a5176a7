"""The runner: what is due is written down, done, and its result written down.

One loop owns every change of a window; looks, deliveries and reports run in pools of threads
of their own, so that a call never waits behind looks. Each turn of the loop is one
transaction: results that came in, windows that are due, intents that follow. Only after it has
been committed does anything touch the world. A process that dies in between loses nothing:
intents without a result are done again, with the same key.
"""

from __future__ import annotations

import queue
import sys
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bedcheck import __version__
from bedcheck.errors import BedcheckError, StoreBusy, StoreError
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.history.transaction import Transaction
from bedcheck.night.beat import Beat
from bedcheck.night.clock import Clock
from bedcheck.night.engine import (
    Registered,
    due_event,
    from_store,
    happen,
    move_windows,
    put_window,
    window_at,
)
from bedcheck.night.events import Event, LookFailed
from bedcheck.night.jobs import Jobs, Link
from bedcheck.night.lines.rounds import Rounds
from bedcheck.night.lines.watching import (
    LineResult,
    down_at,
    move_lines,
    postpone,
    suspect,
    write_test,
)
from bedcheck.night.lock import only_runner
from bedcheck.night.looking import LINE
from bedcheck.night.parking import plan_parked
from bedcheck.night.planner import Planner
from bedcheck.night.registry import Registry
from bedcheck.night.settings import Settings
from bedcheck.night.signs import Signs
from bedcheck.night.window import Window
from bedcheck.night.work import Job, Result
from bedcheck.night.world import World

__all__ = ["Runner"]

BATCH = 200  # windows, or results, in one transaction
CALLS = 8  # deliveries at the same time
ROOM = {"call": CALLS, "line": 16, "parked": 2, "report": 1}  # a report takes long to draw
TAKES = {  # intents, by pool
    "look": ("look",),
    "call": ("call", "tell"),
    "parked": ("parked",),
    "report": ("report",),
}
JUMP = 2.0  # seconds by which the time of day may drift from time's passing in one turn
AFTER_A_FAULT = timedelta(minutes=1)


class Runner:
    """Runs the night on one store. `run` until stopped, or `step` by hand."""

    def __init__(
        self,
        store: Store,
        world: World,
        clock: Clock,
        *,
        looks: int | None = None,
        poll: float = 1.0,
        executor: Executor | None = None,
        link: Link | None = None,
    ) -> None:
        """``looks``: at the same time, at most; the registry's settings say, if not given.

        ``poll``: seconds after which what other processes wrote is seen. ``executor`` does
        all work in place of the pools. ``link`` makes the link by which a contact
        acknowledges a window's alarm.
        """
        self.store = store
        self.clock = clock
        self._stop = threading.Event()
        self._jobs = Jobs(store, world, clock, self._stop, link)
        self._poll = poll
        self._registered = Registered()
        self._planner = Planner()
        self._rounds = Rounds(world.line)
        self._results: queue.SimpleQueue[Result | LineResult] = queue.SimpleQueue()
        self._unwritten: list[Result | LineResult] = []
        self._wake = threading.Event()
        settings = self._settings()
        self._beat = Beat(settings.heartbeat_url, clock)
        self._signs = Signs(world.channel, clock)
        self._room = {"look": looks or settings.concurrent_looks, **ROOM}
        self._busy: dict[str, set[str]] = {pool: set() for pool in self._room}
        self._pools = {
            kind: executor or ThreadPoolExecutor(room, thread_name_prefix=kind)
            for kind, room in self._room.items()
        }
        self._last: tuple[datetime, float] | None = None
        self.last_turn = clock.monotonic()  # when the loop last came round
        self.next_opening: datetime | None = None

    def _settings(self) -> Settings:
        with self.store.snapshot() as snapshot:
            return Registry.load(snapshot).settings

    def run(self) -> None:
        """Run until `stop`. Raises RunnerError where another runner has this store."""
        with only_runner(self.store.path):
            self.start()
            try:
                while not self._stop.is_set():
                    self.clock.wait(self.step(), self._wake)
                    self._wake.clear()
            finally:
                self.finish()

    def stop(self) -> None:
        """End `run` soon: looks under way are broken off, deliveries end. Of any thread."""
        self._stop.set()
        self._wake.set()

    def start(self) -> None:
        """What comes before the first turn: note the looks that a dead process left open."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            tx.append(_row(now, Kind.RUNNER, what="started", version=__version__))
            for intent in tx.open_intents(now, 10_000, ("look",)):
                window = window_at(tx, intent.body["window"])
                if window is not None:
                    purpose = intent.body["purpose"]
                    tx.append(
                        HistoryRow(
                            at=now,
                            kind=Kind.LOOK,
                            resident=window.resident,
                            camera=window.camera,
                            window=window.key,
                            facts={"key": intent.key, "purpose": purpose, "error": "interrupted"},
                        )
                    )
            for intent in tx.open_intents(now, 10_000, ("parked",)):
                camera = intent.body["camera"]
                tx.append(
                    HistoryRow(
                        at=now,
                        kind=Kind.LOOK,
                        resident=(tx.get("camera", camera) or {}).get("resident"),
                        camera=camera,
                        facts={"key": intent.key, "purpose": "parked", "error": "interrupted"},
                    )
                )

    def finish(self) -> None:
        """What comes after the last turn: write what is still coming in."""
        self._stop.set()
        for pool in set(self._pools.values()):
            pool.shutdown(wait=True)
        with self.store.transaction() as tx:
            self._write_results(tx, self._registered.at(tx))
            tx.append(_row(self.clock.now(), Kind.RUNNER, what="stopped"))

    def step(self) -> float:
        """One turn of the loop; returns after how many seconds the next is due."""
        try:
            jobs, wait = self._turn()
        except StoreBusy as error:
            print(f"bedcheck: {error}", file=sys.stderr)  # and nothing is lost: see _unwritten
            self._registered = Registered()  # it may have read what was then rolled back
            return self._poll
        for job in jobs:
            self._submit(job)
        if self._beat.due():
            self._pools["call"].submit(self._beat.send)
        for give in self._signs.due():
            self._pools["call"].submit(give)
        if self._planner.purge_is_due:
            self._planner.purge_is_due = False
            self._pools["call"].submit(self._purge)
        self.last_turn = self.clock.monotonic()
        return 0.0 if not self._results.empty() else wait

    def _turn(self) -> tuple[list[Job], float]:
        jobs: list[Job] = []
        with self.store.transaction() as tx:
            now = self._mind_the_clock(tx)
            registry = self._registered.at(tx)
            self._write_results(tx, registry)
            self.next_opening = self._planner.plan(tx, registry, now)
            full = self._do_due(tx, registry, now)
            if self._planner.planned:
                plan_parked(tx, registry, now)
            if (heard := self._beat.changed()) is not None:
                what = "answered" if heard else "not_answered"
                tx.append(_row(now, Kind.HEARTBEAT, what=what))
            self._signs.turn(tx, registry, now)
            for pool, kinds in TAKES.items():
                jobs += self._take(tx, pool, kinds, now)
            jobs += self._test_lines(tx, registry, now)
            due = [tx.next_window_due(), tx.next_watched(now)]
        self._unwritten = []
        if full:
            return jobs, 0.0
        until = [at for at in (*due, self.next_opening) if at is not None]
        seconds = min(((at - now).total_seconds() for at in until), default=self._poll)
        return jobs, min(max(seconds, 0.0), self._poll)

    def _purge(self) -> None:
        try:
            self.store.purge(self.clock.now(), by="runner")
        except BedcheckError as error:  # it is done again tomorrow
            print(f"bedcheck: purge: {error}", file=sys.stderr)

    # ---- the clock

    def _mind_the_clock(self, tx: Transaction) -> datetime:
        now, passed = self.clock.now(), self.clock.monotonic()
        if self._last is not None:
            then, mark = self._last
            jump = (now - then).total_seconds() - (passed - mark)
            if abs(jump) > JUMP:
                by = timedelta(seconds=jump)
                moved = move_windows(tx, by)
                move_lines(tx, by)
                for intent in tx.open_intents(max(now, then) + by, 10_000, _KINDS):
                    tx.postpone(intent.key, intent.due + by)
                tx.append(_row(now, Kind.CLOCK, jump=round(jump, 1), windows=moved))
        self._last = (now, passed)
        return now

    # ---- results and due windows

    def _write_results(self, tx: Transaction, registry: Registry) -> None:
        while len(self._unwritten) < BATCH:
            try:
                self._unwritten.append(self._results.get_nowait())
            except queue.Empty:
                break
        now = self.clock.now()
        for result in self._unwritten:
            for busy in self._busy.values():
                busy.discard(result.key)
            if isinstance(result, LineResult):
                self._write_test(tx, registry, result, now)
            elif result.again:
                tx.postpone(result.key, now + result.after)
            elif tx.settle(result.key, result.facts, now):
                if result.also is not None:
                    self._write_also(tx, result, now)
                window = window_at(tx, result.window or "")
                if window is not None and result.event is not None:
                    self._happen(tx, window, result.event, now)
                    if isinstance(result.event, LookFailed) and result.event.kind in LINE:
                        suspect(tx, window.camera, now)

    def _write_also(self, tx: Transaction, result: Result, now: datetime) -> None:
        try:
            if result.also is not None:
                result.also(tx, now)
        except StoreError:
            raise
        except Exception as error:
            self._note_fault(tx, result.key, error, now)

    def _do_due(self, tx: Transaction, registry: Registry, now: datetime) -> bool:
        """Let `Due` happen to what is due; True where there may be more than one turn takes."""
        due = tx.due_windows(now, BATCH)
        for body in due.values():
            window = from_store(body)
            silent = down_at(tx, window.camera, now)
            self._happen(tx, window, due_event(registry, window, now, silent), now)
        return len(due) == BATCH

    def _happen(self, tx: Transaction, window: Window, event: Event, now: datetime) -> None:
        """Let ``event`` happen; a window that cannot be moved on must not stop the others."""
        try:
            happen(tx, window, event, now)
        except StoreError:
            raise
        except Exception as error:
            self._note_fault(tx, window.key, error, now)
            put_window(tx, replace(window, due=now + AFTER_A_FAULT))

    def _note_fault(self, tx: Transaction, key: str, error: Exception, now: datetime) -> None:
        reason = type(error).__name__
        print(f"bedcheck: {key}: {reason}: {error}", file=sys.stderr)
        tx.append(_row(now, Kind.RUNNER, what="fault", of=key, error=reason))

    # ---- lines to the homes: a fault in here must not stop the windows

    def _test_lines(self, tx: Transaction, registry: Registry, now: datetime) -> list[Job]:
        busy = self._busy["line"]
        try:
            return self._rounds.turn(tx, registry, now, busy, self._room["line"] - len(busy))
        except StoreError:
            raise
        except Exception as error:
            self._note_fault(tx, "lines", error, now)
            return []

    def _write_test(
        self, tx: Transaction, registry: Registry, result: LineResult, now: datetime
    ) -> None:
        try:
            write_test(tx, registry, result, now)
        except StoreError:
            raise
        except Exception as error:
            self._note_fault(tx, result.key, error, now)
            postpone(tx, result.camera, now + AFTER_A_FAULT)

    # ---- work

    def _take(self, tx: Transaction, pool: str, kinds: tuple[str, ...], now: datetime) -> list[Job]:
        busy = self._busy[pool]
        free = self._room[pool] - len(busy)
        if free <= 0:
            return []
        jobs = []
        for intent in tx.open_intents(now, free + len(busy), kinds):
            if intent.key in busy:
                continue
            try:
                job = self._jobs.of(tx, self._registered.at(tx), intent, now)
            except StoreError:
                raise
            except Exception as error:  # one intent must not stop the others
                self._note_fault(tx, intent.key, error, now)
                tx.postpone(intent.key, now + AFTER_A_FAULT)
                continue
            if job is None:
                tx.settle(intent.key, {"gave": "overtaken"}, now)
            else:
                jobs.append(job)
            if len(jobs) == free:
                break
        return jobs

    def _submit(self, job: Job) -> None:
        pool = job.kind if job.kind in self._pools else "call"
        self._busy[pool].add(job.key)

        def work() -> None:
            self._results.put(job.do())
            self._wake.set()

        self._pools[pool].submit(work)


_KINDS = tuple(kind for kinds in TAKES.values() for kind in kinds)


def _row(at: datetime, kind: Kind, **facts: Any) -> HistoryRow:
    return HistoryRow(at=at, kind=kind, facts=facts)
