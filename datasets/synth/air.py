"""What is in the air or on the glass: steam, a fogged lens, dust that an infrared lamp lights.

It is laid over the linear picture, as light lost and light scattered towards the lens; who is in
bed is seen through it as far as noise allows, and the labels follow from that.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["AIR", "veiled"]

Floats = NDArray[np.float32]

AIR = {"steam": 0.35, "fogged": 0.35, "dust": 0.30}
"""How often each is drawn, where any is; dust by daylight is specks on the glass."""


def veiled(rng: np.random.Generator, light: Floats, infrared: bool) -> tuple[str, Floats]:
    """One of `AIR` and the linear picture ``light`` (HxWxC) through it."""
    what = str(rng.choice(list(AIR), p=list(AIR.values())))
    made = {"steam": _steam, "fogged": _fogged, "dust": _dust}[what](rng, light, infrared)
    return what, np.asarray(np.maximum(made, 0), np.float32)


def _clouds(rng: np.random.Generator, height: int, width: int, cells: int) -> Floats:
    """Smooth noise of about ``cells`` cells across, 0..1."""
    total = np.zeros((height, width), np.float32)
    for octave, weight in ((1, 1.0), (2, 0.5), (4, 0.25)):
        n = cells * octave + 1
        coarse = rng.random((max(2, n * height // width), n)).astype(np.float32)
        total += weight * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    low, high = total.min(), total.max()
    return np.asarray((total - low) / (high - low + 1e-9), np.float32)


def _steam(rng: np.random.Generator, light: Floats, infrared: bool) -> Floats:
    """Steam between lens and bed: thick and thin; a lamp at the lens lights its near part."""
    height, width = light.shape[:2]
    depth = float(np.exp(rng.uniform(np.log(0.15), np.log(2.5))))
    cloud = _clouds(rng, height, width, int(rng.integers(2, 5)))
    gone = 1 - np.exp(-depth * (0.35 + 1.1 * cloud))[..., None]
    glow = light.reshape(-1, light.shape[-1]).mean(0)
    if infrared:  # brightest in the middle of the lamp's cone
        y, x = np.mgrid[:height, :width].astype(np.float32)
        off = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / (0.5 * width) ** 2
        glow = glow * float(rng.uniform(1.0, 3.0)) * np.exp(-off)[..., None]
    return light * (1 - gone) + gone * glow


def _fogged(rng: np.random.Generator, light: Floats, infrared: bool) -> Floats:
    """Moisture on the lens, in a patch or all over: a wide blur and lost contrast."""
    height, width = light.shape[:2]
    cloud = _clouds(rng, height, width, 2)
    level = float(rng.uniform(-0.2, 1.0))  # how much of the glass stays clear
    share = np.clip((cloud - level) / 0.35, 0, 1)[..., None] * float(rng.uniform(0.5, 1.0))
    wide = width * float(rng.uniform(0.003, 0.010))
    soft = cv2.GaussianBlur(light, (0, 0), wide).reshape(light.shape)
    broad = cv2.GaussianBlur(light, (0, 0), width * 0.12).reshape(light.shape)
    through = soft + float(rng.uniform(0.2, 0.6)) * (broad - soft)
    return light * (1 - share) + share * through


def _dust(rng: np.random.Generator, light: Floats, infrared: bool) -> Floats:
    """Specks near the lens, far out of focus: bright discs in the lamp's light, else dim ones."""
    height, width = light.shape[:2]
    out = light.copy()
    middle = float(np.median(light)) + 1e-9
    for _ in range(int(rng.integers(2, 26))):
        radius = width * float(np.exp(rng.uniform(np.log(0.004), np.log(0.045))))
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        disc = np.zeros((height, width), np.float32)
        axes = (max(1, round(radius)), max(1, round(radius * rng.uniform(0.7, 1.0))))
        cv2.ellipse(disc, (round(x), round(y)), axes, rng.uniform(0, 180), 0, 360, 1.0, -1)
        disc = cv2.GaussianBlur(disc, (0, 0), max(0.6, radius * 0.18))[..., None]
        if infrared:  # the same light on a smaller disc is brighter
            bright = float(rng.uniform(0.3, 3.0)) * min(4.0, (0.012 * width / radius) ** 1.5 + 0.3)
            out += disc * middle * bright
        else:
            out = out * (1 - disc * float(rng.uniform(0.05, 0.5)))
    return out
