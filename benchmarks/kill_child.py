"""The runner that is killed: ``python -m benchmarks.kill_child STORE``.

Says that it is ready, and reads from stdin how fast its clock is and when that began.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from bedcheck.history.store import Store
from bedcheck.night.clock import ScaledClock
from bedcheck.night.runner import Runner
from bedcheck.night.secrets import Secrets
from bedcheck.night.world import real_world
from benchmarks.kill import START
from benchmarks.scripted import ScriptedJudge


def main() -> None:
    """Run until killed, or until asked to stop."""
    path = Path(sys.argv[1])
    with Store.open(path) as store:
        world = real_world(Secrets.beside(path), ScriptedJudge())
        print("ready", flush=True)
        speed, began = map(float, sys.stdin.readline().split())
        runner = Runner(store, world, ScaledClock(START, speed, began))
        signal.signal(signal.SIGTERM, lambda *_: runner.stop())
        runner.run()


if __name__ == "__main__":
    main()
