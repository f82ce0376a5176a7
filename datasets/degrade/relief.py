"""The relief of an arm before the lens: which part is seen where, and how near it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.degrade.skeleton import Bone, Skeleton

__all__ = ["FOCAL", "Projected", "Projection", "Relief", "project", "relief", "shown", "silhouette"]

Floats = NDArray[np.float32]

FOCAL = 0.9
"""Focal length in longer sides of the frame: 58 degrees across."""

NEAREST = 3.0
"""Centimetres before the lens: what comes nearer is cut off."""

FAR_AWAY = -1e6

FAR_OFF = 4000
"""Pixels beyond which coordinates are cut, so that drawing stays in range."""


@dataclass(frozen=True, kw_only=True)
class Projected:
    """A bone in the picture: pixels, and height in pixels towards the camera."""

    ends: tuple[NDArray[np.float64], NDArray[np.float64]]
    radii: tuple[float, float]
    heights: tuple[float, float]
    bone: Bone
    turn: NDArray[np.float64]  # (3, 3): from the skeleton's axes to the camera's


@dataclass(frozen=True, kw_only=True, eq=False)
class Relief:
    """Planes of HxW over the working picture."""

    height: Floats  # pixels towards the camera; FAR_AWAY where there is nothing
    mask: NDArray[np.uint8]  # 255 where there is something
    part: NDArray[np.uint8]  # index of the bone + 1, 0 for nothing
    along: Floats  # pixels along the bone
    across: Floats  # -1..1 over the bone


@dataclass(frozen=True, kw_only=True, eq=False)
class Projection:
    """All bones of a limb in the picture."""

    ends: NDArray[np.float64]  # (n, 2, 2): pixels, start and end, x and y
    radii: NDArray[np.float64]  # (n, 2): pixels
    heights: NDArray[np.float64]  # (n, 2): pixels towards the camera
    depths: NDArray[np.float64]  # (n, 2): centimetres before the lens
    focal: float  # pixels
    bones: tuple[Bone, ...]
    turn: NDArray[np.float64]

    def moved(self, offset: NDArray[np.float64]) -> Projection:
        """The limb moved by ``offset`` (2,) cm across the view, its depth kept."""
        ends = self.ends + self.focal * offset / self.depths[..., None]
        return replace(self, ends=np.clip(ends, -FAR_OFF, FAR_OFF))

    def each(self) -> list[Projected]:
        """The bones one by one."""
        return [
            Projected(
                ends=(self.ends[i, 0], self.ends[i, 1]),
                radii=(float(self.radii[i, 0]), float(self.radii[i, 1])),
                heights=(float(self.heights[i, 0]), float(self.heights[i, 1])),
                bone=bone,
                turn=self.turn,
            )
            for i, bone in enumerate(self.bones)
        ]


def project(
    body: Skeleton,
    turn: NDArray[np.float64],
    place: NDArray[np.float64],
    shape: tuple[int, int],
    reference: float,
) -> Projection:
    """Bones turned, moved to ``place`` (cm before the lens) and seen by a pinhole camera."""
    height, width = shape
    focal = FOCAL * max(shape)
    points = body.points @ turn.T + place
    radii = body.radii
    bones = body.bones
    depth = points[..., 2]
    if depth.min() < NEAREST:
        points, radii, keep = _cut(points, radii)
        points, radii = points[keep], radii[keep]
        bones = tuple(bone for bone, kept in zip(bones, keep, strict=True) if kept)
        depth = points[..., 2]
    ends = focal * points[..., :2] / depth[..., None] + (width / 2, height / 2)
    return Projection(
        ends=np.clip(ends, -FAR_OFF, FAR_OFF),
        depths=depth,
        focal=focal,
        radii=focal * radii / depth,
        heights=focal * (reference - depth) / reference,
        bones=bones,
        turn=turn,
    )


def _cut(
    points: NDArray[np.float64], radii: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Shorten the bones that reach past the lens; the last value says which are left."""
    points, radii = points.copy(), radii.copy()
    near = points[..., 2] < NEAREST
    for index in np.nonzero(near.any(axis=1) & ~near.all(axis=1))[0]:
        inner = int(near[index, 1])  # the end that is too near
        outer = 1 - inner
        z_in, z_out = points[index, inner, 2], points[index, outer, 2]
        share = (NEAREST - z_in) / (z_out - z_in)
        points[index, inner] += share * (points[index, outer] - points[index, inner])
        radii[index, inner] += share * (radii[index, outer] - radii[index, inner])
    return points, radii, np.asarray(~near.all(axis=1))


def silhouette(seen: Projection, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """A coarse outline, HxW 255 inside: fast, for finding where to put an arm."""
    canvas = np.zeros(shape, np.uint8)
    ends = np.round(seen.ends).astype(int).tolist()
    thick = np.clip(np.round(seen.radii.sum(axis=1)), 1, 250).astype(int).tolist()
    for (start, end), width in zip(ends, thick, strict=True):
        cv2.line(canvas, start, end, 255, width)
    return canvas


def relief(bones: list[Projected], shape: tuple[int, int]) -> Relief:
    """All bones drawn into one relief; the nearest wins."""
    planes = Relief(
        height=np.full(shape, FAR_AWAY, np.float32),
        mask=np.zeros(shape, np.uint8),
        part=np.zeros(shape, np.uint8),
        along=np.zeros(shape, np.float32),
        across=np.zeros(shape, np.float32),
    )
    order = {"arm": 0, "palm": 1, "sleeve": 2, "strap": 3, "finger": 4}
    indexed = sorted(enumerate(bones), key=lambda pair: order[pair[1].bone.part])
    smoothed = False
    for index, item in indexed:
        if not smoothed and order[item.bone.part] >= 2:
            _smooth(planes, _palm_blur(bones))
            smoothed = True
        _capsule(planes, item, index + 1)
    _smooth(planes, max(0.5, 0.16 * _palm_blur(bones)))
    return planes


def _palm_blur(bones: list[Projected]) -> float:
    radii = [item.radii[1] for item in bones if item.bone.part == "palm"]
    return float(np.clip(0.45 * np.median(radii), 0.5, 14)) if radii else 2.0


def _smooth(planes: Relief, sigma: float) -> None:
    """Let neighbouring parts grow together: a blur that does not look past the outline."""
    inside = (planes.part > 0).astype(np.float32)
    value = cv2.GaussianBlur(planes.height * inside, (0, 0), sigma)
    norm = cv2.GaussianBlur(inside, (0, 0), sigma)
    np.copyto(planes.height, value / np.maximum(norm, 1e-4), where=inside > 0)
    np.multiply(inside, 255, out=planes.mask, casting="unsafe")


def _capsule(planes: Relief, item: Projected, label: int) -> None:
    """Draw one tapered capsule; sleeves and straps end flat, in an ellipse, others round."""
    height, width = planes.height.shape
    (p0, p1), (r0, r1), (h0, h1) = item.ends, item.radii, item.heights
    reach = max(r0, r1)
    x0, y0 = np.floor(np.minimum(p0, p1) - reach).astype(int)
    x1, y1 = np.ceil(np.maximum(p0, p1) + reach).astype(int) + 1
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
    if x0 >= x1 or y0 >= y1:
        return
    axis = p1 - p0
    length = max(float(np.hypot(*axis)), 1e-3)
    axis = axis / length
    dx = np.arange(x0, x1, dtype=np.float32) - np.float32(p0[0])
    dy = (np.arange(y0, y1, dtype=np.float32) - np.float32(p0[1]))[:, None]
    along = dx * np.float32(axis[0]) + dy * np.float32(axis[1])
    off = dy * np.float32(axis[0]) - dx * np.float32(axis[1])
    share = np.clip(along * np.float32(1 / length), 0, 1)
    radius = np.float32(r0) + np.float32(r1 - r0) * share
    past = along - share * np.float32(length)
    square = radius * radius - off * off - past * past
    rise = np.float32(h0) + np.float32(h1 - h0) * share
    rise += np.sqrt(np.maximum(square, 0))
    window = np.s_[y0:y1, x0:x1]
    wins = (square > 0) & (rise > planes.height[window])
    if item.bone.part in ("sleeve", "strap"):
        bow = np.float32(0.22 * reach) * (1 - np.square(off / radius))
        beyond = 0.0 if item.bone.part == "strap" else reach
        wins &= (along > -bow) & (along < np.float32(length + beyond))
    np.copyto(planes.height[window], rise, where=wins)
    np.copyto(planes.along[window], along, where=wins)
    np.copyto(planes.across[window], off / radius, where=wins)
    planes.part[window][wins] = label


def shown(planes: Relief, bones: list[Projected], *parts: str) -> Floats:
    """1 where one of ``parts`` is seen, HxW."""
    table = np.zeros(len(bones) + 1, np.float32)
    for index, item in enumerate(bones):
        table[index + 1] = item.bone.part in parts
    return table[planes.part]
