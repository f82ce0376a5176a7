"""Bed linen: sheets, duvets, blankets, pillows and cushions, and what they look like."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from datasets.synth.beds import Bed
from datasets.synth.drape import waves
from datasets.synth.material import Material, colour
from datasets.synth.mesh import Kind, Part, grid_faces
from datasets.synth.patterns import cloth

__all__ = ["Linen", "dented", "drab_linen", "draw_linen", "pillow", "pillows"]

PILLOW = 24  # vertices a side


@dataclass(frozen=True, kw_only=True, eq=False)
class Linen:
    """What one bed is made with until it is changed."""

    sheet: Material
    duvet: Material
    pillow: Material
    blanket: Material
    cushion: Material
    under: Material  # the bare mattress


def draw_linen(rng: np.random.Generator, care: bool) -> Linen:
    """Linen: white, in one colour, patterned, or all of one hue."""
    family = str(
        rng.choice(["white", "pale", "bright", "dark", "one_hue"], p=[0.26, 0.24, 0.22, 0.14, 0.14])
    )
    hue = rng.random()
    saturation, value = {
        "white": (rng.uniform(0, 0.05), rng.uniform(0.8, 0.97)),
        "pale": (rng.uniform(0.05, 0.3), rng.uniform(0.7, 0.95)),
        "bright": (rng.uniform(0.3, 0.75), rng.uniform(0.45, 0.95)),
        "dark": (rng.uniform(0.0, 0.6), rng.uniform(0.08, 0.4)),
        "one_hue": (rng.uniform(0.0, 0.5), rng.uniform(0.3, 0.9)),
    }[family]
    first = colour(hue, saturation, value)
    second = colour(
        hue + rng.choice([0, 0.05, 0.5]), rng.choice([0, 0.2, 0.45]), rng.uniform(0.15, 0.95)
    )
    plain = 0.55 if family in ("white", "one_hue") else 0.25
    duvet = cloth(rng, first, second, plain=plain)
    if rng.random() < 0.15:
        duvet = replace(
            duvet, relief="quilt", relief_period=1.2, depth=float(rng.uniform(0.2, 0.6))
        )
    if family == "one_hue":
        sheet = cloth(rng, first, first, plain=1.0, wrinkle=0.4)
    elif rng.random() < 0.6:
        white = colour(rng.random(), rng.uniform(0, 0.08), rng.uniform(0.75, 0.97))
        sheet = cloth(rng, white, second, plain=0.8, wrinkle=0.4)
    else:
        other = colour(rng.random(), rng.choice([0.1, 0.3, 0.6]), rng.uniform(0.3, 0.9))
        sheet = cloth(rng, other, second, plain=0.7, wrinkle=0.4)
    cold = colour(rng.random(), rng.choice([0.0, 0.3, 0.7]), rng.uniform(0.15, 0.9))
    blanket = replace(cloth(rng, cold, second, plain=0.5), relief="knit", relief_period=0.5)
    rubber = colour(
        rng.choice([0.58, 0.6, 0.0, 0.35]), rng.choice([0.0, 0.1, 0.7]), rng.uniform(0.2, 0.8)
    )
    ticking = colour(rng.uniform(0.05, 0.15), rng.uniform(0, 0.25), rng.uniform(0.6, 0.95))
    return Linen(
        sheet=sheet,
        duvet=duvet,
        pillow=duvet
        if rng.random() < 0.5
        else sheet
        if rng.random() < 0.6
        else cloth(rng, second, first),
        blanket=blanket,
        cushion=cloth(
            rng, colour(rng.random(), rng.uniform(0, 0.8), rng.uniform(0.15, 0.9)), first
        ),
        under=cloth(rng, rubber if care else ticking, (0.3, 0.3, 0.3), plain=0.85, wrinkle=0.05),
    )


def drab_linen(rng: np.random.Generator, wall: Material) -> Linen:
    """Linen of the wall's hue and of much its brightness, in infrared too."""
    stuffs = []
    for _ in range(4):
        tone = float(rng.uniform(0.92, 1.08))
        rgb = tuple(min(0.95, c * tone) for c in wall.base[:3])
        stuff = cloth(rng, rgb, rgb, plain=1.0, wrinkle=float(rng.uniform(0.1, 0.35)))
        bright = float(np.clip(wall.base[3] + rng.normal(0, 0.03), 0.05, 0.92))
        image = np.array(stuff.image)
        image[..., 3] += bright - stuff.base[3]
        stuffs.append(replace(stuff, base=(*rgb, bright), image=np.clip(image, 0.01, 0.95)))
    sheet, duvet, blanket, cushion = stuffs
    return Linen(
        sheet=sheet, duvet=duvet, pillow=duvet, blanket=blanket, cushion=cushion, under=sheet
    )


def pillow(
    rng: np.random.Generator, material: Material, *, width: float, depth: float, height: float
) -> Part:
    """A pillow round the origin, its middle at z 0 (metres)."""
    a = np.linspace(-1, 1, PILLOW)
    u, v = np.meshgrid(a, a)
    profile = (np.clip(1 - np.abs(u) ** 2.6, 0, 1) * np.clip(1 - np.abs(v) ** 2.6, 0, 1)) ** 0.5
    x = u * width / 2 * (1 - 0.10 * (1 - np.abs(u) ** 2) * np.abs(v) ** 3)
    y = v * depth / 2 * (1 - 0.10 * (1 - np.abs(v) ** 2) * np.abs(u) ** 3)
    bumps = waves(rng, x, y, 0.25) * 0.010 * profile
    upper = np.stack([x, y, height * 0.62 * profile + bumps], -1).reshape(-1, 3)
    lower = np.stack([x, y, -height * 0.38 * profile], -1).reshape(-1, 3)
    faces = grid_faces(PILLOW, PILLOW)
    return Part(
        vertices=np.concatenate([upper, lower]).astype(np.float32),
        faces=np.concatenate([faces, faces[:, ::-1] + PILLOW**2]).astype(np.int32),
        uv=np.tile(np.stack([x, y], -1).reshape(-1, 2), (2, 1)).astype(np.float32),
        material=material,
        kind=Kind.BEDDING,
    )


def pillows(rng: np.random.Generator, bed: Bed, linen: Linen) -> list[Part]:
    """One to three pillows at the head, flat bed."""
    count = 1 if bed.width < 1.2 else int(rng.choice([1, 2, 2, 3]))
    width = (
        float(rng.choice([0.5, 0.6, 0.7]))
        if bed.width < 1.0
        else float(rng.choice([0.5, 0.6, 0.7, 0.8]))
    )
    depth = float(rng.uniform(0.38, 0.55))
    places = {1: [rng.uniform(-0.1, 0.1) * bed.width], 2: [-bed.width / 4, bed.width / 4]}
    across = places.get(count, [-bed.width / 4, bed.width / 4, rng.uniform(-0.3, 0.3) * bed.width])
    made = []
    for number, x in enumerate(across):
        loose = number == 2
        y = bed.length / 2 - depth / 2 - (rng.uniform(0.2, 1.0) if loose else rng.uniform(0.0, 0.1))
        part = pillow(rng, linen.pillow, width=width, depth=depth, height=rng.uniform(0.11, 0.2))
        part = part.moved(
            x + rng.normal(0, 0.03),
            y,
            bed.top + 0.07 + 0.06 * loose,
            rng.normal(0, 0.8 if loose else 0.12),
        )
        made.append(_above(part, bed.top + 0.002))
    return made


def _above(part: Part, floor: float) -> Part:
    part.vertices[:, 2] = np.maximum(part.vertices[:, 2], floor)
    return part


def dented(part: Part, weight: NDArray, top: float) -> Part:
    """The pillow with what lies on it pressed in; ``weight`` are the points of head and trunk."""
    points = part.vertices.astype(float)
    distance, index = cKDTree(weight[:, :2]).query(points[:, :2], k=12)
    low = np.where(distance < 0.05, weight[index, 2], 9.0).min(1) - 0.004
    near = np.exp(-((distance[:, 0] / 0.07) ** 2))
    z = points[:, 2]
    pressed = np.minimum(z, np.maximum(low, top + 0.004))
    z = np.where(low < 8, pressed, z - near * 0.025 * (z > top + 0.03))
    upper = z[: PILLOW**2].reshape(PILLOW, PILLOW)
    z[: PILLOW**2] = np.minimum(upper + 0.01, ndimage.gaussian_filter(upper, 0.8)).ravel()
    points[:, 2] = np.maximum(z, top + 0.002)
    return replace(part, vertices=points.astype(np.float32))
