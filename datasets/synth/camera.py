"""Lenses: which way each pixel looks, and where a point is seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Camera", "look"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A camera at a place. ``axes`` are its right, down and forward."""

    place: tuple[float, float, float]
    axes: NDArray[np.float64]  # 3x3, a row each
    field: float  # of view across the picture's width, radians
    fisheye: float  # 0: straight lines stay straight; 1: equisolid; between: barrel
    width: int
    height: int
    view: str = ""  # corner, wall, ceiling, night_table, ward

    def rays(self, pixels: NDArray) -> Floats:
        """Unit directions for Nx2 pixel coordinates (0,0 is the upper left corner)."""
        half = np.float32([self.width / 2, self.height / 2])
        flat = (np.asarray(pixels, np.float32) - half) / half[0]
        r = np.hypot(flat[:, 0], flat[:, 1])
        angle = self._angle(r)
        scale = np.sin(angle) / np.maximum(r, np.float32(1e-9))
        own = np.stack([flat[:, 0] * scale, flat[:, 1] * scale, np.cos(angle)], -1)
        return np.ascontiguousarray(own @ self.axes.astype(np.float32), np.float32)

    def pixels(self, points: NDArray) -> NDArray[np.float64]:
        """Nx2 pixel coordinates of points; NaN for what lies behind."""
        own = (np.asarray(points, float) - self.place) @ self.axes.T
        across = np.hypot(own[:, 0], own[:, 1])
        angle = np.arctan2(across, own[:, 2])
        limit = 1.45 if self.fisheye < 0.5 else 1.9
        r = np.where(angle < limit, self._radius(np.minimum(angle, limit)), np.nan)
        scale = r / np.maximum(across, 1e-9) * (self.width / 2)
        return own[:, :2] * scale[:, None] + (self.width / 2, self.height / 2)

    def turned(self, right: float, down: float) -> Camera:
        """The camera knocked round by so many radians to its right and down, where it hangs."""
        c, s, e, t = np.cos(right), np.sin(right), np.cos(down), np.sin(down)
        aside = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
        lower = np.array([[1, 0, 0], [0, e, -t], [0, t, e]])
        return replace(self, axes=lower @ aside @ self.axes)

    def _radius(self, angle: NDArray) -> NDArray:
        """Distance from the centre, in half widths."""
        half = self.field / 2
        k = _stretch(self.fisheye)
        return (
            np.tan(angle * k) / np.tan(half * k) if k > 0 else np.sin(angle / 2) / np.sin(half / 2)
        )

    def _angle(self, r: NDArray) -> NDArray:
        half = self.field / 2
        k = _stretch(self.fisheye)
        if k > 0:
            return np.arctan(r * np.tan(half * k)) / k
        return 2 * np.arcsin(np.clip(r * np.sin(half / 2), 0, 0.999))


def _stretch(fisheye: float) -> float:
    """1 for a straight lens, falling to 0.5 (stereographic); then the equisolid one."""
    return 0.0 if fisheye > 0.95 else 1.0 - 0.5 * fisheye


def look(
    place,
    target,
    *,
    field: float,
    fisheye: float = 0.0,
    roll: float = 0.0,
    width: int = 320,
    height: int = 240,
    view: str = "",
) -> Camera:
    """A camera at ``place`` looking at ``target`` (metres), turned by ``roll`` (radians)."""
    forward = np.asarray(target, float) - place
    forward /= np.linalg.norm(forward)
    helper = np.array([0, 0, 1.0]) if abs(forward[2]) < 0.999 else np.array([0, 1.0, 0])
    right = np.cross(forward, helper)
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    c, s = np.cos(roll), np.sin(roll)
    axes = np.stack([c * right + s * down, -s * right + c * down, forward])
    return Camera(
        place=tuple(float(v) for v in place),
        axes=axes,
        field=field,
        fisheye=fisheye,
        width=width,
        height=height,
        view=view,
    )
