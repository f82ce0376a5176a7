"""What a room is before anything stands in it: walls, floor, windows, doors, pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from datasets.synth import furniture
from datasets.synth.material import colour, matt
from datasets.synth.mesh import box, quad
from datasets.synth.patterns import cloth, floor, painting
from datasets.synth.room import Room

__all__ = ["raise_walls", "wall_point"]

GLASS = 1500.0  # exponent of the lobe: a lamp is seen in it as a spot of three degrees


def raise_walls(rng: np.random.Generator, room: Room) -> None:
    """Walls, floor, ceiling, and what is in them, added to the room."""
    x0, x1, y0, y1, h = room.x0, room.x1, room.y0, room.y1, room.high
    if rng.random() < 0.55:  # white, cream, beige
        tint = colour(rng.uniform(0.06, 0.16), rng.uniform(0.0, 0.25), rng.uniform(0.7, 0.97))
    else:
        tint = colour(
            rng.random(), rng.choice([0.02, 0.06, 0.1, 0.18, 0.3]), rng.uniform(0.4, 0.97)
        )
    wall = matt(tint, "wall", shift=float(rng.normal(0, 0.08)), relief="plaster", depth=0.08)
    other = wall
    if rng.random() < 0.4:
        second = colour(rng.random(), rng.choice([0.08, 0.2, 0.4]), rng.uniform(0.2, 0.95))
        other = matt(second, "wall", shift=float(rng.normal(0, 0.08)))
        if rng.random() < 0.4:  # wallpaper
            other = cloth(rng, tint, second, plain=0.0, wrinkle=0.0)
    wide, long = x1 - x0, y1 - y0
    feature = int(rng.integers(4))
    sides = [
        ((x0, y1, 0), (wide, 0, 0)),
        ((x1, y0, 0), (-wide, 0, 0)),
        ((x0, y0, 0), (0, long, 0)),
        ((x1, y1, 0), (0, -long, 0)),
    ]
    for k, (origin, edge) in enumerate(sides):
        room.parts.append(
            quad(
                np.array(origin),
                np.array(edge),
                np.array([0, 0, h]),
                other if k == feature else wall,
            )
        )
        skirt = quad(
            np.array(origin) * [0.997, 0.997, 1],
            np.array(edge) * 0.997,
            np.array([0, 0, 0.1]),
            matt((0.7,) * 3, "plastic"),
        )
        room.parts.append(skirt)
    ground = floor(rng)
    room.parts.append(
        quad(np.array([x0, y0, 0]), np.array([wide, 0, 0]), np.array([0, long, 0]), ground)
    )
    pale = matt((rng.uniform(0.6, 0.85),) * 3, "wall")
    room.parts.append(
        quad(np.array([x0, y0, h]), np.array([wide, 0, 0]), np.array([0, long, 0]), pale)
    )
    if room.ward and rng.random() < 0.5:  # a dado along the walls
        dado = matt(colour(rng.random(), rng.uniform(0.1, 0.5), rng.uniform(0.4, 0.9)), "wall")
        for origin, edge in sides:
            room.parts.append(
                quad(
                    np.array(origin) * [0.998, 0.998, 1],
                    np.array(edge) * 0.998,
                    np.array([0, 0, 1.0]),
                    dado,
                )
            )
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        _window(rng, room)
    _door(rng, room)
    for _ in range(int(rng.integers(0, 4))):
        _picture(rng, room)
    count = 1 if not room.ward else max(1, len(room.places) // 2)
    for k in range(count):
        x = (k - (count - 1) / 2) * (wide / count)
        room.ceiling_lamps.append((float(x), float((y0 + y1) / 2), h - 0.06))


def wall_point(rng: np.random.Generator, room: Room, margin: float):
    """A floor point on a wall, the direction along it and its inward normal."""
    k = int(rng.integers(4))
    if k < 2:
        x = (
            rng.uniform(room.x0 + margin, room.x1 - margin)
            if room.x1 - room.x0 > 2 * margin
            else 0.0
        )
        return (
            np.array([x, room.y1 if k == 0 else room.y0, 0]),
            np.array([1.0, 0, 0]),
            np.array([0, -1.0 if k == 0 else 1.0, 0]),
        )
    y = rng.uniform(room.y0 + margin, room.y1 - margin)
    return (
        np.array([room.x0 if k == 2 else room.x1, y, 0]),
        np.array([0, 1.0, 0]),
        np.array([1.0 if k == 2 else -1.0, 0, 0]),
    )


def _window(rng: np.random.Generator, room: Room) -> None:
    at, along, inward = wall_point(rng, room, 0.8)
    wide, low, high = rng.uniform(0.6, 1.6), rng.uniform(0.5, 1.0), rng.uniform(1.9, 2.2)
    up = np.array([0, 0, high - low])
    corner = at - along * wide / 2 + [0, 0, low] + inward * 0.012
    room.panes.append(len(room.parts))
    shine = float(rng.uniform(0.04, 0.12))
    pane = matt((0.05, 0.06, 0.07), "plastic", shine=shine, lobe=GLASS)
    room.parts.append(quad(corner, along * wide, up, pane))
    middle = at + [0, 0, (low + high) / 2] + inward * 0.10
    edges = (along * wide, up) if np.dot(np.cross(along, up), inward) > 0 else (-along * wide, up)
    room.windows.append((middle, *edges))
    frame = matt((rng.uniform(0.3, 0.85),) * 3, "plastic")
    size = np.abs(along) * wide + np.abs(inward) * 0.04
    for z in (low, high, (low + high) / 2):
        room.parts.append(
            box(tuple(at + [0, 0, z] + inward * 0.02), tuple(size + np.array([0, 0, 0.05])), frame)
        )
    for side in (-0.5, 0, 0.5):
        post = np.abs(along) * 0.05 + np.abs(inward) * 0.04 + [0, 0, high - low]
        room.parts.append(
            box(
                tuple(at + along * side * wide + [0, 0, (low + high) / 2] + inward * 0.02),
                tuple(post),
                frame,
            )
        )
    if rng.random() < 0.75:
        drawn = rng.uniform(0.15, 0.5)
        of = None
        for side in (-1, 1):
            start = (at + along * side * (wide / 2 + 0.15) + inward * 0.16)[:2]
            end = (at + along * side * (wide / 2 + 0.15 - drawn * wide) + inward * 0.16)[:2]
            made = furniture.curtain(
                rng, start, end, 0.05 if rng.random() < 0.6 else low - 0.1, high + 0.15, of
            )
            of = made.material
            room.curtains.append(len(room.parts))
            room.parts.append(made)


def _door(rng: np.random.Generator, room: Room) -> None:
    at, along, inward = wall_point(rng, room, 0.6)
    leaf = furniture.stuff(rng)
    size = np.abs(along) * 0.85 + np.abs(inward) * 0.05
    room.parts.append(
        box(tuple(at + [0, 0, 1.0] + inward * 0.02), tuple(size + np.array([0, 0, 2.0])), leaf)
    )
    knob = at + along * 0.35 + [0, 0, 1.0] + inward * 0.07
    room.parts.append(box(tuple(knob), (0.05, 0.05, 0.03), matt((0.4,) * 3, "metal", shine=0.08)))


def _picture(rng: np.random.Generator, room: Room) -> None:
    at, along, inward = wall_point(rng, room, 0.5)
    wide, high, z = rng.uniform(0.25, 1.0), rng.uniform(0.25, 0.8), rng.uniform(1.3, 1.8)
    size = np.abs(along) * (wide + 0.06) + np.abs(inward) * 0.03 + [0, 0, high + 0.06]
    room.parts.append(
        box(tuple(at + [0, 0, z] + inward * 0.015), tuple(size), furniture.stuff(rng))
    )
    corner = at - along * wide / 2 + [0, 0, z - high / 2] + inward * 0.034
    shown = painting(rng)
    if rng.random() < 0.6:  # behind glass
        shown = replace(shown, shine=float(rng.uniform(0.03, 0.08)), lobe=GLASS)
    room.parts.append(quad(corner, along * wide, np.array([0, 0, high]), shown))
