"""What an arm wears: a sleeve, a watch."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.degrade.materials import cloth_colour
from datasets.degrade.planes import painted
from datasets.degrade.recipe import Recipe
from datasets.degrade.relief import Projected, Relief, shown
from datasets.degrade.textures import print_, weave

__all__ = ["dress"]

Floats = NDArray[np.float32]


def dress(
    ground: Floats,
    gloss: Floats,
    planes: Relief,
    bones: list[Projected],
    recipe: Recipe,
    rng: np.random.Generator,
) -> None:
    """Sleeve and watch, painted in place over the skin's colour (HxWx3) and gloss (HxW)."""
    sleeve = shown(planes, bones, "sleeve")
    if sleeve.any():
        cloth = _cloth(planes, bones, recipe, rng)
        np.copyto(ground, cloth, where=sleeve[..., None] > 0)
        np.copyto(gloss, np.float32(0.0), where=sleeve > 0)
    for index, item in enumerate(bones):
        if item.bone.part == "strap":
            _watch(ground, gloss, planes, index, item, rng)


def _cloth(
    planes: Relief, bones: list[Projected], recipe: Recipe, rng: np.random.Generator
) -> Floats:
    """Woven, sometimes printed, with a hem."""
    shape = planes.part.shape
    zoom = max(shape) / 320
    colour = cloth_colour(rng)
    detail = weave(recipe, shape, rng, zoom * float(rng.choice([0.3, 0.6, 1.0])))
    shade = 1 + float(rng.uniform(0.02, 0.1)) * detail
    seam = np.zeros(shape, np.float32)
    for index, item in enumerate(bones):
        if item.bone.part == "sleeve":
            here = planes.part == index + 1
            hem = 0.3 * item.radii[0]
            seam[here] = np.exp(-np.square((planes.along[here] - hem) / 1.5))
    shade *= 1 - 0.25 * seam
    if rng.random() >= 0.4:
        return painted(colour, shade)
    ink = print_(recipe, shape, rng, zoom * float(rng.uniform(0.3, 1.0)))
    return painted(colour, shade * (1 - ink)) + painted(cloth_colour(rng), shade * ink)


def _watch(
    ground: Floats,
    gloss: Floats,
    planes: Relief,
    index: int,
    item: Projected,
    rng: np.random.Generator,
) -> None:
    """A strap, and its dial where the back of the wrist is seen."""
    here = planes.part == index + 1
    metal = bool(rng.random() < 0.4)
    band = np.array((150, 160, 165), np.float32) if metal else cloth_colour(rng)
    ground[here] = band
    gloss[here] = 1.0 if metal else 0.3
    looks = item.turn @ np.array([0.0, 0.0, -1.0])
    centre = (item.ends[0] + item.ends[1]) / 2 + looks[:2] * item.radii[0] * 0.7
    if looks[2] >= -0.3:
        return
    dial = np.zeros(planes.part.shape, np.uint8)
    size = 0.85 * item.radii[0]
    axes = (max(1, round(size * 8)), max(1, round(size * -looks[2] * 8)))
    angle = float(np.degrees(np.arctan2(looks[1], looks[0]))) + 90
    spot = (round(centre[0] * 8), round(centre[1] * 8))
    cv2.ellipse(dial, spot, axes, angle, 0, 360, 255, -1, cv2.LINE_AA, 3)
    face = (dial > 127) & (planes.part > 0)
    ground[face] = (30, 30, 30) if rng.random() < 0.6 else (225, 228, 230)
    gloss[face] = 1.0
