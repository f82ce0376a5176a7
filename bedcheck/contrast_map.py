"""Where in the bed a person would show: detectability, place by place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck import polygon as outlines
from bedcheck.detectability import PATCH, PERSON
from bedcheck.noise import QUANTISATION
from bedcheck.verdict import Polygon

__all__ = ["ContrastMap", "contrast_map"]

SIDE = 64.0  # pixels, square root of the bed's area, at which the map is made
NEAR = 0.15  # Gaussian over which contrast is gathered, as a share of the same square root
CELL = 6  # pixels a side of a cell


@dataclass(frozen=True, kw_only=True, eq=False)
class ContrastMap:
    """Detectability in cells over the bed's bounding box."""

    cells: NDArray[np.float32]  # rows x columns, SNR; NaN outside the bed
    box: tuple[float, float, float, float]  # left, top, right, bottom, in 0..1


def contrast_map(luma: NDArray[np.uint8], bed: Polygon, noise: float) -> ContrastMap:
    """The SNR of a person-sized patch by the bed's contrast round each cell.

    The same measure as `detectability.detectability`, but with the contrast gathered under a
    Gaussian of 0.15 square roots of the bed's area rather than over the whole bed. ``luma`` is
    HxW uint8, ``noise`` that of one pixel in grey levels.
    """
    height, width = luma.shape
    corners = outlines.to_pixels(bed, width, height)
    left, top = (int(value) for value in np.floor(corners.min(0)))
    right, bottom = (int(value) for value in np.ceil(corners.max(0)))
    pixels = outlines.area(bed) * width * height
    zoom = SIDE / math.sqrt(pixels)
    columns = max(round((right - left) * zoom / CELL), 1)
    rows = max(round((bottom - top) * zoom / CELL), 1)
    size = (columns * CELL, rows * CELL)
    part = luma[top:bottom, left:right].astype(np.float32)
    inside = (outlines.mask(bed, width, height)[top:bottom, left:right] > 0).astype(np.float32)
    part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
    inside = np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA), np.float32)

    smooth = _mean(part, inside, PERSON * SIDE)
    mean = _mean(smooth, inside, NEAR * SIDE)
    found = _mean((smooth - mean) ** 2, inside, NEAR * SIDE)
    sigma = max(noise, QUANTISATION)
    left_by_noise = sigma**2 / (4 * math.pi * PERSON**2 * pixels)
    contrast = np.sqrt(np.maximum(found - left_by_noise, 0))
    snr = contrast * np.float32(math.sqrt(PATCH * pixels) / sigma)
    cells = np.asarray(cv2.resize(snr, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    covered = cv2.resize(inside, (columns, rows), interpolation=cv2.INTER_AREA)
    cells[np.asarray(covered) < 0.5] = np.nan
    return ContrastMap(
        cells=cells, box=(left / width, top / height, right / width, bottom / height)
    )


def _mean(
    image: NDArray[np.float32], weight: NDArray[np.float32], blur: float
) -> NDArray[np.float32]:
    """``image`` under a Gaussian, where what lies outside the bed has no weight."""
    total = cv2.GaussianBlur(image * weight, (0, 0), blur, borderType=cv2.BORDER_CONSTANT)
    share = cv2.GaussianBlur(weight, (0, 0), blur, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(total / (np.asarray(share) + 1e-6), np.float32)
