"""The benchmark of SCAIP: every case is measured, and written down."""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks.scaip import COLUMNS, run
from tests.peers import need


def test_every_case_is_a_row(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    report = run(
        need("sipp"),
        tmp_path,
        alarms=4,
        progress=lambda done, cases: told.append((done, cases)),
    )
    lines = report.csv.read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["transport"], row["dropped"]) for row in rows] == [
        ("udp", "0.000"), ("tcp", "0.000"), ("udp", "0.300"),
    ]  # fmt: skip
    assert {(row["accepted"], row["lost"], row["references"]) for row in rows} == {("4", "0", "4")}
    assert told[-1] == (3, 3)
    assert len(report.lines()) == 5
