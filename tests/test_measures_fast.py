"""The quick ways in which measures are taken, against the plain ones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bedcheck.detectability import detectability
from bedcheck.noise import octaves, tile_noise
from bedcheck.polygon import mask, mask_in_box
from bedcheck.sharpness import SURROUND, _gradient_at, _steps, _surround
from bedcheck.verdict import Polygon
from benchmarks.pictures import BED, bedroom

SIZES = [(640, 480), (480, 270), (640, 360), (352, 288), (97, 71)]


def luma(size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(bedroom(*size), cv2.COLOR_BGR2GRAY), np.uint8)


@pytest.mark.parametrize("size", SIZES)
def test_noise_in_whole_numbers_is_that_in_floats(size: tuple[int, int]) -> None:
    full = octaves(luma(size)).full
    np.testing.assert_allclose(
        tile_noise(full, 20), tile_noise(full.astype(np.float32), 20), rtol=1e-5
    )


def test_the_wildest_picture_does_not_overflow() -> None:
    wild = np.zeros((480, 640), np.uint8)
    wild[::2, ::2] = wild[1::2, 1::2] = 255  # the mask answers 2040 everywhere
    np.testing.assert_allclose(tile_noise(wild, 20), tile_noise(wild.astype(np.float32), 20))


@pytest.mark.parametrize("size", SIZES)
def test_a_few_pixels_are_measured_as_all_are(size: tuple[int, int]) -> None:
    image = octaves(luma(size)).half
    steps = _steps(image)
    everywhere = np.arange(image.size)
    np.testing.assert_allclose(
        _gradient_at(image, everywhere), steps.ravel() / 2, rtol=1e-5, atol=1e-5
    )
    plain = np.asarray(cv2.blur(steps, (SURROUND, SURROUND)))
    np.testing.assert_allclose(_surround(steps, everywhere), plain.ravel(), atol=2e-3)


@settings(max_examples=150, deadline=None)
@given(
    corners=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=8),
    width=st.integers(1, 90),
    height=st.integers(1, 90),
)
def test_a_mask_in_its_box_is_the_mask(
    corners: list[tuple[float, float]], width: int, height: int
) -> None:
    drawn = np.zeros((height, width), np.uint8)
    points = np.rint(np.array(corners) * (width, height) - 0.5).astype(np.int32)
    cv2.fillPoly(drawn, [points], (255.0,))
    assert np.array_equal(mask(tuple(corners), width, height), drawn)
    left, top, part = mask_in_box(tuple(corners), width, height)
    assert np.array_equal(drawn[top : top + part.shape[0], left : left + part.shape[1]], part)


@pytest.mark.parametrize("size", [*SIZES, (959, 719), (641, 483)])
@pytest.mark.parametrize("bed", [BED, None, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))])
def test_detectability_from_the_quarter_is_that_from_the_luma(
    size: tuple[int, int], bed: Polygon | None
) -> None:
    picture = luma(size)
    quick = detectability(picture, bed, 2.0, octaves(picture).quarter)
    assert quick is not None
    assert quick == pytest.approx(detectability(picture, bed, 2.0), rel=1e-5)
