"""Who lies in a bed, how, and under what."""

from __future__ import annotations

import numpy as np

from datasets.synth.beds import Bed
from datasets.synth.bodies import HEAD, NECK, TRUNK, UPPER_LEG, Body, Library
from datasets.synth.clutter import dropped, throw
from datasets.synth.decor import trinkets
from datasets.synth.drape import duvet, field_over
from datasets.synth.dress import draw_looks, dress
from datasets.synth.empty import leave
from datasets.synth.found import Found
from datasets.synth.linen import Linen, dented, pillows
from datasets.synth.mesh import Kind
from datasets.synth.person import lay, on_edge, sit_up

__all__ = ["OCCUPIED", "occupy"]

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
"""How often each is drawn."""


def _narrow(rng, library: Library, kinds: tuple[str, ...], width: float) -> Body:
    """A body whose arms do not reach far beyond a mattress of ``width``."""
    tried = [library.pick(rng, *kinds) for _ in range(6)]
    reach = [float(np.ptp(body.vertices[:, 0])) for body in tried]
    fits = [body for body, wide in zip(tried, reach, strict=True) if wide < width + 0.1]
    return fits[0] if fits else tried[int(np.argmin(reach))]


def occupy(
    rng: np.random.Generator, bed: Bed, linen: Linen, library: Library, what: str, spacing: float
) -> Found:
    """A bed slept in as ``what``, a key of `OCCUPIED`; cloth of ``spacing`` metres a particle."""
    if what == "edge":
        return _edge(rng, bed, linen, library, what, spacing)
    if what == "sitting_up":
        return _sitting_up(rng, bed, linen, library, what, spacing)
    return _lying(rng, bed, linen, library, what, spacing)


def _lying(rng, bed: Bed, linen: Linen, library: Library, what: str, spacing: float) -> Found:
    w, n, top = bed.width, bed.length, bed.top
    made = pillows(rng, bed, linen)
    people, looks, poses = [], [], []
    places = [p.vertices.mean(0) for p in made[:2]]
    several = what == "two" and w >= 1.3 and len(places) > 1
    across = what == "bare" and rng.random() < 0.12 and w >= 1.4
    for number in range(2 if several else 1):
        kinds = ("supine", "side") if several else ("supine", "side", "side", "curled", "prone")
        body = _narrow(rng, library, kinds, w / (2 if several else 1))
        at = places[number] if several else places[int(rng.integers(len(places)))]
        head = (
            at[0] + rng.normal(0, 0.05),
            at[1] + rng.normal(-0.02, 0.05) - (rng.random() < 0.2) * rng.uniform(0, 0.3),
        )
        people.append(
            lay(rng, body, library, top=top, width=w, length=n, head_at=head, across=across)
        )
        looks.append(draw_looks(rng, body))
        poses.append(body.kind)
    weight = np.concatenate([v[np.isin(library.group, [HEAD, NECK, TRUNK])] for v in people])
    made = [dented(p, weight, top) for p in made]
    parts = list(made)
    for v, look in zip(people, looks, strict=True):
        parts += dress(v, look, library, Kind.PERSON)
    surface = field_over(w, n, top, tuple(p.vertices for p in parts), head=bed.head)
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
        edge, mode = (
            neck - rng.uniform(0.4, 0.9),
            str(rng.choice(["cover", "cover", "thrown", "flap", "foot", "rumpled", "swirl"])),
        )
    elif how == "bare":
        mode, cover = ("foot" if rng.random() < 0.5 else ""), "none"
    if mode:
        stuff = linen.duvet if rng.random() < 0.8 else linen.blanket
        thick = float(rng.uniform(0.006, 0.05))
        parts.append(
            duvet(
                rng,
                surface,
                stuff,
                mode=mode,
                width=w,
                length=n,
                top=top,
                edge=edge,
                thick=thick,
                spacing=spacing,
            )
        )
    if cover != "none" and rng.random() < 0.18:
        parts.append(throw(rng, bed, linen, parts, spacing))
    if rng.random() < 0.06:
        parts += trinkets(rng, bed, top + 0.1)
    if rng.random() < 0.08:  # clothes lie on beds that are slept in, too
        parts += dropped(rng, bed, parts)
    return Found(
        parts=parts, what=what, occupied=True, posture="lying", cover=cover, pose="+".join(poses)
    )


def _edge(rng, bed: Bed, linen: Linen, library: Library, what: str, spacing: float) -> Found:
    w, n, top = bed.width, bed.length, bed.top
    side = int(rng.choice([-1, 1]))
    body = library.pick(rng, "sitting")
    v = on_edge(rng, body, library, top=top, width=w, length=n, side=side)
    parts = dress(v, draw_looks(rng, body), library, Kind.PERSON)
    left = leave(
        rng, bed, linen, str(rng.choice(["rumpled", "thrown", "flap", "foot", "bare"])), spacing
    )
    return Found(
        parts=left.parts + parts,
        what=what,
        occupied=True,
        posture="edge",
        cover="none",
        pose="sitting",
    )


def _sitting_up(rng, bed: Bed, linen: Linen, library: Library, what: str, spacing: float) -> Found:
    w, n, top = bed.width, bed.length, bed.top
    made = pillows(rng, bed, linen)
    body = library.pick(rng, "sitting_up")
    v = sit_up(rng, body, library, top=top, length=n, x=rng.uniform(-0.2, 0.2) * w)
    if bed.tilt:  # one who sits up by himself does not lean on the back rest
        v[:, 1] -= max(0.0, float(v[:, 1].max()) - bed.hinge + 0.1)
    looks = draw_looks(rng, body)
    parts = made + dress(v, looks, library, Kind.PERSON)
    cover = "none"
    if rng.random() < 0.75:
        hips = v[library.group == UPPER_LEG, 1].max()
        surface = field_over(w, n, top, tuple(p.vertices for p in parts), head=bed.head)
        edge = hips - rng.uniform(0.2, 0.5)
        parts.append(
            duvet(
                rng,
                surface,
                linen.duvet,
                mode="cover",
                width=w,
                length=n,
                top=top,
                edge=edge,
                spacing=spacing,
            )
        )
        cover = "part"
    return Found(
        parts=parts,
        what=what,
        occupied=True,
        posture="sitting_up",
        cover=cover,
        pose="sitting_up",
    )
