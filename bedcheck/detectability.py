"""Whether a person could be told from the bed: its contrast against the noise."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck import polygon as outlines
from bedcheck.noise import QUANTISATION
from bedcheck.verdict import Polygon

__all__ = ["CENTRE", "Detectability", "detectability"]

CENTRE: Polygon = ((0.15, 0.15), (0.85, 0.15), (0.85, 0.85), (0.15, 0.85))
"""Where to look while nobody has drawn the bed."""

PERSON = 0.08  # Gaussian of the low-pass, as a share of the square root of the bed's area
PATCH = 0.25  # area of a person on the bed, as a share of the bed's
MARGIN = 0.05  # what is left out along the outline, as a share of the same square root


class Detectability(NamedTuple):
    """What an ideal observer has to go by in the bed."""

    snr: float  # about 5 are needed (Rose criterion)
    contrast: float  # grey levels, standard deviation at the person's scale


def detectability(
    luma: NDArray[np.uint8],
    bed: Polygon | None,
    noise: float,
    quarter: NDArray[np.float32] | None = None,
) -> Detectability | None:
    """The signal-to-noise ratio of the bed's own contrast at the scale of a person.

    SNR = d sqrt(A) / sigma for a patch of A pixels that differs by d grey levels from its
    surround, in white noise of ``noise`` = sigma grey levels a pixel. A is a quarter of the
    bed; d is the standard deviation of the bed's luma after a Gaussian low-pass of 0.08
    square roots of the bed's area, inside the outline only, less the variance that noise
    alone would leave. Shading and bedding count as contrast too: a plain white bed in good
    light reaches hundreds; under about 5 a person could lie there unseen. ``luma`` is HxW
    uint8, and ``quarter`` the same at a quarter of its size, where `noise.octaves` has made it
    already; without ``bed`` the centre of the picture is taken. None where the bed is too few
    pixels.

    A. Rose, "The sensitivity performance of the human eye on an absolute scale", Journal of
    the Optical Society of America 38(2), 1948.
    """
    height, width = luma.shape
    bed = bed or CENTRE
    pixels = outlines.area(bed) * width * height
    scale = PERSON * math.sqrt(pixels)
    octave = int(min(max(math.log2(max(scale, 1.0) / 2), 0), 3))
    part, inside = _cut(luma, bed, octave, MARGIN * math.sqrt(pixels), quarter)
    weight = float(inside.sum())
    if weight < 16:
        return None
    sigma = max(noise, QUANTISATION)
    step = 2**octave
    blur = math.sqrt(max(scale**2 - (step**2 - 1) / 12, 0.25)) / step
    # Normalised convolution: what lies outside the outline has no weight.
    covered = _gaussian(inside, blur) + 1e-6
    mean = float((part * inside).sum()) / weight
    smooth = _gaussian((part - mean) * inside, blur) / covered
    centre = float((smooth * inside).sum()) / weight
    found = float((((smooth - centre) ** 2) * inside).sum()) / weight
    # Variance of white noise under the same weights; the mean takes its share away.
    kept = _gaussian(inside, blur / math.sqrt(2)) / covered**2 / (4 * math.pi * blur**2)
    share = float((kept * inside).sum()) / weight - 1 / weight
    left = (sigma / step) ** 2 * max(share, 0.0)
    contrast = math.sqrt(max(found - left, 0.0))
    return Detectability(contrast * math.sqrt(PATCH * pixels) / sigma, contrast)


def _cut(
    luma: NDArray[np.uint8],
    bed: Polygon,
    octave: int,
    margin: float,
    quarter: NDArray[np.float32] | None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The bed's bounding box, ``octave`` times halved, and its eroded mask, 0 or 1."""
    height, width = luma.shape
    step = 2**octave
    corners = outlines.to_pixels(bed, width, height)
    left, top = (int(value) // step * step for value in np.floor(corners.min(0)))
    right, bottom = np.ceil(corners.max(0))
    columns = int(min(right, width) - left) // step
    rows = int(min(bottom, height) - top) // step
    if rows < 4 or columns < 4:
        empty = np.zeros((1, 1), np.float32)
        return empty, empty
    source, done = (luma, 1) if quarter is None or step < 4 else (quarter, 4)  # times reduced
    part = source[
        top // done : (top + rows * step) // done, left // done : (left + columns * step) // done
    ].astype(np.float32, copy=False)
    part = np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    drawn = np.zeros((rows + 4, columns + 4), np.uint8)
    points = (corners - (left, top)) / step + 1.5  # two pixels of border, less half a pixel
    cv2.fillPoly(drawn, [np.rint(points).astype(np.int32)], (1.0,))
    near = cv2.distanceTransform(drawn, cv2.DIST_L2, 3)[2:-2, 2:-2]
    return part, (near > margin / step + 1).astype(np.float32)


def _gaussian(image: NDArray[np.float32], blur: float) -> NDArray[np.float32]:
    blurred = cv2.GaussianBlur(image, (0, 0), blur, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32)
