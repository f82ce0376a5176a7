"""How clothes hang round a posed body: away from it, in folds, wider towards cuffs and hems.

A garment takes the body's triangles, smoothed and pushed outwards; a gown's skirt, which no
triangles of a body span, is a tube round both legs.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.synth.bodies import LOWER_LEG, UPPER_LEG, Library
from datasets.synth.drape import waves
from datasets.synth.mesh import grid_faces

__all__ = ["bordered", "hung", "normals", "skirt", "under_skirt"]

Points = NDArray[np.float64]

SHOULDER, WRIST = 0.17, 0.43  # metres from the middle where a sleeve begins and ends, at rest
ARMS = 0.54  # shares of the rest pose's height: all that is further out and higher is arm
CROTCH, CHEST, ANKLE, SHOE = 0.47, 0.75, 0.06, 0.035
SKIRT_TOP, COVERED = 0.54, 0.46  # where a skirt begins; down to here the gown's upper part goes
RINGS, SIDES = 16, 48  # of a skirt
TOUCHES = 0.005  # metres between cloth and skin where it lies on


def hung(v: Points, loose: float, library: Library, rng: np.random.Generator) -> Points:
    """Where each vertex of the body ``v`` has its cloth, ``loose`` metres away in the middle.

    What looks up lies close on the body, what looks down hangs.
    """
    faces = library.faces
    smooth = v.copy()
    for _ in range(14):
        smooth = library.smoothing @ smooth
    outward = normals(smooth, faces)
    shrunk = np.maximum(((v - smooth) * outward).sum(1), 0)
    for _ in range(6):
        shrunk = library.smoothing @ shrunk
    ease = loose * _widening(library.rest)
    folds = _folds(library.rest, rng)
    lies = np.clip(0.55 - 0.65 * outward[:, 2], 0.15, 1.0)
    away = shrunk + ease * lies * (1 + 0.5 * folds)
    cloth = smooth + outward * away[:, None]
    cloth[:, 2] -= 0.4 * ease * lies
    body = normals(v, faces)
    inside = ((cloth - v) * body).sum(1, keepdims=True) < 0.004
    return np.asarray(np.where(inside, v + body * TOUCHES, cloth))


def _level(rest: NDArray) -> NDArray:
    """Height of each vertex of the rest pose, 0 at the soles to 1."""
    return np.asarray((rest[:, 2] - rest[:, 2].min()) / np.ptp(rest[:, 2]))


def _sleeves(rest: NDArray) -> NDArray:
    return np.asarray((np.abs(rest[:, 0]) > SHOULDER) & (_level(rest) > ARMS))


def _widening(rest: NDArray) -> NDArray:
    """How much looser than in the middle the cloth is at each vertex of the rest pose."""
    z = _level(rest)
    sleeve = np.clip((np.abs(rest[:, 0]) - SHOULDER) / (WRIST - SHOULDER), 0, 1)
    leg = np.clip((CROTCH - z) / (CROTCH - ANKLE), 0, 1)
    trunk = np.clip((CHEST - z) / (CHEST - CROTCH), 0, 1)
    wide = np.where(_sleeves(rest), 0.7 + 0.9 * sleeve, 0.7 + 0.5 * trunk + 0.7 * leg)
    return np.asarray(np.where(z < SHOE, 0.2, wide))


def _folds(rest: NDArray, rng: np.random.Generator) -> NDArray:
    """Folds that run along sleeves, legs and trunk, deviation about 1."""
    sleeve = _sleeves(rest)
    along = np.where(sleeve, np.abs(rest[:, 0]) * 1.6, rest[:, 2])
    across = np.where(sleeve, rest[:, 2] + 1.2 * np.abs(rest[:, 0]) - rest[:, 1],
                      rest[:, 0] + rest[:, 1])  # fmt: skip
    long = waves(rng, across, along * 0.3, 0.14)
    fine = waves(rng, across - 0.4 * along, along * 0.6, 0.09)
    return np.asarray(np.clip(0.85 * long + 0.35 * fine, -1.5, 1.7))


def skirt(
    v: Points, library: Library, rng: np.random.Generator, *, loose: float, hem: float
) -> tuple[Points, NDArray[np.int32], Points]:
    """A skirt round both legs down to ``hem`` (share of the height in the rest pose).

    Gives vertices, faces and uv in the coordinates of the rest pose.
    """
    low, high = library.rest[:, 2].min(), np.ptp(library.rest[:, 2])
    level = _level(library.rest)
    legs = np.isin(library.group, [UPPER_LEG, LOWER_LEG])
    levels = np.linspace(SKIRT_TOP, hem, RINGS)
    bands = [v[legs & (np.abs(level - at) < 0.022)] for at in levels]
    bands = [band if len(band) > 3 else v[legs] for band in bands]
    middles = np.array([(band.min(0) + band.max(0)) / 2 for band in bands])
    along = np.gradient(middles, axis=0)
    along = (along + np.roll(along, 1, 0) + np.roll(along, -1, 0))[1:-1]
    along = np.concatenate([along[:1], along, along[-1:]])
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = np.array([1.0, 0, 0]) - along * along[:, :1]
    if np.abs(along[:, 0]).max() > 0.9:
        across = np.array([0, 1.0, 0]) - along * along[:, 1:2]
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    other = np.cross(along, across)
    turn = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)
    fall = np.linspace(0, 1, RINGS)
    folds = waves(rng, np.cos(turn)[None] * 0.25 + fall[:, None] * 0.1,
                  np.sin(turn)[None] * 0.25 + 0 * fall[:, None], 0.16)  # fmt: skip
    rings = []
    for k, band in enumerate(bands):
        ring, out = _round(band, across[k], other[k])
        ease = loose * (0.5 + 1.6 * fall[k]) * np.clip(0.6 - 0.6 * out[:, 2], 0.2, 1.1)
        ease = np.maximum(0.014 + ease * (1 + 0.6 * folds[k] * fall[k]), 0.01)
        rings.append(ring + out * ease[:, None] - [0, 0, 0.25] * ease[:, None])
    grid = np.stack(rings)
    for _ in range(2):  # round what is angular, round the tube and along it
        grid = (np.roll(grid, 1, 1) + 2 * grid + np.roll(grid, -1, 1)) / 4
        grid[1:-1] = (grid[:-2] + 2 * grid[1:-1] + grid[2:]) / 4
    closed = np.concatenate([grid, grid[:, :1]], 1)
    u = np.linspace(-0.35, 0.35, SIDES + 1)[None] + 0 * levels[:, None]
    uv = np.stack([u, (low + levels * high)[:, None] + 0 * u], -1)
    return closed.reshape(-1, 3), grid_faces(SIDES + 1, RINGS), uv.reshape(-1, 2)


def _round(band: Points, across: NDArray, other: NDArray) -> tuple[Points, Points]:
    """A ring of `SIDES` points drawn tight round ``band``, and the way out at each."""
    flat = np.stack([band @ across, band @ other], -1).astype(np.float32)
    corners = cv2.convexHull(flat, returnPoints=False, clockwise=False).ravel()
    corners = np.roll(corners, -int(flat[corners, 0].argmax()))
    corners = np.append(corners, corners[0])
    steps = np.linalg.norm(np.diff(flat[corners], axis=0), axis=1)
    arc = np.append(0, np.cumsum(steps))
    at = np.linspace(0, arc[-1], SIDES, endpoint=False)
    ring = np.stack([np.interp(at, arc, band[corners, c]) for c in range(3)], -1)
    middle = ring.mean(0)
    tangent = np.roll(ring, -1, 0) - np.roll(ring, 1, 0)
    out = np.cross(tangent, np.cross(across, other))
    out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-9
    return ring, out * np.sign(((ring - middle) * out).sum(1).mean())


def under_skirt(library: Library) -> NDArray[np.bool_]:
    """The vertices that a skirt alone clothes."""
    return np.asarray(_level(library.rest) < COVERED)


def bordered(v: Points, faces: NDArray, rounds: int = 4) -> Points:
    """Vertices with the open edge of ``faces`` drawn straight, so that hems are not frayed."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    key = edges.min(1).astype(np.int64) * len(v) + edges.max(1)
    found, count = np.unique(key, return_counts=True)
    lone = found[count == 1]
    a, b = lone // len(v), lone % len(v)
    ends, others = np.concatenate([a, b]), np.concatenate([b, a])
    degree = np.bincount(ends, minlength=len(v))
    on = degree > 0
    out = v.copy()
    for _ in range(rounds):
        mean = np.stack([np.bincount(ends, out[others, c], len(v)) for c in range(3)], -1)
        out[on] = 0.4 * out[on] + 0.6 * mean[on] / degree[on, None]
    return np.asarray(out)


def normals(v: NDArray, faces: NDArray) -> NDArray:
    """Unit normals of the vertices."""
    face = np.cross(v[faces[:, 1]] - v[faces[:, 0]], v[faces[:, 2]] - v[faces[:, 0]])
    out = np.zeros_like(v)
    for corner in range(3):
        for c in range(3):
            out[:, c] += np.bincount(faces[:, corner], face[:, c], len(v))
    return np.asarray(out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-12))
