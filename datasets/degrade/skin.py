"""Skin on the relief of an arm: tone, creases, hair, veins, nails; or a glove."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.degrade.materials import cloth_colour, skin_tone
from datasets.degrade.planes import mix, painted, times
from datasets.degrade.recipe import Recipe
from datasets.degrade.relief import Projected, Relief, shown
from datasets.degrade.textures import noise

__all__ = ["skin"]

Floats = NDArray[np.float32]

GLOVES = ((190, 120, 60), (235, 235, 232), (150, 90, 130), (60, 60, 60))  # BGR

FINE = 3
"""Bits of sub-pixel precision in OpenCV's drawing."""


def skin(
    planes: Relief,
    bones: list[Projected],
    recipe: Recipe,
    rng: np.random.Generator,
    *,
    glove: bool,
) -> tuple[Floats, Floats]:
    """Colour without light, HxWx3 BGR 0..255, and gloss, HxW 0..1."""
    shape = planes.part.shape
    tone = skin_tone(recipe, rng)
    mottled = noise(recipe, shape, rng, max(shape) / 320 * float(rng.uniform(0.6, 1.6)))
    if glove:
        hand = shown(planes, bones, "finger", "palm")
        colour = np.array(GLOVES[int(rng.integers(len(GLOVES)))], np.float32)
        ground = painted(tone, 1 - hand) + painted(colour, hand)
        return times(ground, 1 + 0.02 * mottled), 0.25 + 0.5 * hand
    gloss = np.full(shape, float(rng.uniform(0.05, 0.35)), np.float32)
    dark, red = _joints(planes, bones, float(rng.uniform(0.06, 0.22)))
    if rng.random() < 0.45:
        dark += _hair(shape, bones, rng)
    dark += _veins(shape, bones, rng)
    shade = (1 + float(rng.uniform(0.015, 0.06)) * mottled) * (1 - dark)
    # red skin gives back less blue and green
    less = (0.16, 0.13, 0.0)
    planes_ = [shade * (1 - k * red) * float(c) for c, k in zip(tone, less, strict=True)]
    return _nails(np.asarray(cv2.merge(planes_), np.float32), planes, bones, rng), gloss


def _joints(planes: Relief, bones: list[Projected], deep: float) -> tuple[Floats, Floats]:
    """Creases at the fingers' joints (how much darker), and redness of joints and tips."""
    dark = np.zeros(planes.part.shape, np.float32)
    red = np.zeros(planes.part.shape, np.float32)
    for index, item in enumerate(bones):
        radius = item.radii[0]
        here = planes.part == index + 1
        if item.bone.part != "finger" or radius < 1.5 or not here.any():
            continue
        along = planes.along[here]
        if item.bone.joint:
            near = np.exp(-np.square(along / (0.55 * radius)))
            lines = 0.5 + 0.5 * np.cos(along * (2 * np.pi / max(0.42 * radius, 2.5)))
            dark[here] += deep * near * lines * (1 - np.square(planes.across[here]))
            red[here] += 0.6 * near
        if item.bone.dorsal is not None:
            length = max(float(np.hypot(*(item.ends[1] - item.ends[0]))), 1.0)
            red[here] += np.clip(along / length, 0, 1)
    return dark, red


def _hair(shape: tuple[int, ...], bones: list[Projected], rng: np.random.Generator) -> Floats:
    """Short strokes along the forearm: how much darker, HxW."""
    ink = np.zeros(shape, np.uint8)
    for item in bones:
        if item.bone.part != "arm":
            continue
        (p0, p1), (r0, r1) = item.ends, item.radii
        axis = p1 - p0
        way = axis / max(float(np.hypot(*axis)), 1e-3)
        normal = np.array([-way[1], way[0]])
        count = int(rng.integers(40, 160))
        t, u = rng.uniform(0, 0.97, count), rng.uniform(-0.95, 0.95, count)
        radius = r0 + (r1 - r0) * t
        roots = p0 + t[:, None] * axis + (u * radius)[:, None] * normal
        size = np.clip(0.16 * radius, 2, 8)
        lean = rng.normal(0.3, 0.5, count)
        tips = (
            roots + (size * np.cos(lean))[:, None] * way + (size * np.sin(lean))[:, None] * normal
        )
        _draw(ink, list(np.stack([roots, tips], axis=1)), 1)
    return ink.astype(np.float32) * np.float32(rng.uniform(0.1, 0.45) / 255)


def _veins(shape: tuple[int, ...], bones: list[Projected], rng: np.random.Generator) -> Floats:
    """Lines from the knuckles to the wrist and folds across the palm: how much darker, HxW."""
    ink = np.zeros(shape, np.uint8)
    roots = [item for item in bones if item.bone.part == "palm"]
    for item in roots:
        p0, p1 = item.ends
        middle = (p0 + p1) / 2 + rng.normal(0, 0.25 * max(item.radii), 2)
        _draw(ink, [np.stack([p0, middle, p1])], max(1, round(0.12 * item.radii[1])))
    if len(roots) >= 4 and rng.random() < 0.7:
        for share in (0.45, 0.72):
            shares = share + rng.normal(0, 0.06, 4)
            across = [
                i.ends[0] + s * (i.ends[1] - i.ends[0]) for i, s in zip(roots, shares, strict=False)
            ]
            _draw(ink, [np.stack(across)], 1)
    soft = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), max(shape) * 0.005)
    return np.asarray(soft * np.float32(rng.uniform(0.02, 0.14) / 255), dtype=np.float32)


def _draw(ink: NDArray[np.uint8], paths: list[NDArray[np.float64]], width: int) -> None:
    """Polylines, anti-aliased, in place."""
    corners = [np.round(path * 2**FINE).astype(np.int32) for path in paths]
    cv2.polylines(ink, corners, False, 255, width, cv2.LINE_AA, FINE)


def _nails(
    ground: Floats, planes: Relief, bones: list[Projected], rng: np.random.Generator
) -> Floats:
    """The skin with nails on the fingertips whose backs look at the camera."""
    ink = np.zeros(planes.part.shape, np.uint8)
    for index, item in enumerate(bones):
        if item.bone.dorsal is None or item.bone.part != "finger":
            continue
        looks = item.turn @ item.bone.dorsal
        if looks[2] > -0.25 or min(item.radii) < 2:
            continue
        axis = item.ends[1] - item.ends[0]
        centre = item.ends[0] + 0.85 * axis + looks[:2] * item.radii[1] * 0.8
        angle = float(np.degrees(np.arctan2(axis[1], axis[0])))
        size = (item.radii[1] * 0.85, item.radii[1] * 0.62 * -looks[2])
        x, y = (round(value * 2**FINE) for value in centre)
        axes = [max(1, round(value * 2**FINE)) for value in size]
        spot = np.zeros_like(ink)
        cv2.ellipse(spot, (x, y), axes, angle, 0, 360, 255, -1, cv2.LINE_AA, FINE)
        spot[planes.part != index + 1] = 0
        ink = np.maximum(ink, spot)
    if not ink.any():
        return ground
    share = ink.astype(np.float32) * np.float32(rng.uniform(0.35, 0.8) / 255)
    varnish = rng.random() < 0.12
    polish = cloth_colour(rng) if varnish else np.array([185, 190, 235], np.float32)
    return mix(ground, painted(polish, np.ones_like(share)), share)
