"""Open eyes: two small discs that face where somebody looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasets.synth.bodies import HEAD, Library
from datasets.synth.material import matt
from datasets.synth.mesh import Kind, Part

__all__ = ["EYES", "eyes"]

EYES = "eyes"
"""Tag of a part that is two discs of as many vertices, facing where somebody looks."""

# In the rest pose, metres: an eye from the middle of the face, behind its foremost point, and
# over the chin as a share of the head's height.
ASIDE, BEHIND, UP = 0.030, 0.042, 0.50
BALL, IRIS = 0.0145, 0.0055  # radii, metres
CORNERS = 8
IRISES = matt((0.03, 0.02, 0.015), "hair", shine=0.2, lobe=400.0)


def eyes(
    v: NDArray, library: Library, gaze: tuple[float, float], kind: Kind, bed: int = -1
) -> list[Part]:
    """The eyes of the posed body ``v``; ``gaze`` is off straight ahead, radians to its left and up.

    Empty for a body without eyeballs.
    """
    rest = library.rest
    head = library.group == HEAD
    low, high = np.percentile(rest[head, 2], 1), rest[head, 2].max()
    place = np.array([ASIDE, rest[head, 1].min() + BEHIND, low + UP * (high - low)])
    turn = _turn(rest[head].astype(float), np.asarray(v, float)[head])
    left, up = gaze
    ahead = np.array([np.sin(left), -np.cos(left) * np.cos(up), np.sin(up)])
    ahead = turn @ (ahead / np.linalg.norm(ahead))
    across = np.cross(ahead, turn @ np.array([0, 0, 1.0]))
    across /= np.linalg.norm(across)
    along = np.cross(ahead, across)
    around = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    ring = IRIS * (np.cos(around)[:, None] * across + np.sin(around)[:, None] * along)
    discs = []
    for side in (-1, 1):
        ball = head & (np.linalg.norm(rest - place * [side, 1, 1], axis=1) < BALL * 1.2)
        if ball.sum() < 12:
            return []
        discs.append(v[ball].mean(0) + ahead * (BALL + 0.002) + ring)
    fan = np.array([[0, k, k + 1] for k in range(1, CORNERS - 1)])
    return [
        Part(
            vertices=np.concatenate(discs).astype(np.float32),
            faces=np.concatenate([fan, fan + CORNERS]).astype(np.int32),
            material=IRISES,
            kind=kind,
            bed=bed,
            tags=(EYES,),
        )
    ]


def _turn(start: NDArray, end: NDArray) -> NDArray:
    """The rotation that takes points best onto others (Kabsch)."""
    u, _, w = np.linalg.svd((start - start.mean(0)).T @ (end - end.mean(0)))
    flip = np.sign(np.linalg.det(w.T @ u.T))
    return np.asarray(w.T @ np.diag([1, 1, flip]) @ u.T)
