"""Where the picture carries structure: what a cover before the lens takes away."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck import polygon as outlines
from bedcheck.verdict import Polygon

__all__ = ["TILES", "bed_structure", "coverage", "structure_map"]

TILES = (16, 12)  # columns and rows of the map
LEAST = 0.4  # grey levels: fainter structure than this is shading or rounding
BAND = 1.5  # pixels at quarter size: Gaussian of the band-pass
NOISE_GAIN = 0.93  # what the band-pass leaves of white noise


def structure_map(quarter: NDArray[np.float32], noise: float) -> NDArray[np.float32] | None:
    """Structure above the noise in 12 rows of 16 tiles, float32: 1 and more is structure.

    ``quarter`` is the luma at a quarter of its size (HxW float32), ``noise`` that of one
    pixel at full size, in grey levels. The picture is taken from its Gaussian blur twice: what
    is left falls with the fourth power of an edge's softness, so that the soft outline of a
    hand or a cloth before the lens leaves nothing, a blurred room still something. In each
    tile the root mean square of what is left, less the noise's, is given in units of the
    faintest structure that counts. None where the picture is too small.

    P. J. Burt and E. H. Adelson, "The Laplacian pyramid as a compact image code", IEEE
    Transactions on Communications 31(4), 1983, for the band-pass.
    """
    columns, rows = TILES
    height, width = quarter.shape
    if width < columns or height < rows:
        return None
    band = cv2.subtract(quarter, cv2.GaussianBlur(quarter, (0, 0), BAND))
    band = cv2.subtract(band, cv2.GaussianBlur(band, (0, 0), BAND))
    power = cv2.resize(cv2.multiply(band, band), TILES, interpolation=cv2.INTER_AREA)
    # Chance makes the noise's power vary from tile to tile; three deviations of it are noise.
    samples = max(height * width / (rows * columns), 1.0)
    expected = (NOISE_GAIN * noise / 4) ** 2 * (1 + 4 / math.sqrt(samples))
    above = np.sqrt(np.maximum(np.asarray(power) - expected, 0)) / LEAST
    return np.asarray(above, np.float32)


def coverage(tiles: NDArray[np.float32]) -> float:
    """Share of the frame's tiles, 8 by 6, in any quarter of which there is structure."""
    rows, columns = tiles.shape
    quarters = tiles.reshape(rows // 2, 2, columns // 2, 2).max(axis=(1, 3))
    return float(np.mean(quarters >= 1))


def bed_structure(tiles: NDArray[np.float32], bed: Polygon) -> float:
    """Share of the bed's area that lies in tiles with structure."""
    columns, rows = TILES
    fine = 8  # pixels a side for each tile, to weigh the tiles on the outline
    drawn = outlines.mask(bed, columns * fine, rows * fine).astype(np.float32)
    weights = np.asarray(cv2.resize(drawn, TILES, interpolation=cv2.INTER_AREA))
    return float((weights * (tiles >= 1)).sum() / max(float(weights.sum()), 1e-9))
