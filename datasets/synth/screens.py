"""What stands between a camera and a bed: furniture, a door, a clothes rack, a curtain, a back.

Whoever hangs a camera means it to see the bed; then a wardrobe is moved, a door left open, a
rack rolled in. Each thing is put where it hides about as much as was drawn, from a little to all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from datasets.synth import furniture
from datasets.synth.bodies import Library
from datasets.synth.camera import Camera
from datasets.synth.dress import draw_looks, dress
from datasets.synth.material import matt
from datasets.synth.mesh import Kind, Part, box, cylinder
from datasets.synth.person import upright
from datasets.synth.room import Place, Room
from datasets.synth.trace import Tracer

__all__ = ["STANDING", "back", "draw_hidden", "screen"]

TRIES = 14
ENOUGH = 0.06  # off the share that was drawn

Make = Callable[[np.random.Generator], list[Part]]


def _furniture(make: Callable[..., list[Part]]) -> Make:
    return lambda rng: make(rng, furniture.stuff(rng))


def _door(rng: np.random.Generator) -> list[Part]:
    """A door leaf that stands open."""
    leaf = box((0, 0, 1.0), (0.85, 0.045, 2.0), furniture.stuff(rng))
    metal = matt((0.4,) * 3, "metal", shine=0.15, lobe=150.0)
    return [leaf, box((0.36, 0, 1.0), (0.1, 0.12, 0.025), metal)]


def _rack(rng: np.random.Generator) -> list[Part]:
    """A rail on wheels with clothes on hangers."""
    wide, high = rng.uniform(0.7, 1.5), rng.uniform(1.4, 1.75)
    metal = matt((rng.uniform(0.1, 0.7),) * 3, "metal", shine=0.15, lobe=150.0)
    parts = [cylinder([-wide / 2, 0, high], [wide / 2, 0, high], 0.015, metal)]
    for x in (-wide / 2, wide / 2):
        parts.append(cylinder([x, 0, 0.05], [x, 0, high], 0.015, metal))
        parts.append(cylinder([x, -0.25, 0.05], [x, 0.25, 0.05], 0.015, metal))
    at = -wide / 2 + 0.06
    while at < wide / 2 - 0.05:
        long, half = rng.uniform(0.6, 1.25), rng.uniform(0.2, 0.27)
        turn = rng.normal(0, 0.35)
        ends = ([at - half * np.sin(turn), -half * np.cos(turn)],
                [at + half * np.sin(turn), half * np.cos(turn)])  # fmt: skip
        parts.append(furniture.curtain(rng, *ends, high - 0.06 - long, high - 0.06))
        at += rng.uniform(0.06, 0.16)
    return parts


def _curtain(rng: np.random.Generator) -> list[Part]:
    half = rng.uniform(0.4, 1.3)
    return [furniture.curtain(rng, [-half, 0], [half, 0], rng.uniform(0.05, 0.4), 2.2)]


def _folding(rng: np.random.Generator) -> list[Part]:
    """A folding screen of two to four leaves."""
    stuff, high = furniture.fabric(rng), rng.uniform(1.5, 1.85)
    wide, angle = rng.uniform(0.4, 0.55), rng.uniform(0.2, 0.7)
    count = int(rng.integers(2, 5))
    parts = []
    for k in range(count):
        x = (k - (count - 1) / 2) * wide * np.cos(angle)
        side = 1 if k % 2 else -1
        parts.append(
            box((x, 0, high / 2 + 0.05), (wide, 0.03, high - 0.1), stuff, turn=side * angle)
        )
    return parts


STANDING: dict[str, tuple[float, Make]] = {
    "cabinet": (0.22, _furniture(furniture.cabinet)),
    "shelves": (0.12, _furniture(furniture.shelves)),
    "armchair": (0.08, _furniture(furniture.armchair)),
    "plant": (0.06, _furniture(furniture.plant)),
    "door": (0.14, _door),
    "rack": (0.14, _rack),
    "curtain": (0.14, _curtain),
    "folding": (0.10, _folding),
}
"""What may stand there, how often, and how it is made round the origin."""


def draw_hidden(rng: np.random.Generator) -> float:
    """Share of the bed to hide: mostly more than half, at times a little."""
    low, high = ((0.62, 1.0), (0.62, 1.0), (0.3, 0.62), (0.03, 0.3))[int(rng.integers(4))]
    return float(rng.uniform(low, high))


def screen(
    rng: np.random.Generator, room: Room, place: Place, camera: Camera, hidden: float
) -> tuple[str, list[Part]]:
    """One of `STANDING` that hides about ``hidden`` of the bed from ``camera``, and its parts.

    No name and no parts where nothing that stands on the floor can hide the bed, as from the
    ceiling over it.
    """
    odds = np.array([odd for odd, _ in STANDING.values()])
    names = list(STANDING)

    def draw() -> tuple[str, list[Part]]:
        name = str(rng.choice(names, p=odds / odds.sum()))
        return name, STANDING[name][1](rng)

    return _fitted(rng, room, place, camera, hidden, draw, near=0.25)


def back(
    rng: np.random.Generator,
    room: Room,
    place: Place,
    camera: Camera,
    hidden: float,
    library: Library,
) -> tuple[str, list[Part]]:
    """Somebody who stands before ``camera`` with the back to it, else as `screen`."""

    def draw() -> tuple[str, list[Part]]:
        body = library.pick(rng, "standing", "standing", "bending")
        v = upright(body, library, x=0.0, y=0.0, turn=np.pi + rng.normal(0, 0.5))
        looks = draw_looks(rng, body, staff=rng.random() < 0.6)
        return "person", dress(v, looks, library, Kind.NEAR)

    return _fitted(rng, room, place, camera, hidden, draw, near=0.3)


def _fitted(
    rng: np.random.Generator,
    room: Room,
    place: Place,
    camera: Camera,
    hidden: float,
    draw: Callable[[], tuple[str, list[Part]]],
    near: float,
) -> tuple[str, list[Part]]:
    """The thing, of a few drawn and put on the way to the bed, that hides nearest to ``hidden``."""
    start, end = np.array(camera.place), place.point(0, 0, place.bed.top)
    way = (end - start)[:2]
    long = float(np.linalg.norm(way))
    if long < 0.8:
        return "", []
    ahead = way / long
    across = np.array([-ahead[1], ahead[0]])
    grid, toward, reach = _rays(camera, place)
    best: tuple[float, str, list[Part]] = (0.5, "", [])
    name, parts = draw()
    for attempt in range(TRIES):
        if attempt % 3 == 2:
            name, parts = draw()
        along = float(rng.uniform(min(near / long, 0.5), 0.75)) * long
        x, y = start[:2] + ahead * along + across * rng.normal(0, 0.35 + 0.2 * along)
        # its front or back towards the camera, a little askew
        turn = float(np.arctan2(ahead[1], ahead[0]) - np.pi / 2 + rng.normal(0, 0.3))
        moved = furniture.tidy(parts, float(x), float(y), turn)
        points = np.concatenate([part.vertices for part in moved])
        if not _fits(points, room, camera):
            continue
        share = float(Tracer(moved).blocked(grid, toward, reach).mean())
        off = abs(share - hidden)
        if share > 0 and off < best[0]:
            best = (off, name, moved)
        if off < ENOUGH:
            break
    return best[1:]


def _rays(camera: Camera, place: Place) -> tuple[NDArray, NDArray, NDArray]:
    """Rays to those points of the bed that are in frame: origins, directions, lengths."""
    bed = place.bed
    u, v = np.meshgrid(np.linspace(-0.45, 0.45, 6), np.linspace(-0.45, 0.45, 10))
    points = np.array(
        [
            place.point(a * bed.width, b * bed.length, bed.top + 0.1)
            for a, b in zip(u.ravel(), v.ravel(), strict=True)
        ]
    )
    toward = points - camera.place
    reach = np.linalg.norm(toward, axis=1)
    origins = np.tile(np.float32(camera.place), (len(points), 1))
    return origins, (toward / reach[:, None]).astype(np.float32), reach.astype(np.float32) * 0.98


def _fits(points: NDArray, room: Room, camera: Camera) -> bool:
    """Whether a thing is within the walls, on no bed and not round the lens."""
    low, high = points.min(0), points.max(0)
    if low[0] < room.x0 or high[0] > room.x1 or low[1] < room.y0 or high[1] > room.y1:
        return False
    if np.linalg.norm(points - camera.place, axis=1).min() < 0.12:
        return False
    for place in room.places:
        a, b, c, d = place.footprint(-0.05)
        if high[0] > a and low[0] < b and high[1] > c and low[1] < d:
            return False
    return True
