"""A body between two poses: each limb turned on its joint, so that none shrinks on the way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from datasets.synth.bodies import (
    FOOT,
    HAND,
    HEAD,
    LOWER_ARM,
    LOWER_LEG,
    NECK,
    TRUNK,
    UPPER_LEG,
    Body,
    Library,
)

__all__ = ["Limbs", "like"]

Points = NDArray[np.float64]

SHOULDER, HIP = 0.17, 0.05  # metres: beyond the first is arm; below the second, and aside, leg
ROOT = "hips"
CHAIN = (
    ("trunk", ROOT),
    ("head", "trunk"),
    *((f"{part}{side}", parent + side if parent not in (ROOT, "trunk") else parent)
      for side in "LR"
      for part, parent in (("arm", "trunk"), ("forearm", "arm"), ("hand", "forearm"),
                           ("thigh", ROOT), ("shin", "thigh"), ("foot", "shin"))),
)  # fmt: skip
"""Each limb and what it hangs on, nearest to the root first."""

RIGID = (HEAD, HAND, LOWER_LEG, LOWER_ARM)  # what keeps its shape in every pose


def like(library: Library, body: Body, kind: str) -> Body:
    """The body of ``kind`` whose head, hands, shins and forearms are of a size with ``body``."""
    found = np.flatnonzero(library.kinds == kind)

    def sizes(v: NDArray) -> NDArray:
        left = library.rest[:, 0] > 0
        chosen = [v[(library.group == g) & (left | (g == HEAD))].astype(float) for g in RIGID]
        return np.array([np.sqrt(p.var(0).sum()) if len(p) else 0.0 for p in chosen])

    wanted = sizes(body.vertices)
    off = [np.abs(sizes(library.stack[k]) / (wanted + 1e-9) - 1).sum() for k in found]
    best = int(found[int(np.argmin(off))])
    return Body(
        vertices=library.stack[best].astype(np.float32),
        kind=kind,
        gender=float(library.genders[best]),
        age=float(library.ages[best]),
    )


class Limbs:
    """The limbs of a library's bodies, and where they hang together."""

    def __init__(self, library: Library) -> None:
        rest, group = library.rest, library.group
        side = np.where(rest[:, 0] > 0, "L", "R")
        name = np.full(len(group), ROOT, dtype="<U8")
        name[np.isin(group, [HEAD, NECK])] = "head"
        name[group == TRUNK] = "trunk"
        floor = float(rest[group == UPPER_LEG, 2].max()) if (group == UPPER_LEG).any() else 0.0
        pairs = (
            ("arm", (group == TRUNK) & (np.abs(rest[:, 0]) > SHOULDER)),
            ("forearm", group == LOWER_ARM),
            ("hand", group == HAND),
            ("thigh", (group == UPPER_LEG) & (rest[:, 2] < floor - HIP * 3)),
            ("shin", group == LOWER_LEG),
            ("foot", group == FOOT),
        )
        for limb, chosen in pairs:
            for one in "LR":
                name[chosen & (side == one)] = f"{limb}{one}"
        self.members = {limb: np.flatnonzero(name == limb) for limb in np.unique(name)}
        edges = np.concatenate([library.faces[:, [0, 1]], library.faces[:, [1, 2]]])
        self.joints: dict[str, tuple[NDArray, NDArray]] = {}
        for limb, parent in CHAIN:
            both = [
                edges[(name[edges[:, a]] == limb) & (name[edges[:, b]] == parent)][:, [a, b]]
                for a, b in ((0, 1), (1, 0))
            ]
            met = np.concatenate(both)
            if len(met):
                self.joints[limb] = (met[:, 0], met[:, 1])

    def between(self, start: Points, end: Points, share: float) -> Points:
        """The pose that is ``share`` (0..1) of the way from ``start`` to ``end``."""
        out = np.array((1 - share) * start + share * end, float)
        for limb in (ROOT, *(limb for limb, _ in CHAIN)):
            members = self.members.get(limb)
            if members is None or (limb != ROOT and limb not in self.joints):
                continue
            a, b = start[members], end[members]
            ca, cb = a.mean(0), b.mean(0)
            turn, _ = Rotation.align_vectors(b - cb, a - ca)
            shape = (1 - share) * (a - ca) + share * turn.inv().apply(b - cb)
            partly = Rotation.from_rotvec(share * turn.as_rotvec())
            part = partly.apply(shape)
            if limb == ROOT:
                out[members] = part + (1 - share) * ca + share * cb
                continue
            own, others = self.joints[limb]
            before, after = start[own] - start[others], end[own] - end[others]
            gap = partly.apply((1 - share) * before + share * turn.inv().apply(after))
            out[members] = part
            out[members] += (out[others] + gap).mean(0) - out[own].mean(0)
        return out
