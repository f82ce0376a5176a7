"""Edges of the surfaces that a picture shows, and blurs that keep them."""

from __future__ import annotations

import numba as nb
import numpy as np

__all__ = ["beside", "edges", "smooth", "spread"]


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


@nb.njit(cache=True, fastmath=True)
def edges(owner, position, normal, out):
    """Mark samples on both sides of where one thing, side or depth ends and another begins."""
    rows, columns = owner.shape
    for i in range(rows):
        for j in range(columns):
            for k in range(2):
                y, x = i + k, j + 1 - k
                if y >= rows or x >= columns:
                    continue
                differs = owner[i, j] != owner[y, x]
                if not differs and owner[i, j] >= 0:
                    same, off, far = 0.0, 0.0, 0.0
                    for c in range(3):
                        gap = position[y, x, c] - position[i, j, c]
                        same += normal[i, j, c] * normal[y, x, c]
                        off += normal[i, j, c] * gap
                        far += gap * gap
                    differs = same < 0.6 or (abs(off) > 0.03 and off * off > 0.25 * far)
                if differs:
                    out[i, j] = True
                    out[y, x] = True


@nb.njit(cache=True, fastmath=True)
def beside(row, column, owner, position, normal, owners, positions, normals, out):
    """For each of some points the index of the sample nearby that is most like it."""
    rows, columns = owners.shape
    for k in range(row.shape[0]):
        best = 1e9
        for i in range(max(row[k] - 1, 0), min(row[k] + 2, rows)):
            for j in range(max(column[k] - 2, 0), min(column[k] + 3, columns)):
                off, same = 0.0, 0.0
                for c in range(3):
                    off += normal[k, c] * (positions[i, j, c] - position[k, c])
                    same += normal[k, c] * normals[i, j, c]
                fault = abs(off) + 0.3 * (1 - same) + (1.0 if owners[i, j] != owner[k] else 0.0)
                if fault < best:
                    best = fault
                    out[k] = i * columns + j
