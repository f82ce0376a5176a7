"""The benchmark of the store: every case is measured, and written down."""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks.store import COLUMNS, run


def test_every_case_is_a_row(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    report = run(
        tmp_path / "results",
        transactions=16,
        threads=(1, 2),
        folder=tmp_path,
        progress=lambda done, cases: told.append((done, cases)),
    )
    lines = report.csv.read_text().splitlines()
    assert lines[2].startswith("# SQLite 3.")
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["tool"], row["threads"], row["transactions"]) for row in rows] == [
        (tool, threads, "16") for threads in "12" for tool in ("sqlite", "bedcheck")
    ]
    assert all(float(row["per_second"]) > 0 for row in rows)
    assert told[-1] == (4, 4)
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
    assert len(report.lines()) == 7
