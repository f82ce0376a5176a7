"""Light on the relief of an arm."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.degrade.clothes import dress
from datasets.degrade.planes import three
from datasets.degrade.recipe import Recipe
from datasets.degrade.relief import FOCAL, Projected, Relief, shown
from datasets.degrade.skin import skin
from datasets.degrade.textures import folds

__all__ = ["Lighting", "paint"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Lighting:
    """Where the light comes from; ``night``: only from the camera's own infrared lamp."""

    night: bool
    direction: NDArray[np.float32]  # unit vector towards the light; z towards the camera
    ambient: float  # share that comes from everywhere, 0..1
    level: float  # 1: a white thing facing the light is white
    tint: NDArray[np.float32]  # (3,) BGR: colour of the light, about 1
    shoulder: bool  # whether highlights are held back rather than clipped


def paint(
    planes: Relief,
    bones: list[Projected],
    lighting: Lighting,
    recipe: Recipe,
    rng: np.random.Generator,
    *,
    glove: bool,
) -> Floats:
    """HxWx3 BGR float32 of the limb; only where ``planes.mask`` is set does it mean anything."""
    shape = planes.part.shape
    albedo, gloss = skin(planes, bones, recipe, rng, glove=glove)
    dress(albedo, gloss, planes, bones, recipe, rng)
    height = np.where(planes.part > 0, planes.height, 0).astype(np.float32)
    sleeve = shown(planes, bones, "sleeve")
    if sleeve.any():
        bumps = folds(recipe, shape, rng, max(shape) / 260 * float(rng.uniform(0.35, 0.9)))
        bumps = cv2.GaussianBlur(bumps, (0, 0), 1.5) * float(rng.uniform(0.6, 2.2))
        height += bumps * sleeve
    gx = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    gy = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    norm = 1 / np.sqrt(1 + gx * gx + gy * gy)
    lx, ly, lz = (float(v) for v in lighting.direction)
    facing = (lz - gx * lx - gy * ly) * norm
    wrap = 0.0 if lighting.night else 0.25
    lit = np.clip(facing * (1 - wrap) + wrap, 0, 1).astype(np.float32)
    # hollows between the fingers see less of the room
    sigma = max(shape) * 0.02
    inside = planes.mask.astype(np.float32) * (1 / 255)
    around = cv2.GaussianBlur(height * inside, (0, 0), sigma) / np.maximum(
        cv2.GaussianBlur(inside, (0, 0), sigma), 0.05
    )
    hollow = np.clip((around - height) * (1 / (2.5 * sigma)), 0, 1)
    open_sky = (1 - 0.65 * hollow).astype(np.float32)
    half = np.array([lx, ly, lz + 1.0])
    half /= np.linalg.norm(half)
    shine = np.clip((half[2] - gx * half[0] - gy * half[1]) * norm, 0, 1).astype(np.float32)
    shine = cv2.pow(shine, 26.0) * gloss
    if lighting.night:
        # the lamp is beside the lens: inverse square of the distance, near parts burn out
        near = np.clip(height * (1 / (FOCAL * max(shape))), -0.9, 0.75)
        fall = np.square(1 / (1 - near))
        grey = albedo.mean(axis=2) * 0.6 + 70  # skins differ little there
        value = grey * (0.3 + 0.7 * lit) * open_sky * fall + 40 * shine
        value = value * lighting.level
        if lighting.shoulder:
            value = 275 * (1 - np.exp(value * np.float32(-1 / 200)))
        return three(value)
    shade = lighting.ambient * open_sky + (1 - lighting.ambient) * lit * (0.5 + 0.5 * open_sky)
    # light that enters skin comes out redder at the edge of the shadow
    light = cv2.merge([cv2.pow(shade, power) for power in (1.18, 1.08, 0.92)])
    colour = cv2.multiply(albedo, light * (lighting.tint * np.float32(lighting.level)))
    return np.asarray(colour + three(120 * lighting.level * shine), dtype=np.float32)
