"""The benchmark of statistics: every question asked, every figure written."""

from __future__ import annotations

import csv
from pathlib import Path

from bedcheck.history.figures import By
from benchmarks.stats import COLUMNS, run


def test_every_question_is_measured(tmp_path: Path) -> None:
    report = run(tmp_path, residents=4, nights=70, folder=tmp_path)
    lines = [line for line in report.csv.read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == COLUMNS
    asked = {f"by {by}" for by in By} | {"one resident by night", "by resident, ragged"}
    assert {row["what"] for row in rows} >= asked | {"roll up"}
    assert all(float(row["wall_max_s"]) >= float(row["wall_min_s"]) >= 0 for row in rows)
