"""What a made bed is decked with: cushions in rows, bolsters, toys, trays, towels, books."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from datasets.synth.beds import Bed
from datasets.synth.linen import Linen, pillow
from datasets.synth.material import Material, colour, infrared, matt
from datasets.synth.mesh import Kind, Part, box, cylinder
from datasets.synth.patterns import cloth

__all__ = ["cushions", "trinkets"]


def cushions(rng: np.random.Generator, bed: Bed, linen: Linen) -> list[Part]:
    """Cushions on a made bed: dropped flat, or leaning in rows against the head."""
    made: list[Part] = []
    if rng.random() < 0.4:
        for _ in range(int(rng.integers(1, 4))):
            size = float(rng.uniform(0.3, 0.5))
            x, y = rng.uniform(-0.35, 0.35) * bed.width, bed.length / 2 - rng.uniform(0.3, 0.9)
            made.append(_cushion(rng, linen, size).moved(x, y, bed.top + 0.16, rng.uniform(0, 3)))
        return made
    y = bed.length / 2 - rng.uniform(0.05, 0.3)
    for row in range(int(rng.integers(1, 4))):
        size = float(rng.uniform(0.38, 0.6)) * 0.88**row
        count = max(1, round(bed.width / size * rng.uniform(0.6, 1.0))) if row < 2 else 1
        lean = float(rng.uniform(0.6, 1.25))  # radians from lying
        for k in range(count):
            x = (k - (count - 1) / 2) * bed.width / max(count, 1) * rng.uniform(0.85, 1.0)
            part = _cushion(rng, linen, size)
            up = replace(part, vertices=_leant(part.vertices, lean))
            made.append(
                up.moved(x, y, bed.top + 0.05 + size / 2 * np.sin(lean), rng.normal(0, 0.1))
            )
        y -= rng.uniform(0.12, 0.2)
    if rng.random() < 0.2:
        half = bed.width * rng.uniform(0.2, 0.45)
        ends = ([-half, y, bed.top + 0.14], [half, y, bed.top + 0.14])
        made.append(cylinder(*ends, 0.09, linen.cushion, closed=True).of(Kind.BEDDING))
    return made


def _cushion(rng: np.random.Generator, linen: Linen, size: float) -> Part:
    stuff = (linen.cushion, linen.pillow, linen.duvet, linen.blanket)[
        int(rng.choice(4, p=[0.5, 0.2, 0.15, 0.15]))
    ]
    long = size * float(rng.choice([1.0, 1.0, 1.35]))
    return pillow(rng, stuff, width=long, depth=size, height=float(rng.uniform(0.12, 0.2)))


def _leant(points: NDArray, angle: float) -> NDArray[np.float32]:
    """Points turned about x, so that what lay flat leans with its top towards the head."""
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[1, 0, 0], [0, c, s], [0, -s, c]]), np.float32)


def trinkets(rng: np.random.Generator, bed: Bed, height: float) -> list[Part]:
    """Things laid on a bed whose cover is at ``height`` (metres)."""
    made: list[Part] = []
    for _ in range(int(rng.integers(1, 4))):
        make = (_teddy, _towels, _tray, _books, _case)[int(rng.integers(5))]
        x, y = rng.uniform(-0.35, 0.35) * bed.width, rng.uniform(-0.42, 0.25) * bed.length
        turn = float(rng.uniform(0, 2 * np.pi))
        made += [part.moved(x, y, height, turn).of(Kind.BEDDING) for part in make(rng)]
    return made


def _any(rng: np.random.Generator) -> Material:
    rgb = colour(rng.random(), rng.choice([0, 0.2, 0.6]), rng.uniform(0.1, 0.95))
    return cloth(rng, rgb, colour(rng.random(), 0.4, 0.6), plain=0.7, wrinkle=0.3)


def _teddy(rng: np.random.Generator) -> list[Part]:
    rgb = colour(rng.uniform(0.04, 0.12), rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.9))
    fur = Material(
        base=(*rgb, infrared(rgb, "fabric")), relief="knit", depth=0.8, relief_period=0.2
    )
    s = float(rng.uniform(0.15, 0.4))
    made = [
        pillow(rng, fur, width=s, depth=s * 1.2, height=s * 0.8).moved(0, 0, s * 0.3),
        pillow(rng, fur, width=s * 0.8, depth=s * 0.75, height=s * 0.7).moved(0, s * 0.85, s * 0.3),
    ]
    for x, y in ((-0.5, 0.4), (0.5, 0.4), (-0.4, -0.6), (0.4, -0.6)):
        start = np.array([x * 0.5, y * 0.6, 0.3]) * s
        made.append(
            cylinder(start, np.array([x * 1.4, y * 1.4, 0.2]) * s, s * 0.16, fur, closed=True)
        )
    return made


def _towels(rng: np.random.Generator) -> list[Part]:
    stuff, size = _any(rng), (float(rng.uniform(0.25, 0.5)), float(rng.uniform(0.2, 0.35)))
    count = int(rng.integers(1, 5))
    return [
        box((rng.normal(0, 0.01), rng.normal(0, 0.01), 0.03 + 0.05 * k), (*size, 0.045), stuff)
        for k in range(count)
    ]


def _tray(rng: np.random.Generator) -> list[Part]:
    wood = matt(colour(0.08, rng.uniform(0, 0.5), rng.uniform(0.2, 0.9)), "wood", shine=0.03)
    cup = matt((rng.uniform(0.5, 0.9),) * 3, "plastic", shine=0.05)
    made = [box((0, 0, 0.03), (0.5, 0.33, 0.03), wood)]
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(-0.18, 0.18), rng.uniform(-0.1, 0.1)
        made.append(
            cylinder([x, y, 0.045], [x, y, rng.uniform(0.08, 0.16)], 0.04, cup, closed=True)
        )
    return made


def _books(rng: np.random.Generator) -> list[Part]:
    made = []
    for k in range(int(rng.integers(1, 4))):
        paper = matt(colour(rng.random(), rng.uniform(0, 0.7), rng.uniform(0.1, 0.95)), "paper")
        made.append(box((rng.normal(0, 0.03), 0, 0.02 + 0.03 * k), (0.2, 0.27, 0.028), paper))
    return made


def _case(rng: np.random.Generator) -> list[Part]:
    size = (
        float(rng.uniform(0.4, 0.7)),
        float(rng.uniform(0.25, 0.45)),
        float(rng.uniform(0.12, 0.25)),
    )
    return [box((0, 0, size[2] / 2), size, _any(rng))]
