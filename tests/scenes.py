"""Views drawn for tests of measures and registration: known blur, noise, contrast, movement."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]


def room(seed: int = 0, size: tuple[int, int] = (640, 480)) -> Grey:
    """Sharp shapes of many greys on a plain ground, HxW float32."""
    rng = np.random.default_rng(seed)
    width, height = size
    image = np.full((height, width), 120, np.float32)
    for _ in range(60):
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = (int(rng.integers(12, 70)), int(rng.integers(12, 70)))
        grey = float(rng.integers(30, 220))
        if rng.random() < 0.5:
            cv2.ellipse(image, centre, axes, float(rng.integers(0, 180)), 0, 360, grey, -1)
        else:
            box = cv2.boxPoints((centre, axes, float(rng.integers(0, 90))))
            cv2.fillPoly(image, [box.astype(np.int32)], grey)
    return image


def blurred(image: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32) if sigma else image


def taken(image: NDArray[Any], noise: float = 0.0, seed: int = 0) -> NDArray[np.uint8]:
    """What a camera makes of it: white noise of so many grey levels, rounded to uint8."""
    grain = np.random.default_rng(seed).normal(0, noise, image.shape) if noise else 0.0
    return np.asarray(np.clip(np.rint(image + grain), 0, 255), np.uint8)


def seen_from(
    image: Grey, *, shift: tuple[float, float] = (0.0, 0.0), turn: float = 0.0, zoom: float = 1.0
) -> Grey:
    """The view after the camera moved: shift in shares of the diagonal, turn in degrees."""
    height, width = image.shape
    matrix = np.array(cv2.getRotationMatrix2D((width / 2, height / 2), -turn, zoom), np.float64)
    matrix[:, 2] += np.array(shift) * math.hypot(width, height)
    moved = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.float32)


def cover(kind: str) -> Grey:
    """The view with something before the lens, 480x640 float32."""
    y, x = np.mgrid[:480, :640].astype(np.float32)
    if kind == "black":
        return np.full((480, 640), 2, np.float32)
    if kind == "grey":
        return np.full((480, 640), 90, np.float32)
    if kind == "white":
        return np.full((480, 640), 255, np.float32)
    if kind == "slope":
        return np.asarray(40 + 150 * (0.7 * x / 640 + 0.3 * y / 480), np.float32)
    fingers = np.zeros((480, 640), np.float32)
    for i in range(4):
        cv2.ellipse(fingers, (150 + i * 110, 300), (38, 220), 8 * i - 12, 0, 360, 1.0, -1)
    dark, bright = {"dark hand": (10, 70), "bright hand": (150, 245)}[kind]
    return np.asarray(dark + (bright - dark) * blurred(fingers, 20), np.float32)
