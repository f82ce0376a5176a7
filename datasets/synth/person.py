"""Bodies put in their place: laid on a mattress, set on its edge, stood on a floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from datasets.synth.bodies import (
    FOOT,
    HAND,
    HEAD,
    LOWER_ARM,
    LOWER_LEG,
    TRUNK,
    UPPER_LEG,
    Body,
    Library,
)
from datasets.synth.mesh import turned

__all__ = ["lay", "on_edge", "sit_up", "upright"]


def lay(
    rng: np.random.Generator,
    body: Body,
    library: Library,
    *,
    top: float,
    width: float,
    length: float,
    head_at: tuple[float, float],
    across: bool = False,
) -> NDArray[np.float64]:
    """A lying body on a mattress of height ``top`` with its head at ``head_at`` (bed's frame)."""
    v = body.vertices.astype(np.float64)
    group = library.group
    trunk = np.isin(group, [TRUNK, UPPER_LEG])
    v[:, 2] += top - np.percentile(v[trunk, 2], 2) - 0.045
    # limbs that would sink into the mattress are lifted, whole cross-sections at a time
    lift, plane = np.zeros(len(v)), top - 0.012
    for side in (1, -1):
        for limb in ((LOWER_ARM, HAND), (LOWER_LEG, FOOT)):
            chosen = np.flatnonzero(np.isin(group, limb) & (library.rest[:, 0] * side > 0))
            points = v[chosen]
            low = np.maximum(0, plane - points[:, 2])
            if not (low > 0).any():
                continue
            few = chosen[::7]
            near = cKDTree(points[:, :2]).query_ball_point(v[few][:, :2], 0.07)
            raised = np.array([low[n].max() for n in near])
            _, nearest = cKDTree(v[few][:, :2]).query(points[:, :2])
            lift[chosen] = raised[nearest]
    for _ in range(20):
        lift = 0.5 * lift + 0.5 * (library.smoothing @ lift)
    v[:, 2] += lift
    head = v[group == HEAD].mean(0)
    turn = rng.normal(0, 0.10) if not across else float(rng.choice([-1, 1])) * rng.uniform(0.6, 1.5)
    v[:, :2] = turned(v - [head[0], head[1], 0], turn)[:, :2]
    if across:
        v[:, :2] -= v[trunk][:, :2].mean(0)
        v[:, 1] += rng.uniform(-0.2, 0.2) * length
    else:
        v[:, :2] += head_at
        sideways, limit = float(np.median(v[:, 0])), width / 2 - 0.2
        if abs(sideways) > limit:
            v[:, 0] -= np.sign(sideways) * (abs(sideways) - limit)
        beyond = -length / 2 + 0.02 - v[:, 1].min()
        v[:, 1] += min(max(beyond, 0), 0.12)
    deep = v[:, 2] < top - 0.03
    v[deep, 2] = top - 0.03 + 0.25 * (v[deep, 2] - top + 0.03)
    return v


def sit_up(rng, body: Body, library: Library, *, top: float, length: float, x: float) -> NDArray:
    """Somebody sitting up in bed, legs towards the foot."""
    v = body.vertices.astype(np.float64)
    v[:, 2] += top - np.percentile(v[:, 2], 2) - 0.02
    v[:, 1] += length / 2 - rng.uniform(0.25, 0.7) - v[library.group == UPPER_LEG, 1].max()
    v[:, 0] += x
    return v


def on_edge(
    rng, body: Body, library: Library, *, top: float, width: float, length: float, side: int
) -> NDArray:
    """Somebody sitting on the long edge at ``side`` (-1 left, 1 right), feet on the floor."""
    v = body.vertices.astype(np.float64)
    hips = library.group == UPPER_LEG
    v[:, 2] += top - np.percentile(v[hips, 2], 3) - 0.01
    sunk = v[:, 2] < 0
    v[sunk, 2] *= 0.1
    v = turned(v, side * np.pi / 2).astype(np.float64)
    back = float((side * v[hips, 0]).min())
    v[:, 0] += side * (width / 2 - rng.uniform(0.2, 0.34) - back)
    v[:, 1] += rng.uniform(-0.35, 0.4) * length / 2 - v[hips, 1].mean()
    return v


def upright(
    body: Body, library: Library, *, x: float, y: float, turn: float, seat: float | None = None
) -> NDArray:
    """Somebody standing, kneeling, sitting or lying at a place in the room; on a ``seat``'s
    height, else on the floor (metres). ``turn`` 0 faces -y.
    """
    v = body.vertices.astype(np.float64)
    if seat is None:
        v[:, 2] -= np.percentile(v[:, 2], 0.5)
        v[:, 2] = np.maximum(v[:, 2], 0.0)
    else:
        v[:, 2] += seat - np.percentile(v[library.group == UPPER_LEG, 2], 3)
        v[:, 2] = np.where(v[:, 2] < 0, v[:, 2] * 0.1, v[:, 2])
    hips = library.group == UPPER_LEG
    v[:, :2] -= v[hips][:, :2].mean(0)
    v = turned(v, turn).astype(np.float64)
    v[:, :2] += (x, y)
    return v
