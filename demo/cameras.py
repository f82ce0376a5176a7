"""Snapshot cameras on loopback: rendered pictures, with the noise of a sensor."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np

__all__ = ["PowerLine", "serving"]

NOISE = 1.0  # grey levels: without it the picture would stand still, which is a fault


@contextmanager
def serving(scenes: Mapping[str, Path], user: str, password: str, port: int = 0) -> Iterator[str]:
    """Serves ``/<name>.jpg`` for each of ``scenes``, read anew for each request; the address.

    ``port`` 0 is any that is free. What a scene shows may be changed while it is served.
    Asks for the password.
    """
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    random = np.random.default_rng(1)

    class Cameras(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") != expected:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                self.end_headers()
                return
            scene = scenes.get(Path(self.path).stem)
            if scene is None:
                self.send_error(404)
                return
            picture = cv2.imread(str(scene))
            noisy = np.clip(picture + random.normal(0, NOISE, picture.shape), 0, 255)
            data = cv2.imencode(".jpg", noisy.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data.tobytes())

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Cameras)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class PowerLine:
    """Cameras that all fall silent when their power is cut, and come back at the same address."""

    def __init__(self, scenes: Mapping[str, Path], user: str, password: str) -> None:
        self._given = (scenes, user, password)
        self._up = ExitStack()
        self.address = self._up.enter_context(serving(*self._given))

    def cut(self) -> None:
        """Nobody answers any more."""
        self._up.close()

    def mend(self) -> None:
        """They answer again."""
        port = int(self.address.rpartition(":")[2])
        self._up.enter_context(serving(*self._given, port))
