"""Covers: something opaque before the lens, wholly or in part."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Cause, State
from datasets.degrade.focus import blur
from datasets.degrade.materials import Material, material
from datasets.degrade.night import night_look
from datasets.degrade.outcome import Degraded, Draw, by_share
from datasets.degrade.planes import is_grey, mix, painted, solid, times
from datasets.degrade.recipe import Recipe
from datasets.degrade.region import Region
from datasets.degrade.sensor import add_noise, compress
from datasets.degrade.textures import cloud, noise

__all__ = ["cover_bright", "cover_dark", "cover_partial", "cover_textured", "uniform"]

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def _covered(picture: Pixels, draw: Draw, sigma: float) -> Degraded:
    """The outcome of a cover that leaves nothing of the room."""
    judged = (State.OBSTRUCTED.value, (Cause.COVERED.value,))
    everything = np.full(picture.shape[:2], 255, np.uint8)
    return draw.done(picture, judged, {"bed_seen": 0.0, "sigma": sigma}, everything)


def cover_dark(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """Cloth, tape or a hand tight on the lens in the light: near black, a leak at the edge."""
    rng = draw.rng
    shape = picture.shape[:2]
    grey = is_grey(picture) or rng.random() < 0.4
    stuff = material(draw.recipe, shape, rng, rng.choice(["cloth", "tape", "skin"]), grey=grey)
    stuff = blur(stuff, float(rng.uniform(0.004, 0.05)) * max(shape), 0.0)
    level = float(rng.uniform(0, 0.06) + 0.22 * draw.strength * rng.random())
    scene = stuff * level
    if rng.random() < 0.3 + 0.5 * draw.strength:
        leak = _leak(shape, rng)
        glow = np.array([rng.uniform(0.5, 1), rng.uniform(0.6, 1), 1.0], np.float32)
        if grey:
            glow[:] = 1
        amount = float(rng.uniform(10, 40 + 130 * draw.strength))
        scene += painted(glow * np.float32(amount), leak)
    scene += float(rng.uniform(0, 8))
    sigma = float(rng.uniform(0.5, 6.0))
    out = add_noise(
        scene, sigma, rng, chroma=0.0 if grey else 0.6, smooth=float(rng.choice([0.0, 0.8]))
    )
    return _covered(compress(out, rng, share=0.6), draw, sigma)


def _leak(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Light that comes in past the cover at one border or corner, 0..1."""
    height, width = shape
    y, x = np.ogrid[0:height, 0:width]
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5)
    wavy = along.astype(np.float32) + 0.25 * (cloud(shape, 3, rng) - 0.5)
    return np.asarray(
        np.clip((wavy - float(rng.uniform(0.2, 0.45))) * float(rng.uniform(1.5, 6)), 0, 1),
        dtype=np.float32,
    )


def cover_bright(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """A hand or cloth over an infrared camera: its own lamp makes the frame bright and flat.

    Also a white cloth or paper over a camera in daylight.
    """
    rng = draw.rng
    shape = picture.shape[:2]
    lit_by_lamp = bool(rng.random() < 0.75)
    what = rng.choice(["skin", "cloth", "paper"]) if lit_by_lamp else rng.choice(["cloth", "paper"])
    stuff = material(draw.recipe, shape, rng, what, grey=lit_by_lamp or is_grey(picture), pale=True)
    stuff = blur(stuff, float(rng.uniform(0.002, 0.05)) * max(shape), 0.0)
    stuff = (stuff / max(float(stuff.mean()), 1.0) - 1) * (0.25 + 0.75 * draw.strength) + 1
    if lit_by_lamp:  # the lamp's patch, off the middle because the lamp sits beside the lens
        height, width = shape
        y, x = np.ogrid[0:height, 0:width]
        centre = rng.uniform(0.1, 0.9, 2)
        reach = float(rng.uniform(0.5, 1.5))
        distance = ((y / height - centre[0]) ** 2 + (x / width - centre[1]) ** 2) / reach**2
        stuff = times(stuff, (0.7 + 0.5 / (1 + distance)).astype(np.float32))
    scene = stuff * float(rng.uniform(165, 265))
    scene = np.minimum(scene, np.float32(256))  # cv2.min would take a scalar for channel 0 only
    sigma = float(rng.uniform(0.4, 3.5))
    out = add_noise(scene, sigma, rng, chroma=0.0 if lit_by_lamp else 0.5)
    return _covered(compress(out, rng, share=0.6), draw, sigma)


def cover_textured(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """Cloth with weave, folds and print; tape; paper; skin: seen, but nothing behind it."""
    rng = draw.rng
    shape = picture.shape[:2]
    grey = is_grey(picture) or rng.random() < 0.2
    what: Material = rng.choice(["cloth", "cloth", "cloth", "skin", "tape", "paper"])
    stuff = material(draw.recipe, shape, rng, what, grey=grey)
    sharp = float(rng.uniform(0.0, 0.012 + 0.02 * (1 - draw.strength))) * max(shape)
    if sharp > 0.4:
        stuff = blur(stuff, sharp, float(rng.random()))
    uneven = 0.45 + 1.1 * cloud(shape, float(rng.uniform(1.2, 2.5)), rng)
    stuff = times(stuff, uneven * float(rng.uniform(0.5, 1.15)))
    if rng.random() < 0.3:  # thin cloth lets a little of the room through, without its shapes
        room = blur(picture.astype(np.float32), 0.12 * max(shape), 0.0)
        share = float(rng.uniform(0.03, 0.25))
        stuff = stuff * np.float32(1 - share) + room * np.float32(share)
    sigma = float(rng.uniform(0.5, 5.0))
    out = add_noise(stuff, sigma, rng, chroma=0.0 if grey else 0.5)
    return _covered(compress(out, rng, share=0.6), draw, sigma)


def uniform(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """One grey (seldom a tint) over the whole frame, with the sensor's noise."""
    rng = draw.rng
    level = 255 * draw.strength
    colour = np.full(3, level, np.float32)
    if rng.random() < 0.3:
        colour *= rng.uniform(0.85, 1.1, 3).astype(np.float32)
    sigma = float(rng.choice([0.0, rng.uniform(0.3, 2.0), rng.uniform(2.0, 10.0)]))
    scene = np.empty(picture.shape, np.float32)
    scene[:] = colour
    out = add_noise(scene, sigma, rng, chroma=float(rng.choice([0.0, 0.6])))
    return _covered(out, draw, sigma)


def cover_partial(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """An opaque thing whose edge leaves about ``1 - strength`` of the bed in view."""
    rng = draw.rng
    shape = picture.shape[:2]
    base = picture.astype(np.float32)
    grey = is_grey(picture)
    if not grey and rng.random() < 0.2:
        base, _ = night_look(picture, float(rng.uniform(0, 0.6)), rng)
        grey = True
    field = _field(draw.recipe, region, rng)
    level = float(np.quantile(field[region.mask > 0], 1 - draw.strength))
    soft = float(rng.choice([0.004, 0.02, 0.06])) * float(rng.uniform(0.5, 1.5))
    alpha = np.clip((field - level) * (1 / soft) + 0.5, 0, 1)
    alpha = alpha * alpha * (3 - 2 * alpha)
    what: Material = rng.choice(["cloth", "cloth", "tape", "paper", "plain", "skin"])
    stuff = material(draw.recipe, shape, rng, what, grey=grey)
    # near things are out of focus about as much as their edge is soft
    stuff = blur(stuff, max(soft * 0.5 * max(shape), 0.3), float(rng.random()))
    level_out = float(rng.choice([0.08, 0.4, 0.7, 1.0, 1.3])) * float(rng.uniform(0.8, 1.2))
    if grey and rng.random() < 0.6:
        level_out = float(rng.uniform(1.0, 2.0))  # near an infrared lamp: over-bright
    stuff = times(stuff, level_out * (0.7 + 0.6 * cloud(shape, 2, rng)))
    shadow = 1 - float(rng.uniform(0, 0.35)) * cv2.blur(alpha, (31, 31))
    scene = mix(times(base, shadow), stuff, alpha)
    cover = solid(alpha)
    seen = region.share(cover)
    sigma = float(rng.uniform(0.3, 3.0))
    out = compress(add_noise(scene, sigma, rng, chroma=0.0 if grey else 0.5), rng, share=0.6)
    judged = by_share(seen, Cause.PARTLY_COVERED)
    return draw.done(out, judged, {"bed_seen": seen, "sigma": sigma}, cover=cover)


def _field(recipe: Recipe, region: Region, rng: np.random.Generator) -> Floats:
    """A height map whose upper level sets are the cover, in units of the frame's longer side.

    A thing with a wavy edge that enters from one side, a box, or a blob.
    """
    shape = region.mask.shape
    height, width = shape
    long = max(shape)
    y, x = np.ogrid[0:height, 0:width]
    y, x = (y - height / 2) / long, (x - width / 2) / long
    angle = rng.uniform(0, 2 * np.pi)
    u = (np.cos(angle) * x + np.sin(angle) * y).astype(np.float32)
    form = rng.choice(["side", "side", "box", "blob"])
    if form == "side":
        field = u
    else:
        v = (-np.sin(angle) * x + np.cos(angle) * y).astype(np.float32)
        px, py = region.pick(rng)
        cx, cy = (px - width / 2) / long, (py - height / 2) / long
        du = u - np.float32(np.cos(angle) * cx + np.sin(angle) * cy)
        dv = (v - np.float32(-np.sin(angle) * cx + np.cos(angle) * cy)) * float(rng.uniform(0.5, 1))
        field = -cv2.max(np.abs(du), np.abs(dv)) if form == "box" else -np.hypot(du, dv)
    edge = rng.choice(["straight", "wavy", "wavy", "torn"])
    if edge == "wavy":
        wave = cloud(shape, float(rng.uniform(2, 6)), rng)
        field = field + float(rng.uniform(0.05, 0.3)) * (wave - 0.5)
    elif edge == "torn":
        field = field + 0.008 * noise(recipe, shape, rng, float(rng.uniform(0.5, 1.5)))
    return np.asarray(field, dtype=np.float32)
