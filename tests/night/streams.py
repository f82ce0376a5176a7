"""A real RTSP server on loopback, and cameras of its streams: see gst_streams.py."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bedcheck.night.cameras import RtspCamera
from tests.night.grabbing import free
from tests.peers import missing, need

USER, PASSWORD = "anna", "s3cret:å/"
SERVER = Path(__file__).with_name("gst_streams.py")
PYTHON = "/usr/bin/python3"  # Debian's, for which gst-rtsp-server is packaged
PROBE = "import gi; gi.require_version('GstRtspServer', '1.0')"


@contextlib.contextmanager
def streaming() -> Iterator[dict[str, str]]:
    """Addresses of three servers by what they ask for: "open", "basic", "digest"."""
    need("python3")
    if subprocess.run([PYTHON, "-c", PROBE], capture_output=True, check=False).returncode:
        missing("gst-rtsp-server")
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
        ports = json.loads(server.stdout.readline())
        yield {name: f"rtsp://127.0.0.1:{port}" for name, port in ports.items()}
    finally:
        server.stdin.close()
        server.stdout.close()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def stream_camera(url: str, **changes: Any) -> RtspCamera:
    return RtspCamera(**{"camera": "c1", "url": url, "redeem": free, **changes})
