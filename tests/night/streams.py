"""A real RTSP server on loopback, and cameras of its streams: see benchmarks/rtsp_server.py."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from typing import Any

from bedcheck.night.cameras import RtspCamera
from benchmarks import rtsp
from tests.night.grabbing import free
from tests.peers import missing, need

USER, PASSWORD = "anna", "s3cret:å/"
ASK = "import gi; gi.require_version('GstRtspServer', '1.0')"


@contextlib.contextmanager
def streaming() -> Iterator[dict[str, str]]:
    """Addresses of three servers by what they ask for: "open", "basic", "digest"."""
    need("python3")
    if subprocess.run([rtsp.PYTHON, "-c", ASK], capture_output=True, check=False).returncode:
        missing("gst-rtsp-server")
    with rtsp.streaming() as servers:
        yield servers


def stream_camera(url: str, **changes: Any) -> RtspCamera:
    return RtspCamera(**{"camera": "c1", "url": url, "redeem": free, **changes})
