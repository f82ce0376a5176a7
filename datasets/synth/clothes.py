"""What clothes are made of: their colour, how bright they are in infrared, collars and seams.

Skin sends back about 0.6 of near infrared whatever its colour. Cotton is brighter, carbon
black and some synthetics much darker; a garment that came out as skin would leave people naked.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from datasets.synth.material import Material, Rgb
from datasets.synth.patterns import SIZE, cloth

__all__ = ["garment"]

SPAN = 2.0  # metres that a garment's image covers: a whole body, upright
NEAR_SKIN = 0.12  # of infrared reflectance: as near as cloth comes to skin, but for a few
AS_SKIN = 0.06  # share of garments that do come out like it


def garment(
    rng: np.random.Generator,
    first: Rgb,
    second: Rgb,
    *,
    plain: float,
    skin: float,
    seams: bool = True,
) -> Material:
    """A cloth to wear; ``skin`` is the wearer's infrared reflectance.

    Its uv are metres in the rest pose, so that collar, buttons and cuffs lie where they should.
    """
    stuff = cloth(rng, first, second, plain=plain, wrinkle=float(rng.uniform(0.2, 0.55)))
    print_ = np.asarray(stuff.image, np.float32)
    bright = _infrared(rng, skin)
    gain = float(rng.uniform(0.3, 1.0))
    echo = (print_[..., 3] - print_[..., 3].mean()) * gain
    print_ = np.concatenate([print_[..., :3], (bright + echo)[..., None]], -1)
    period = float(rng.choice([0.25, 0.4, 0.5, 1.0]))
    at = np.arange(SIZE) / SIZE * SPAN / period
    index = (at * SIZE).astype(int) % SIZE
    image = print_[index][:, index]
    if seams:
        image = image * (1 + _trimmed(rng))[..., None]
    return replace(
        stuff,
        base=(*stuff.base[:3], bright),
        image=np.asarray(np.clip(image, 0.01, 0.95), np.float32),
        period=SPAN,
        relief_period=float(rng.uniform(0.5, 1.0)),
    )


def _infrared(rng: np.random.Generator, skin: float) -> float:
    """Reflectance of a garment: mostly brighter than skin, at times much darker."""
    drawn = float(rng.uniform(0.62, 0.92) if rng.random() < 0.72 else rng.uniform(0.08, 0.5))
    if abs(drawn - skin) < NEAR_SKIN and rng.random() > AS_SKIN:
        drawn = skin + NEAR_SKIN + 0.05 if drawn > skin else skin - NEAR_SKIN - 0.05
    return float(np.clip(drawn, 0.05, 0.93))


def _trimmed(rng: np.random.Generator) -> NDArray[np.float32]:
    """What collar, button strip, pocket, cuffs and seams add, by rest pose: SIZE x SIZE.

    Columns are metres from the middle, rows metres over the hips, both repeating after SPAN.
    """
    axis = np.arange(SIZE) / SIZE * SPAN
    axis = np.where(axis > SPAN / 2, axis - SPAN, axis)
    x, z = np.abs(axis)[None], axis[:, None]
    made = np.zeros((SIZE, SIZE), np.float32)
    tone = float(rng.choice([-1, 1])) * float(rng.uniform(0.15, 0.45))
    if rng.random() < 0.7:  # a strip of buttons
        strip = (z > -0.05) & (z < 0.56)
        made += np.where(strip & (x < 0.02), 0.5 * tone, 0)
        made -= np.where(strip & (x < 0.006) & (z % 0.11 < 0.02), 0.35, 0)
    if rng.random() < 0.7:  # a collar
        made += np.where((z > 0.55 - 0.3 * x) & (x < 0.13), tone, 0)
    if rng.random() < 0.5:  # a pocket
        edge = np.maximum(np.abs(axis[None] - 0.08) / 0.05, np.abs(z - 0.38) / 0.055)
        made += np.where((edge < 1) & (edge > 0.8), tone, np.where(edge < 0.8, 0.06, 0))
    if rng.random() < 0.7:  # cuffs of sleeves and trousers
        made += np.where(((x > 0.4) & (z > 0)) | (z < -0.69), 0.7 * tone, 0)
    made -= np.where((np.abs(x - 0.18) < 0.008) & (z > 0.3), 0.25, 0)  # where sleeves are set in
    made -= np.where(np.abs(z - 0.1) < 0.01, 0.2, 0)  # the waist
    return np.asarray(made, np.float32)
