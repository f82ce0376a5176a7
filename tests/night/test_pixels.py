"""No pixel comes to rest: what the demo's night writes to files is read as it writes it."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from demo.municipality import SAMPLES, SCENES

ROOT = Path(__file__).parent.parent.parent
SLICE = 24  # bytes: too many to be there by chance
WRITES = "write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,splice"

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, which shows every write, is not installed"
)


@contextmanager
def canaries() -> Iterator[tuple[str, list[bytes]]]:
    """Cameras outside the traced process; everything that they served, as JPEG files."""
    random = np.random.default_rng()
    served: list[bytes] = []

    class Cameras(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            picture = cv2.imread(str(SAMPLES / SCENES[Path(self.path).stem]))
            noisy = np.clip(picture + random.normal(0, 1, picture.shape), 0, 255)
            data = cv2.imencode(".jpg", noisy.astype(np.uint8))[1].tobytes()
            served.append(data)
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Cameras)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def written_to_files(log: Path) -> bytes:
    """Everything that the traced processes wrote to files, whatever became of them."""
    parts = []
    for line in log.read_text().splitlines():
        if re.search(r"(write\w*|sendfile|copy_file_range|splice)\(\d+<(\\x2f|/)", line):
            assert not re.search(r"sendfile|copy_file_range|splice", line), line
            texts = re.findall(r'"((?:\\x..)+)"', line)
            parts += [bytes.fromhex(text.replace(r"\x", "")) for text in texts]
    return b"|".join(parts)


def traces_of(jpeg: bytes) -> set[bytes]:
    """Slices of the file and of its pixels, plain and as text, that would give it away."""
    colour = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    grey = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)
    wholes = [jpeg[700:], colour.tobytes(), grey.tobytes()]
    found = set()
    for whole in wholes:
        for start in range(len(whole) // 5, len(whole) - 4 * SLICE, len(whole) // 5):
            part = whole[start : start + 4 * SLICE]
            if len(set(part[:SLICE])) > 6:  # else it is a plain area, and could be anything
                found.add(part[:SLICE])
                found |= {base64.b64encode(part[n:])[:SLICE] for n in range(3)}
    return found


def trace(log: Path, *command: str) -> subprocess.CompletedProcess[str]:
    strace = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={WRITES}", "-o", str(log)]
    return subprocess.run(
        [*strace, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_search_finds_a_picture_that_was_written(tmp_path: Path) -> None:
    with canaries() as (address, served):
        code = (
            "import sys, urllib.request as u, pathlib, os\n"
            "data = u.urlopen(sys.argv[1] + '/alva.jpg').read()\n"
            "p = pathlib.Path(sys.argv[2]); p.write_bytes(data); p.unlink()\n"
        )
        done = trace(tmp_path / "log", sys.executable, "-c", code, address, str(tmp_path / "x"))
    assert done.returncode == 0, done.stderr
    written = written_to_files(tmp_path / "log")
    assert any(part in written for part in traces_of(served[0]))


def test_the_night_leaves_no_byte_of_a_picture_in_any_file(tmp_path: Path) -> None:
    with canaries() as (address, served):
        command = [sys.executable, "-m", "demo.night", "--cameras", address]
        done = trace(tmp_path / "log", *command, "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "No picture was stored." in done.stdout
    assert len(served) > 20
    written = written_to_files(tmp_path / "log")
    assert b"SQLite format 3" in written
    assert b"window_closed" in written
    left = [n for n, jpeg in enumerate(served) if any(p in written for p in traces_of(jpeg))]
    assert left == []
