"""Height maps that repeat: wrinkles of cloth, plaster, quilting."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from datasets.synth.patterns import field

__all__ = ["NAMES", "slopes"]

SIZE = 256
NAMES = ("wrinkles", "folds", "plaster", "quilt", "knit")


@cache
def slopes() -> NDArray[np.float32]:
    """Slopes along u and v of every map: len(NAMES) x SIZE x SIZE x 2, deviation 1."""
    maps = [_slope(_height(name)) for name in NAMES]
    return np.ascontiguousarray(np.stack(maps), np.float32)


def _slope(height: NDArray) -> NDArray:
    du = np.roll(height, -1, 1) - np.roll(height, 1, 1)
    dv = np.roll(height, -1, 0) - np.roll(height, 1, 0)
    both = np.stack([du, dv], -1)
    return np.clip(both / (both.std() + 1e-9), -3, 3)


def _height(name: str) -> NDArray:
    rng = np.random.default_rng(100 + NAMES.index(name))
    axis = np.arange(SIZE) / SIZE
    u, v = np.meshgrid(axis, axis)
    if name == "plaster":
        return field(rng, 45, SIZE)
    if name == "quilt":
        seams = np.minimum(np.abs(u * 6 % 1 - 0.5), np.abs(v * 6 % 1 - 0.5))
        return np.sqrt(np.clip(0.5 - seams, 0, None)) * -2 + 0.08 * field(rng, 14, SIZE)
    if name == "knit":
        return np.sin(u * 2 * np.pi * 40) * 0.6 + 0.5 * field(rng, 30, SIZE)
    made = np.zeros((SIZE, SIZE))
    scales = ((4, 1.0), (9, 0.7), (20, 0.3)) if name == "wrinkles" else ((2, 1.0), (5, 0.6))
    for coarse, weight in scales:
        ridge = field(rng, coarse, SIZE, stretch=rng.uniform(0.4, 0.8))
        if rng.random() < 0.5:
            ridge = ridge.T
        patch = np.clip(field(rng, 2, SIZE) * 0.6 + 0.5, 0, 1)
        made += weight * np.clip(1 - np.abs(ridge) * 1.3, 0, 1) ** 2 * patch
        made += weight * 0.3 * field(rng, coarse, SIZE)
    return made
