"""Lenses: a pixel's ray leads back to the pixel, whatever the lens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.synth.camera import Camera, look


def camera(field: float = 1.2, fisheye: float = 0.0, roll: float = 0.0) -> Camera:
    return look((1.0, -2.0, 2.4), (0.0, 0.0, 0.5), field=field, fisheye=fisheye, roll=roll)


@given(
    field=st.floats(0.6, 2.6),
    fisheye=st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    roll=st.floats(-3, 3),
    x=st.floats(60, 260),
    y=st.floats(40, 200),
)
@settings(deadline=None)
def test_a_pixel_is_found_again(field: float, fisheye: float, roll: float, x, y) -> None:
    lens = camera(field if fisheye == 1.0 else min(field, 1.9), fisheye, roll)
    ray = lens.rays(np.array([[x, y]]))[0].astype(float)
    assert np.linalg.norm(ray) == pytest.approx(1, abs=1e-5)
    found = lens.pixels(np.asarray(lens.place) + 3.0 * ray[None])[0]
    assert found == pytest.approx([x, y], abs=0.05)


def test_the_middle_looks_at_the_target() -> None:
    lens = camera()
    assert lens.pixels(np.array([[0.0, 0.0, 0.5]]))[0] == pytest.approx([160, 120], abs=1e-6)


@pytest.mark.parametrize("fisheye", [0.0, 0.4, 1.0])
def test_the_field_of_view_is_the_pictures_width(fisheye: float) -> None:
    left, right = camera(1.4, fisheye).rays(np.array([[0.0, 120.0], [320.0, 120.0]]))
    assert np.arccos(float(left @ right)) == pytest.approx(1.4, abs=1e-3)


def test_up_is_up() -> None:
    lens = camera()
    low, high = lens.pixels(np.array([[0, 0, 0.3], [0, 0, 0.9]]))
    assert high[1] < low[1]


def test_what_is_behind_has_no_pixel() -> None:
    lens = camera()
    behind = np.asarray(lens.place) - 2 * lens.axes[2]
    assert np.isnan(lens.pixels(behind[None])).all()


def test_a_fisheye_shows_more_at_its_edge() -> None:
    points = np.array([[0.0, 0.0, 0.5], [0.5, 0.0, 0.5]])
    straight, round_ = (camera(1.8, fisheye).pixels(points) for fisheye in (0.0, 1.0))
    # the middle is larger in a fisheye of the same field, the edge smaller
    assert abs(round_[1, 0] - 160) > abs(straight[1, 0] - 160)


@pytest.mark.parametrize(("right", "down"), [(0.2, 0.0), (0.0, -0.15), (0.3, 0.25)])
def test_a_turned_camera_sees_where_it_was_told_to_turn(right: float, down: float) -> None:
    before = look((0.0, 0.0, 1.0), (0.0, 5.0, 1.0), field=1.4)
    after = before.turned(right, down)
    assert after.place == before.place
    assert np.allclose(after.axes @ after.axes.T, np.eye(3), atol=1e-9)
    x, y = after.pixels(np.array([[0.0, 5.0, 1.0]]))[0]  # what was in the middle
    assert np.sign(160 - x) == np.sign(round(right, 3))
    assert np.sign(120 - y) == np.sign(round(down, 3))
    off = np.arccos(after.axes[2] @ before.axes[2])
    assert off == pytest.approx(np.hypot(right, down), abs=0.02)
