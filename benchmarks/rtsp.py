"""How fast a stream gives its first frame, when a stalled one is given up, what failures leave."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

import bedcheck
from bedcheck.errors import BedcheckError, GrabError
from bedcheck.history.grant import Grant
from bedcheck.night.cameras import RtspCamera
from bedcheck.night.cameras.stream import Order, Stream
from benchmarks.environment import Environment, slug

__all__ = ["COLUMNS", "PYTHON", "Report", "run", "streaming"]

PYTHON = "/usr/bin/python3"  # Debian's, for which gst-rtsp-server is packaged
SERVER = Path(__file__).with_name("rtsp_server.py")
COLUMNS = ("case", "rounds", "wall_p50_s", "wall_p95_s", "wall_max_s")
PATIENCE = 10.0  # seconds for one frame, as a look has it
STALLED = 2.0  # seconds that a stalled stream is given
GRANT = Grant(
    id="bench", secret="", camera="c1", window="bench", purpose="test", expires=datetime.now(UTC)
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run measured, and where it was written."""

    rows: tuple[dict[str, str | int | float], ...]  # by `COLUMNS`
    left: str  # processes and descriptors left behind by failures, in words
    environment: Environment
    csv: Path

    def lines(self) -> list[str]:
        """The figures as lines of text."""
        return [
            *self.environment.lines(),
            *(
                f"{row['case']}: {row['rounds']} rounds, p50 {row['wall_p50_s']:.2f} s,"
                f" p95 {row['wall_p95_s']:.2f} s, longest {row['wall_max_s']:.2f} s"
                for row in self.rows
            ),
            self.left,
        ]


@contextlib.contextmanager
def streaming() -> Iterator[dict[str, str]]:
    """Addresses of three RTSP servers by what they ask for: "open", "basic", "digest"."""
    server = subprocess.Popen(
        [PYTHON, str(SERVER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        told = server.stdout.readline()
        if not told:
            raise BedcheckError("expected gst-rtsp-server; scripts/peers installs it")
        yield {name: f"rtsp://127.0.0.1:{port}" for name, port in json.loads(told).items()}
    finally:
        server.stdin.close()
        server.stdout.close()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def run(
    out: Path = Path("benchmarks/results"),
    *,
    rounds: int = 20,
    failures: int = 500,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Measure against gst-rtsp-server on loopback; write a CSV into ``out``.

    Parameters
    ----------
    out:
        Folder for the result; made where it is missing.
    rounds:
        Measured rounds of each case.
    failures:
        Grabs at a port where nobody listens, after which processes and descriptors of this
        process are counted.
    progress:
        Told (cases done, cases in all).

    Raises BedcheckError where there is no gst-rtsp-server.
    """
    environment = Environment.here()
    rows: list[dict[str, str | int | float]] = []
    with streaming() as servers, _camera(servers["open"] + "/one") as held:
        held.grab(GRANT, _soon())
        cases: Sequence[tuple[str, Callable[[], float]]] = (
            ("process started", _start_up),
            ("first frame, key frame every 1 s", lambda: _first(servers["open"] + "/running")),
            ("first frame, 1920x1080", lambda: _first(servers["open"] + "/large")),
            ("next frame of the same connection", lambda: _next(held)),
            ("stalled stream, over its deadline", lambda: _stalled(servers["open"] + "/stall")),
        )
        for done, (name, case) in enumerate(cases):
            if progress:
                progress(done, len(cases) + 1)
            rows.append(_figures(name, [case() for _ in range(rounds)]))
    before = _left()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    rows.append(
        _figures("refused", [_refused(f"rtsp://127.0.0.1:{port}/") for _ in range(failures)])
    )
    after = _left()
    if progress:
        progress(len(cases) + 1, len(cases) + 1)
    left = (
        f"after {failures} failing grabs: {after[0] - before[0]} processes and"
        f" {after[1] - before[1]} descriptors more than before"
    )
    file = out / f"rtsp_{bedcheck.__version__}_{slug(environment.cpu)}.csv"
    _write(file, rows, left, environment)
    return Report(rows=tuple(rows), left=left, environment=environment, csv=file)


def _camera(url: str) -> RtspCamera:
    return RtspCamera(camera="c1", url=url, redeem=lambda grant, camera: None)


def _soon(seconds: float = PATIENCE) -> float:
    return time.monotonic() + seconds


def _first(url: str) -> float:
    """Seconds from the decision to look to the frame: process, connection, key frame."""
    time.sleep(float(np.random.default_rng().uniform(0, 1)))  # anywhere between two key frames
    begun = time.perf_counter()
    _camera(url).grab(GRANT, _soon())
    return time.perf_counter() - begun


def _next(camera: RtspCamera) -> float:
    begun = time.perf_counter()
    camera.grab(GRANT, _soon())
    return time.perf_counter() - begun


def _start_up() -> float:
    begun = time.perf_counter()
    stream = Stream(Order(url="rtsp://127.0.0.1/"))
    stream.said()
    took = time.perf_counter() - begun
    stream.close()
    return took


def _stalled(url: str) -> float:
    deadline = _soon(STALLED)
    with contextlib.suppress(GrabError):
        _camera(url).grab(GRANT, deadline)
    return time.monotonic() - deadline


def _refused(url: str) -> float:
    begun = time.perf_counter()
    with contextlib.suppress(GrabError):
        _camera(url).grab(GRANT, _soon())
    return time.perf_counter() - begun


def _left() -> tuple[int, int]:
    """How many children and descriptors this process has."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return len(children), sum(1 for _ in Path("/proc/self/fd").iterdir())


def _figures(name: str, waits: Sequence[float]) -> dict[str, str | int | float]:
    p50, p95 = (float(value) for value in np.percentile(waits, (50, 95)))
    return {
        "case": name,
        "rounds": len(waits),
        "wall_p50_s": p50,
        "wall_p95_s": p95,
        "wall_max_s": max(waits),
    }


def _write(
    path: Path, rows: Sequence[dict[str, str | int | float]], left: str, environment: Environment
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in environment.lines():
            file.write(f"# {line}\n")
        file.write(f"# av {version('av')}; {left}\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.3f}" if isinstance(v, float) else v for k, v in row.items()})
