"""Aids of care homes and hospitals, each standing round the origin, its front towards -y."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from datasets.synth.furniture import fabric
from datasets.synth.material import Material, colour, matt
from datasets.synth.mesh import Part, box, cylinder

__all__ = ["AIDS", "wheelchair"]


def wheelchair(rng: np.random.Generator, of: Material) -> list[Part]:
    """A wheelchair."""
    metal, dark = matt((0.4,) * 3, "metal", shine=0.06), matt((0.03,) * 3, "rubber")
    seat = matt(
        colour(rng.choice([0.6, 0.0, 0.35]), rng.choice([0, 0.7]), rng.uniform(0.05, 0.5)), "fabric"
    )
    parts = [
        box((0, 0, 0.48), (0.44, 0.42, 0.05), seat),
        box((0, 0.22, 0.72), (0.44, 0.03, 0.42), seat),
    ]
    turn = np.linspace(0, 2 * np.pi, 17)
    for side in (-1, 1):
        x = side * 0.28
        for radius, y, z in ((0.30, 0.12, 0.30), (0.09, -0.32, 0.09)):
            rim = np.stack(
                [np.full(17, x), y + radius * np.cos(turn), z + radius * np.sin(turn)], -1
            )
            parts += [cylinder(a, b, 0.016, dark, sides=6) for a, b in pairwise(rim)]
            parts += [cylinder([x, y, z], p, 0.004, metal, sides=4) for p in rim[:-1:3]]
        parts += [
            cylinder([x * 0.82, -0.25, 0.68], [x * 0.82, 0.2, 0.68], 0.015, metal),
            cylinder([x * 0.82, 0.22, 0.2], [x * 0.82, 0.24, 0.92], 0.012, metal),
            cylinder([x * 0.82, -0.22, 0.48], [x * 0.7, -0.45, 0.1], 0.012, metal),
            box((x * 0.65, -0.47, 0.08), (0.14, 0.18, 0.02), dark),
        ]
    return parts


def walker(rng: np.random.Generator, of: Material) -> list[Part]:
    """A walking frame."""
    metal = matt((rng.uniform(0.2, 0.7),) * 3, "metal", shine=0.15, lobe=150.0)
    h = rng.uniform(0.8, 0.95)
    parts = [cylinder([-0.27, 0.15, h * 0.6], [0.27, 0.15, h * 0.6], 0.014, metal)]
    for x in (-0.28, 0.28):
        parts += [
            cylinder([x, 0.2, 0], [x, 0.12, h], 0.014, metal),
            cylinder([x, -0.25, 0], [x, -0.12, h], 0.014, metal),
            cylinder([x, 0.12, h], [x, -0.12, h], 0.018, metal),
            cylinder([x, 0.15, h * 0.5], [x, -0.2, h * 0.5], 0.012, metal),
        ]
    if rng.random() < 0.4:
        parts.append(box((0, 0.2, 0.5), (0.35, 0.15, 0.25), fabric(rng)))
    return parts


def pole(rng: np.random.Generator, of: Material) -> list[Part]:
    """A drip stand."""
    metal = matt((0.5,) * 3, "metal", shine=0.06)
    parts = [
        cylinder([0, 0, 0.05], [0, 0, 1.8], 0.012, metal),
        cylinder([-0.15, 0, 1.8], [0.15, 0, 1.8], 0.008, metal),
    ]
    parts += [
        cylinder([0, 0, 0.06], [0.28 * np.cos(a), 0.28 * np.sin(a), 0.04], 0.015, metal)
        for a in np.arange(5) * 1.257
    ]
    parts.append(
        box((0.13, 0, 1.62), (0.1, 0.03, 0.18), matt((0.8, 0.82, 0.8), "plastic", shine=0.05))
    )
    return parts


def over_table(rng: np.random.Generator, of: Material) -> list[Part]:
    """A table that reaches over a bed."""
    metal = matt((0.5,) * 3, "metal")
    h = rng.uniform(0.8, 1.05)
    parts = [box((0, 0, h), (0.4, 0.8, 0.03), of), box((0.17, 0.3, h / 2), (0.05, 0.06, h), metal)]
    parts.append(box((-0.02, 0.3, 0.06), (0.5, 0.4, 0.05), metal))
    if rng.random() < 0.6:
        parts.append(box((-0.05, 0.1, h + 0.06), (0.2, 0.3, 0.09), fabric(rng)))
    return parts


AIDS = (wheelchair, walker, pole, over_table)
