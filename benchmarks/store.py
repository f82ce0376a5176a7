"""How many durable transactions a second the store does, beside bare SQLite in the same run."""

from __future__ import annotations

import csv
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import bedcheck
from bedcheck.history import HistoryRow, Kind, Store
from benchmarks.environment import Environment, slug

__all__ = ["COLUMNS", "Report", "run"]

THREADS = (1, 4, 16)
COLUMNS = (
    "tool", "threads", "transactions", "per_second", "wall_p50_ms", "wall_p95_ms", "wall_p99_ms",
    "wall_max_ms",
)  # fmt: skip
FACTS = {"state": "in_bed", "certain": True, "causes": [], "presence": 0.987, "seconds": 21.4}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run measured, and where it was written."""

    rows: tuple[dict[str, str | int | float], ...]  # by `COLUMNS`
    verified: float  # rows a second
    environment: Environment
    csv: Path

    def lines(self) -> list[str]:
        """The figures as lines of text."""
        return [
            *self.environment.lines(),
            *(
                f"{row['tool']}, {row['threads']} thread(s): {row['per_second']:.0f} a second,"
                f" p50 {row['wall_p50_ms']:.2f} ms, p99 {row['wall_p99_ms']:.2f} ms,"
                f" longest {row['wall_max_ms']:.1f} ms"
                for row in self.rows
            ),
            f"verify: {self.verified:.0f} rows a second",
        ]


def run(
    out: Path = Path("benchmarks/results"),
    *,
    transactions: int = 2000,
    threads: Sequence[int] = THREADS,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Measure transactions a second with synchronous=FULL; write a CSV into ``out``.

    One transaction of ours changes a window, settles an intent and adds a row to the
    chain, as a look does. The peer is SQLite itself with the same settings and one insert
    of as many bytes: what no store on it can beat. Each transaction is clocked with its
    wait for the others.

    Parameters
    ----------
    out:
        Folder for the result; made where it is missing.
    transactions:
        Measured transactions of each tool with each number of threads.
    threads:
        How many write at once; SQLite lets one write at a time.
    folder:
        Where the files under test lie, which decides how long a disk takes to be sure;
        by default the folder for temporary files.
    progress:
        Told (cases done, cases in all).
    """
    environment = Environment.here()
    rows = []
    verified = 0.0
    cases = [(tool, count) for count in threads for tool in ("sqlite", "bedcheck")]
    for done, (tool, count) in enumerate(cases):
        if progress:
            progress(done, len(cases))
        with tempfile.TemporaryDirectory(dir=folder) as place:
            path = Path(place) / "night.db"
            if tool == "sqlite":
                waits, wall = _clocked(_bare(path), count, transactions)
            else:
                with Store.open(path, create=True, patience=60) as store:
                    waits, wall = _clocked(_ours(store), count, transactions)
                    begun = time.perf_counter()
                    verified = max(verified, store.verify().rows / (time.perf_counter() - begun))
        rows.append(_figures(tool, count, waits, wall))
    if progress:
        progress(len(cases), len(cases))
    file = out / f"store_{bedcheck.__version__}_{slug(environment.cpu)}.csv"
    _write(file, rows, verified, environment)
    return Report(rows=tuple(rows), verified=verified, environment=environment, csv=file)


Work = Callable[[str], None]
"""One transaction; its argument is unlike that of any other."""


def _ours(store: Store) -> Callable[[], Work]:
    def make() -> Work:
        def work(name: str) -> None:
            now = datetime.now(UTC)
            with store.transaction() as tx:
                tx.put_window(name, {"phase": "closed", "step": 3}, due=None, closed=True)
                tx.intend(name, "look", {"window": name}, due=now)
                tx.settle(name, FACTS, now)
                tx.append(
                    HistoryRow(at=now, kind=Kind.LOOK, resident="r-1", window=name, facts=FACTS)
                )

        return work

    return make


def _bare(path: Path) -> Callable[[], Work]:
    lock = threading.Lock()  # as ours: faster than SQLite's own waiting
    first = sqlite3.connect(path)
    first.execute("PRAGMA journal_mode=WAL")
    first.execute("CREATE TABLE things (name TEXT PRIMARY KEY, body TEXT)")
    first.close()

    def make() -> Work:
        connection = sqlite3.connect(path, isolation_level=None, timeout=60)
        connection.execute("PRAGMA synchronous=FULL")

        def work(name: str) -> None:
            with lock:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO things VALUES (?, ?)", (name, "x" * 600))
                connection.execute("COMMIT")

        return work

    return make


def _clocked(
    make: Callable[[], Work], threads: int, transactions: int
) -> tuple[list[float], float]:
    """Milliseconds of each transaction, and seconds of them all."""
    waits: list[float] = []

    def several(thread: int) -> None:
        work = make()
        work(f"{thread}-warm")
        ready.wait()
        for number in range(transactions // threads):
            begun = time.perf_counter()
            work(f"{thread}-{number}")
            waits.append((time.perf_counter() - begun) * 1000)

    ready = threading.Barrier(threads + 1)
    workers = [threading.Thread(target=several, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    begun = time.perf_counter()
    for worker in workers:
        worker.join()
    return waits, time.perf_counter() - begun


def _figures(
    tool: str, threads: int, waits: list[float], wall: float
) -> dict[str, str | int | float]:
    p50, p95, p99 = (float(value) for value in np.percentile(waits, (50, 95, 99)))
    return {
        "tool": tool,
        "threads": threads,
        "transactions": len(waits),
        "per_second": len(waits) / wall,
        "wall_p50_ms": p50,
        "wall_p95_ms": p95,
        "wall_p99_ms": p99,
        "wall_max_ms": max(waits),
    }


def _write(
    path: Path,
    rows: Sequence[dict[str, str | int | float]],
    verified: float,
    environment: Environment,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in environment.lines():
            file.write(f"# {line}\n")
        file.write(f"# SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL;")
        file.write(f" verify reads {verified:.0f} rows a second\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()})
