"""Which way a picture's edges run, whatever its light: a coarse map to know a view by."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["GRID", "layout", "likeness", "part_moved"]

GRID = (40, 30)  # columns and rows
CELL = 6  # pixels a side of a cell while edges are sought
SURROUND = 12.0  # pixels: Gaussian over which an edge's strength is compared
MOST_WEIGHT = 2.0  # an edge counts at most so many times its surround
REACH = 6  # cells: a part that went further is not looked for
FEWEST_CELLS = 16  # a smaller part has too little to go by
STAYED = 0.45  # likeness of a part where it was; lights on or off leave 0.5
GONE = 0.3  # below, the part is not where it was
FOUND = 0.5  # and above, it is where it fits best


def layout(luma: NDArray[np.uint8]) -> NDArray[np.int8]:
    """30x40x2 int8, -127..127: each cell's edge direction as (cos 2a, sin 2a) by its strength.

    Twice the angle, so that an edge counts the same whichever side is the brighter; strength
    is taken relative to the surround, so that light on or off, day colour or infrared night
    change little. No picture can be made of it: a cell is a fortieth of the width.

    M. Kass and A. Witkin, "Analyzing oriented patterns", Computer Vision, Graphics, and Image
    Processing 37(3), 1987.
    """
    size = (GRID[0] * CELL, GRID[1] * CELL)
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.float32)
    across = np.asarray(cv2.Sobel(small, cv2.CV_32F, 1, 0), np.float32)
    down = np.asarray(cv2.Sobel(small, cv2.CV_32F, 0, 1), np.float32)
    power = across * across + down * down
    strength = np.sqrt(power)
    usual = np.asarray(cv2.blur(strength, (int(3 * SURROUND), int(3 * SURROUND))), np.float32)
    usual += 0.05 * strength.mean() + 1e-3
    weight = np.minimum(strength / usual, MOST_WEIGHT) / (power + 1e-6)
    directed = cv2.merge([(across * across - down * down) * weight, 2 * across * down * weight])
    cells = np.asarray(cv2.resize(directed, GRID, interpolation=cv2.INTER_AREA))
    return np.asarray(np.rint(cells * (127 / MOST_WEIGHT)).clip(-127, 127), np.int8)


def likeness(one: NDArray[np.int8], other: NDArray[np.int8], *, reach: int = 0) -> float:
    """How alike two layouts are, -1..1; about 0 for views that have nothing in common.

    The normalised correlation, at best within shifts of ``reach`` cells each way; 0 where a
    layout is empty.
    """
    rows, columns = one.shape[:2]
    best = -1.0
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            a = one[max(down, 0) : rows + down, max(across, 0) : columns + across]
            b = other[max(-down, 0) : rows - down, max(-across, 0) : columns - across]
            p, q = a.astype(np.float32).ravel(), b.astype(np.float32).ravel()
            size = float(np.sqrt(np.vdot(p, p) * np.vdot(q, q)))
            best = max(best, float(np.vdot(p, q)) / size if size > 0 else 0.0)
    return best


def part_moved(
    reference: NDArray[np.int8], seen: NDArray[np.int8], part: NDArray[np.bool_]
) -> bool | None:
    """Whether a part of the view moved by itself: True, False, or None for too little evidence.

    Both layouts are of the same, unmoved camera; ``part`` (30x40 bool) marks the part's cells
    in ``reference``. It stayed if it is alike where it was; it moved only if it is not, and is
    clearly alike at another place within six cells.
    """
    rows, columns = np.nonzero(part)
    if len(rows) < FEWEST_CELLS:
        return None
    shifts = np.arange(-REACH, REACH + 1)
    down, across = (axis.ravel() for axis in np.meshgrid(shifts, shifts, indexing="ij"))
    wide = np.pad(seen.astype(np.float32), [(REACH, REACH), (REACH, REACH), (0, 0)])
    there = wide[rows + down[:, None] + REACH, columns + across[:, None] + REACH]
    here = reference[rows, columns].astype(np.float32)
    sizes = np.sqrt((there**2).sum(axis=(1, 2)) * (here**2).sum()) + 1e-6
    alike = (there * here).sum(axis=(1, 2)) / sizes
    near = np.maximum(abs(down), abs(across)) <= 1
    if alike[near].max() >= STAYED:
        return False
    return True if alike[near].max() < GONE and alike[~near].max() >= FOUND else None
