"""Fast arithmetic of an HxWx3 picture with an HxW plane.

numpy's broadcasting over a last axis of three is several times slower than OpenCV's loops.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["blurred", "is_grey", "mix", "painted", "resized", "solid", "three", "times"]

Floats = NDArray[np.float32]


def three(plane: Floats) -> Floats:
    """The plane as a grey picture, HxWx3."""
    return np.asarray(cv2.merge([plane, plane, plane]), dtype=np.float32)


def times(picture: Floats, plane: Floats) -> Floats:
    """Each channel of ``picture`` times ``plane``."""
    return np.asarray(cv2.multiply(picture, three(plane)), dtype=np.float32)


def mix(under: Floats, over: Floats, alpha: Floats) -> Floats:
    """``over`` where ``alpha`` (HxW) is 1, ``under`` where it is 0."""
    return np.asarray(cv2.blendLinear(over, under, alpha, 1 - alpha), dtype=np.float32)


def painted(colour: Floats, plane: Floats) -> Floats:
    """One colour (BGR) times ``plane``, HxWx3."""
    return np.asarray(cv2.merge([plane * float(c) for c in colour]), dtype=np.float32)


def blurred(picture: Floats, sigma: float) -> Floats:
    """Gaussian blur; HxW or HxWxC."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.float32)


def resized(picture: Floats, shape: tuple[int, int]) -> Floats:
    """To ``shape`` (height, width): averaged when it gets smaller, else linear."""
    height, width = shape
    how = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), dtype=np.float32)


def solid(alpha: Floats) -> NDArray[np.uint8]:
    """255 where ``alpha`` is over a half, else 0."""
    return np.where(alpha > 0.5, np.uint8(255), np.uint8(0))


def is_grey(picture: NDArray[np.uint8]) -> bool:
    """Whether the picture has no colours but a cast: infrared or black-and-white."""
    small = picture[::8, ::8].astype(np.float32)
    differences = small[..., [0, 2]] - small[..., [1]]
    return bool(differences.std(axis=(0, 1)).max() < 2 and np.abs(differences.mean()) < 12)
