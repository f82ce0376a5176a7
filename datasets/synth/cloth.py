"""Cloth that falls on a bed: extended position-based dynamics on a height field.

M. Macklin, M. Müller, N. Chentanez, "XPBD: position-based simulation of compliant
constrained dynamics", Motion in Games, 2016. One thread; about 0.7 CPU-seconds a duvet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

__all__ = ["Field", "fall"]

GRAVITY = 9.81
FASTEST = 3.0  # metres a second


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """Heights that cloth rests on, on a square grid."""

    height: NDArray[np.float64]  # rows x columns, metres
    x: float  # of the first column, metres
    y: float  # of the first row, metres
    cell: float  # metres

    def at(self, x: NDArray, y: NDArray) -> NDArray[np.float64]:
        """Height at the nearest cell."""
        rows, columns = self.height.shape
        i = np.clip(np.rint((y - self.y) / self.cell).astype(int), 0, rows - 1)
        j = np.clip(np.rint((x - self.x) / self.cell).astype(int), 0, columns - 1)
        return self.height[i, j]


@nb.njit(cache=True, fastmath=True)
def _stretch(x, a, b, length, give, dt2):
    for k in range(a.shape[0]):
        i, j = a[k], b[k]
        dx, dy, dz = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]
        now = np.sqrt(dx * dx + dy * dy + dz * dz) + 1e-9
        s = (now - length[k]) / (2 + give[k] / dt2) / now
        x[i, 0] += s * dx
        x[i, 1] += s * dy
        x[i, 2] += s * dz
        x[j, 0] -= s * dx
        x[j, 1] -= s * dy
        x[j, 2] -= s * dz


@nb.njit(cache=True, fastmath=True)
def _rest_on(x, before, height, ox, oy, cell, thick, friction):
    rows, columns = height.shape
    for i in range(x.shape[0]):
        fx, fy = (x[i, 0] - ox) / cell, (x[i, 1] - oy) / cell
        if fx < 0 or fy < 0 or fx >= columns - 1.01 or fy >= rows - 1.01:
            continue
        ix, iy = int(fx), int(fy)
        u, v = fx - ix, fy - iy
        h00, h10 = height[iy, ix], height[iy, ix + 1]
        h01, h11 = height[iy + 1, ix], height[iy + 1, ix + 1]
        h = (h00 * (1 - u) + h10 * u) * (1 - v) + (h01 * (1 - u) + h11 * u) * v
        gx = ((h10 - h00) * (1 - v) + (h11 - h01) * v) / cell
        gy = ((h01 - h00) * (1 - u) + (h11 - h10) * u) / cell
        inv = 1 / np.sqrt(1 + gx * gx + gy * gy)
        d = (h - x[i, 2]) * inv + thick
        if d > 0:
            d = min(d, 0.03)
            px, py, pz = -gx * inv, -gy * inv, inv
            x[i, 0] += d * px
            x[i, 1] += d * py
            x[i, 2] += d * pz
            tx, ty, tz = x[i, 0] - before[i, 0], x[i, 1] - before[i, 1], x[i, 2] - before[i, 2]
            dn = tx * px + ty * py + tz * pz
            tx, ty, tz = tx - dn * px, ty - dn * py, tz - dn * pz
            f = min(1.0, friction * d / (np.sqrt(tx * tx + ty * ty + tz * tz) + 1e-9))
            x[i, 0] -= f * tx
            x[i, 1] -= f * ty
            x[i, 2] -= f * tz


@nb.njit(cache=True)
def _cell(x, i, c):
    return int(np.floor(x[i, 0] / c)), int(np.floor(x[i, 1] / c)), int(np.floor(x[i, 2] / c))


@nb.njit(cache=True)
def _near(x, rest, reach, apart, out):
    """Pairs of particles that are close now and were not on the flat cloth."""
    n, buckets = x.shape[0], 1 << 15
    head, following = np.full(buckets, -1, np.int32), np.full(n, -1, np.int32)
    for i in range(n):
        a, b, d = _cell(x, i, reach)
        k = (a * 73856093 ^ b * 19349663 ^ d * 83492791) & (buckets - 1)
        following[i] = head[k]
        head[k] = i
    m = 0
    for i in range(n):
        a, b, d = _cell(x, i, reach)
        for p in range(-1, 2):
            for q in range(-1, 2):
                for s in range(-1, 2):
                    k = ((a + p) * 73856093 ^ (b + q) * 19349663 ^ (d + s) * 83492791) & (
                        buckets - 1
                    )
                    j = head[k]
                    while j >= 0:
                        if j > i:
                            dx, dy, dz = x[i, 0] - x[j, 0], x[i, 1] - x[j, 1], x[i, 2] - x[j, 2]
                            ex, ey = rest[i, 0] - rest[j, 0], rest[i, 1] - rest[j, 1]
                            close = dx * dx + dy * dy + dz * dz < reach * reach
                            if close and ex * ex + ey * ey > apart * apart and m < out.shape[0]:
                                out[m, 0], out[m, 1] = i, j
                                m += 1
                        j = following[j]
    return m


@nb.njit(cache=True, fastmath=True)
def _part(x, before, pairs, m, thick, friction):
    for k in range(m):
        i, j = pairs[k, 0], pairs[k, 1]
        dx, dy, dz = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]
        now = np.sqrt(dx * dx + dy * dy + dz * dz) + 1e-9
        if now < thick:
            s = max(0.5 * (now - thick) / now, -0.5 * 0.01 / now)
            x[i, 0] += s * dx
            x[i, 1] += s * dy
            x[i, 2] += s * dz
            x[j, 0] -= s * dx
            x[j, 1] -= s * dy
            x[j, 2] -= s * dz
            for c in range(3):
                vi, vj = x[i, c] - before[i, c], x[j, c] - before[j, c]
                mean = 0.5 * (vi + vj)
                x[i, c] += friction * (mean - vi)
                x[j, c] += friction * (mean - vj)


@nb.njit(cache=True, fastmath=True)
def _frame(
    x, v, a, b, length, give, pairs, m, height, ox, oy, cell, thick, apart, friction, steps, damping
):
    """One sixtieth of a second in ``steps``."""
    dt = 1 / 60 / steps
    before = np.empty_like(x)
    for _ in range(steps):
        for i in range(x.shape[0]):
            v[i, 2] -= GRAVITY * dt
            speed = np.sqrt(v[i, 0] ** 2 + v[i, 1] ** 2 + v[i, 2] ** 2)
            slow = min(1.0, FASTEST / max(speed, 1e-6))
            for c in range(3):
                before[i, c] = x[i, c]
                x[i, c] += v[i, c] * slow * dt
        _stretch(x, a, b, length, give, dt * dt)
        _part(x, before, pairs, m, apart, 0.3)
        _rest_on(x, before, height, ox, oy, cell, thick, friction)
        for i in range(x.shape[0]):
            for c in range(3):
                v[i, c] = (x[i, c] - before[i, c]) / dt * damping


def _springs(columns: int, rows: int, rest: NDArray, shear: float, bend: float, fold: float):
    index = np.arange(columns * rows).reshape(rows, columns)
    kinds = [
        (index[:, :-1], index[:, 1:], 1e-7),
        (index[:-1], index[1:], 1e-7),
        (index[:-1, :-1], index[1:, 1:], shear),
        (index[1:, :-1], index[:-1, 1:], shear),
        (index[:, :-2], index[:, 2:], bend),
        (index[:-2], index[2:], bend),
        (index[:, :-4], index[:, 4:], fold),
        (index[:-4], index[4:], fold),
    ]
    a = np.concatenate([k[0].ravel() for k in kinds]).astype(np.int32)
    b = np.concatenate([k[1].ravel() for k in kinds]).astype(np.int32)
    give = np.concatenate([np.full(k[0].size, k[2]) for k in kinds])
    return a, b, np.linalg.norm(rest[a] - rest[b], axis=1), give


def fall(
    start: NDArray,
    rest: NDArray,
    columns: int,
    rows: int,
    under: Field,
    *,
    thick: float,
    apart: float,
    bend: float,
    fold: float,
    frames: int = 100,
    steps: int = 8,
    friction: float = 0.6,
) -> NDArray[np.float64]:
    """Where cloth comes to rest that begins at ``start`` (N x 3, metres).

    ``rest`` is the same cloth laid flat; ``thick`` keeps it above the field and ``apart`` from
    itself (metres); ``bend`` and ``fold`` are compliances, smaller is stiffer.
    """
    a, b, length, give = _springs(columns, rows, rest, 1e-4, bend, fold)
    x, v = start.astype(np.float64).copy(), np.zeros(start.shape)
    pairs, flat = np.zeros((400000, 2), np.int32), np.ascontiguousarray(rest[:, :2])
    for frame in range(frames):
        if frame % 2 == 0:
            m = _near(x, flat, apart * 1.5, apart * 1.7, pairs)
        damping = 0.985 if frame < frames * 0.6 else 0.97
        _frame(
            x, v, a, b, length, give, pairs, m, under.height, under.x, under.y, under.cell,
            thick, apart, friction, steps, damping,
        )  # fmt: skip
    return x
