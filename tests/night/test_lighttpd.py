"""Snapshots from a real web server that asks for a digest password."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bedcheck.night.cameras import Auth, Failure, HttpCamera
from tests.night.grabbing import GRANT, encoded, failure, free, soon
from tests.night.servers import unused_port
from tests.peers import need

USER, PASSWORD = "anna", "lösen:ord"
CONF = """
server.modules = ("mod_auth", "mod_authn_file")
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{folder}/errors"
mimetype.assign = (".jpg" => "image/jpeg")
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "{folder}/users"
auth.require = ("/" => ("method" => "digest", "algorithm" => "{algorithm}",
                        "realm" => "camera", "require" => "valid-user"))
"""


@contextlib.contextmanager
def lighttpd(folder: Path, algorithm: str) -> Iterator[str]:
    program, port = need("lighttpd"), unused_port()
    name = "sha256" if algorithm == "SHA-256" else "md5"
    secret = hashlib.new(name, f"{USER}:camera:{PASSWORD}".encode()).hexdigest()
    (folder / "users").write_text(f"{USER}:camera:{secret}\n", encoding="utf-8")
    conf = folder / "lighttpd.conf"
    conf.write_text(CONF.format(folder=folder, port=port, algorithm=algorithm), encoding="utf-8")
    server = subprocess.Popen([program, "-D", "-f", str(conf)], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_snapshot_by_digest(tmp_path: Path, bedroom: NDArray[np.uint8], algorithm: str) -> None:
    (tmp_path / "snapshot.jpg").write_bytes(encoded(bedroom))
    (tmp_path / "cut.jpg").write_bytes(encoded(bedroom)[:5000])
    with lighttpd(tmp_path, algorithm) as address:

        def camera(path: str, **changes: str) -> HttpCamera:
            known = {"auth": "digest", "user": USER, "password": PASSWORD, **changes}
            return HttpCamera(camera="c1", url=address + path, redeem=free, **known)  # type: ignore[arg-type]

        assert camera("/snapshot.jpg").grab(GRANT, soon()).size == (640, 480)
        assert camera("/snapshot.jpg?channel=1").grab(GRANT, soon()).size == (640, 480)
        for path, changes, kind in (
            ("/snapshot.jpg", {"password": "other"}, Failure.UNAUTHORISED),
            ("/snapshot.jpg", {"user": "bo"}, Failure.UNAUTHORISED),
            ("/snapshot.jpg", {"auth": Auth.BASIC}, Failure.UNAUTHORISED),
            ("/snapshot.jpg", {"auth": Auth.NONE}, Failure.UNAUTHORISED),
            ("/none.jpg", {}, Failure.NOT_FOUND),
            ("/cut.jpg", {}, Failure.NOT_A_PICTURE),
        ):
            assert failure(camera(path, **changes)).kind == kind
