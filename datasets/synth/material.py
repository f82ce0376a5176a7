"""What a surface sends back: colour and near infrared, pattern, relief, shine, light of its own.

Reflectances are linear, red, green, blue and near infrared (850 nm). Most dyes are nearly
clear in infrared, so a pattern there is a faint echo of the one that the eye sees; some, and
every pigment of soot, are not. Between rubber and white cotton lies a factor of ten.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Material", "colour", "eye", "glow", "infrared", "matt"]

Rgb = tuple[float, float, float]

# Of each stuff: infrared reflectance of a middling sample, and how far it follows the eye's.
STUFF = {
    "fabric": (0.58, 0.30),
    "wall": (0.62, 0.45),
    "wood": (0.46, 0.50),
    "skin": (0.60, 0.15),
    "hair": (0.14, 0.35),
    "plastic": (0.38, 0.75),
    "rubber": (0.07, 0.06),
    "metal": (0.42, 0.50),
    "paper": (0.75, 0.30),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """One surface's looks. An image repeats every ``period`` metres of uv."""

    base: tuple[float, float, float, float]  # reflectance: red, green, blue, infrared; 0..1
    image: NDArray[np.float32] | None = None  # SxSx4 in place of base, rows along v
    period: float = 1.0  # metres
    relief: str = ""  # name of a height map in `relief`; empty: flat
    depth: float = 0.0  # steepness of the relief, about 0..1
    relief_period: float = 1.0  # metres
    shine: float = 0.0  # share of light that is mirrored in a lobe
    lobe: float = 30.0  # exponent of the lobe
    glow: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # radiance of its own


def colour(hue: float, saturation: float, value: float) -> Rgb:
    """Linear red, green, blue from hue, saturation and value as the eye has them (0..1)."""
    return tuple(c**2.2 for c in colorsys.hsv_to_rgb(hue % 1.0, saturation, value))  # type: ignore[return-value]


def eye(rgb: Rgb) -> float:
    """How bright a colour is to the eye, 0..1."""
    return float((0.25 * rgb[0] + 0.6 * rgb[1] + 0.15 * rgb[2]) ** 0.45)


def infrared(rgb: Rgb, stuff: str, shift: float = 0.0) -> float:
    """Near-infrared reflectance of ``stuff`` of this colour; ``shift`` is the sample's own."""
    middle, follows = STUFF[stuff]
    return float(np.clip(middle + follows * (eye(rgb) - 0.6) + shift, 0.03, 0.92))


def matt(rgb: Rgb, stuff: str, *, shift: float = 0.0, **more: object) -> Material:
    """A plain material."""
    return Material(base=(*rgb, infrared(rgb, stuff, shift)), **more)  # type: ignore[arg-type]


def glow(rgb: Rgb, strength: float) -> Material:
    """A surface that sends out light and reflects little; dark in infrared."""
    sent = tuple(float(c) * strength for c in rgb)
    return Material(base=(0.6, 0.6, 0.6, 0.6), glow=(*sent, 0.0))  # type: ignore[arg-type]
