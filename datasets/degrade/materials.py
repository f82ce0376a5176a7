"""What covers are made of: cloth, tape, paper, skin, a plain dark thing."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.degrade.planes import painted, three, times
from datasets.degrade.recipe import Recipe
from datasets.degrade.region import luma
from datasets.degrade.textures import cloud, fibres, folds, noise, print_, weave

__all__ = ["Material", "cloth_colour", "material", "skin_tone"]

Floats = NDArray[np.float32]
Material = Literal["cloth", "tape", "paper", "skin", "plain"]

SKIN_TONES: dict[str, tuple[tuple[int, int, int], ...]] = {
    # BGR under neutral light, from pale to dark; the families share none
    "a": ((165, 190, 232), (130, 165, 216), (105, 140, 198), (80, 112, 168), (48, 72, 116)),
    "b": ((150, 180, 226), (118, 150, 205), (92, 126, 184), (62, 92, 140), (38, 56, 92)),
}


def skin_tone(recipe: Recipe, rng: np.random.Generator) -> Floats:
    """A skin's colour, BGR 0..255 float32."""
    tones = SKIN_TONES[recipe.family]
    tone = np.array(tones[int(rng.integers(len(tones)))], np.float32)
    return np.asarray(tone * rng.uniform(0.92, 1.08, 3), dtype=np.float32)


def cloth_colour(rng: np.random.Generator, *, pale: bool = False) -> Floats:
    """A cloth's colour, BGR 0..255 float32: white and pastel often, dark and strong too."""
    hue = int(rng.integers(0, 180))
    pick = rng.random()
    if pale or pick < 0.35:
        saturation, value = rng.uniform(0, 40), rng.uniform(190, 250)
    elif pick < 0.55:
        saturation, value = rng.uniform(0, 60), rng.uniform(25, 90)
    else:
        saturation, value = rng.uniform(50, 220), rng.uniform(70, 230)
    pixel = np.array([[[hue, saturation, value]]], np.uint8)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0], dtype=np.float32)


def material(
    recipe: Recipe,
    shape: tuple[int, int],
    rng: np.random.Generator,
    what: Material,
    *,
    grey: bool,
    pale: bool = False,
) -> Floats:
    """A frame full of a material, HxWx3 float32 of about 0..255, evenly lit."""
    makers = {"cloth": _cloth, "tape": _tape, "paper": _paper, "skin": _skin, "plain": _plain}
    stuff = makers[what](recipe, shape, rng, pale)
    if grey:
        stuff = three(luma(stuff))
    return stuff


def _cloth(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, pale: bool) -> Floats:
    ground = cloth_colour(rng, pale=pale)
    zoom = max(shape) / 320
    if rng.random() < 0.5:
        ink = print_(recipe, shape, rng, zoom * float(rng.uniform(0.3, 1.6)))
        stuff = painted(ground, 1 - ink) + painted(cloth_colour(rng, pale=pale), ink)
    else:
        stuff = painted(ground, np.ones(shape, np.float32))
    detail = weave(recipe, shape, rng, zoom * float(rng.choice([0.25, 0.5, 1.0, 2.0])))
    shade = 1 + float(rng.uniform(0.02, 0.16)) * detail
    shade += float(rng.uniform(0.05, 0.28)) * folds(
        recipe, shape, rng, zoom * float(rng.uniform(0.4, 1.8))
    )
    return times(stuff, np.maximum(shade, np.float32(0.05)))


def _tape(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, pale: bool) -> Floats:
    colours = ((150, 190, 215), (60, 60, 62), (185, 185, 190), (235, 235, 238), (45, 95, 140))
    ground = np.array(colours[int(rng.integers(len(colours)))], np.float32)
    shade = 1 + float(rng.uniform(0.02, 0.1)) * fibres(recipe, shape, rng)
    shade += float(rng.uniform(0.0, 0.12)) * folds(recipe, shape, rng, max(shape) / 200)
    shade += float(rng.uniform(0.0, 0.5)) * (cloud(shape, 2, rng) - 0.5)  # a shiny back
    return painted(ground, np.maximum(shade, np.float32(0.05)))


def _paper(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, pale: bool) -> Floats:
    ground = np.array([rng.uniform(200, 240), rng.uniform(210, 242), rng.uniform(215, 245)])
    shade = 1 + 0.03 * noise(recipe, shape, rng, 0.6) + 0.05 * fibres(recipe, shape, rng)
    if rng.random() < 0.5 and not pale:
        lines = print_(recipe, shape, rng, max(shape) / 320 * float(rng.uniform(0.4, 1.2)))
        shade -= float(rng.uniform(0.1, 0.6)) * lines
    return painted(ground.astype(np.float32), np.maximum(shade, np.float32(0.05)))


def _skin(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, pale: bool) -> Floats:
    """A palm or finger on the lens: mottled, creased, red where light comes through."""
    tone = skin_tone(recipe, rng)
    zoom = max(shape) / 320
    mottled = noise(recipe, shape, rng, zoom * float(rng.uniform(1, 3)))
    crease = np.abs(noise(recipe, shape, rng, zoom * float(rng.uniform(2, 5))))
    deep = np.float32(rng.uniform(0.05, 0.35))
    shade: Floats = 1 - deep * np.exp(-np.square(crease / np.float32(0.06)))
    shade += float(rng.uniform(0.1, 0.3)) * (cloud(shape, 3, rng) - 0.5)
    through = float(rng.uniform(0, 0.9)) * cloud(shape, 1.6, rng)
    glow = np.array([0.1, 0.25, 1.0], np.float32) * 150
    return painted(tone, (1 + 0.05 * mottled) * shade) + painted(glow, through)


def _plain(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, pale: bool) -> Floats:
    shade = 1 + 0.1 * (cloud(shape, 2, rng) - 0.5)
    return painted(cloth_colour(rng, pale=pale), shade)
