"""The sensor and the codec: noise, rounding, compression, and what is detectable."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.degrade.outcome import Degraded, Draw
from datasets.degrade.planes import blurred, three
from datasets.degrade.region import PERSON_SCALE, Region, coarse_deviation, detectability, luma
from datasets.degrade.textures import grain

__all__ = ["CHROMA", "add_noise", "clean", "compress", "jpeg", "snr_of"]

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

CHROMA = 0.5
"""Noise of the colour differences, against that of the luma."""


def add_noise(
    picture: Floats,
    sigma: float,
    rng: np.random.Generator,
    chroma: float = CHROMA,
    smooth: float = 0.0,
) -> Pixels:
    """White noise of ``sigma`` grey levels in luma on an HxWx3 picture, then rounded.

    The rounding comes after the noise, so that contrasts under one grey level survive as
    dithering. ``smooth`` > 0 filters the noise by a Gaussian of that many pixels, as codecs do;
    at a person's scale it then still counts as ``sigma``.
    """
    shape = picture.shape[:2]
    count = 3 if chroma > 0 else 1
    planes = [grain(shape, rng) for _ in range(count)]
    if smooth > 0:
        planes = [blurred(plane, smooth) for plane in planes]
    if chroma > 0:
        grey, blue, red = planes
        # rows: blue, green, red; green takes back what blue and red add to the luma
        blend = np.array(
            [[1, chroma, 0], [1, -chroma * 0.114 / 0.587, -chroma * 0.299 / 0.587], [1, 0, chroma]],
            np.float32,
        )
        noise = cv2.transform(cv2.merge([grey, blue, red]), blend * np.float32(sigma))
    else:
        noise = three(planes[0] * np.float32(sigma))
    return _rounded(picture + noise)


def _rounded(picture: Floats) -> Pixels:
    return np.asarray(cv2.convertScaleAbs(np.maximum(picture, 0)), dtype=np.uint8)


def compress(
    picture: Pixels, rng: np.random.Generator, *, share: float, low: int = 45, high: int = 93
) -> Pixels:
    """JPEG at a random quality in a ``share`` of the cases, else the picture as it is."""
    if rng.random() >= share:
        return picture
    return _jpeg(picture, int(rng.integers(low, high)))


def _jpeg(picture: Pixels, quality: int) -> Pixels:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def snr_of(picture: Floats, region: Region, sigma: float) -> tuple[float, float]:
    """Detectability of a person in the bed, and in the whole frame, of a noise-free picture."""
    grey = luma(np.clip(picture, 0, 255))
    scale = PERSON_SCALE * region.side
    _, inside = coarse_deviation(grey, region.mask, scale)
    _, whole = coarse_deviation(grey, np.full_like(region.mask, 255), scale)
    return detectability(inside, region.area, sigma), detectability(whole, region.area, sigma)


def clean(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """The picture as it is."""
    return draw.done(picture.copy(), (None, ()))


def jpeg(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """Strong compression."""
    quality = round(draw.strength)
    return draw.done(_jpeg(picture, quality), (None, ()), {"quality": float(quality)})
