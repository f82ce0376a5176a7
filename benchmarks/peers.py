"""Other tools to compare with, each run in the interpreter that has it.

They ask for other versions of OpenCV than ours, so they live in a virtual
environment of their own; see README.md.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.timing import Times

__all__ = ["Peer", "Peers"]

WORKER = Path(__file__).with_name("peer_worker.py")


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A tool that is installed and can be timed."""

    name: str
    version: str


class Peers:
    """The peers that one interpreter has; a context manager, as it holds a process.

    Without an interpreter there are none.
    """

    def __init__(self, python: Path | None) -> None:
        """Start ``python`` and ask what it has. Raises `RuntimeError` when it cannot say."""
        self._process: subprocess.Popen[str] | None = None
        self.found: tuple[Peer, ...] = ()
        if python is None:
            return
        try:
            self._process = subprocess.Popen(
                [str(python), "-I", str(WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        except OSError as error:
            raise RuntimeError(
                f"expected the peers' Python interpreter, got {python}: {error}"
            ) from error
        try:
            self.found = tuple(Peer(**about) for about in self._ask({}))
        except BaseException:
            self.close()
            raise

    def time(self, peer: Peer, picture: Path, *, threads: int, rounds: int) -> Times:
        """Run a peer ``rounds`` times on an array (.npy) or an encoded file (.jpg)."""
        answer = self._ask(
            {"peer": peer.name, "picture": str(picture), "threads": threads, "rounds": rounds}
        )
        return Times(wall=answer["wall"], cpu=answer["cpu"])

    def boxes(
        self, peer: str, picture: Path, confidence: float
    ) -> list[tuple[int, float, list[float]]] | None:
        """What a detector finds in a picture file, down to ``confidence``; None: unreadable.

        Each box has its class of COCO, its confidence, and x, y, width and height in 0..1.
        """
        found = self._ask({"peer": peer, "boxes": str(picture), "confidence": confidence})
        return None if found is None else [(kind, sure, box) for kind, sure, box in found]

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Peers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, request: dict[str, Any]) -> Any:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        line = ""
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            pass
        if not line:
            raise RuntimeError(
                f"expected an answer from the peers' interpreter {process.args!r}, but it ended: "
                "it needs numpy, opencv-python-headless and onnxruntime (see benchmarks/README.md)"
            )
        return json.loads(line)
