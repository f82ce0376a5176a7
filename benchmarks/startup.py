"""What it costs to start: a fresh process that imports, loads and judges once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.timing import Times

__all__ = ["PHASES", "Startup", "startup"]

PHASES = ("import", "load", "first verdict")

SCRIPT = """
import json, sys, time
from pathlib import Path
started, cpu = time.perf_counter(), time.process_time()
phases = {}

def done(name):
    global started, cpu
    now = time.perf_counter(), time.process_time()
    phases[name] = [(now[0] - started) * 1000, (now[1] - cpu) * 1000]
    started, cpu = time.perf_counter(), time.process_time()

import bedcheck
from bedcheck.detector import Detector
done("import")
detector = Detector(weights=Path(sys.argv[2]) if sys.argv[2] else None)
done("load")
detector.judge(Path(sys.argv[1]))
done("first verdict")

peak = None
status = Path("/proc/self/status")
if status.exists():  # ru_maxrss would count the parent's memory, too
    peak = int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps({"phases": phases, "peak": peak}))
"""


class Startup:
    """Milliseconds of each phase and the peak of memory, over some fresh processes."""

    def __init__(self) -> None:
        """Nothing measured yet."""
        self.phases = {phase: Times() for phase in PHASES}
        self.peaks: list[float] = []  # MiB; empty where the system does not tell

    @property
    def peak(self) -> float | None:
        """The largest peak of resident memory, MiB; None where the system does not tell."""
        return max(self.peaks, default=None)


def startup(picture: Path, *, weights: Path | None, processes: int) -> Startup:
    """Start ``processes`` fresh interpreters, one after another, that judge ``picture``.

    Raises `subprocess.CalledProcessError` when one fails.
    """
    found = Startup()
    for _ in range(processes):
        command = [sys.executable, "-c", SCRIPT, str(picture), str(weights or "")]
        root = Path(__file__).parents[1]
        answer = json.loads(subprocess.check_output(command, text=True, cwd=root))
        for phase in PHASES:
            found.phases[phase].add(*answer["phases"][phase])
        if answer["peak"] is not None:
            found.peaks.append(answer["peak"])
    return found
