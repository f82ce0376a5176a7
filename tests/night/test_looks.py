"""One look: when its frames are taken, that its connection is kept and ended, what it makes of
a feed that stands still; and which camera a unit of the registry stands for.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bedcheck.errors import GrabError, GrantError
from bedcheck.frame import Frame, read
from bedcheck.history import Grant
from bedcheck.night.cameras import Failure, FileCamera, HttpCamera, RtspCamera
from bedcheck.night.clock import SimulatedClock
from bedcheck.night.events import Looked, LookFailed
from bedcheck.night.look import looking_at, take_look
from bedcheck.night.secrets import Secrets
from bedcheck.night.unit import Unit
from bedcheck.night.world import real_world
from tests.night.grabbing import GRANT, NOW, free
from tests.night.nights import ScriptedJudge
from tests.night.test_frozen import BOX, TIMES, shot

STREAM = Unit(key="c1", resident="berit", source="rtsp://10.0.0.7/live")
SNAPSHOT = Unit(key="c1", resident="berit", source="http://10.0.0.7/snapshot.jpg")


class Held:
    """A camera that notes when it is opened, asked and closed."""

    def __init__(self, clock: SimulatedClock, plays: Sequence[Frame | Exception], takes: float = 0):
        self.clock, self.plays, self.takes = clock, list(plays), takes
        self.noted: list[Any] = []

    def __enter__(self) -> Held:
        self.noted.append("opened")
        return self

    def __exit__(self, *error: object) -> None:
        self.noted.append("closed")

    def grab(self, grant: Grant, deadline: float) -> Frame:
        self.noted.append(round(self.clock.monotonic(), 2))
        self.clock.advance(self.takes)
        play = self.plays.pop(0)
        if isinstance(play, Exception):
            raise play
        return play


def look(unit: Unit, *plays: Frame | Exception, takes: float = 0) -> tuple[Any, list[Any]]:
    clock = SimulatedClock(NOW)
    camera = Held(clock, plays, takes)
    looking = looking_at(unit, camera, key="k", grants=[GRANT] * 3, seconds=25.0)
    return take_look(looking, ScriptedJudge(), clock, threading.Event()), camera.noted


def room(n: int, says: str = TIMES[0]) -> Frame:
    """Somebody in bed, as the scripted judge sees it, beside a clock."""
    pixels = np.array(shot(says, seed=n).pixels)
    pixels[0, 0] = 10
    return read(pixels)


def test_the_frames_of_a_snapshot_camera_are_spread_over_the_look() -> None:
    event, noted = look(SNAPSHOT, room(1), room(2), room(3))
    assert isinstance(event, Looked)
    assert noted == ["opened", 0.0, 11.25, 22.5, "closed"]


def test_the_last_frame_of_a_stream_begins_in_time_for_a_key_frame() -> None:
    event, noted = look(STREAM, room(1), room(2), room(3), takes=4.0)
    assert isinstance(event, Looked)
    assert noted == ["opened", 0.0, 10.0, 20.0, "closed"]
    assert event.seconds == 24.0


@pytest.mark.parametrize(
    "fault", [GrantError("withdrawn", reason="revoked"), GrabError("x", kind="timed_out")]
)
def test_the_connection_ends_with_the_look_whatever_happens(fault: Exception) -> None:
    event, noted = look(STREAM, room(1), fault, room(3))
    assert isinstance(event, LookFailed if isinstance(fault, GrantError) else Looked)
    assert (noted[0], noted[-1]) == ("opened", "closed")


def test_a_clock_that_stands_still_makes_the_look_a_fault_of_the_camera() -> None:
    unit = Unit(key="c1", resident="berit", source=SNAPSHOT.source, clock=BOX)
    event, _ = look(unit, room(1), room(2), room(3))
    assert isinstance(event, LookFailed)
    assert (event.kind, event.detail) == ("frozen", "the clock in the picture stands still")
    event, _ = look(unit, *(room(n, says) for n, says in enumerate(TIMES)))
    assert isinstance(event, Looked)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("rtsp://10.0.0.7/live", RtspCamera),
        ("http://10.0.0.7/a.jpg", HttpCamera),
        ("https://10.0.0.7/a.jpg", HttpCamera),
        ("pictures/berit", FileCamera),
    ],
)
def test_the_source_says_which_camera_it_is(source: str, kind: type) -> None:
    world = real_world(Secrets({"cameras": "word"}), ScriptedJudge())
    unit = Unit(key="c1", resident="berit", source=source, login="viewer", secret="cameras")
    assert isinstance(world.camera(unit, free), kind)


def test_a_stream_whose_secret_or_extra_is_missing_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = real_world(Secrets(), ScriptedJudge())
    unit = Unit(key="c1", resident="berit", source=STREAM.source, login="viewer", secret="cameras")
    with pytest.raises(GrabError) as caught:
        world.camera(unit, free)
    assert caught.value.kind == Failure.NO_SECRET
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(GrabError, match=r"pip install 'bedcheck\[rtsp\]'") as caught:
        world.camera(STREAM, free)
    assert caught.value.kind == Failure.NO_EXTRA
