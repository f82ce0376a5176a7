"""One stream, held by a process of its own that is killed at the deadline.

A library that waits inside C for a camera cannot be broken off from outside; a process can.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bedcheck.errors import GrabError
from bedcheck.night.cameras.port import Failure

__all__ = ["Order", "Shown", "Stream"]

WORKER = Path(__file__).with_name("rtsp_worker.py")
MOST_LINE = 4096  # bytes
MOST_BYTES = 3 * 33_000_000  # of one picture, rows padded

LATE = {  # how far it had come when the time was over
    "": (Failure.TIMED_OUT, "the time was over before our own process had started"),
    "started": (Failure.TIMED_OUT, "nobody answers at its address"),
    "reached": (Failure.TIMED_OUT, "it took the connection and did not answer"),
    "connected": (Failure.TIMED_OUT, "it began a stream and sent no picture"),
    "streams": (
        Failure.NO_KEY_FRAME,
        "its stream brought no key frame: set its interval (GOP, I-frame) to 1 to 4 seconds",
    ),
    "damaged": (
        Failure.NOT_A_PICTURE,
        "its key frames arrive damaged: packets are lost on the way, or the camera is overloaded",
    ),
    "frame": (Failure.TIMED_OUT, "the stream stopped, or key frames are too far apart"),
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the process is to open."""

    url: str
    user: str = ""
    password: str = ""
    basic: bool = False  # the password may be given in the clear

    def __repr__(self) -> str:
        return "Order(…)"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One frame of a stream."""

    pixels: NDArray[np.uint8]  # HxWx3 BGR
    came: float  # seconds of `time.monotonic`
    stamp: float | None  # seconds, as the camera's own clock has it
    codec: str
    gap: float | None  # seconds since the key frame before; None: it was the first


class Stream:
    """One connection to one camera; to be closed. For one thread at a time."""

    def __init__(self, order: Order) -> None:
        self._stage = ""
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._write(json.dumps(vars(order)))

    def next(self, deadline: float) -> Shown:
        """The first key frame that arrives from now on. ``deadline``: of `time.monotonic`.

        Raises GrabError, without the camera's name; the stream is over then.
        """
        timer = threading.Timer(max(deadline - time.monotonic(), 0), self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            self._write("next")
            return self._read()
        finally:
            timer.cancel()

    def close(self) -> None:
        """End the process, at once, and the connection with it."""
        process = self._process
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was left to write to the dead
                    pipe.close()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it is dead; reading tells why
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()

    def _read(self) -> Shown:
        while True:
            said = self.said()
            if "stage" in said:
                self._stage = str(said["stage"])
            elif "failure" in said:
                raise GrabError(str(said["reason"]), kind=Failure(said["failure"]))
            else:
                self._stage = "frame"
                return self._picture(said)

    def said(self) -> dict[str, Any]:
        """What the process says next. Raises GrabError where it was killed."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline(MOST_LINE)
        if not line.endswith(b"\n"):  # it was killed
            kind, reason = LATE[self._stage]
            raise GrabError(reason, kind=kind)
        said = json.loads(line)
        assert isinstance(said, dict)
        return said

    def _picture(self, said: dict[str, Any]) -> Shown:
        assert self._process.stdout is not None
        width, height = said["frame"]
        size, stride = said["bytes"], said["stride"]
        if not 0 < height * stride <= size <= MOST_BYTES:
            raise GrabError(f"it sends {width}x{height} pixels", kind=Failure.TOO_LARGE)
        data = self._process.stdout.read(size)
        came = time.monotonic()
        if len(data) < size:
            kind, reason = LATE["frame"]
            raise GrabError(reason, kind=kind)
        rows = np.frombuffer(data, np.uint8, height * stride).reshape(height, stride)
        return Shown(
            pixels=rows[:, : 3 * width].reshape(height, width, 3),
            came=came,
            stamp=said["stamp"],
            codec=said["codec"],
            gap=said["gap"],
        )
