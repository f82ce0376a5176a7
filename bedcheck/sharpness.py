"""How far edges are blurred, in pixels."""

from __future__ import annotations

import math

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from bedcheck.noise import Octaves

__all__ = ["blur_radius"]

FIRST = 1.0  # pixels of the octave: Gaussian before the first gradient
SECOND = 2.0  # and before the second
APERTURE = 1 / 3  # square pixels: variance that the difference of two neighbours adds
ABOVE_NOISE = 10.0  # an edge's gradient, in standard deviations of the noise's
FAINTEST = 0.4  # grey levels a pixel; fainter edges may be the steps of rounding
SURROUND = 15  # pixels: a crest stands out from this much round it
RELATIVE = 0.3  # and as a share of the strongest edges'
FEWEST_EDGES = 24
TOO_SOFT = 2.0  # pixels of the octave; beyond, a coarser octave measures better


def blur_radius(scales: Octaves, noise: float) -> float | None:
    """Standard deviation in pixels of the Gaussian that would blur a step to these edges.

    An edge of blur b has a gradient that falls as 1 / sqrt(b^2 + s^2) when blurred once more
    by s, so the ratio R of the gradients at two such s gives b, whatever the edge's contrast:
    b^2 = (s2^2 - R^2 s1^2) / (R^2 - 1). Read on the edges that stand well above ``noise``
    (grey levels of one pixel) and are among the picture's strongest; first at half size, then
    at coarser ones as long as the edges are too soft there. ``scales`` come from
    `noise.octaves`. None where there are too few such edges.

    S. Zhuo and T. Sim, "Defocus map estimation from a single image", Pattern Recognition
    44(9), 2011, here with both gradients smoothed, against the noise.
    """
    image, octave, found = scales.half, 1, None
    while True:
        blur = _blur(image, noise / 2**octave)
        if blur is not None:
            reduced = (4**octave - 1) / 12 / 4**octave  # variance that the averaging added
            found = 2**octave * math.sqrt(max(blur**2 - reduced, 0.0))
        sharp = blur is not None and blur < TOO_SOFT
        if sharp or octave == 3 or min(image.shape) < 48:
            return found
        octave += 1
        size = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(
            cv2.resize(image[: 2 * size[1], : 2 * size[0]], size, interpolation=cv2.INTER_AREA),
            np.float32,
        )


def _blur(image: NDArray[np.float32], noise: float) -> float | None:
    """The blur in pixels of this image; None where there are too few edges."""
    once = np.asarray(cv2.GaussianBlur(image, (7, 7), FIRST), np.float32)
    second = _steps(cv2.GaussianBlur(image, (13, 13), SECOND))
    # Noise after a Gaussian of s pixels has a gradient of sigma / (s^2 sqrt(8 pi)) each way.
    spread = noise / math.sqrt(8 * math.pi)
    least = max(ABOVE_NOISE * spread / SECOND**2, FAINTEST)
    crests = second >= cv2.dilate(second, np.ones((3, 3), np.uint8))
    crests &= second > 2 * least
    places = np.flatnonzero(crests)
    heights = second.ravel().take(places)
    standing = heights - _surround(second, places) > least  # slopes have no crest
    places, heights = places[standing], heights[standing] / np.float32(2)
    if heights.size < FEWEST_EDGES:
        return None
    strongest = np.partition(heights, -FEWEST_EDGES // 2)[-FEWEST_EDGES // 2]
    chosen = heights > RELATIVE * strongest
    if np.count_nonzero(chosen) < FEWEST_EDGES:
        return None
    fine = _gradient_at(once, places[chosen]) ** 2 - 2 * (spread / FIRST**2) ** 2
    soft = heights[chosen] ** 2 - 2 * (spread / SECOND**2) ** 2
    ratio = _median(fine / soft)
    if ratio <= 1:
        return math.inf
    squared = (SECOND**2 - ratio * FIRST**2) / (ratio - 1) - APERTURE
    return math.sqrt(max(squared, 0.0))


def _steps(image: MatLike) -> NDArray[np.float32]:
    """The gradient in grey levels over two pixels; along the border 0 across it."""
    across = cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=1)
    down = cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=1)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _gradient_at(image: NDArray[np.float32], places: NDArray[np.intp]) -> NDArray[np.float32]:
    """Grey levels a pixel, at a few pixels only: their numbers in the flattened image."""
    edged = np.asarray(cv2.copyMakeBorder(image, 1, 1, 1, 1, cv2.BORDER_REFLECT_101), np.float32)
    flat, wide = edged.ravel(), edged.shape[1]
    at = _renumbered(places, image.shape[1], wide) + wide + 1
    across = flat.take(at + 1) - flat.take(at - 1)
    down = flat.take(at + wide) - flat.take(at - wide)
    return np.asarray(np.hypot(across, down) / 2, np.float32)


def _surround(image: NDArray[np.float32], places: NDArray[np.intp]) -> NDArray[np.float32]:
    """The mean of the square of `SURROUND` pixels a side round each of a few pixels.

    Four sums a square: F. C. Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984.
    """
    reach = SURROUND // 2
    edged = cv2.copyMakeBorder(image, reach, reach, reach, reach, cv2.BORDER_REFLECT_101)
    sums = np.asarray(cv2.integral(edged, sdepth=cv2.CV_32F), np.float32)
    flat, wide = sums.ravel(), sums.shape[1]
    at = _renumbered(places, image.shape[1], wide)
    below = at + SURROUND * wide
    inside = flat.take(below + SURROUND) - flat.take(below) - flat.take(at + SURROUND)
    return np.asarray((inside + flat.take(at)) / SURROUND**2, np.float32)


def _renumbered(places: NDArray[np.intp], width: int, wide: int) -> NDArray[np.intp]:
    """Numbers of pixels in rows of ``width`` as they are in rows of ``wide``."""
    return places + places // width * (wide - width)


def _median(values: NDArray[np.float32]) -> float:
    middle = (values.size - 1) / 2
    ordered = np.partition(values, (math.floor(middle), math.ceil(middle)))
    return float(ordered[math.floor(middle)] + ordered[math.ceil(middle)]) / 2
