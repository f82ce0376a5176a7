"""Small movements of a scene: a chest that rises under a duvet, a curtain in a draught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from datasets.synth.mesh import Kind, Part

__all__ = ["blown", "breathed", "chest"]

CHEST, BELLY = 0.16, 0.20  # metres: how far round its middle each moves
DUVET = 0.8  # share of the movement that bedding carries on


def chest(parts: Sequence[Part], bed: int) -> NDArray[np.float64] | None:
    """Middle of the body that lies on ``bed`` (x, y, z in the room); None: nobody does."""
    people = [p.vertices for p in parts if p.kind == Kind.PERSON and p.bed == bed]
    if not people:
        return None
    skin = max(people, key=len)  # the whole body; clothes are parts of it
    return np.asarray(skin.mean(0), float)


def breathed(
    parts: Sequence[Part], bed: int, middle: NDArray, along: NDArray, rise: float
) -> list[Part]:
    """The scene with the breath of whoever lies on ``bed`` drawn in by ``rise`` metres.

    ``middle`` is the body's, ``along`` the direction to its head. Chest and belly rise, the
    chest by 0.6 of the belly, and lift what lies on them.
    """
    along = np.asarray(along, float) / np.linalg.norm(along)
    places = ((middle + 0.22 * along, CHEST, 0.6), (middle - 0.02 * along, BELLY, 1.0))
    moved = []
    for part in parts:
        if part.bed != bed or part.kind not in (Kind.PERSON, Kind.BEDDING):
            moved.append(part)
            continue
        v = part.vertices.astype(np.float64)
        up = np.zeros(len(v))
        for at, wide, share in places:
            near = ((v[:, :2] - at[:2]) ** 2).sum(1) / (2 * wide**2)
            above = np.clip((v[:, 2] - at[2] + 0.05) / 0.08, 0, 1)  # the back stays on the sheet
            up = np.maximum(up, share * np.exp(-near) * above)
        v[:, 2] += rise * up * (1.0 if part.kind == Kind.PERSON else DUVET)
        moved.append(replace(part, vertices=v.astype(np.float32)))
    return moved


def blown(parts: Sequence[Part], curtains: Sequence[int], phase: float, reach: float) -> list[Part]:
    """The scene with its ``curtains`` (indices of parts) swung by ``reach`` metres at ``phase``
    (radians); they hang from their upper edge.
    """
    moved = list(parts)
    for index in curtains:
        v = parts[index].vertices.astype(np.float64)
        low, high = v[:, 2].min(), v[:, 2].max()
        hanging = (high - v[:, 2]) / max(high - low, 1e-6)
        wave = np.sin(phase + 3.0 * v[:, 0] + 2.0 * v[:, 1])
        across = np.array([1.0, 0.0]) if np.ptp(v[:, 1]) > np.ptp(v[:, 0]) else np.array([0, 1.0])
        v[:, :2] += (reach * hanging**1.5 * wave)[:, None] * across
        moved[index] = replace(parts[index], vertices=v.astype(np.float32))
    return moved
