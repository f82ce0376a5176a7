"""Registration and layout: movements that are known are found again."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from bedcheck.layout import layout, likeness, part_moved
from bedcheck.registration import UNKNOWN, carry, key_points, register
from tests.scenes import blurred, cover, room, seen_from, taken

ROOM = blurred(room(1), 0.8)
REFERENCE = key_points(taken(ROOM, 2))
ROOM_LAYOUT = layout(taken(ROOM, 2))


def night(luma: NDArray[np.uint8], seed: int = 5) -> NDArray[np.uint8]:
    """The same view by its own lamp: other brightness, falling off outwards, more noise."""
    height, width = luma.shape
    y, x = np.mgrid[:height, :width]
    falloff = 1 - 0.35 * ((2 * x / width - 1) ** 2 + (2 * y / height - 1) ** 2)
    return taken(200 * (luma / 255.0) ** 0.7 * falloff, 5, seed)


@pytest.mark.parametrize(
    ("shift", "turn", "zoom"),
    [
        ((0.0, 0.0), 0.0, 1.0),
        ((0.02, 0.0), 0.0, 1.0),
        ((0.0, -0.05), 0.0, 1.0),
        ((0.1, 0.06), 0.0, 1.0),
        ((0.0, 0.0), 4.0, 1.0),
        ((0.0, 0.0), -15.0, 1.0),
        ((0.0, 0.0), 0.0, 1.15),
        ((0.03, -0.02), 6.0, 0.9),
    ],
)
def test_a_known_movement_is_found(shift: tuple[float, float], turn: float, zoom: float) -> None:
    seen = taken(seen_from(ROOM, shift=shift, turn=turn, zoom=zoom), 2, seed=9)
    found = register(REFERENCE, key_points(seen))
    assert found.checkable
    assert found.shift == pytest.approx(math.hypot(*shift), abs=0.003)
    assert found.rotation == pytest.approx(turn, abs=0.4)
    assert found.scale == pytest.approx(zoom, abs=0.01)
    assert found.residual < 0.005


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(night(taken(ROOM)), id="by night"),
        pytest.param(taken(0.15 * ROOM, 1), id="in the dark"),
        pytest.param(taken(blurred(ROOM, 2), 2), id="slightly out of focus"),
    ],
)
def test_light_is_not_movement(seen: NDArray[np.uint8]) -> None:
    found = register(REFERENCE, key_points(seen))
    assert not found.checkable or found.shift < 0.004


def test_the_size_of_the_picture_does_not_matter() -> None:
    half = cv2.resize(taken(seen_from(ROOM, shift=(0.04, 0.0)), 2), (320, 240))
    found = register(REFERENCE, key_points(np.asarray(half, np.uint8)))
    assert found.checkable
    assert found.shift == pytest.approx(0.04, abs=0.004)
    assert found.scale == pytest.approx(1, abs=0.01)


def test_points_are_carried_along() -> None:
    seen = key_points(taken(seen_from(ROOM, shift=(0.06, 0.0), turn=3), 2))
    found = register(REFERENCE, seen)
    centre = carry(np.array([[0.5, 0.5]]), found.movement, REFERENCE.size, seen.size)
    # 0.06 of the diagonal of 640x480 is 48 pixels, 0.075 of the width.
    assert centre == pytest.approx(np.array([[0.575, 0.5]]), abs=0.004)


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(taken(room(77), 2), id="another room"),
        pytest.param(taken(cover("grey"), 4), id="a covered lens"),
        pytest.param(taken(cover("dark hand"), 2), id="a hand"),
        pytest.param(np.zeros((480, 640), np.uint8), id="black"),
    ],
)
def test_what_is_not_the_view_is_not_checkable(seen: NDArray[np.uint8]) -> None:
    assert not register(REFERENCE, key_points(seen)).checkable


def test_a_time_stamp_in_a_corner_is_no_evidence() -> None:
    views = []
    for scene in (room(1), room(77)):
        luma = taken(blurred(scene, 6), 1)
        for line in range(3):
            place = (8, 30 + 24 * line)
            cv2.putText(luma, "CAM 4 2031-05-17", place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
        views.append(key_points(luma))
    assert not register(*views).checkable


def test_registration_is_deterministic() -> None:
    seen = key_points(taken(seen_from(ROOM, shift=(0.05, 0.02), turn=5), 4))
    cv2.setRNGSeed(1)
    first = register(REFERENCE, seen)
    cv2.setRNGSeed(123456)
    assert register(REFERENCE, seen) == first


def test_key_points_keep_their_contract() -> None:
    assert 100 < len(REFERENCE) <= 400
    assert REFERENCE.positions.dtype == np.float32
    assert REFERENCE.positions.shape == (len(REFERENCE), 2)
    assert REFERENCE.descriptors.dtype == np.uint8
    assert REFERENCE.descriptors.shape == (len(REFERENCE), 32)
    assert REFERENCE.size == (640, 480)


@settings(max_examples=50, deadline=None)
@given(
    hnp.arrays(
        np.uint8,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=120),
        fill=st.integers(0, 255),
    )
)
def test_any_picture_registers_or_is_unknown(luma: NDArray[np.uint8]) -> None:
    points = key_points(luma)
    assert ((points.positions >= 0) & (points.positions <= 1)).all()
    found = register(REFERENCE, points)
    assert found == UNKNOWN or math.isfinite(found.shift + found.rotation + found.scale)
    assert -1.001 <= likeness(ROOM_LAYOUT, layout(luma)) <= 1.001


# The layout of edges


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(taken(ROOM, 2, seed=8), id="again"),
        pytest.param(night(taken(ROOM)), id="by night"),
        pytest.param(255 - taken(ROOM), id="light and dark exchanged"),
        pytest.param(taken(0.1 * ROOM, 1), id="in the dark"),
        pytest.param(taken(blurred(ROOM, 3), 2), id="out of focus"),
    ],
)
def test_the_same_view_is_alike_in_any_light(seen: NDArray[np.uint8]) -> None:
    assert likeness(ROOM_LAYOUT, layout(seen)) > 0.6


@pytest.mark.parametrize("seed", range(20, 28))
def test_other_views_are_not_alike(seed: int) -> None:
    other = layout(taken(room(seed), 2))
    assert abs(likeness(ROOM_LAYOUT, other)) < 0.2
    assert likeness(ROOM_LAYOUT, other, reach=2) < 0.25


def test_a_small_shift_is_within_reach() -> None:
    seen = layout(taken(seen_from(ROOM, shift=(0.04, 0.0)), 2))
    assert likeness(ROOM_LAYOUT, seen, reach=2) > likeness(ROOM_LAYOUT, seen) + 0.2


def test_an_empty_layout_is_like_nothing() -> None:
    assert likeness(ROOM_LAYOUT, np.zeros_like(ROOM_LAYOUT)) == 0


def test_a_part_that_moved_by_itself_is_told_from_one_that_stayed() -> None:
    part = np.zeros((30, 40), np.bool_)
    part[10:18, 12:22] = True
    rows, columns = slice(160, 288), slice(192, 352)  # the same cells in pixels
    moved = blurred(room(4), 0.8)  # another room behind, so that nothing else is alike
    moved[rows, 256:416] = ROOM[rows, columns]
    gone = blurred(room(4), 0.8)
    assert part_moved(ROOM_LAYOUT, layout(taken(ROOM, 3)), part) is False
    assert part_moved(ROOM_LAYOUT, layout(taken(moved, 3)), part) is True
    assert part_moved(ROOM_LAYOUT, layout(taken(gone, 3)), part) is None


def test_a_small_part_is_too_little_evidence() -> None:
    part = np.zeros((30, 40), np.bool_)
    part[10:13, 12:15] = True
    assert part_moved(ROOM_LAYOUT, ROOM_LAYOUT, part) is None
