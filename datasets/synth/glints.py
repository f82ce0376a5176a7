"""Bright pupils: what eyes send straight back to a lamp that sits at the lens.

The ground of the eye returns a few hundredths of the light, but into a cone of some degrees
round the lamp, so that a pupil of six millimetres outshines the face. It covers less than a
pixel; rays would hit or miss it, so it is added to the picture afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from datasets.synth.camera import Camera
from datasets.synth.eyes import EYES
from datasets.synth.lighting import Lighting
from datasets.synth.mesh import Part
from datasets.synth.trace import Tracer

__all__ = ["pupils"]

RETURNED = 30.0  # times as bright as white paper, looked at straight along the lamp's light
CONE = np.radians(2.5)  # off the lamp at which this has fallen to a third
GAZE = np.radians(13.0)  # off the eye's axis, likewise
PUPIL = 0.003  # radius, metres, in the dark
SOFT = 0.6  # pixels over which the lens spreads a point


def pupils(
    light: NDArray[np.float32],
    parts: Sequence[Part],
    tracer: Tracer,
    camera: Camera,
    lighting: Lighting,
) -> NDArray[np.float32]:
    """``light`` (HxWx1, infrared) with the pupils of those who look at ``camera``."""
    eyes = [np.array_split(part.vertices, 2) for part in parts if EYES in part.tags]
    if not eyes or lighting.name != "ir":
        return light
    lamp = lighting.lights[0]
    discs = np.array([disc.astype(float) for pair in eyes for disc in pair])
    middle = discs.mean(1)
    facing = np.cross(discs[:, 1] - discs[:, 0], discs[:, 2] - discs[:, 0])
    facing /= np.linalg.norm(facing, axis=1, keepdims=True) + 1e-12
    home, reach = _way(middle, camera.place)
    back, far = _way(middle, lamp.place)
    gaze = np.arccos(np.clip((facing * home).sum(1), -1, 1))
    off = np.arccos(np.clip((home * back).sum(1), -1, 1))
    aim = np.arccos(np.clip(-(back @ np.asarray(lamp.facing)), -1, 1))
    strength = lamp.power / far**2 / np.pi / (1 + (aim / lamp.cone) ** 4)
    sent = RETURNED * strength * np.exp(-((off / CONE) ** 2) - (gaze / GAZE) ** 2)
    at = camera.pixels(middle)
    share = np.pi * PUPIL**2 / (reach * camera.field / camera.width) ** 2
    open_ = (gaze < 3 * GAZE) & np.isfinite(at).all(1)
    start = (middle + 0.004 * home).astype(np.float32)
    open_ &= ~tracer.blocked(start, home.astype(np.float32), (reach - 0.03).astype(np.float32))
    out = light.copy()
    for k in np.flatnonzero(open_):
        _spread(out, at[k], float(sent[k] * share[k]))
    return out


def _way(start: NDArray, end: Sequence[float]) -> tuple[NDArray, NDArray]:
    way = np.asarray(end, float) - start
    long = np.linalg.norm(way, axis=1)
    return way / long[:, None], long


def _spread(out: NDArray[np.float32], at: NDArray, amount: float) -> None:
    """Add ``amount`` (radiance times pixels) round the point ``at``, x and y."""
    height, width = out.shape[:2]
    x0, y0 = int(at[0]) - 2, int(at[1]) - 2
    x, y = np.meshgrid(np.arange(x0, x0 + 5), np.arange(y0, y0 + 5))
    weight = np.exp(-((x + 0.5 - at[0]) ** 2 + (y + 0.5 - at[1]) ** 2) / (2 * SOFT**2))
    weight /= weight.sum()
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    out[y[inside], x[inside], 0] += np.float32(amount * weight[inside])
