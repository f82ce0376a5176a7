"""What is on one bed: who lies how under what, or what an empty bed was left like."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from datasets.synth.beds import Bed, mattress
from datasets.synth.bodies import HEAD, NECK, TRUNK, UPPER_LEG, Body, Library
from datasets.synth.drape import duvet, field_over, heap
from datasets.synth.linen import Linen, cushions, dented, pillow, pillows
from datasets.synth.material import colour
from datasets.synth.mesh import Kind, Part
from datasets.synth.patterns import cloth
from datasets.synth.person import dress, draw_looks, lay, on_edge, sit_up

__all__ = ["EMPTY", "OCCUPIED", "Found", "furnish"]

OCCUPIED = {
    "head_out": 0.24,  # covered to the neck
    "shoulders": 0.14,  # covered to the chest
    "hidden": 0.18,  # wholly under the duvet
    "half": 0.14,  # covered to the hips or less
    "bare": 0.12,  # on the bed, duvet at the foot or none
    "sitting_up": 0.06,
    "edge": 0.06,
    "two": 0.06,
}
EMPTY = {
    "made": 0.15,
    "rumpled": 0.17,
    "thrown": 0.13,
    "flap": 0.08,
    "foot": 0.09,
    "swirl": 0.14,  # the shape of a sleeper
    "stuffed": 0.08,  # pillows or clothes under the duvet
    "heaped": 0.08,  # clothes and things on the bed
    "bare": 0.08,  # no duvet
}
"""How often each is drawn."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """What the bed holds, in the bed's frame, and what is true of it."""

    parts: list[Part] = field(default_factory=list)
    what: str  # a key of OCCUPIED or EMPTY
    occupied: bool
    posture: str = ""
    cover: str = ""  # none, part or full
    pose: str = ""


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
        found = _occupied(rng, bed, linen, library, what, spacing)
    else:
        found = _empty(rng, bed, linen, what, spacing)
    bare = what == "bare" and rng.random() < (0.5 if not occupied else 0.25)
    base = mattress(rng, bed, linen.under if bare else linen.sheet)
    raised = [replace(p, vertices=np.asarray(bed.bent(p.vertices), np.float32)) for p in found.parts]
    return replace(found, parts=[base, *raised])


def _empty(rng, bed: Bed, linen: Linen, what: str, spacing: float) -> Found:
    made = [] if what == "bare" and rng.random() < 0.4 else pillows(rng, bed, linen)
    under, lumps = [], []
    w, n, top = bed.width, bed.length, bed.top
    if what == "stuffed":
        for _ in range(int(rng.integers(1, 4))):
            lumps.append(
                (rng.uniform(-0.25, 0.25) * w, rng.uniform(-0.6, 0.5) * n / 2, rng.uniform(0.12, 0.3),
                 rng.uniform(0.15, 0.6), rng.uniform(0.06, 0.22), rng.normal(0, 0.5))
            )  # fmt: skip
        if rng.random() < 0.5:
            extra = pillow(rng, linen.pillow, width=0.5, depth=0.7, height=0.2)
            under.append(extra.moved(rng.uniform(-0.15, 0.15) * w, rng.uniform(-0.4, 0.1) * n, top + 0.08))
    elif what in ("rumpled", "thrown", "flap", "swirl") and rng.random() < 0.4:
        lumps.append(
            (rng.uniform(-0.2, 0.2) * w, rng.uniform(-0.5, 0.3) * n / 2, rng.uniform(0.12, 0.3),
             rng.uniform(0.12, 0.5), rng.uniform(0.03, 0.10), rng.normal(0, 0.5))
        )  # fmt: skip
    if rng.random() < 0.12 and len(made) > 1:
        made = made[:-1]
    things = tuple(p.vertices for p in made + under)
    surface = field_over(w, n, top, things, tuple(lumps), head=bed.head)
    parts = list(made)
    if what != "bare":
        mode = {"made": str(rng.choice(["neat", "neat", "cover"])), "stuffed": str(rng.choice(["cover", "cover", "rumpled"])),
                "heaped": str(rng.choice(["neat", "cover", "rumpled"]))}.get(what, what)  # fmt: skip
        edge = n / 2 - (rng.uniform(0.05, 0.6) if what == "made" else rng.uniform(0.1, 0.6))
        if what == "stuffed" and rng.random() < 0.4:
            edge = n / 2 - rng.uniform(0.0, 0.15)
        top_cloth = linen.duvet if rng.random() < 0.8 else linen.blanket
        thick = float(rng.uniform(0.008, 0.045))
        parts.append(
            duvet(rng, surface, top_cloth, mode=mode, width=w, length=n, top=top, edge=edge, thick=thick, spacing=spacing)
        )
        if what == "made" and rng.random() < 0.45:
            parts += cushions(rng, bed, linen)
    if (what == "made" and rng.random() < 0.4) or (what != "bare" and rng.random() < 0.12):
        parts.append(_throw(rng, bed, linen, parts, spacing))
    if what in ("heaped", "bare") and (what == "heaped" or rng.random() < 0.6):
        parts += _things(rng, bed, parts)
    return Found(parts=parts, what=what, occupied=False)


def _over(bed: Bed, parts: list[Part]):
    return field_over(bed.width, bed.length, bed.top, tuple(p.vertices for p in parts))


def _throw(rng, bed: Bed, linen: Linen, parts: list[Part], spacing: float) -> Part:
    """A folded blanket across the foot, or dropped anywhere."""
    size = (bed.width + float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.5, 1.1)))
    edge = -bed.length / 2 + size[1] + rng.uniform(-0.1, 0.3)
    mode = "neat" if rng.random() < 0.6 else "rumpled"
    return duvet(
        rng, _over(bed, parts), linen.blanket, mode=mode, width=bed.width, length=bed.length,
        top=bed.top, edge=edge, size=size, thick=0.012, spacing=spacing, frames=60,
    )  # fmt: skip


def _things(rng, bed: Bed, parts: list[Part]) -> list[Part]:
    """Clothes, towels, bags on the bed."""
    made: list[Part] = []
    for _ in range(int(rng.integers(1, 5))):
        place = (rng.uniform(-0.35, 0.35) * bed.width, rng.uniform(-0.4, 0.35) * bed.length)
        rgb = colour(rng.random(), rng.choice([0, 0.2, 0.6]), rng.uniform(0.08, 0.95))
        stuff = cloth(rng, rgb, colour(rng.random(), 0.4, 0.5), plain=0.6)
        if rng.random() < 0.75:
            size = float(rng.uniform(0.5, 1.1))
            made.append(
                heap(rng, _over(bed, parts + made), stuff, place=place, size=size, tight=rng.uniform(0.25, 0.8))
            )
        else:
            bag = pillow(rng, stuff, width=rng.uniform(0.25, 0.5), depth=rng.uniform(0.2, 0.4), height=rng.uniform(0.15, 0.35))
            made.append(bag.moved(*place, bed.top + 0.15, rng.uniform(0, 3)))
    return made


def _narrow(rng, library: Library, kinds: tuple[str, ...], width: float) -> Body:
    """A body whose arms do not reach far beyond a mattress of ``width``."""
    tried = [library.pick(rng, *kinds) for _ in range(6)]
    reach = [float(np.ptp(body.vertices[:, 0])) for body in tried]
    fits = [body for body, wide in zip(tried, reach, strict=True) if wide < width + 0.1]
    return fits[0] if fits else tried[int(np.argmin(reach))]


def _occupied(rng, bed: Bed, linen: Linen, library: Library, what: str, spacing: float) -> Found:
    w, n, top = bed.width, bed.length, bed.top
    made = pillows(rng, bed, linen)
    if what == "edge":
        side = int(rng.choice([-1, 1]))
        body = library.pick(rng, "sitting")
        v = on_edge(rng, body, library, top=top, width=w, length=n, side=side)
        parts = dress(v, draw_looks(rng, body), library, Kind.PERSON)
        left = _empty(rng, bed, linen, str(rng.choice(["rumpled", "thrown", "flap", "foot", "bare"])), spacing)
        return Found(parts=left.parts + parts, what=what, occupied=True, posture="edge", cover="none", pose="sitting")
    if what == "sitting_up":
        body = library.pick(rng, "sitting_up")
        v = sit_up(rng, body, library, top=top, length=n, x=rng.uniform(-0.2, 0.2) * w)
        if bed.tilt:  # one who sits up by himself does not lean on the back rest
            v[:, 1] -= max(0.0, float(v[:, 1].max()) - bed.hinge + 0.1)
        looks = draw_looks(rng, body)
        parts = made + dress(v, looks, library, Kind.PERSON)
        cover = "none"
        if rng.random() < 0.75:
            hips = v[library.group == UPPER_LEG, 1].max()
            surface = field_over(w, n, top, (*(p.vertices for p in made), v), head=bed.head)
            edge = hips - rng.uniform(0.2, 0.5)
            parts.append(
                duvet(rng, surface, linen.duvet, mode="cover", width=w, length=n, top=top, edge=edge, spacing=spacing)
            )
            cover = "part"
        return Found(parts=parts, what=what, occupied=True, posture="sitting_up", cover=cover, pose="sitting_up")
    people, looks, poses = [], [], []
    places = [p.vertices.mean(0) for p in made[:2]]
    several = what == "two" and w >= 1.3 and len(places) > 1
    across = what == "bare" and rng.random() < 0.12 and w >= 1.4
    for number in range(2 if several else 1):
        kinds = ("supine", "side") if several else ("supine", "side", "side", "curled", "prone")
        body = _narrow(rng, library, kinds, w / (2 if several else 1))
        at = places[number] if several else places[int(rng.integers(len(places)))]
        head = (at[0] + rng.normal(0, 0.05), at[1] + rng.normal(-0.02, 0.05) - (rng.random() < 0.2) * rng.uniform(0, 0.3))
        people.append(lay(rng, body, library, top=top, width=w, length=n, head_at=head, across=across))
        looks.append(draw_looks(rng, body))
        poses.append(body.kind)
    weight = np.concatenate([v[np.isin(library.group, [HEAD, NECK, TRUNK])] for v in people])
    made = [dented(p, weight, top) for p in made]
    parts = list(made)
    for v, look in zip(people, looks, strict=True):
        parts += dress(v, look, library, Kind.PERSON)
    surface = field_over(w, n, top, (*(p.vertices for p in made), *people), head=bed.head)
    neck = min(v[library.group == NECK, 1].mean() for v in people)
    crown = max(v[library.group == HEAD, 1].max() for v in people)
    how = what if what != "two" else str(rng.choice(["head_out", "shoulders"]))
    mode, edge, cover = "cover", neck, "part"
    if how == "head_out":
        edge, cover = neck + rng.uniform(-0.04, 0.07), "full"
        mode = "neat" if rng.random() < 0.25 else mode
    elif how == "shoulders":
        edge = neck - rng.uniform(0.08, 0.3)
    elif how == "hidden":
        edge, cover = crown + rng.uniform(-0.03, 0.15), "full"
    elif how == "half":
        edge, mode = neck - rng.uniform(0.4, 0.9), str(rng.choice(["cover", "cover", "thrown", "flap", "foot", "rumpled", "swirl"]))
    elif how == "bare":
        mode, cover = ("foot" if rng.random() < 0.5 else ""), "none"
    if mode:
        stuff = linen.duvet if rng.random() < 0.8 else linen.blanket
        thick = float(rng.uniform(0.006, 0.05))
        parts.append(
            duvet(rng, surface, stuff, mode=mode, width=w, length=n, top=top, edge=edge, thick=thick, spacing=spacing)
        )
    if cover != "none" and rng.random() < 0.18:
        parts.append(_throw(rng, bed, linen, parts, spacing))
    if rng.random() < 0.08:  # clothes lie on beds that are slept in, too
        parts += _things(rng, bed, parts)
    return Found(parts=parts, what=what, occupied=True, posture="lying", cover=cover, pose="+".join(poses))


