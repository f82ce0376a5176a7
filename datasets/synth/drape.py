"""Duvets, blankets, throws and heaps of clothes, laid on one bed in its own frame.

The bed's frame: x across, y towards the head, z up; the mattress is centred on the origin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from datasets.synth.cloth import Field, fall
from datasets.synth.material import Material
from datasets.synth.mesh import Kind, Part, grid_faces

__all__ = ["MODES", "duvet", "field_over", "heap", "waves"]

CELL = 0.02  # metres
MARGIN = 1.0  # metres of floor round the bed
NARROW = 0.95  # metres: a blanket up to here is gathered rather than rolled

MODES = ("cover", "neat", "rumpled", "foot", "thrown", "flap", "swirl")
"""Over somebody; made; left in a heap; pushed to the foot; opened aslant; folded back; wound
into the long shape of a sleeper."""


def waves(rng: np.random.Generator, u: NDArray, v: NDArray, length: float) -> NDArray:
    """Waves of about ``length`` metres in all directions, deviation 1."""
    total = np.zeros_like(u)
    for _ in range(5):
        turn = rng.uniform(0, 2 * np.pi)
        k = 2 * np.pi / (length * rng.uniform(0.7, 1.5))
        total += np.sin(k * (np.cos(turn) * u + np.sin(turn) * v) + rng.uniform(0, 6.28))
    return total / np.sqrt(2.5)


def field_over(
    width: float,
    length: float,
    top: float,
    things: tuple[NDArray, ...] = (),
    lumps: tuple[tuple[float, ...], ...] = (),
    head: float = 0.0,
) -> Field:
    """The heights of a mattress and of the things on it.

    ``things`` are vertices; a lump is x, y, half width, half length, height and turn. ``head``
    is the height of the head board (metres).
    """
    ox, oy = -width / 2 - MARGIN, -length / 2 - MARGIN
    columns, rows = int((width + 2 * MARGIN) / CELL), int((length + 2 * MARGIN) / CELL)
    x, y = np.meshgrid(ox + np.arange(columns) * CELL, oy + np.arange(rows) * CELL)
    height = np.zeros((rows, columns))
    inside = (abs(x) < width / 2) & (abs(y) < length / 2)
    height[inside] = top
    height = ndimage.gaussian_filter(height, 1.0)
    for points in things:
        height = np.maximum(height, _splat(points, ox, oy, rows, columns))
    for lx, ly, half, long, high, turn in lumps:
        c, s = np.cos(turn), np.sin(turn)
        u, v = (x - lx) * c + (y - ly) * s, -(x - lx) * s + (y - ly) * c
        mound = top + high * np.exp(-((u / half) ** 4 + (v / long) ** 4))
        height = np.where(inside, np.maximum(height, mound), height)
    if head:
        board = (y > length / 2 + 0.02) & (y < length / 2 + 0.10) & (abs(x) < width / 2 + 0.05)
        height[board] = np.maximum(height[board], head)
    return Field(height=ndimage.gaussian_filter(height, 0.8), x=ox, y=oy, cell=CELL)


def _splat(points: NDArray, ox: float, oy: float, rows: int, columns: int) -> NDArray:
    out = np.zeros((rows, columns))
    j = ((points[:, 0] - ox) / CELL + 0.5).astype(int)
    i = ((points[:, 1] - oy) / CELL + 0.5).astype(int)
    keep = (i >= 0) & (j >= 0) & (i < rows) & (j < columns)
    np.maximum.at(out, (i[keep], j[keep]), points[keep, 2])
    return ndimage.grey_closing(out, size=(5, 5))


def duvet(
    rng: np.random.Generator,
    under: Field,
    material: Material,
    *,
    mode: str,
    width: float,
    length: float,
    top: float,
    edge: float,
    size: tuple[float, float] | None = None,
    thick: float = 0.03,
    bed: int = -1,
    spacing: float = 0.038,
    frames: int = 80,
) -> Part:
    """A duvet of ``size`` (metres) fallen on ``under`` in one of `MODES`.

    ``edge`` is where its upper edge begins (y), ``top`` the mattress's height.
    """
    if size is None and mode == "swirl" and rng.random() < 0.45:
        size = (float(rng.uniform(0.6, NARROW)), float(rng.uniform(1.5, 2.1)))
    if size is None:
        across = min(max(width + rng.uniform(0.25, 0.75), 1.3), 2.4)
        size = (across, float(rng.uniform(1.9, 2.15)))
    columns, rows = int(size[0] / spacing) + 1, int(size[1] / spacing) + 1
    u, v = np.meshgrid(
        np.linspace(-size[0] / 2, size[0] / 2, columns), np.linspace(0, size[1], rows)
    )
    rest = np.stack([u.ravel(), v.ravel(), np.zeros(u.size)], 1)
    raised = under.height[under.height > top + 0.03]
    start = (float(np.percentile(raised, 99)) if len(raised) > 50 else top) + 0.10
    x, y, z, turn = _begin(rng, mode, u, v, size, length, edge, start)
    middle = (x.mean(), y.mean())
    c, s = np.cos(turn), np.sin(turn)
    du, dv = x - middle[0], y - middle[1]
    x, y = middle[0] + c * du - s * dv, middle[1] + s * du + c * dv
    points = fall(
        np.stack([x.ravel(), y.ravel(), z.ravel()], 1),
        rest,
        columns,
        rows,
        under,
        thick=0.012 + thick / 2,
        apart=0.033 + 0.5 * thick,
        bend=10 ** rng.uniform(-4.2, -3.2),
        fold=10 ** rng.uniform(-3.2, -2.2),
        frames=frames,
    )
    return _solid(points.reshape(rows, columns, 3), rest[:, :2], thick, material, bed)


def _begin(rng, mode, u, v, size, length, edge, start):
    """Where the cloth hangs before it falls: x, y, z and a turn (radians)."""
    broad, fine = waves(rng, u, v, 0.8), waves(rng, u, v, 0.35)
    if mode == "cover":
        x = u * rng.uniform(0.90, 0.98) + rng.uniform(-0.08, 0.08) + 0.03 * broad
        y = edge - v * rng.uniform(0.92, 0.99) + 0.03 * waves(rng, u, v, 0.9)
        return x, y, start + 0.05 * broad + 0.025 * fine, rng.normal(0, 0.07)
    if mode == "neat":
        x = u * 0.99 + rng.uniform(-0.03, 0.03)
        return x, edge - v * 0.99, start + 0.008 * broad, rng.normal(0, 0.025)
    if mode == "rumpled":
        x = u * rng.uniform(0.6, 0.85) + 0.08 * broad
        y = edge - v * rng.uniform(0.55, 0.85) + 0.08 * waves(rng, u, v, 0.7)
        z = start + 0.2 + 0.12 * waves(rng, u, v, 0.55) + 0.05 * fine
        return x, y, z, rng.normal(0, 0.25)
    if mode == "foot":
        tight = rng.uniform(0.25, 0.45)
        x = u * rng.uniform(0.75, 0.95) + 0.08 * broad
        y = -length / 2 + 0.25 + (size[1] - v) * tight + 0.05 * broad
        z = start + 0.35 + 0.22 * np.sin(2 * np.pi * v / rng.uniform(0.35, 0.6) + broad)
        return x, y, z + 0.06 * fine, rng.normal(0, 0.2)
    if mode == "thrown":
        side, slope = rng.choice([-1, 1]), rng.uniform(0.2, 0.8) * 0.8
        over = np.maximum(
            side * u + slope * (size[1] / 2 - v) - rng.uniform(-0.15, 0.3) * size[0] / 2, 0
        )
        back = 2 * over / (1 + slope**2) * 0.97
        x = u * 0.95 - side * back + 0.04 * waves(rng, u, v, 0.6)
        y = edge - v * 0.97 + back * slope
        x, y = x - 0.85 * x.mean(), y - 0.6 * (y.mean() - edge + size[1] / 2)  # it stays on the bed
        z = start + 0.10 + np.minimum(over * 1.5, 0.22) + 0.05 * broad + 0.03 * fine
        return x, y, z, rng.normal(0, 0.09)
    if mode == "flap":
        line = rng.uniform(0.35, 0.9)
        x = u * 0.96 + 0.03 * broad
        y = edge - line - np.abs(v - line) * 0.98 + 0.02 * broad
        z = start + 0.08 + np.minimum(np.maximum(line - v, 0) * 1.5, 0.2) + 0.03 * broad
        return x, y, z + 0.02 * fine, rng.normal(0, 0.09)
    if mode != "swirl":
        raise ValueError(f"mode: expected one of {', '.join(MODES)}; got {mode!r}")
    if size[0] > NARROW:
        return _rolled(rng, u, v, size, edge, start)
    # a blanket drawn together in folds; a wide one would spread again
    x = u * rng.uniform(0.5, 0.75) + rng.uniform(-0.2, 0.2) + 0.05 * broad
    y = edge - v * rng.uniform(0.8, 0.95) + 0.06 * waves(rng, u, v, 0.8)
    z = start + 0.2 + 0.10 * np.sin(2 * np.pi * u / rng.uniform(0.3, 0.5) + broad) + 0.06 * fine
    return x, y, z, rng.normal(0, 0.2)


def _rolled(rng, u, v, size, edge, start):
    """Rolled up from one side, loosely: what is left lies along the bed like a sleeper."""
    side, pitch, core = rng.choice([-1, 1]), rng.uniform(0.07, 0.12), rng.uniform(0.04, 0.08)
    flat = rng.uniform(0.0, 0.5) * size[0]  # how much of the width is left spread out
    along = np.maximum(u * side + size[0] / 2 - flat, 0)
    # arc length of a spiral: core * turn + pitch * turn^2 / 4 pi, rolled from the outside in
    whole = size[0] - flat
    quick = pitch / (4 * np.pi)
    turn = (-core + np.sqrt(core**2 + 4 * quick * np.maximum(whole - along, 0))) / (2 * quick)
    last = (-core + np.sqrt(core**2 + 4 * quick * whole)) / (2 * quick)
    outer = core + pitch * last / (2 * np.pi)
    radius = (core + pitch * turn / (2 * np.pi)) * (1 + 0.15 * waves(rng, u, v, 0.7))
    angle = last - turn - np.pi / 2
    rolled = along > 0
    x = np.where(rolled, radius * np.cos(angle), u * side + size[0] / 2 - flat)
    z = np.where(rolled, outer + radius * np.sin(angle), 0.0)
    x = x * side + 0.10 * waves(rng, v, v, 1.0) + rng.uniform(-0.15, 0.15) + side * flat * 0.3
    y = edge - v * rng.uniform(0.85, 0.97) + 0.04 * waves(rng, u, v, 0.8)
    return x, y, z + start + 0.03 * waves(rng, u, v, 0.4), rng.normal(0, 0.15)


def _solid(grid: NDArray, flat: NDArray, thick: float, material: Material, bed: int) -> Part:
    """Two skins and a rim round cloth, made finer for the eye."""
    rows, columns = grid.shape[:2]
    zoomed = [ndimage.zoom(grid[..., c], 2, order=3, mode="nearest") for c in range(3)]
    fine = np.stack([ndimage.gaussian_filter(z, 1.0, mode="nearest") for z in zoomed], -1)
    uv = np.stack(
        [ndimage.zoom(flat[:, c].reshape(rows, columns), 2, order=1) for c in range(2)], -1
    )
    rows, columns = fine.shape[:2]
    across, along = np.gradient(fine, axis=1), np.gradient(fine, axis=0)
    normal = np.cross(across, along)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9
    normal *= -np.sign(np.median(normal[..., 2]) or 1)
    # thin at the seam, full within
    i = np.minimum(np.arange(rows), np.arange(rows)[::-1])[:, None]
    j = np.minimum(np.arange(columns), np.arange(columns)[::-1])[None]
    full = np.clip(np.minimum(i, j) / 2.5, 0, 1) ** 0.5 * thick / 2
    upper, lower = fine - normal * full[..., None], fine + normal * full[..., None]
    n = rows * columns
    faces = grid_faces(columns, rows)
    return Part(
        vertices=np.concatenate([upper.reshape(n, 3), lower.reshape(n, 3)]).astype(np.float32),
        faces=np.concatenate([faces, faces[:, ::-1] + n]).astype(np.int32),
        uv=np.tile(uv.reshape(n, 2), (2, 1)).astype(np.float32),
        material=material,
        kind=Kind.BEDDING,
        bed=bed,
    )


def heap(
    rng: np.random.Generator,
    under: Field,
    material: Material,
    *,
    place: tuple[float, float],
    size: float,
    tight: float = 0.5,
    bed: int = -1,
    kind: Kind = Kind.BEDDING,
) -> Part:
    """A garment or towel of ``size`` metres dropped at ``place`` in folds."""
    n = max(int(size / 0.035), 8)
    u, v = np.meshgrid(np.linspace(-size / 2, size / 2, n), np.linspace(0, size, n))
    rest = np.stack([u.ravel(), v.ravel(), np.zeros(u.size)], 1)
    x = place[0] + u * tight + 0.05 * waves(rng, u, v, 0.4)
    y = place[1] + (v - size / 2) * tight + 0.05 * waves(rng, u, v, 0.4)
    base = float(under.at(np.array(place[0]), np.array(place[1])))
    z = base + 0.25 + 0.12 * waves(rng, u, v, 0.35)
    points = fall(
        np.stack([x.ravel(), y.ravel(), z.ravel()], 1),
        rest,
        n,
        n,
        under,
        thick=0.012,
        apart=0.036,
        bend=10 ** rng.uniform(-4, -3),
        fold=10 ** rng.uniform(-3, -2),
        frames=60,
    )
    made = _solid(points.reshape(n, n, 3), rest[:, :2], 0.012, material, bed)
    return made.of(kind, bed)
