"""Random warps and colours for training."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Polygon

__all__ = ["colours", "jitter", "warp"]


def jitter(bed: Polygon, amount: float, rng: np.random.Generator) -> Polygon:
    """The polygon as another hand would draw it: corners and whole moved a little.

    ``amount`` is the standard deviation as a share of the bed's own size.
    """
    points = np.array(bed)
    size = points.max(axis=0) - points.min(axis=0)
    points = points + rng.normal(0, amount, points.shape) * size
    points = points + rng.normal(0, amount, 2) * size
    return tuple((float(x), float(y)) for x, y in np.clip(points, 0, 1))


def warp(
    picture: NDArray[np.uint8],
    layers: NDArray[np.uint8],
    bed: Polygon | None,
    size: int,
    rng: np.random.Generator,
    *,
    loosely: bool = False,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Polygon | None]:
    """Flip, turn, stretch and resize picture, layers and bed together to ``size`` square.

    ``loosely`` moves and scales the view much more: no place in a picture is a bed's own.
    """
    spread, closer, apart, aside = (0.15, -0.1, 0.22, 0.1) if loosely else (0.08, -0.03, 0.08, 0.03)
    height, width = picture.shape[:2]
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64) - 0.5
    angle = np.deg2rad(rng.normal(0, 8))
    if rng.random() < 0.15:
        angle += rng.choice([0.5, 1.0, 1.5]) * np.pi  # overhead cameras hang either way
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    view = corners * np.exp(rng.normal(0, spread, 2)) @ turn.T
    view = view * np.exp(rng.normal(closer, apart)) + rng.normal(0, aside, 2) + 0.5
    view += rng.normal(0, 0.02, view.shape)  # a slightly different viewpoint
    if rng.random() < 0.5:
        view = view[[1, 0, 3, 2]]
    source = (view * (width, height)).astype(np.float32)
    target = (np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_REFLECT_101
    # Averaging before the warp: what is shown to the network is averaged as well.
    factor = max(width, height) / size
    if factor > 1.3:
        picture = cv2.blur(picture, (2, 2))
    shown = cv2.warpPerspective(picture, matrix, (size, size), flags=1, borderMode=border)
    moved = cv2.warpPerspective(layers, matrix, (size, size), flags=0)
    if bed is None:
        return shown, moved, None
    points = (np.array(bed) * (width, height)).astype(np.float32)[None]
    drawn = cv2.perspectiveTransform(points, matrix)[0] / size
    return shown, moved, tuple((float(x), float(y)) for x, y in np.clip(drawn, 0, 1))


def colours(
    picture: NDArray[np.uint8], rng: np.random.Generator, *, gently: bool
) -> NDArray[np.uint8]:
    """Brightness, contrast, colour cast, grey; ``gently`` where contrast is the point."""
    strength = 0.3 if gently else 1.0
    table: Any = np.arange(256, dtype=np.float32) / 255
    gain = np.exp(rng.normal(0, 0.22) * strength)
    lift = rng.normal(0, 0.05) * strength
    gamma = np.exp(rng.normal(0, 0.2) * strength)
    cast = np.exp(rng.normal(0, 0.06, 3) * strength)
    tables = np.stack([(table**gamma) * gain * c + lift for c in cast], axis=-1)
    picture = cv2.LUT(picture, np.clip(tables * 255, 0, 255).astype(np.uint8).reshape(1, 256, 3))
    ball = rng.random()
    if ball < 0.15:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    elif ball < 0.6 and not gently:
        # Any hue: no colour of clothes or linen may stand for a person.
        hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
        hues = ((np.arange(256) + rng.integers(0, 180)) % 180).astype(np.uint8)
        more = np.clip(np.arange(256) * np.exp(rng.normal(0, 0.35)), 0, 255).astype(np.uint8)
        same = np.arange(256, dtype=np.uint8)
        hsv = cv2.LUT(hsv, np.stack([hues, more, same], axis=-1).reshape(1, 256, 3))
        picture = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    if not gently and rng.random() < 0.25:
        kept = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))])
        picture = cv2.imdecode(kept[1], cv2.IMREAD_COLOR)
    return picture
