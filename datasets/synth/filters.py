"""Blurs that keep edges: they follow the surfaces that a picture shows."""

from __future__ import annotations

import numba as nb
import numpy as np

__all__ = ["smooth", "spread"]


@nb.njit(cache=True, fastmath=True)
def smooth(image, position, normal, valid, step, width, out):
    """One pass of an edge-keeping blur: 5x5 taps, ``step`` pixels apart."""
    rows, columns, channels = image.shape
    for i in range(rows):
        for j in range(columns):
            if not valid[i, j]:
                for c in range(channels):
                    out[i, j, c] = image[i, j, c]
                continue
            total = 0.0
            for c in range(channels):
                out[i, j, c] = 0.0
            for p in range(-2, 3):
                y = i + p * step
                if y < 0 or y >= rows:
                    continue
                for q in range(-2, 3):
                    x = j + q * step
                    if x < 0 or x >= columns or not valid[y, x]:
                        continue
                    n = (
                        normal[i, j, 0] * normal[y, x, 0]
                        + normal[i, j, 1] * normal[y, x, 1]
                        + normal[i, j, 2] * normal[y, x, 2]
                    )
                    if n <= 0:
                        continue
                    off = 0.0
                    for c in range(3):
                        off += normal[i, j, c] * (position[y, x, c] - position[i, j, c])
                    n = n * n
                    n = n * n
                    off = off / width
                    w = n * n / (1 + off * off) * (3 - abs(p)) * (3 - abs(q))
                    total += w
                    for c in range(channels):
                        out[i, j, c] += w * image[y, x, c]
            if total > 0:
                for c in range(channels):
                    out[i, j, c] /= total
            else:
                for c in range(channels):
                    out[i, j, c] = image[i, j, c]


@nb.njit(cache=True, fastmath=True)
def spread(coarse, cposition, cnormal, cvalid, position, normal, valid, down, across, out):
    """A coarse image carried to a finer grid, following its surfaces."""
    rows, columns = valid.shape
    crows, ccolumns, channels = coarse.shape
    for i in range(rows):
        for j in range(columns):
            for c in range(channels):
                out[i, j, c] = 0.0
            if not valid[i, j]:
                continue
            fy, fx = i / down, j / across
            y0, x0 = int(np.floor(fy)), int(np.floor(fx))
            total = 0.0
            for p in range(2):
                y = min(max(y0 + p, 0), crows - 1)
                wy = 1 - abs(fy - (y0 + p))
                for q in range(2):
                    x = min(max(x0 + q, 0), ccolumns - 1)
                    if not cvalid[y, x]:
                        continue
                    w = wy * (1 - abs(fx - (x0 + q))) + 1e-3
                    n = (
                        normal[i, j, 0] * cnormal[y, x, 0]
                        + normal[i, j, 1] * cnormal[y, x, 1]
                        + normal[i, j, 2] * cnormal[y, x, 2]
                    )
                    off = 0.0
                    for c in range(3):
                        off += normal[i, j, c] * (cposition[y, x, c] - position[i, j, c])
                    w *= max(n, 0.0) ** 4 / (1 + (off / 0.06) ** 2) + 1e-4
                    total += w
                    for c in range(channels):
                        out[i, j, c] += w * coarse[y, x, c]
            if total > 0:
                for c in range(channels):
                    out[i, j, c] /= total
