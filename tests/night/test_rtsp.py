"""Streams from a real server: what each gives, or which kind of failure, and when."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from bedcheck.errors import GrabError, GrantError
from bedcheck.frame import Frame, Picture
from bedcheck.history import Grant, Store
from bedcheck.night.cameras import Failure, RtspCamera
from bedcheck.night.cameras.rtsp import check_rtsp
from bedcheck.night.cameras.stream import Order, Stream
from bedcheck.night.clock import SystemClock
from bedcheck.night.events import Looked
from bedcheck.night.look import looking_at, take_look
from bedcheck.night.unit import Unit
from bedcheck.placement import Placement
from bedcheck.verdict import State, Verdict
from tests.night.grabbing import GRANT, failure, soon
from tests.night.servers import listening, unused_port
from tests.night.streams import PASSWORD, USER, stream_camera, streaming


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    with streaming() as found:
        yield found


# ---- what comes


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/one", (640, 480)),
        ("/four", (640, 480)),  # a key frame every four seconds
        ("/large", (1920, 1080)),
        ("/mjpeg", (640, 480)),
        ("/sliced", (640, 480)),  # each frame in several parts
    ],
)
def test_one_frame_of_a_stream(servers: dict[str, str], path: str, size: tuple[int, int]) -> None:
    frame = stream_camera(servers["open"] + path).grab(GRANT, soon(10))
    assert (frame.size, frame.pixels.shape) == (size, (size[1], size[0], 3))
    assert frame.pixels.max() > 200  # the ball, or the bars, and the time in white
    assert frame.pixels.min() < 50


def test_several_frames_of_one_look_come_from_one_connection(servers: dict[str, str]) -> None:
    redeemed: list[str] = []
    with stream_camera(
        servers["open"] + "/one", redeem=lambda grant, camera: redeemed.append(camera)
    ) as camera:
        begun = time.monotonic()
        shown = [camera.show(GRANT, soon(10)) for _ in range(3)]
        took = time.monotonic() - begun
    stamps = [one.stamp for one in shown[1:]]
    assert redeemed == ["c1"] * 3  # a grant for each
    assert shown[1].gap == pytest.approx(1.0, abs=0.4)  # key frames a second apart: one connection
    assert stamps[1] is not None
    assert stamps[0] is not None
    assert stamps[1] - stamps[0] == pytest.approx(1.0, abs=0.01)
    assert took < 8
    assert not np.array_equal(shown[0].pixels, shown[2].pixels)
    assert shown[0].codec == "h264"


class SeesSomebody:
    """Says of any picture that somebody is in bed."""

    def judge(self, picture: Picture | Frame, placement: Placement | None = None) -> Verdict:
        odds = {state: 0.97 if state is State.IN_BED else 0.01 for state in State}
        return Verdict(
            state=State.IN_BED, probabilities=odds, certain=True, network="n@1", elapsed_ms=1.0
        )


def test_a_look_through_a_stream(servers: dict[str, str], tmp_path: Path) -> None:
    unit = Unit(key="c1", resident="berit", source=servers["open"] + "/one")
    clock = SystemClock()
    with Store.open(tmp_path / "night.db", create=True) as store:

        def redeem(grant: Grant, camera: str) -> None:
            with store.transaction() as tx:
                tx.redeem_grant(grant, camera, clock.now())

        with store.transaction() as tx:
            until = clock.now() + timedelta(seconds=60)
            grants = [tx.issue_grant("c1", "w1", "first", until) for _ in range(3)]
        camera = stream_camera(unit.source, redeem=redeem)
        looking = looking_at(unit, camera, key="k", grants=grants, seconds=20.0)
        looking = replace(looking, frame_seconds=16.0)  # the last frame after four seconds
        event = take_look(looking, SeesSomebody(), clock, threading.Event())
        assert isinstance(event, Looked)
        assert event.finding.frames == 3
        assert camera._stream is None
        for grant in grants:
            with pytest.raises(GrantError, match="it was used"):
                redeem(grant, "c1")


def test_a_stream_that_changes_its_size_is_followed(servers: dict[str, str]) -> None:
    with stream_camera(servers["open"] + "/resize") as camera:
        sizes = [camera.grab(GRANT, soon(10)).size for _ in range(3)]
    assert sizes[0] == (640, 480)
    assert sizes[-1] == (320, 240)


# ---- passwords


@pytest.mark.parametrize(
    ("server", "scheme", "user", "password", "kind"),
    [
        ("digest", "digest", USER, PASSWORD, None),
        ("basic", "basic", USER, PASSWORD, None),
        ("digest", "basic", USER, PASSWORD, None),  # better than what was agreed
        ("open", "digest", USER, PASSWORD, None),  # and never sent
        ("basic", "digest", USER, PASSWORD, Failure.UNAUTHORISED),  # never in the clear
        ("digest", "digest", USER, "other", Failure.UNAUTHORISED),
        ("digest", "digest", "bo", PASSWORD, Failure.UNAUTHORISED),
        ("basic", "basic", USER, "other", Failure.UNAUTHORISED),
        ("digest", "none", "", "", Failure.UNAUTHORISED),
    ],
)
def test_passwords(
    servers: dict[str, str], server: str, scheme: str, user: str, password: str, kind: str | None
) -> None:
    camera = stream_camera(servers[server] + "/one", auth=scheme, user=user, password=password)
    if kind is None:
        assert camera.grab(GRANT, soon(10)).size == (640, 480)
    else:
        assert failure(camera, 10).kind == kind


def test_the_password_is_in_no_argument_variable_message_print_or_log(
    servers: dict[str, str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    with stream_camera(
        servers["digest"] + "/one?key=canary-1", auth="digest", user=USER, password="canary-2"
    ) as camera:
        stream = Stream(Order(url="rtsp://127.0.0.1/", user="canary-3", password="canary-4"))
        stream.said()  # it has started
        for name in ("cmdline", "environ"):
            seen.append(Path(f"/proc/{stream._process.pid}/{name}").read_bytes().decode())
        seen.append(repr(stream._process.args))
        stream.close()
        try:
            camera.grab(GRANT, soon())
        except GrabError as error:
            seen += [str(error), repr(error), repr(error.__context__), repr(camera)]
    seen += [caplog.text, *capfd.readouterr(), repr(Order(url="canary-5", password="canary-6"))]
    assert len(seen) == 11
    assert "rtsp_worker" in seen[0]
    assert "canary" not in "".join(seen)


# ---- every way to fail


@pytest.mark.parametrize(
    ("path", "seconds", "kind", "says"),
    [
        ("/sound", 5, Failure.REFUSED, "no pictures in it"),
        ("/none", 5, Failure.NOT_FOUND, "no stream at this path"),
        ("/small", 5, Failure.TOO_SMALL, "expected 120 pixels"),
        ("/never", 4, Failure.NO_KEY_FRAME, "set its interval"),
        ("/drops", 4, Failure.NOT_A_PICTURE, "damaged"),  # every third packet is lost
        ("/stall", 3, Failure.TIMED_OUT, "sent no picture"),
    ],
)
def test_each_fault_of_a_stream_has_its_kind(
    servers: dict[str, str], path: str, seconds: float, kind: Failure, says: str
) -> None:
    begun = time.monotonic()
    error = failure(stream_camera(servers["open"] + path), seconds)
    took = time.monotonic() - begun
    assert (error.kind, says in str(error), str(error).startswith("camera c1: ")) == (
        kind, True, True,
    )  # fmt: skip
    assert took < seconds + 0.5


def test_a_stream_that_stops_is_given_up_at_its_deadline(servers: dict[str, str]) -> None:
    with stream_camera(servers["open"] + "/stops") as camera:
        assert camera.grab(GRANT, soon(10)).size == (640, 480)
        begun = time.monotonic()
        error = failure(camera, 1.5)
        took = time.monotonic() - begun
        assert camera.grab(GRANT, soon(10)).size == (640, 480)  # by another connection
    assert error.kind == Failure.TIMED_OUT
    assert 1.4 < took < 2.0


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that answers each connection's first request with the next of ``answers``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"rtsp://127.0.0.1:{listener.getsockname()[1]}/x"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Failure.UNREACHABLE),
        (b"", Failure.UNREACHABLE),
        (b"\x00\xff" * 100, Failure.UNREACHABLE),
        (b"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n", Failure.NOT_FOUND),
        (b"RTSP/1.0 453 Not Enough Bandwidth\r\nCSeq: 1\r\n\r\n", Failure.REFUSED),
        (b"RTSP/1.0 503 Busy\r\nCSeq: 1\r\n\r\n", Failure.REFUSED),
        (b"RTSP/1.0 302 Moved\r\nLocation: rtsp://192.0.2.1/\r\n\r\n", Failure.REDIRECTED),
        (b"RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm=x\r\n\r\n", Failure.UNAUTHORISED),
    ],
)
def test_each_answer_has_its_kind(answer: bytes, kind: Failure) -> None:
    with answering(answer) as url:
        assert failure(stream_camera(url), 5).kind == kind


def test_one_that_takes_the_connection_and_says_nothing() -> None:
    with listening() as listener:
        error = failure(stream_camera(f"rtsp://127.0.0.1:{listener.getsockname()[1]}/"), 4)
    assert (error.kind, "did not answer" in str(error)) == (Failure.TIMED_OUT, True)


def test_nobody_listens() -> None:
    assert failure(stream_camera(f"rtsp://127.0.0.1:{unused_port()}/")).kind == Failure.REFUSED


def test_no_such_name() -> None:
    error = failure(stream_camera("rtsp://no-such-host.invalid/"), 3)
    assert error.kind in (Failure.UNREACHABLE, Failure.TIMED_OUT)  # as the resolver has it


@pytest.mark.parametrize(
    "url",
    ["", "x.jpg", "http://host/", "rtsp://", "rtsp://a:b@host/", "rtsp://h:x/", "rtsp://h/\n",
     "rtsp://[::1", "rtsp://h/ x", "rtsps://host/"],
)  # fmt: skip
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"url: (expected|give)") as caught:
        check_rtsp(url)
    assert "a:b" not in str(caught.value)


# ---- grants, and what is left behind


def test_no_process_is_started_without_a_grant() -> None:
    def refuse(grant: Grant, camera: str) -> None:
        raise GrantError("no", reason="used")

    asked: list[Order] = []
    camera = stream_camera("rtsp://127.0.0.1:1/", redeem=refuse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bedcheck.night.cameras.rtsp.Stream", asked.append)
        with pytest.raises(GrantError):
            camera.grab(GRANT, soon())
        assert failure(stream_camera("rtsp://127.0.0.1:1/"), -1).kind == Failure.TIMED_OUT
    assert asked == []


def test_a_grant_that_is_refused_ends_the_connection(servers: dict[str, str]) -> None:
    left = iter([True, False])

    def redeem(grant: Grant, camera: str) -> None:
        if not next(left):
            raise GrantError("withdrawn", reason="revoked")

    with stream_camera(servers["open"] + "/one", redeem=redeem) as camera:
        camera.grab(GRANT, soon(10))
        assert camera._stream is not None
        process = camera._stream._process
        with pytest.raises(GrantError):
            camera.grab(GRANT, soon(10))
        assert process.returncode is not None


def test_nothing_is_left_behind_by_failures(servers: dict[str, str]) -> None:
    def left() -> tuple[set[str], int]:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        return set(children), sum(1 for _ in Path("/proc/self/fd").iterdir())

    cameras: list[Callable[[], RtspCamera]] = [
        lambda: stream_camera(f"rtsp://127.0.0.1:{port}/"),
        lambda: stream_camera(servers["open"] + "/none"),
        lambda: stream_camera(servers["open"] + "/stall"),
    ]
    port = unused_port()
    before = left()
    for number in range(6):
        failure(cameras[number % 3](), 5 if number % 3 < 2 else 0.4)
    assert left() == before


def test_the_process_ends_with_the_one_that_started_it(servers: dict[str, str]) -> None:
    code = (
        "import os, sys, time\n"
        "from bedcheck.night.cameras.stream import Order, Stream\n"
        "stream = Stream(Order(url=sys.argv[1]))\n"
        "stream.next(time.monotonic() + 10)\n"
        "print(stream._process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, servers["open"] + "/one"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    worker = Path(f"/proc/{int(done.stdout)}")
    until = time.monotonic() + 5
    while worker.exists() and "Z" not in (worker / "stat").read_text().split()[2]:
        assert time.monotonic() < until
        time.sleep(0.01)
