"""The contrast map: where in the bed a person would show."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bedcheck.contrast_map import contrast_map
from bedcheck.verdict import Polygon

BED: Polygon = ((0.1, 0.2), (0.9, 0.2), (0.9, 0.9), (0.1, 0.9))
SLANTED: Polygon = ((0.5, 0.1), (0.9, 0.5), (0.5, 0.9), (0.1, 0.5))
NOISE = 3.0


def noisy(luma: np.ndarray[tuple[int, ...], np.dtype[np.float32]], seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, NOISE, luma.shape)
    return np.clip(luma + noise, 0, 255).astype(np.uint8)


def test_a_flat_bed_shows_nobody_anywhere() -> None:
    luma = noisy(np.full((480, 640), 120, np.float32))
    assert np.nanmax(contrast_map(luma, BED, NOISE).cells) < 5


def test_the_half_with_contrast_shows_and_the_flat_half_does_not() -> None:
    luma = np.full((480, 640), 120, np.float32)
    cv2.ellipse(luma, (180, 260), (60, 100), 0, 0, 360, 135.0, -1)
    cells = contrast_map(noisy(luma), BED, NOISE).cells
    third = cells.shape[1] // 3
    assert np.nanmin(cells[1:-1, 1:third]) > 8
    assert np.nanmax(cells[:, -1]) < 5


@pytest.mark.parametrize("size", [(480, 640), (240, 320), (120, 160)])
def test_cells_cover_the_bed_s_box_and_end_at_its_outline(size: tuple[int, int]) -> None:
    found = contrast_map(noisy(np.full(size, 120, np.float32)), SLANTED, NOISE)
    assert found.box == pytest.approx((0.1, 0.1, 0.9, 0.9), abs=0.01)
    assert found.cells.dtype == np.float32
    assert np.isnan(found.cells[[0, 0, -1, -1], [0, -1, 0, -1]]).all()
    inside = np.isfinite(found.cells).mean()
    assert inside == pytest.approx(0.5, abs=0.1)


def test_twice_the_noise_halves_what_shows() -> None:
    luma = np.full((480, 640), 120, np.uint8)
    luma[:, 320:] = 160
    once, twice = (np.nanmax(contrast_map(luma, BED, sigma).cells) for sigma in (1.0, 2.0))
    assert twice == pytest.approx(once / 2, rel=0.01)


def test_a_tiny_bed_gives_a_map_too() -> None:
    corner: Polygon = ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.0, 0.1))
    assert contrast_map(np.zeros((64, 64), np.uint8), corner, 0.0).cells.size >= 1
