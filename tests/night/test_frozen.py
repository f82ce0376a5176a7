"""Feeds that stand still, and live ones that must not be taken for such: tables of looks."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedcheck.frame import Frame, read
from bedcheck.night.frozen import Glance, frozen, glance, stamps_stand_still

BOX = (0.02, 0.02, 0.6, 0.1)
OTHER_SHAPE = np.zeros((9, 9), np.uint8)


def shot(
    says: str = "2026-11-24 03:00:07",
    *,
    scale: float = 0.8,
    noise: float = 3.0,
    quality: int | None = None,
    seed: int = 0,
    background: int = 60,
) -> Frame:
    """A dim room with the time written into its corner, as cameras do."""
    picture = np.full((480, 640), background, np.float32)
    picture += np.random.default_rng(seed).normal(0, noise, picture.shape)
    drawn = np.clip(picture, 0, 255).astype(np.uint8)
    for colour, width in ((0, 3), (255, 1)):
        cv2.putText(drawn, says, (16, 38), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, width)
    if quality is not None:
        data = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return read(data.tobytes())
    return read(drawn)


def look(*frames: Frame, apart: float = 11.0, clock: bool = True) -> list[Glance]:
    box = BOX if clock else None
    return [glance(frame, n * apart, box) for n, frame in enumerate(frames)]


TIMES = ["2026-11-24 03:00:07", "2026-11-24 03:00:18", "2026-11-24 03:00:29"]
STILL = [TIMES[0]] * 3


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.1])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"noise": 0.0},  # a still room, coded well: only the clock moves
        {"noise": 12.0},  # a dark room with the gain up
        {"quality": 40},
        {"noise": 12.0, "quality": 40},
        {"background": 200},
    ],
)
def test_a_clock_tells_a_feed_that_stands_still(scale: float, changes: dict[str, float]) -> None:
    live = [shot(t, scale=scale, seed=n, **changes) for n, t in enumerate(TIMES)]  # type: ignore[arg-type]
    dead = [shot(t, scale=scale, seed=n, **changes) for n, t in enumerate(STILL)]  # type: ignore[arg-type]
    assert frozen(look(*live)) == ""
    assert frozen(look(*live[:2])) == ""
    assert frozen(look(*dead)) != ""
    assert frozen(look(*live, clock=False)) == ""


@pytest.mark.parametrize("seconds", range(1, 10))
def test_a_clock_that_moved_by_one_digit_is_alive(seconds: int) -> None:
    one, other = shot(TIMES[0]), shot(f"2026-11-24 03:00:0{(7 + seconds) % 10}", seed=1)
    assert frozen(look(one, other)) == ""


ROOM, CLOCK, BITS = (
    shot(seed=1),
    "the clock in the picture stands still",
    "every frame was the same to the bit",
)


@pytest.mark.parametrize(
    ("glances", "says"),
    [
        # the same to the bit: three frames say it, two do not
        (look(ROOM, ROOM, ROOM, clock=False), BITS),
        (look(ROOM, ROOM, ROOM, ROOM, clock=False), BITS),
        (look(ROOM, ROOM, clock=False), ""),
        (look(ROOM, ROOM, shot(seed=2), clock=False), ""),
        # a clock: over two and a half seconds, in every pair of frames
        (look(shot(seed=1), shot(seed=2)), CLOCK),
        (look(shot(seed=1), shot(seed=2), apart=1.0), ""),
        (look(shot(seed=1), shot(seed=2), shot(seed=3), apart=1.3), CLOCK),
        (look(shot(seed=1), shot(seed=2), shot(TIMES[2])), ""),  # it came to life
        # nothing to go by
        ([], ""),
        (look(ROOM), ""),
        ([*look(ROOM), Glance(at=11.0, print=b"", clock=OTHER_SHAPE)], ""),  # another size now
        ([*look(ROOM), Glance(at=11.0, print=b"")], ""),
    ],
)  # fmt: skip
def test_what_a_look_says_of_its_feed(glances: list[Glance], says: str) -> None:
    assert frozen(glances) == says


@pytest.mark.parametrize(
    ("shown", "still"),
    [
        ([(0.0, 10.0), (11.0, 21.0)], False),  # as it should be
        ([(0.0, 10.0), (11.0, 20.5), (22.0, 31.8)], False),  # a little slow
        ([(0.0, 10.0), (11.0, 10.0)], True),  # stands
        ([(0.0, 10.0), (11.0, 11.0)], True),  # crawls
        ([(0.0, 10.0), (11.0, 10.0), (22.0, 32.0)], False),  # it came to life
        ([(0.0, 10.0), (2.0, 10.0)], False),  # too short to tell
        ([(0.0, None), (11.0, 10.0), (22.0, 10.0)], True),  # the first had no stamp
        ([(0.0, None), (11.0, None)], False),  # none has
        ([(0.0, 99.0), (11.0, 10.0)], False),  # set back: no sign of a frozen picture
        ([(0.0, 10.0), (11.0, 21.0), (12.0, 10.5)], False),  # and again, by chance, near the first
        ([(0.0, 10.0)], False),
        ([], False),
    ],
)
def test_stamps_that_stand_still(shown: list[tuple[float, float | None]], still: bool) -> None:
    assert stamps_stand_still(shown) is still


@given(st.lists(st.floats(0.5, 30), min_size=1, max_size=5), st.floats(0.2, 5), st.floats(0, 1e6))
def test_stamps_that_keep_step_are_never_frozen(
    gaps: list[float], pace: float, start: float
) -> None:
    ours = [sum(gaps[:n]) for n in range(len(gaps) + 1)]
    assert all(a < b for a, b in pairwise(ours))
    assert not stamps_stand_still([(at, start + at * pace) for at in ours])


def test_nothing_of_the_room_is_kept() -> None:
    kept = glance(ROOM, 0.0, BOX)
    assert len(kept.print) == 16
    assert kept.clock is not None
    assert kept.clock.shape == (48 - 10, 384 - 13)
