"""The bed's outline: its text, its checks, its mask."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.errors import PlacementError
from bedcheck.verdict import Polygon

__all__ = [
    "area",
    "at_edge",
    "check_polygon",
    "format_polygon",
    "mask",
    "mask_in_box",
    "parse_polygon",
    "to_pixels",
]

FORM = '"x,y x,y x,y …" with x and y in 0..1 of the picture\'s width and height'
LEAST_AREA = 0.005  # share of the picture; a smaller bed shows too few pixels to judge
MOST_POINTS = 64
EDGE = 0.01  # share of the picture's width or height that still is its edge


def parse_polygon(text: str) -> Polygon:
    """The polygon that ``text`` spells: "x,y x,y x,y".

    Raises PlacementError saying which point is wrong and what was expected.
    """
    points = []
    for number, word in enumerate(text.split(), 1):
        try:
            x, y = (float(part) for part in word.split(","))
        except ValueError:
            raise PlacementError(
                f"bed: expected {FORM}; got {word[:40]!r} as point {number}"
            ) from None
        points.append((x, y))
    return check_polygon(points)


def format_polygon(polygon: Polygon) -> str:
    """The polygon as text with four decimals, as manifests and `parse_polygon` have it."""
    return " ".join(f"{x:.4f},{y:.4f}" for x, y in polygon)


def check_polygon(points: Iterable[Any], field: str = "bed") -> Polygon:
    """``points`` as a Polygon: 3 to 64 pairs of numbers in 0..1, no two sides crossing.

    Raises PlacementError naming ``field``.
    """
    try:
        pairs = [tuple(point) for point in points]
        polygon = tuple((float(x), float(y)) for x, y in pairs)
    except (TypeError, ValueError, OverflowError):
        raise PlacementError(f"{field}: expected pairs of numbers (x, y) in 0..1") from None
    if not 3 <= len(polygon) <= MOST_POINTS:
        raise PlacementError(
            f"{field}: expected 3 to {MOST_POINTS} points as {FORM}; got {len(polygon)}"
        )
    for number, point in enumerate(polygon, 1):
        if not all(math.isfinite(value) and 0 <= value <= 1 for value in point):
            raise PlacementError(
                f"{field}: expected x and y in 0..1, as shares of width and height;"
                f" got {point[0]:g},{point[1]:g} as point {number}"
            )
    if len(set(polygon)) < len(polygon):
        raise PlacementError(
            f"{field}: expected each corner once, the first not repeated at the end"
        )
    if _crosses_itself(polygon):
        raise PlacementError(
            f"{field}: expected the corners in order round the bed; two of the sides cross"
        )
    if area(polygon) < LEAST_AREA:
        raise PlacementError(
            f"{field}: expected at least {LEAST_AREA:.1%} of the picture;"
            f" got {area(polygon):.2%}. Move the camera closer or draw the whole mattress"
        )
    return polygon


def area(polygon: Polygon) -> float:
    """The polygon's area as a share of the picture, by the shoelace formula."""
    following = polygon[1:] + polygon[:1]
    doubled = sum(x * v - u * y for (x, y), (u, v) in zip(polygon, following, strict=True))
    return abs(doubled) / 2


def at_edge(polygon: Polygon) -> float:
    """Share of the outline, 0..1, whose sides run along the picture's edge."""
    whole = along = 0.0
    for one, other in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        length = math.dist(one, other)
        whole += length
        for start, end in zip(one, other, strict=True):
            if max(start, end) <= EDGE or min(start, end) >= 1 - EDGE:
                along += length
                break
    return along / whole


def to_pixels(polygon: Polygon, width: int, height: int) -> NDArray[np.float64]:
    """The polygon's points as Nx2 float64, in pixels of a ``width`` x ``height`` picture."""
    return np.asarray(polygon, np.float64) * (width, height)


def mask(polygon: Polygon, width: int, height: int) -> NDArray[np.uint8]:
    """HxW uint8: 255 inside the polygon and on its outline, 0 elsewhere."""
    drawn = np.zeros((height, width), np.uint8)
    left, top, part = mask_in_box(polygon, width, height)
    drawn[top : top + part.shape[0], left : left + part.shape[1]] = part
    return drawn


def mask_in_box(polygon: Polygon, width: int, height: int) -> tuple[int, int, NDArray[np.uint8]]:
    """The part of `mask` that holds all of the polygon, and where its left and top are."""
    corners = np.rint(to_pixels(polygon, width, height) - 0.5).astype(np.int32)
    left, top = corners.min(axis=0).clip(0, (width - 1, height - 1))
    right, bottom = corners.max(axis=0).clip(0, (width - 1, height - 1))
    part = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(part, [corners - (left, top)], (255.0,))
    return int(left), int(top), part


def _crosses_itself(polygon: Polygon) -> bool:
    """Whether two sides that are not neighbours cross."""
    count = len(polygon)
    sides = [(polygon[i], polygon[(i + 1) % count]) for i in range(count)]
    return any(
        _meet(*sides[i], *sides[j])
        for i in range(count)
        for j in range(i + 2, count)
        if (j + 1) % count != i
    )


def _meet(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    """Whether the segments ab and cd cross, each ending on its own side of the other."""

    def turn(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0
