"""What is on one bed: who lies how under what, or what an empty bed was left like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from datasets.synth.beds import Bed, mattress
from datasets.synth.bodies import Library
from datasets.synth.clutter import pet
from datasets.synth.empty import leave
from datasets.synth.found import Found
from datasets.synth.linen import Linen
from datasets.synth.occupied import occupy

__all__ = ["furnish"]

PETS = 0.04  # share of beds with a cat or dog on them


def furnish(
    rng: np.random.Generator,
    bed: Bed,
    linen: Linen,
    library: Library,
    what: str,
    occupied: bool,
    *,
    spacing: float = 0.038,
) -> Found:
    """The mattress, linen and people of one bed."""
    if occupied:
        found = occupy(rng, bed, linen, library, what, spacing)
    else:
        found = leave(rng, bed, linen, what, spacing)
    if rng.random() < PETS:
        found = replace(found, parts=[*found.parts, *pet(rng, bed, found.parts)])
    bare = what == "bare" and rng.random() < (0.5 if not occupied else 0.25)
    base = mattress(rng, bed, linen.under if bare else linen.sheet)
    raised = [
        replace(p, vertices=np.asarray(bed.bent(p.vertices), np.float32)) for p in found.parts
    ]
    return replace(found, parts=[base, *raised])
