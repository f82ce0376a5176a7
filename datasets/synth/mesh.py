"""Triangles and what they are made of: the only geometry that the renderer knows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from datasets.synth.material import Material

__all__ = ["Kind", "Part", "box", "cylinder", "grid_faces", "quad", "sheet", "turned"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

UP = np.array([0.0, 0.0, 1.0])


class Kind(IntEnum):
    """What a part is to the question asked."""

    ROOM = 0  # walls, furniture and whatever else is not the bed
    FRAME = 1  # the bed without what lies on it
    MATTRESS = 2  # the mattress and its sheet
    BEDDING = 3  # pillows, duvets, heaps on the bed
    PERSON = 4  # in or on a bed
    BYSTANDER = 5  # a person who is on no bed
    NEAR = 6  # a thing before the lens


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """One surface of one material."""

    vertices: Floats  # Nx3, metres, z up
    faces: Ints  # Mx3
    material: Material
    kind: Kind = Kind.ROOM
    bed: int = -1  # index of the bed that it belongs to; -1: none
    uv: Floats | None = None  # Nx2, metres along the surface; None: made from the faces
    smooth: bool = True  # shade with vertex normals
    tags: tuple[str, ...] = field(default=())

    def moved(self, x: float, y: float, z: float = 0.0, turn: float = 0.0) -> Part:
        """The part turned about z (radians), then shifted (metres)."""
        return replace(self, vertices=turned(self.vertices, turn) + np.float32([x, y, z]))

    def of(self, kind: Kind, bed: int = -1) -> Part:
        """The part as another kind."""
        return replace(self, kind=kind, bed=bed)


def turned(vertices: NDArray, angle: float) -> Floats:
    """``vertices`` turned about z by ``angle`` (radians)."""
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    return np.asarray(np.asarray(vertices, float) @ turn, np.float32)


def grid_faces(columns: int, rows: int) -> Ints:
    """Triangles of a grid of ``rows`` x ``columns`` vertices, row by row."""
    index = np.arange(columns * rows).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    both = [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    return np.concatenate(both).astype(np.int32)


def sheet(
    points: NDArray, material: Material, *, uv: NDArray | None = None, kind: Kind = Kind.ROOM
) -> Part:
    """A surface through ``points``, rows x columns x 3."""
    rows, columns = points.shape[:2]
    flat = np.asarray(points, np.float32).reshape(-1, 3)
    if uv is not None:
        uv = np.asarray(uv, np.float32).reshape(-1, 2)
    return Part(vertices=flat, faces=grid_faces(columns, rows), material=material, uv=uv, kind=kind)


def quad(
    origin: NDArray, along: NDArray, up: NDArray, material: Material, kind: Kind = Kind.ROOM
) -> Part:
    """A flat rectangle from ``origin`` along two edges (metres)."""
    o, a, u = (np.asarray(v, float) for v in (origin, along, up))
    width, height = np.linalg.norm(a), np.linalg.norm(u)
    return Part(
        vertices=np.float32([o, o + a, o + a + u, o + u]),
        faces=np.int32([[0, 1, 2], [0, 2, 3]]),
        uv=np.float32([[0, 0], [width, 0], [width, height], [0, height]]),
        material=material,
        kind=kind,
        smooth=False,
    )


def box(
    centre: tuple[float, float, float],
    size: tuple[float, float, float],
    material: Material,
    *,
    kind: Kind = Kind.ROOM,
    turn: float = 0.0,
) -> Part:
    """A box of ``size`` (metres) round ``centre``, turned about z (radians)."""
    half = np.array(size) / 2
    corners, uvs, faces = [], [], []
    for axis in range(3):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        for side in (-1, 1):
            start = len(corners)
            for p, q in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.zeros(3)
                corner[axis], corner[a], corner[b] = side, p, q
                corners.append(corner * half)
                # the grain of wood runs along the longer edge
                flat = (p * half[a], q * half[b])
                uvs.append(flat if half[a] <= half[b] else flat[::-1])
            faces += [[start, start + 1, start + 2], [start, start + 2, start + 3]]
    return Part(
        vertices=turned(np.array(corners), turn) + np.float32(centre),
        faces=np.int32(faces),
        uv=np.float32(uvs),
        material=material,
        kind=kind,
        smooth=False,
    )


def cylinder(
    foot: NDArray,
    head: NDArray,
    radius: float,
    material: Material,
    *,
    top: float | None = None,
    sides: int = 12,
    kind: Kind = Kind.ROOM,
    closed: bool = False,
) -> Part:
    """A tube from ``foot`` to ``head``; ``top`` is the radius there where it differs (metres)."""
    foot, head = np.asarray(foot, float), np.asarray(head, float)
    axis = head - foot
    length = float(np.linalg.norm(axis)) or 1e-6
    axis = axis / length
    across = np.cross(axis, [1.0, 0, 0] if abs(axis[0]) < 0.9 else [0, 1.0, 0])
    across /= np.linalg.norm(across)
    other = np.cross(axis, across)
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.cos(turn)[:, None] * across + np.sin(turn)[:, None] * other
    rings = [foot + ring * radius, head + ring * (radius if top is None else top)]
    if closed:
        rings = [np.tile(foot, (sides + 1, 1)), *rings, np.tile(head, (sides + 1, 1))]
    points = np.stack(rings)
    along = np.linspace(0, length, len(rings))
    uv = np.stack(np.broadcast_arrays(turn[None] * radius, along[:, None]), -1)
    return sheet(points, material, uv=uv, kind=kind)
