"""Small things that rooms are full of: sockets and cables, slippers, bins, bags, notices, trim.

They take no place from furniture: they stand at walls, beside beds, or hang.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from datasets.synth.linen import pillow
from datasets.synth.material import Material, colour, infrared, matt
from datasets.synth.mesh import Kind, Part, box, cylinder, quad
from datasets.synth.patterns import SIZE, cloth
from datasets.synth.room import Place, Room
from datasets.synth.shell import wall_point

__all__ = ["scatter"]

SLIPPERS = 0.5  # share of beds
CABLES = 0.45  # share of beds


def scatter(rng: np.random.Generator, room: Room) -> None:
    """Small things added to a furnished room."""
    for place in room.places:
        if rng.random() < SLIPPERS:
            room.parts += _slippers(rng, room, place)
        if rng.random() < CABLES:
            room.parts += _cable(rng, room, place)
    for _ in range(int(rng.integers(1, 5))):
        room.parts += _on_wall(rng, room, _socket)
    for _ in range(int(rng.integers(1, 6)) if room.ward else int(rng.integers(0, 3))):
        room.parts += _on_wall(rng, room, _notice)
    if room.ward and rng.random() < 0.6:
        room.parts += [_rail(room, side, z) for side in (0, 1) for z in _rails(rng)]
    for _ in range(int(rng.integers(0, 3))):
        make = (_bin, _bag)[int(rng.integers(2))]
        half = (0.16, 0.16)
        spot = room.spot(rng, half, tries=8)
        if spot is not None:
            turn = float(rng.uniform(0, 2 * np.pi))
            room.parts += [part.moved(*spot, 0.0, turn).of(Kind.ROOM) for part in make(rng)]
            x, y = spot
            room.taken.append((x - half[0], x + half[0], y - half[1], y + half[1]))


def _any(rng: np.random.Generator, low: float = 0.04) -> Material:
    rgb = colour(rng.random(), rng.choice([0, 0.2, 0.6]), rng.uniform(low, 0.95))
    return matt(rgb, "plastic", shine=float(rng.uniform(0, 0.08)))


def _slippers(rng: np.random.Generator, room: Room, place: Place) -> list[Part]:
    """A pair beside the bed, as somebody has stepped out of it."""
    side, y = rng.choice([-1, 1]), rng.uniform(-0.4, 0.35) * place.bed.length
    at = place.point(side * (place.bed.width / 2 + rng.uniform(0.2, 0.45)), y, 0.0)
    if not room.free(float(at[0]), float(at[1]), (0.14, 0.14), margin=0.0):
        return []
    rgb = colour(rng.random(), rng.choice([0, 0.2, 0.6]), rng.uniform(0.05, 0.7))
    felt, sole = cloth(rng, rgb, rgb, plain=1.0, wrinkle=0.1), matt((0.04,) * 3, "rubber")
    made, turn = [], float(rng.uniform(0, 2 * np.pi))
    for foot in (-1, 1):
        toe = pillow(rng, felt, width=0.1, depth=0.15, height=0.07).moved(0, 0.06, 0.035)
        own = [box((0, 0, 0.012), (0.095, 0.27, 0.024), sole), toe]
        off = (foot * 0.07 + rng.normal(0, 0.02), rng.normal(0, 0.04))
        bent = float(rng.normal(0, 0.2))
        own = [part.moved(*off, 0.0, bent).of(Kind.ROOM) for part in own]
        made += [part.moved(float(at[0]), float(at[1]), 0.0, turn) for part in own]
    return made


def _cable(rng: np.random.Generator, room: Room, place: Place) -> list[Part]:
    """From the bed's head to the floor, and along it to a socket in the wall behind."""
    w, n, top = place.bed.width, place.bed.length, place.bed.top
    side = float(rng.choice([-1, 1]))
    ends = [
        place.point(side * w * 0.4, n / 2 + 0.03, top - 0.15),
        place.point(side * w * 0.5, n / 2 + 0.02, 0.25),
        place.point(side * (w * 0.5 + 0.1), n / 2 - 0.03, 0.012),
        place.point(side * (w * 0.5 + rng.uniform(0.2, 0.5)), n / 2 - rng.uniform(0, 0.3), 0.012),
        place.point(side * (w * 0.5 + rng.uniform(0.3, 0.6)), n / 2 + 0.05, 0.012),
    ]
    low, high = np.array([room.x0, room.y0, 0]) + 0.02, np.array([room.x1, room.y1, 9]) - 0.02
    points = _curve(np.clip(np.array(ends), low, high), 4)
    black = matt((0.03 if rng.random() < 0.6 else 0.7,) * 3, "plastic")
    return [cylinder(a, b, 0.006, black, sides=5) for a, b in pairwise(points)]


def _curve(points: NDArray, each: int) -> NDArray:
    """A Catmull-Rom curve through ``points``, ``each`` steps between two."""
    p = np.concatenate([points[:1], points, points[-1:]])
    t = (np.arange(each) / each)[:, None]
    made = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        made.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
                   + (3 * b - a - 3 * c + d) * t**3)
        )  # fmt: skip
    out = np.concatenate([*made, points[-1:]])
    out[:, 2] = np.maximum(out[:, 2], 0.006)
    return out


def _on_wall(rng: np.random.Generator, room: Room, make) -> list[Part]:
    at, along, inward = wall_point(rng, room, 0.3)
    return make(rng, at, along, inward)


def _socket(rng: np.random.Generator, at, along, inward) -> list[Part]:
    high = 0.25 if rng.random() < 0.6 else 1.05
    pale, dark = matt((0.8,) * 3, "plastic", shine=0.04), matt((0.05,) * 3, "plastic")
    wide = float(rng.choice([0.08, 0.15]))
    plate = np.abs(along) * wide + np.abs(inward) * 0.016 + [0, 0, 0.08]
    made = [box(tuple(at + [0, 0, high] + inward * 0.009), tuple(plate), pale)]
    for k in range(round(wide / 0.075)):
        off = along * ((k - (round(wide / 0.075) - 1) / 2) * 0.072)
        hole = np.abs(along) * 0.04 + np.abs(inward) * 0.004 + [0, 0, 0.04]
        made.append(box(tuple(at + off + [0, 0, high] + inward * 0.018), tuple(hole), dark))
    return made


def _notice(rng: np.random.Generator, at, along, inward) -> list[Part]:
    """A sheet of paper with lines of print; toner is black in infrared too."""
    wide, high = (0.21, 0.297) if rng.random() < 0.6 else (0.297, 0.21)
    v, u = np.mgrid[:SIZE, :SIZE] / SIZE
    row = np.floor(v * 22)
    length = rng.uniform(0.3, 0.85, 23)[row.astype(int)]
    print_ = (v * 22 % 1 < 0.5) & (u > 0.1) & (u < 0.1 + length) & (row > 1) & (row < 19)
    print_ |= (v > 0.86) & (v < 0.94) & (u > 0.15) & (u < 0.7)
    image = np.where(print_[..., None], np.float32(0.2), np.float32(0.82))
    image = np.repeat(image, 4, -1).astype(np.float32)
    tint = colour(rng.random(), rng.choice([0, 0, 0.15]), 0.95)
    image[..., :3] *= np.float32(tint)
    paper = Material(base=(*tint, infrared(tint, "paper")), image=image, period=1.0)
    corner = at - along * wide / 2 + inward * 0.006 + [0, 0, rng.uniform(1.2, 1.7)]
    sheet = quad(corner, along * wide, np.array([0, 0, high]), paper)
    return [replace(sheet, uv=np.float32([[0, 0], [1, 0], [1, 1], [0, 1]]) * 0.999)]


def _rails(rng: np.random.Generator) -> tuple[float, ...]:
    return ((0.85,), (0.25, 0.9), (1.5,))[int(rng.integers(3))]


def _rail(room: Room, side: int, z: float) -> Part:
    """A hand rail or a duct of sockets along the wall behind the beds."""
    y = room.y1 - 0.03 if side else room.y0 + 0.03
    middle = ((room.x0 + room.x1) / 2, y, z)
    size = (room.x1 - room.x0 - 0.2, 0.05, 0.11)
    return box(middle, size, matt((0.55,) * 3, "plastic", shine=0.04))


def _bin(rng: np.random.Generator) -> list[Part]:
    of, high = _any(rng), float(rng.uniform(0.22, 0.5))
    made = [cylinder([0, 0, 0], [0, 0, high], 0.11, of, top=0.14, sides=18)]
    made.append(
        cylinder([0, 0, 0.0], [0, 0, 0.03], 0.108, matt((0.03,) * 3, "plastic"), closed=True)
    )
    if rng.random() < 0.5:  # its bag over the rim
        made.append(cylinder([0, 0, high - 0.07], [0, 0, high + 0.01], 0.142, _any(rng), top=0.146))
    return made


def _bag(rng: np.random.Generator) -> list[Part]:
    rgb = colour(rng.random(), rng.choice([0, 0.2, 0.6]), rng.uniform(0.04, 0.6))
    of = cloth(rng, rgb, rgb, plain=0.8, wrinkle=0.3)
    wide, high = float(rng.uniform(0.2, 0.3)), float(rng.uniform(0.15, 0.3))
    made = [
        pillow(rng, of, width=wide, depth=wide * 0.7, height=high * 1.4).moved(0, 0, high * 0.5)
    ]
    grip = [[-0.06, 0, high], [-0.04, 0, high + 0.1], [0.04, 0, high + 0.1], [0.06, 0, high]]
    points = _curve(np.array(grip), 3)
    made += [cylinder(a, b, 0.008, of, sides=5) for a, b in pairwise(points)]
    return made
