"""How fast a year's figures are told, beside counting raw rows in the same run.

A week is lived by the rules of the night, written as rows and rolled up; the year repeats its
counts, for living a year takes longer than anybody waits. What is asked is the year.
"""

from __future__ import annotations

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sqlalchemy as sa

import bedcheck
from bedcheck.history import Store
from bedcheck.history.figures import By, Question
from bedcheck.history.figures.rollup import counts_text, load, sums, sums_by_resident
from bedcheck.history.figures.tally import recount
from bedcheck.history.tables import tallies
from bedcheck.history.zone import zone_in
from benchmarks.environment import Environment, slug
from demo.town import Town

__all__ = ["COLUMNS", "Report", "run"]

FIRST = date(2026, 1, 1)
WEEK = 7
ROUNDS = 5
COLUMNS = (
    "what", "nights", "residents", "rounds", "wall_min_s", "wall_p50_s", "wall_max_s",
    "cpu_p50_s",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run measured, and where it was written."""

    rows: tuple[dict[str, str | int | float], ...]  # by `COLUMNS`
    environment: Environment
    csv: Path

    def lines(self) -> list[str]:
        """The figures as lines of text."""
        return [
            *self.environment.lines(),
            *(
                f"{row['what']}: {row['nights']} nights of {row['residents']} residents,"
                f" {row['wall_p50_s']:.3f} s (median of {row['rounds']}),"
                f" {row['wall_max_s']:.3f} s at most, {row['cpu_p50_s']:.3f} s of the processor"
                for row in self.rows
            ),
        ]


def run(
    out: Path = Path("benchmarks/results"),
    *,
    residents: int = 2000,
    nights: int = 365,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Measure how long questions about ``nights`` of ``residents`` take; write a CSV into ``out``.

    Two supervisions a night each. Every question goes through the store as a command's does:
    rolling up what is new (nothing, here), noting who reads, reading, reckoning intervals.
    ``folder`` says on which disk.
    """
    environment = Environment.here()
    rows: list[dict[str, Any]] = []
    week = min(WEEK, nights)

    def note(what: str, over: int, clocked: list[tuple[float, float]]) -> None:
        seconds, cpu = zip(*clocked, strict=True)
        found = {
            "wall_min_s": min(seconds),
            "wall_p50_s": float(np.median(seconds)),
            "wall_max_s": max(seconds),
            "cpu_p50_s": float(np.median(cpu)),
        }
        rows.append({"what": what, "nights": over, "residents": residents,
                     "rounds": len(seconds), **found})  # fmt: skip

    with (
        TemporaryDirectory(dir=folder) as place,
        Store.open(Path(place) / "night.db", create=True, patience=600) as store,
    ):
        for done, night in enumerate(Town(residents=residents).nights(FIRST, week)):
            if progress:
                progress(done, week + 1)
            with store.transaction() as tx:
                for row in night:
                    tx.append(row)
        note("roll up", week, [_clocked(store.roll_up)])
        note("recount from rows (not rolled up)", week, [_clocked(lambda: _recounted(store))])
        _repeat(store, week, nights)
        for what, asked in _questions(nights).items():
            ask = lambda asked=asked: store.statistics(asked, by="os:bench")  # noqa: E731
            ask()
            note(what, (asked.last - asked.first).days + 1, [_clocked(ask) for _ in range(ROUNDS)])
    file = out / f"stats_{bedcheck.__version__}_{slug(environment.cpu)}.csv"
    _write(file, rows, environment)
    return Report(rows=tuple(rows), environment=environment, csv=file)


def _questions(nights: int) -> dict[str, Question]:
    last = FIRST + timedelta(days=nights - 1)
    whole = {"first": FIRST, "last": last}
    asked = {f"by {by}": Question(**whole, by=by) for by in By}
    asked["one resident by night"] = Question(**whole, by=By.NIGHT, resident="r-0007")
    if nights > 60:  # whole months in the middle, nights at both ends
        inner = {"first": FIRST + timedelta(days=9), "last": last - timedelta(days=9)}
        asked["by resident, ragged"] = Question(**inner, by=By.RESIDENT)
    return asked


def _clocked(do: Callable[[], Any]) -> tuple[float, float]:
    """Seconds that passed, and of the processor."""
    begun, cpu = time.perf_counter(), time.process_time()
    do()
    return time.perf_counter() - begun, time.process_time() - cpu


def _recounted(store: Store) -> None:
    with store.snapshot() as read:
        recount(list(load(read.connection)), zone_in(read))


def _repeat(store: Store, week: int, nights: int) -> None:
    """The week's counts for every night of the year, and the months' sums of each resident."""
    with store.snapshot() as read:
        kept: list[list[Any]] = []
        for number in range(week):
            day = FIRST + timedelta(days=number)
            of_residents = sums_by_resident(read.connection, day, day)
            kept.append([*sums(read.connection, day, day), *of_residents])
    with store.transaction() as tx:
        tx.connection.execute(sa.delete(tallies))
        months: dict[tuple[str, str, Any], Counter[str]] = defaultdict(Counter)
        for number in range(nights):
            night = FIRST + timedelta(days=number)
            values = []
            for one in kept[number % week]:
                values.append(_row(one.resident, f"n{night}", one.group, one.counts))
                if one.resident:
                    months[one.resident, f"m{night:%Y-%m}", one.group].update(one.counts)
            tx.connection.execute(sa.insert(tallies), values)
        tx.connection.execute(
            sa.insert(tallies), [_row(*key, counts) for key, counts in months.items()]
        )


def _row(resident: str, span: str, group: Any, counts: Any) -> dict[str, str]:
    text = counts_text(Counter(counts))
    return {"resident": resident, "span": span, **group._asdict(), "counts": text}


def _write(path: Path, rows: list[dict[str, Any]], environment: Environment) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in environment.lines():
            file.write(f"# {line}\n")
        file.write("# a week is lived and rolled up; the year repeats its counts\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({n: round(v, 4) if isinstance(v, float) else v for n, v in row.items()})
