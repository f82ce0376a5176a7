"""Somebody who turns over, or throws the duvet back and gets up: a bed in phases.

All is in the frame of a flat bed. Cloth falls before and after; between, its points travel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from datasets.synth.beds import Bed, mattress
from datasets.synth.between import Limbs, like
from datasets.synth.bodies import HEAD, NECK, TRUNK, Library
from datasets.synth.drape import duvet, field_over
from datasets.synth.dress import draw_looks, dress
from datasets.synth.linen import Linen, dented, pillows
from datasets.synth.mesh import Kind, Part
from datasets.synth.person import lay, on_edge, sit_up, upright

__all__ = ["BESIDE", "Phase", "getting_up", "turning"]

SIZE_OVER = 0.5  # metres by which the duvet is wider than the bed
LIFT = 0.22  # metres that cloth is lifted on its way back
BESIDE = 0.42  # metres from the bed where somebody stands up


@dataclass(frozen=True, kw_only=True, eq=False)
class Phase:
    """The bed at one moment."""

    parts: list[Part]
    posture: str  # lying, sitting_up, edge or standing


def _step(value: float, start: float, end: float) -> float:
    """0 before ``start``, 1 after ``end``, smooth between."""
    share = float(np.clip((value - start) / (end - start), 0, 1))
    return share * share * (3 - 2 * share)


def _laid(rng, bed: Bed, linen: Linen, library: Library, kind: str):
    made = pillows(rng, bed, linen)
    body = library.pick(rng, kind)
    at = made[0].vertices.mean(0)
    where = {"top": bed.top, "width": bed.width, "length": bed.length}
    head = (float(at[0]), float(at[1]))
    v = lay(rng, body, library, head_at=head, **where)
    made = [dented(p, v[np.isin(library.group, [HEAD, NECK, TRUNK])], bed.top) for p in made]
    return made, body, v, head


def _over(rng, bed: Bed, linen: Linen, things, *, mode: str, edge: float, seed: int) -> Part:
    """A duvet over ``things``; one of the same bed and ``seed`` has the same points."""
    under = field_over(bed.width, bed.length, bed.top, tuple(things), head=bed.head)
    return duvet(
        np.random.default_rng(seed), under, linen.duvet, mode=mode, width=bed.width,
        length=bed.length, top=bed.top, edge=edge, size=(bed.width + SIZE_OVER, 2.0),
    )  # fmt: skip


def _cloth(start: Part, end: Part, share: float, lift: float) -> Part:
    """Cloth on its way between two places; what is nearer to the head goes first."""
    a, b = start.vertices.astype(float), end.vertices.astype(float)
    late = (a[:, 1].max() - a[:, 1]) / (np.ptp(a[:, 1]) + 1e-9)
    own = np.clip(1.6 * share - 0.6 * late, 0, 1)[:, None]
    own = own * own * (3 - 2 * own)
    moved = (1 - own) * a + own * b + [0, 0, 1.0] * np.sin(np.pi * own) * lift
    return replace(start, vertices=moved.astype(np.float32))


def turning(
    rng: np.random.Generator, bed: Bed, linen: Linen, library: Library, count: int
) -> list[Phase]:
    """``count`` phases of somebody who turns over, wholly or a little, under the duvet."""
    limbs = Limbs(library)
    made, body, first, head = _laid(rng, bed, linen, library, "supine")
    other = like(library, body, "side")
    where = {"top": bed.top, "width": bed.width, "length": bed.length}
    second = lay(rng, other, library, head_at=head, **where)
    looks, seed = draw_looks(rng, body), int(rng.integers(2**31))
    edge = float(first[library.group == NECK, 1].mean() - rng.uniform(0.0, 0.25))
    covers = [
        _over(rng, bed, linen, [*(p.vertices for p in made), v], mode="cover", edge=edge, seed=seed)
        for v in (first, second)
    ]
    far = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.25, 0.5))
    base = mattress(rng, bed, linen.sheet)
    phases = []
    for share in np.linspace(0, far, count):
        v = limbs.between(first, second, float(share))
        cover = _cloth(*covers, float(share), 0.04)
        person = dress(v, looks, library, Kind.PERSON)
        phases.append(Phase(parts=[base, *made, *person, cover], posture="lying"))
    return phases


def getting_up(
    rng: np.random.Generator, bed: Bed, linen: Linen, library: Library, count: int, side: int
) -> list[Phase]:
    """``count`` phases from lying to standing at ``side`` (-1 left, 1 right) of the bed."""
    limbs = Limbs(library)
    made, body, lying, _ = _laid(rng, bed, linen, library, "supine")
    where = {"top": bed.top, "length": bed.length}
    x = float(np.median(lying[:, 0]))
    sitting = sit_up(rng, like(library, body, "sitting_up"), library, x=x, **where)
    edge = on_edge(
        rng, like(library, body, "sitting"), library, width=bed.width, side=side, **where
    )
    y = float(edge[:, 1].mean())
    stood = upright(
        like(library, body, "standing"), library,
        x=side * (bed.width / 2 + BESIDE), y=y, turn=side * np.pi / 2,
    )  # fmt: skip
    looks, seed = draw_looks(rng, body), int(rng.integers(2**31))
    neck = float(lying[library.group == NECK, 1].mean())
    soft = [p.vertices for p in made]
    covers = (
        _over(rng, bed, linen, [*soft, lying], mode="cover", edge=neck - 0.1, seed=seed),
        _over(rng, bed, linen, soft, mode="foot", edge=neck - 0.6, seed=seed + 1),
    )
    base = mattress(rng, bed, linen.sheet)
    moves = ((lying, sitting, 0.26, 0.46), (sitting, edge, 0.52, 0.74), (edge, stood, 0.8, 0.95))
    phases = []
    for time in np.linspace(0, 1, count):
        start, end, begin, done = next((m for m in moves if time <= m[3]), moves[-1])
        v = limbs.between(start, end, _step(float(time), begin, done))
        cover = _cloth(*covers, _step(float(time), 0.12, 0.34), LIFT)
        halves = [(begin + done) / 2 for _, _, begin, done in moves]
        posture = ("lying", "sitting_up", "edge", "standing")[int(np.searchsorted(halves, time))]
        person = dress(v, looks, library, Kind.PERSON)
        phases.append(Phase(parts=[base, *made, *person, cover], posture=posture))
    return phases
