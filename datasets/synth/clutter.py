"""What lies on beds beside linen: throws, clothes, towels, bags."""

from __future__ import annotations

from datasets.synth.beds import Bed
from datasets.synth.cloth import Field
from datasets.synth.drape import duvet, field_over, heap
from datasets.synth.linen import Linen, pillow
from datasets.synth.material import colour
from datasets.synth.mesh import Part
from datasets.synth.patterns import cloth

__all__ = ["dropped", "throw"]


def throw(rng, bed: Bed, linen: Linen, parts: list[Part], spacing: float) -> Part:
    """A folded blanket across the foot, or dropped anywhere."""
    size = (bed.width + float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.5, 1.1)))
    edge = -bed.length / 2 + size[1] + rng.uniform(-0.1, 0.3)
    mode = "neat" if rng.random() < 0.6 else "rumpled"
    return duvet(
        rng, _over(bed, parts), linen.blanket, mode=mode, width=bed.width, length=bed.length,
        top=bed.top, edge=edge, size=size, thick=0.012, spacing=spacing, frames=60,
    )  # fmt: skip


def dropped(rng, bed: Bed, parts: list[Part]) -> list[Part]:
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


def _over(bed: Bed, parts: list[Part]) -> Field:
    return field_over(bed.width, bed.length, bed.top, tuple(p.vertices for p in parts))
