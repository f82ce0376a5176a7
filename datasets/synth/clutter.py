"""What lies on beds beside linen: throws, clothes, towels, bags."""

from __future__ import annotations

import numpy as np

from datasets.synth.beds import Bed
from datasets.synth.cloth import Field
from datasets.synth.drape import duvet, field_over, heap
from datasets.synth.linen import Linen, pillow
from datasets.synth.material import Material, colour, infrared
from datasets.synth.mesh import Kind, Part, cylinder
from datasets.synth.patterns import cloth

__all__ = ["dropped", "pet", "throw"]


def throw(
    rng: np.random.Generator, bed: Bed, linen: Linen, parts: list[Part], spacing: float
) -> Part:
    """A folded blanket across the foot, or dropped anywhere."""
    size = (bed.width + float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.5, 1.1)))
    edge = -bed.length / 2 + size[1] + rng.uniform(-0.1, 0.3)
    mode = "neat" if rng.random() < 0.6 else "rumpled"
    return duvet(
        rng, _over(bed, parts), linen.blanket, mode=mode, width=bed.width, length=bed.length,
        top=bed.top, edge=edge, size=size, thick=0.012, spacing=spacing, frames=60,
    )  # fmt: skip


def dropped(rng: np.random.Generator, bed: Bed, parts: list[Part]) -> list[Part]:
    """Clothes, towels, bags on the bed."""
    made: list[Part] = []
    for _ in range(int(rng.integers(1, 5))):
        place = (rng.uniform(-0.35, 0.35) * bed.width, rng.uniform(-0.4, 0.35) * bed.length)
        rgb = colour(rng.random(), rng.choice([0, 0.2, 0.6]), rng.uniform(0.08, 0.95))
        stuff = cloth(rng, rgb, colour(rng.random(), 0.4, 0.5), plain=0.6)
        if rng.random() < 0.75:
            size = float(rng.uniform(0.5, 1.1))
            made.append(
                heap(
                    rng,
                    _over(bed, parts + made),
                    stuff,
                    place=place,
                    size=size,
                    tight=rng.uniform(0.25, 0.8),
                )
            )
        else:
            bag = pillow(
                rng,
                stuff,
                width=rng.uniform(0.25, 0.5),
                depth=rng.uniform(0.2, 0.4),
                height=rng.uniform(0.15, 0.35),
            )
            made.append(bag.moved(*place, bed.top + 0.15, rng.uniform(0, 3)))
    return made


def pet(rng: np.random.Generator, bed: Bed, parts: list[Part]) -> list[Part]:
    """A cat or a small dog asleep on the bed: a trunk, a head, ears, a tail."""
    value = rng.uniform(0.05, 0.35) if rng.random() < 0.5 else rng.uniform(0.5, 0.9)
    rgb = colour(rng.uniform(0.04, 0.12), rng.uniform(0, 0.6), value)
    fur = Material(
        base=(*rgb, infrared(rgb, "hair", 0.15)), relief="knit", depth=0.9, relief_period=0.2
    )
    s = float(rng.uniform(0.35, 0.65))  # length, metres
    place = (rng.uniform(-0.35, 0.35) * bed.width, rng.uniform(-0.45, 0.3) * bed.length)
    z = float(_over(bed, parts).at(np.array(place[0]), np.array(place[1])))
    trunk = pillow(rng, fur, width=s, depth=s * 0.6, height=s * 0.45)
    head = pillow(rng, fur, width=s * 0.3, depth=s * 0.3, height=s * 0.28)
    made = [trunk.moved(0, 0, s * 0.16), head.moved(s * 0.45, s * 0.12, s * 0.14)]
    for side in (-1, 1):
        foot = np.array([0.45 + side * 0.07, 0.12, 0.2]) * s
        tip = np.array([0.45 + side * 0.09, 0.12, 0.34]) * s
        made.append(cylinder(foot, tip, s * 0.05, fur, top=0.004, sides=6))
    tail = (np.array([-0.45, 0, 0.1]) * s, np.array([-0.3, -0.35, 0.07]) * s)
    made.append(cylinder(*tail, 0.03, fur, top=0.015))
    turn = float(rng.uniform(0, 2 * np.pi))
    return [part.moved(*place, z, turn).of(Kind.BEDDING) for part in made]


def _over(bed: Bed, parts: list[Part]) -> Field:
    return field_over(bed.width, bed.length, bed.top, tuple(p.vertices for p in parts))
