"""The runner that is killed: ``python -m benchmarks.kill_child STORE SPEED BEGAN``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from bedcheck.history.store import Store
from bedcheck.night.clock import ScaledClock
from bedcheck.night.lock import only_runner
from bedcheck.night.runner import Runner
from bedcheck.night.secrets import Secrets
from bedcheck.night.world import real_world
from benchmarks.kill import START
from benchmarks.scripted import ScriptedJudge


def main() -> None:
    """Run until killed, or until asked to stop."""
    path = Path(sys.argv[1])
    clock = ScaledClock(START, float(sys.argv[2]), float(sys.argv[3]))
    with Store.open(path) as store:
        world = real_world(Secrets.beside(path), ScriptedJudge())
        runner = Runner(store, world, clock)
        signal.signal(signal.SIGTERM, lambda *_: runner.stop())
        with only_runner(path):
            pass  # so that the line below means: it is this one's turn
        print("begun", flush=True)
        runner.run()


if __name__ == "__main__":
    main()
