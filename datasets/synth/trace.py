"""Rays against triangles, by Embree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from datasets.synth.mesh import Part

__all__ = ["NOTHING", "Hits", "Tracer"]

NOTHING = -1
FAR = 1e4  # metres

Floats = NDArray[np.float32]


class Hits:
    """Where rays first meet a surface; ``face`` is `NOTHING` where they meet none."""

    __slots__ = ("distance", "face", "u", "v")

    def __init__(self, face: NDArray[np.int32], u: Floats, v: Floats, distance: Floats) -> None:
        self.face, self.u, self.v, self.distance = face, u, v, distance


class Tracer:
    """Parts merged into one scene of triangles, in their order."""

    def __init__(self, parts: Sequence[Part]) -> None:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        vertices, faces, owner, start = [], [], [], 0
        for number, part in enumerate(parts):
            vertices.append(part.vertices)
            faces.append(part.faces + start)
            owner.append(np.full(len(part.faces), number, np.int32))
            start += len(part.vertices)
        self.vertices = np.ascontiguousarray(np.concatenate(vertices), np.float32)
        self.faces = np.ascontiguousarray(np.concatenate(faces), np.int32)
        self.owner = np.concatenate(owner)
        self._scene = EmbreeScene()
        TriangleMesh(self._scene, self.vertices, self.faces)

    def first(self, origins: Floats, directions: Floats) -> Hits:
        """The first surface along each ray; Nx3 each, directions of length 1."""
        found = self._scene.run(origins, directions, output=1)
        return Hits(found["primID"], found["u"], found["v"], found["tfar"])

    def blocked(self, origins: Floats, directions: Floats, reach: Floats) -> NDArray[np.bool_]:
        """Whether anything lies along each ray within ``reach`` (metres)."""
        found = self._scene.run(origins, directions, reach, query="OCCLUDED")
        return np.asarray(found == 0)
