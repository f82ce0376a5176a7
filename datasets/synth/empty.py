"""How an empty bed was left: made, rumpled, in the shape of a sleeper, under a heap, bare."""

from __future__ import annotations

import numpy as np

from datasets.synth.beds import Bed
from datasets.synth.clutter import dropped, throw
from datasets.synth.decor import cushions, trinkets
from datasets.synth.drape import duvet, field_over
from datasets.synth.found import Found
from datasets.synth.linen import Linen, pillow, pillows

__all__ = ["EMPTY", "leave"]

EMPTY = {
    "made": 0.19,
    "rumpled": 0.14,
    "thrown": 0.11,
    "flap": 0.08,
    "foot": 0.08,
    "swirl": 0.13,  # the shape of a sleeper
    "stuffed": 0.12,  # pillows or clothes under the duvet
    "heaped": 0.07,  # clothes and things on the bed
    "bare": 0.08,  # no duvet
}
"""How often each is drawn."""


LAID = {
    "made": ("neat", "neat", "cover"),
    "stuffed": ("cover", "cover", "rumpled"),
    "heaped": ("neat", "cover", "rumpled"),
}
"""How the duvet falls, where that has not the name of how the bed was left."""


def _like_a_body(rng: np.random.Generator, width: float) -> list[tuple[float, ...]]:
    """Lumps for `field_over` where a trunk and legs would lie."""
    x, lean = rng.uniform(-0.2, 0.2) * width, rng.normal(0, 0.15)
    high = rng.uniform(0.12, 0.22)
    trunk = (x, rng.uniform(0.1, 0.35), rng.uniform(0.15, 0.22), rng.uniform(0.28, 0.4), high, lean)
    aside = rng.uniform(-0.15, 0.15)
    legs = (
        x + aside,
        -0.4,
        rng.uniform(0.09, 0.15),
        rng.uniform(0.35, 0.5),
        high * 0.7,
        rng.normal(0, 0.3),
    )
    return [trunk, legs]


def leave(rng: np.random.Generator, bed: Bed, linen: Linen, what: str, spacing: float) -> Found:
    """An empty bed left as ``what``, a key of `EMPTY`; cloth of ``spacing`` metres a particle."""
    made = [] if what == "bare" and rng.random() < 0.4 else pillows(rng, bed, linen)
    under, lumps = [], []
    w, n, top = bed.width, bed.length, bed.top
    if what == "stuffed":
        if rng.random() < 0.5:
            lumps += _like_a_body(rng, w)
        for _ in range(int(rng.integers(0 if lumps else 1, 4))):
            place = (rng.uniform(-0.25, 0.25) * w, rng.uniform(-0.6, 0.5) * n / 2)
            size = (rng.uniform(0.12, 0.3), rng.uniform(0.15, 0.6), rng.uniform(0.06, 0.22))
            lumps.append((*place, *size, rng.normal(0, 0.5)))
        if rng.random() < 0.5:
            extra = pillow(rng, linen.pillow, width=0.5, depth=0.7, height=0.2)
            under.append(
                extra.moved(rng.uniform(-0.15, 0.15) * w, rng.uniform(-0.4, 0.1) * n, top + 0.08)
            )
    elif what in ("rumpled", "thrown", "flap", "swirl") and rng.random() < 0.4:
        place = (rng.uniform(-0.2, 0.2) * w, rng.uniform(-0.5, 0.3) * n / 2)
        size = (rng.uniform(0.12, 0.3), rng.uniform(0.12, 0.5), rng.uniform(0.03, 0.10))
        lumps.append((*place, *size, rng.normal(0, 0.5)))
    if rng.random() < 0.12 and len(made) > 1:
        made = made[:-1]
    things = tuple(p.vertices for p in made + under)
    surface = field_over(w, n, top, things, tuple(lumps), head=bed.head)
    parts = list(made)
    if what != "bare":
        mode = str(rng.choice(LAID.get(what, (what,))))
        edge = n / 2 - (rng.uniform(0.05, 0.6) if what == "made" else rng.uniform(0.1, 0.6))
        if what == "stuffed" and rng.random() < 0.4:
            edge = n / 2 - rng.uniform(0.0, 0.15)
        top_cloth = linen.duvet if rng.random() < 0.8 else linen.blanket
        thick = float(rng.uniform(0.008, 0.045))
        parts.append(
            duvet(
                rng,
                surface,
                top_cloth,
                mode=mode,
                width=w,
                length=n,
                top=top,
                edge=edge,
                thick=thick,
                spacing=spacing,
            )
        )
        if what == "made" and rng.random() < 0.6:
            parts += cushions(rng, bed, linen)
        if rng.random() < (0.25 if what == "made" else 0.08):
            parts += trinkets(rng, bed, top + thick + 0.02)
    if (what == "made" and rng.random() < 0.4) or (what != "bare" and rng.random() < 0.12):
        parts.append(throw(rng, bed, linen, parts, spacing))
    if what in ("heaped", "bare") and (what == "heaped" or rng.random() < 0.6):
        parts += dropped(rng, bed, parts)
    return Found(parts=parts, what=what, occupied=False)
