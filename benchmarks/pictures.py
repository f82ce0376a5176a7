"""The pictures that benchmarks measure on, drawn by the same code at every size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Polygon

__all__ = ["BED", "bedroom", "jpeg"]

BED: Polygon = ((0.25, 0.35), (0.75, 0.35), (0.85, 0.9), (0.15, 0.9))
"""Where `bedroom` has its mattress, in 0..1 of width and height."""


def bedroom(width: int, height: int, *, seed: int = 0) -> NDArray[np.uint8]:
    """A drawn room with an empty bed at `BED`: HxWx3 uint8, BGR.

    Wallpaper, floor and furniture are always the same and give key points to
    hold on to; ``seed`` sets the camera's noise alone, so two pictures of
    different seeds are two frames of one camera.
    """
    texture = np.random.default_rng(20)
    room = np.full((480, 640, 3), (150, 160, 165), np.float32)
    room[250:] = (90, 110, 130)
    room += cv2.resize(
        texture.normal(0, 12, (48, 64)).astype(np.float32),
        (640, 480),
        interpolation=cv2.INTER_CUBIC,
    )[..., None]
    for _ in range(40):  # wallpaper and rug
        x, y = (int(v) for v in texture.integers((0, 0), (620, 460)))
        colour = tuple(float(v) for v in texture.integers(60, 220, 3))
        cv2.rectangle(room, (x, y), (x + 14, y + 9), colour, -1)
    cv2.rectangle(room, (440, 40), (600, 170), (210, 190, 160), -1)  # window
    cv2.line(room, (520, 40), (520, 170), (120, 120, 120), 3)
    cv2.rectangle(room, (30, 200), (110, 330), (60, 75, 95), -1)  # bedside table
    mattress = np.rint(np.array(BED) * (640, 480)).astype(np.int32)
    cv2.fillPoly(room, [mattress], (200, 205, 210))
    cv2.polylines(room, [mattress], True, (120, 125, 130), 3)
    cv2.ellipse(room, (320, 200), (80, 22), 0, 0, 360, (230, 230, 228), -1)  # pillow
    for x in range(200, 460, 45):  # the sheet's folds
        cv2.line(room, (x, 260), (x + 30, 420), (175, 180, 188), 2)
    sized = cv2.resize(room, (width, height), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(seed).normal(0, 2.5, (height, width, 1)).astype(np.float32)
    return np.asarray(np.clip(sized + noise, 0, 255), np.uint8)


def jpeg(picture: NDArray[np.uint8]) -> bytes:
    """The picture as a JPEG of quality 85, as cameras send them."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
