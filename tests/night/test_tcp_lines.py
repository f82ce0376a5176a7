"""Lines asked for real: sockets that listen, refuse, do not answer, and names that are none."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bedcheck.night.lines.port import ANSWERED, Asked
from bedcheck.night.lines.tcp import TcpTester, camera_address, router_address
from bedcheck.night.unit import Unit
from tests.night.servers import listening, unused_port


def unit(source: str = "", router: str = "") -> Unit:
    return Unit(key="C1", resident="berit", source=source, router=router)


@contextmanager
def full() -> Iterator[int]:
    """A port whose queue is full: who connects is not answered, as at a home without power."""
    with closing(socket.socket()) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(ear.getsockname())
        try:
            yield int(ear.getsockname()[1])
        finally:
            for one in waiting:
                one.close()


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("http://10.0.0.7/snapshot.jpg", ("10.0.0.7", 80)),
        ("https://camera.example/x", ("camera.example", 443)),
        ("http://10.0.0.7:8080/", ("10.0.0.7", 8080)),
        ("rtsp://10.0.0.7/stream", ("10.0.0.7", 554)),
        ("http://[fd00::7]:81/", ("fd00::7", 81)),
        ("berit.jpg", None),
        ("/pictures/berit", None),
        ("http://10.0.0.7:99999/", None),
        ("http://[fd00::/", None),
        ("", None),
    ],
)
def test_where_a_camera_is(source: str, address: tuple[str, int] | None) -> None:
    assert camera_address(unit(source)) == address


@pytest.mark.parametrize(
    ("router", "address"),
    [("10.0.0.1:443", ("10.0.0.1", 443)), ("[fd00::1]:22", ("fd00::1", 22)), ("10.0.0.1", None),
     ("", None), ("a:b", None)],
)  # fmt: skip
def test_where_a_router_is(router: str, address: tuple[str, int] | None) -> None:
    assert router_address(unit(router=router)) == address


def test_what_is_asked_and_what_comes_back() -> None:
    tester = TcpTester(0.3)
    with listening() as ear, full() as silent:
        port, closed = ear.getsockname()[1], unused_port()
        alive, dead = f"http://127.0.0.1:{port}/x", f"http://127.0.0.1:{silent}/x"
        assert tester.ask(unit(alive, "127.0.0.1:1")) == Asked(camera=ANSWERED)
        assert tester.ask(unit(dead)) == Asked(camera="timed_out")
        assert tester.ask(unit(dead, f"127.0.0.1:{port}")) == Asked(
            camera="timed_out", router=ANSWERED
        )
        assert tester.ask(unit(dead, f"127.0.0.1:{silent}")) == Asked(
            camera="timed_out", router="timed_out"
        )
        assert tester.ask(unit("berit.jpg", f"127.0.0.1:{closed}")) == Asked(router="refused")
        assert tester.ask(unit(f"http://127.0.0.1:{closed}/")) == Asked(camera="refused")
    assert tester.ask(unit("http://no-such-name.invalid/")).camera in ("unreachable", "timed_out")
    assert tester.ask(unit(f"http://{'a' * 70}.invalid/")).camera == "unreachable"
    assert (tester.asks(unit("berit.jpg")), tester.asks(unit("http://a/"))) == (False, True)


def test_a_test_ends_at_its_time_and_leaves_nothing_open() -> None:
    tester = TcpTester(0.2)
    with full() as silent:
        began = time.monotonic()
        tester.ask(unit(f"http://127.0.0.1:{silent}/", f"127.0.0.1:{silent}"))
        assert time.monotonic() - began < 0.4 + 0.5
    with listening() as ear:
        before = _descriptors()
        for _ in range(200):
            tester.ask(unit(f"http://127.0.0.1:{ear.getsockname()[1]}/"))
            ear.accept()[0].close()
        assert _descriptors() == before


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
