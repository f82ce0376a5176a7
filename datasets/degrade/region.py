"""The bed's region in a picture: its mask, its size and its coarse contrast."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Polygon
from datasets.degrade.planes import resized

__all__ = ["PERSON_SCALE", "PERSON_SHARE", "Region", "coarse_deviation", "detectability", "luma"]

Plane = NDArray[np.float32]

PERSON_SCALE = 0.08
"""Sigma of the low-pass at a person's scale, in sides (square root of the area) of the bed."""

PERSON_SHARE = 0.25
"""Area of a person-sized patch, as a share of the bed's."""

CENTRAL = 0.70
"""Side of the region that stands for the bed when no polygon is given."""


def luma(picture: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """BT.601 luma, HxW float32, of an HxWx3 BGR picture."""
    weights = np.array([[0.114, 0.587, 0.299]], dtype=np.float32)
    if picture.dtype == np.float32:
        return np.asarray(cv2.transform(picture, weights), dtype=np.float32)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Region:
    """Where the bed is; without a polygon the central 70 % of each side stands for it."""

    mask: NDArray[np.uint8]  # HxW, 255 inside
    given: bool  # a polygon was given and lies inside the picture

    @classmethod
    def of(cls, shape: tuple[int, ...], bed: Polygon | None) -> Region:
        """The region of a polygon in a picture of ``shape`` (height, width, ...)."""
        height, width = shape[:2]
        mask = np.zeros((height, width), np.uint8)
        if bed is not None:
            corners = np.array(bed, dtype=np.float64) * (width, height)
            cv2.fillPoly(mask, [np.round(corners * 16).astype(np.int32)], 255, shift=4)
            if np.count_nonzero(mask) >= 64:
                return cls(mask=mask, given=True)
        mask[:] = 0
        top, left = (round(side * (1 - CENTRAL) / 2) for side in (height, width))
        mask[top : height - top, left : width - left] = 255
        return cls(mask=mask, given=False)

    @cached_property
    def area(self) -> float:
        """Pixels inside."""
        return float(np.count_nonzero(self.mask))

    @property
    def side(self) -> float:
        """Square root of the area, in pixels."""
        return float(np.sqrt(self.area))

    def spread(self, rng: np.random.Generator, plateau: float, feather: float) -> Plane:
        """1 inside and ``plateau`` sides beyond, then falling to 0 over ``feather`` sides.

        HxW float32. Where the region only stands for a bed, or the feather is wide, the
        border wavers, so that it does not show as a rectangle.
        """
        gap = cv2.distanceTransform(cv2.bitwise_not(self.mask), cv2.DIST_L2, 3)
        gap = np.asarray(gap * np.float32(1 / self.side), dtype=np.float32)
        waver = 0.25 if not self.given else 0.5 * feather
        if waver > 0.05:
            grid = rng.uniform(-waver, waver, (6, 6)).astype(np.float32)
            size = (gap.shape[1], gap.shape[0])
            uneven = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
            gap += uneven * np.clip(gap * (1 / waver), 0, 1)
        ramp = np.clip((gap - plateau) * (1 / max(feather, 0.01)), 0, 1)
        return np.asarray(1 - ramp * ramp * (3 - 2 * ramp), dtype=np.float32)

    def pick(self, rng: np.random.Generator) -> tuple[float, float]:
        """A pixel inside, x and y."""
        inside = np.flatnonzero(self.mask)
        row, column = divmod(int(inside[rng.integers(len(inside))]), self.mask.shape[1])
        return float(column), float(row)

    def share(self, hidden: NDArray[np.uint8]) -> float:
        """Share of the region where ``hidden`` (HxW) is 0."""
        return 1.0 - np.count_nonzero(cv2.bitwise_and(hidden, self.mask)) / self.area


def coarse_deviation(
    plane: NDArray[np.float32], mask: NDArray[np.uint8], sigma: float
) -> tuple[float, float]:
    """Mean, and standard deviation after a low-pass, of ``plane`` inside ``mask``.

    The low-pass is a Gaussian of ``sigma`` pixels normalised by the mask, so that what lies
    outside does not leak in. It is computed on a reduced picture.
    """
    step = max(1, int(sigma / 2.5))
    weight = mask.astype(np.float32) * np.float32(1 / 255)
    value = plane * weight
    if step > 1:
        shape = (max(1, plane.shape[0] // step), max(1, plane.shape[1] // step))
        weight, value = resized(weight, shape), resized(value, shape)
    small = float(np.sqrt(max((sigma / step) ** 2 - (1 / 12 if step > 1 else 0), 0.01)))
    low = cv2.GaussianBlur(value, (0, 0), small, borderType=cv2.BORDER_CONSTANT)
    norm = cv2.GaussianBlur(weight, (0, 0), small, borderType=cv2.BORDER_CONSTANT)
    low = low / np.maximum(norm, 1e-4)
    total = max(float(weight.sum()), 1e-6)
    mean = float((low * weight).sum()) / total
    variance = float((np.square(low - mean) * weight).sum()) / total
    return mean, float(np.sqrt(variance))


def detectability(deviation: float, area: float, sigma: float) -> float:
    """SNR = d * sqrt(A) / sigma of a person-sized patch (Rose, 1948).

    ``deviation`` and ``sigma`` (white noise per pixel) in grey levels, ``area`` of the bed in
    pixels.
    """
    return deviation * float(np.sqrt(PERSON_SHARE * area)) / max(sigma, 1e-3)
