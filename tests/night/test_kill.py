"""The short form of the kill test; `python cli.py bench kill` runs the long one."""

from __future__ import annotations

from pathlib import Path

from benchmarks.kill import run


def test_a_runner_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    found = run(tmp_path, windows=20, kills=4, speed=60.0)
    assert found.faults == []
    assert found.kills == 4
    assert found.alarms - found.excused == 12
