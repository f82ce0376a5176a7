"""The window round the bed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedcheck import crop

MIDDLE = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))
CORNER = ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.0, 0.1))
ALL = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@pytest.mark.parametrize(
    ("bed", "size", "expected"),
    [
        (MIDDLE, (400, 400), (140, 140, 260, 260)),  # 80 px and half as much again
        (CORNER, (400, 400), (0, 0, 60, 60)),  # pushed into the picture, not cut
        (ALL, (400, 300), (0, 0, 400, 300)),  # larger than the picture: the whole of it
        (MIDDLE, (800, 200), (280, 0, 520, 200)),  # a wide bed in a flat picture
    ],
)
def test_a_square_round_the_bed(
    bed: crop.Polygon, size: tuple[int, int], expected: tuple[int, int, int, int]
) -> None:
    window = crop.around(bed, *size)
    assert (window.left, window.top, window.right, window.bottom) == expected


@given(
    points=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=8),
    width=st.integers(64, 2000),
    height=st.integers(64, 2000),
)
def test_the_window_lies_in_the_picture(
    points: list[tuple[float, float]], width: int, height: int
) -> None:
    window = crop.around(tuple(points), width, height)
    assert 0 <= window.left < window.right <= width
    assert 0 <= window.top < window.bottom <= height
    pixels = np.zeros((height, width, 3), np.uint8)
    assert crop.cut(pixels, window, 160).shape == (160, 160, 3)
    assert crop.draw(tuple(points), window, width, height, 160).shape == (160, 160)


def test_grey_pixels_are_shown_as_three_equal_channels() -> None:
    grey = np.arange(200 * 200, dtype=np.uint8).reshape(200, 200)
    shown = crop.cut(grey, crop.whole(200, 200), 160)
    assert shown.shape == (160, 160, 3)
    assert (shown[..., 0] == shown[..., 2]).all()


def test_the_bed_is_drawn_where_the_window_shows_it() -> None:
    window = crop.around(MIDDLE, 400, 400)
    mask = crop.draw(MIDDLE, window, 400, 400, 160)
    inside = np.flatnonzero(mask.any(axis=0))
    # 80 of the window's 120 pixels are bed, 20 on each side are margin.
    assert inside[0] == pytest.approx(160 * 20 / 120, abs=1.5)
    assert inside[-1] == pytest.approx(160 * 100 / 120, abs=1.5)


def test_no_bed_is_an_empty_mask() -> None:
    assert not crop.draw(None, crop.whole(400, 400), 400, 400, 160).any()
