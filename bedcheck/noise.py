"""The camera's noise, fine and at the person's scale."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["QUANTISATION", "Octaves", "noise", "octaves", "tile_noise"]

QUANTISATION = 1 / math.sqrt(12)  # grey levels: what rounding to whole levels adds
TILE = 20  # pixels a side of a tile at full size; half as many at the coarser octaves
MOST_ROWS = 32  # of a tile: the mask answers bytes with 2040 at most, and 16 bits hold 65,535
FEWEST_TILES = 40  # below this the lowest tenth is chance
FINE_QUANTILE = 0.955  # what the lower quartile of 20-pixel tiles shows of white noise
COARSE_QUANTILE = 0.84  # what the lowest tenth of 10-pixel tiles shows of white noise
CLIPPED = (3.0, 251.0)  # grey levels: tiles darker or brighter have their noise cut off


class Octaves(NamedTuple):
    """One picture at three sizes; a row or column that fills no 4x4 block is in none."""

    full: NDArray[np.uint8]  # HxW, as it came
    half: NDArray[np.float32]  # H/2 x W/2, by exact area averaging
    quarter: NDArray[np.float32]  # H/4 x W/4


def octaves(luma: NDArray[np.uint8]) -> Octaves:
    """``luma`` (HxW uint8) at full, half and quarter size."""
    height, width = (max(side // 4, 1) * 4 for side in luma.shape)
    full = luma[:height, :width]
    if full.shape != (height, width):  # a side under 4 pixels: repeat its edge
        full = np.pad(full, [(0, height - full.shape[0]), (0, width - full.shape[1])], "edge")
    half = _halved(full.astype(np.float32))
    return Octaves(full, half, _halved(half))


def _halved(image: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = image.shape
    halved = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(halved, np.float32)


def tile_noise(image: NDArray[np.uint8] | NDArray[np.float32], tile: int) -> NDArray[np.float32]:
    """Standard deviation of white noise in each tile of ``image`` (HxW), grey levels.

    The mask [1 -2 1] x [1 -2 1] answers to neither edges along the axes nor slopes; the mean
    of its size over a tile, times sqrt(pi / 2) / 6, is the noise of a tile without texture.
    Tiles are ``tile`` pixels a side or a little more, so that they fill the picture; at least
    one each way. J. Immerkaer, "Fast noise variance estimation", Computer Vision and Image
    Understanding 64(2), 1996.
    """
    whole = image.dtype == np.uint8
    response = np.asarray(cv2.Sobel(image, cv2.CV_16S if whole else cv2.CV_32F, 2, 2))
    np.abs(response, out=response)
    rows, columns = (max(side // tile, 1) for side in image.shape)
    high, rest = divmod(image.shape[0], rows)
    if whole and rest == 0 and high <= MOST_ROWS:
        # The bulk of the sum in whole numbers, half as wide as floats.
        rowed = response.view(np.uint16).reshape(rows, high, -1).sum(axis=1, dtype=np.uint16)
        response = rowed.astype(np.float32) / np.float32(high)
    means = cv2.resize(
        response.astype(np.float32, copy=False), (columns, rows), interpolation=cv2.INTER_AREA
    )
    return np.asarray(means, np.float32) * np.float32(math.sqrt(math.pi / 2) / 6)


def noise(scales: Octaves) -> tuple[float, float]:
    """Noise of one pixel in grey levels: as it is, and as judged from coarser scales.

    ``scales`` come from `octaves`. Texture only adds to a tile, so the noise is read from the
    quiet tiles: the lower quartile at full size, the lowest tenth at half and quarter size.
    White noise halves with each octave; where a codec or a denoiser smoothed the fine noise
    and left the coarse, it halves less, and twice the noise of the coarser octave is what
    counts at a person's size. A coarser octave is believed as far as its quiet tiles agree
    with each other, as noise makes them and texture does not. Black and saturated tiles, which
    have part of their noise cut off, count only where there are hardly any others.
    """
    tiles = _unclipped(scales, 0)
    fine = _quantile(tiles, 0.25) / FINE_QUANTILE
    coarse = before = fine
    for octave in (1, 2):
        tiles = _unclipped(scales, octave)
        if tiles.size < FEWEST_TILES:
            break
        lowest, low = _quantile(tiles, 0.1), _quantile(tiles, 0.25)
        white = lowest / COARSE_QUANTILE * 2**octave
        growth = white / max(before, 1e-6)
        # A Gaussian smoothing hides e^(4c) of one octave and e^c of the next, so what it
        # still hides here is the cube root of the growth.
        full_strength = white * min(max(growth, 1.0) ** (1 / 3), 2.0)
        alike = _ramp(low / max(lowest, 1e-6), 1.6, 1.25)
        clear = _ramp(white / max(fine, 1e-6), 1.3, 2.0)
        coarse += alike * clear * max(full_strength - coarse, 0.0)
        before = white
    return fine, coarse


def _ramp(value: float, none: float, full: float) -> float:
    """0 at ``none``, 1 at ``full``, straight between."""
    return min(max((value - none) / (full - none), 0.0), 1.0)


def _unclipped(scales: Octaves, octave: int) -> NDArray[np.float32]:
    """The noise of this octave's tiles that are neither black nor saturated, in order.

    All tiles where that leaves fewer than a twentieth.
    """
    sigmas = tile_noise(scales[octave], TILE if octave == 0 else TILE // 2)
    size = (sigmas.shape[1], sigmas.shape[0])
    means = np.asarray(cv2.resize(scales.quarter, size, interpolation=cv2.INTER_AREA))
    kept = sigmas[(means > CLIPPED[0]) & (means < CLIPPED[1])]
    return np.sort(kept if kept.size > sigmas.size / 20 else sigmas.ravel())


def _quantile(ordered: NDArray[np.float32], share: float) -> float:
    return float(ordered[int(share * (ordered.size - 1))])
