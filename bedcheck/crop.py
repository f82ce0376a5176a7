"""The part of a picture that the network is shown: the bed and a margin round it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Polygon

__all__ = ["MARGIN", "Window", "around", "cut", "draw", "whole"]

MARGIN = 0.25
"""How much is shown on each side of the bed, as a share of its longer side."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """A rectangle in a picture: pixels, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top


def whole(width: int, height: int) -> Window:
    """The window that is the whole picture (pixels)."""
    return Window(left=0, top=0, right=width, bottom=height)


def around(bed: Polygon, width: int, height: int, margin: float = MARGIN) -> Window:
    """A square round the bed, pushed into a picture of ``width`` x ``height`` pixels.

    Where the square does not fit, it is cut to the picture and so no longer square.
    """
    xs = [x * width for x, _ in bed]
    ys = [y * height for _, y in bed]
    side = max(max(xs) - min(xs), max(ys) - min(ys), 16.0) * (1 + 2 * margin)

    def span(low: float, high: float, limit: int) -> tuple[int, int]:
        size = min(round(side), limit)
        start = round((low + high) / 2 - size / 2)
        start = min(max(start, 0), limit - size)
        return start, start + size

    left, right = span(min(xs), max(xs), width)
    top, bottom = span(min(ys), max(ys), height)
    return Window(left=left, top=top, right=right, bottom=bottom)


def cut(pixels: NDArray[np.uint8], window: Window, size: int) -> NDArray[np.uint8]:
    """The window as ``size`` x ``size`` x 3 uint8 (BGR), from HxWx3 or HxW pixels.

    Halved exactly while it is at least twice too large, then resized bilinearly: nearly
    as free of aliasing as area averaging at a fraction of its time.
    """
    part: NDArray[Any] = pixels[window.top : window.bottom, window.left : window.right]
    while min(part.shape[:2]) >= 2 * size:
        half = (part.shape[1] // 2, part.shape[0] // 2)
        even = part[: half[1] * 2, : half[0] * 2]
        part = cv2.resize(even, half, interpolation=cv2.INTER_AREA)
    part = cv2.resize(part, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_GRAY2BGR) if part.ndim == 2 else part, np.uint8)


def draw(bed: Polygon | None, window: Window, width: int, height: int, size: int) -> NDArray[Any]:
    """The bed as a mask in the window: ``size`` x ``size`` uint8, 0 or 255.

    All zero without a bed. ``width`` and ``height`` are the whole picture's, pixels.
    """
    mask = np.zeros((size, size), np.uint8)
    if bed is not None:
        points = np.array(bed, np.float64) * (width, height) - (window.left, window.top)
        points *= (size / window.width, size / window.height)
        # cv2 takes fixed-point corners; 4 bits below the pixel are plenty here.
        cv2.fillPoly(mask, [np.round((points - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    return mask
