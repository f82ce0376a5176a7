"""The bench of streams: it measures, counts what is left, and writes both down."""

from __future__ import annotations

from pathlib import Path

from benchmarks.rtsp import COLUMNS, run
from tests.night.streams import streaming


def test_a_small_run(tmp_path: Path) -> None:
    with streaming():  # skips where there is no server
        pass
    report = run(tmp_path, rounds=1, failures=2)
    assert [row["rounds"] for row in report.rows] == [1, 1, 1, 1, 1, 2]
    assert all(0 <= float(row["wall_max_s"]) < 30 for row in report.rows)
    assert "0 processes and 0 descriptors more than before" in report.left
    written = report.csv.read_text(encoding="utf-8").splitlines()
    assert written[3] == ",".join(COLUMNS)
    assert len(written) == 4 + len(report.rows)
