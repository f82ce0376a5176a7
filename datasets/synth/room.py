"""Rooms: walls, windows, doors, and where beds and furniture stand in them.

A room spans x0..x1 and y0..y1 (metres); the first bed's head is at the wall y1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from datasets.synth import furniture
from datasets.synth.beds import Bed, draw_bed
from datasets.synth.material import Material, colour, matt
from datasets.synth.mesh import Part, box, quad, turned
from datasets.synth.patterns import cloth, floor, painting

__all__ = ["Place", "Room", "draw_home", "draw_ward"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """A bed in the room."""

    bed: Bed
    x: float
    y: float
    turn: float  # radians

    def put(self, part: Part, number: int) -> Part:
        """A part in the bed's frame, moved into the room."""
        return part.moved(self.x, self.y, 0.0, self.turn).of(part.kind, number)

    def point(self, x: float, y: float, z: float) -> np.ndarray:
        """A point of the bed's frame in the room."""
        return turned(np.array([[x, y, z]]), self.turn)[0] + [self.x, self.y, 0]

    def footprint(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """x0, x1, y0, y1 that the bed takes."""
        w, n = self.bed.width / 2 + 0.08 + margin, self.bed.length / 2 + 0.12 + margin
        c, s = abs(np.cos(self.turn)), abs(np.sin(self.turn))
        half = (c * w + s * n, s * w + c * n)
        return self.x - half[0], self.x + half[0], self.y - half[1], self.y + half[1]


@dataclass(kw_only=True, eq=False)
class Room:
    """A furnished room with bare beds."""

    x0: float
    x1: float
    y0: float
    y1: float
    high: float
    ward: bool
    places: list[Place] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    windows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    lamps: list[tuple[float, float, float]] = field(default_factory=list)
    shades: list[int] = field(default_factory=list)  # index of each lamp's shade in parts
    ceiling_lamps: list[tuple[float, float, float]] = field(default_factory=list)
    panes: list[int] = field(default_factory=list)  # index of each window's pane in parts
    seats: list[tuple[float, float, float, float]] = field(default_factory=list)  # x, y, z, turn

    def free(self, x: float, y: float, half: tuple[float, float], margin: float = 0.03) -> bool:
        """Whether a thing of these half sizes can stand at x, y."""
        a, b = x - half[0] - margin, x + half[0] + margin
        c, d = y - half[1] - margin, y + half[1] + margin
        if a < self.x0 or b > self.x1 or c < self.y0 or d > self.y1:
            return False
        return all(b < t[0] or a > t[1] or d < t[2] or c > t[3] for t in self.taken)

    def spot(self, rng: np.random.Generator, half=(0.3, 0.3), tries: int = 30) -> tuple[float, float] | None:
        """A free place on the floor."""
        for _ in range(tries):
            x, y = rng.uniform(self.x0, self.x1), rng.uniform(self.y0, self.y1)
            if self.free(x, y, half):
                return float(x), float(y)
        return None


def draw_home(rng: np.random.Generator) -> Room:
    """A bedroom with one bed, at times two."""
    bed = draw_bed(rng)
    twin = rng.random() < 0.12
    wide = max(bed.width * (2 if twin else 1) + rng.uniform(1.2, 3.2), 2.6)
    long = bed.length + rng.uniform(0.8, 2.8)
    room = Room(x0=-wide / 2, x1=wide / 2, y0=-long, y1=0.0, high=float(rng.uniform(2.25, 2.9)), ward=False)
    y = -bed.length / 2 - 0.14
    half = bed.width / 2 + 0.1
    if twin:
        gap = rng.uniform(0.05, 0.8)
        xs = [-half - gap / 2, half + gap / 2]
    elif rng.random() < 0.35:  # along a wall
        xs = [room.x0 + half] if rng.random() < 0.5 else [room.x1 - half]
    else:
        xs = [rng.uniform(-0.5, 0.5) * max(wide - 2 * half - 0.9, 0)]
    for x in xs:
        twisted = float(rng.normal(0, 0.02))
        other = bed if not twin else Bed(**{**bed.__dict__})
        room.places.append(Place(bed=other, x=float(x), y=y - abs(twisted), turn=twisted))
    _finish(rng, room)
    return room


def draw_ward(rng: np.random.Generator) -> Room:
    """A ward or a double room of a care home: beds along one or two walls."""
    style = "hospital" if rng.random() < 0.75 else "care"
    along = int(rng.choice([1, 2, 2, 3]))
    both = rng.random() < 0.55 or along == 1
    gap = rng.uniform(1.75, 2.5)
    wide = along * gap + rng.uniform(0.3, 1.4)
    long = (2 * 2.15 + rng.uniform(1.0, 2.2)) if both else 2.2 + rng.uniform(1.2, 2.6)
    room = Room(x0=-wide / 2, x1=wide / 2, y0=-long, y1=0.0, high=float(rng.uniform(2.5, 3.0)), ward=True)
    prototype = draw_bed(rng, style)
    for wall in range(2 if both else 1):
        for k in range(along):
            x = (k - (along - 1) / 2) * gap + rng.normal(0, 0.06)
            turn = (np.pi if wall else 0.0) + rng.normal(0, 0.03)
            own = Bed(**{**prototype.__dict__, "tilt": prototype.tilt if rng.random() < 0.5 else float(np.radians(rng.uniform(10, 50))) * (rng.random() < 0.4)})
            off = own.length / 2 + rng.uniform(0.12, 0.3)
            room.places.append(Place(bed=own, x=float(x), y=float(-off if not wall else -long + off), turn=float(turn)))
    _finish(rng, room)
    return room


def _finish(rng: np.random.Generator, room: Room) -> None:
    _shell(rng, room)
    for number, place in enumerate(room.places):
        room.parts += [place.put(part, number) for part in place.bed.frame]
        room.taken.append(place.footprint())
    suite = furniture.stuff(rng)
    for place in room.places:
        _bedside(rng, room, place, suite)
    if room.ward:
        _ward_curtains(rng, room)
    for _ in range(int(rng.integers(1, 6)) if not room.ward else int(rng.integers(0, 5))):
        _piece(rng, room, suite, furniture.PIECES)
    for _ in range(int(rng.integers(0, 3)) if not room.ward else int(rng.integers(0, 4))):
        _piece(rng, room, suite, furniture.AIDS)
    if rng.random() < 0.45 and not room.ward:
        _rug(rng, room)


def _shell(rng: np.random.Generator, room: Room) -> None:
    x0, x1, y0, y1, h = room.x0, room.x1, room.y0, room.y1, room.high
    if rng.random() < 0.55:  # white, cream, beige
        tint = colour(rng.uniform(0.06, 0.16), rng.uniform(0.0, 0.25), rng.uniform(0.7, 0.97))
    else:
        tint = colour(rng.random(), rng.choice([0.02, 0.08, 0.15, 0.3, 0.5]), rng.uniform(0.4, 0.97))
    wall = matt(tint, "wall", shift=float(rng.normal(0, 0.08)), relief="plaster", depth=0.08)
    other = wall
    if rng.random() < 0.4:
        second = colour(rng.random(), rng.choice([0.1, 0.3, 0.6]), rng.uniform(0.2, 0.95))
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
        room.parts.append(quad(np.array(origin), np.array(edge), np.array([0, 0, h]), other if k == feature else wall))
        skirt = quad(np.array(origin) * [0.997, 0.997, 1], np.array(edge) * 0.997, np.array([0, 0, 0.1]), matt((0.7,) * 3, "plastic"))
        room.parts.append(skirt)
    ground = floor(rng)
    room.parts.append(quad(np.array([x0, y0, 0]), np.array([wide, 0, 0]), np.array([0, long, 0]), ground))
    pale = matt((rng.uniform(0.6, 0.85),) * 3, "wall")
    room.parts.append(quad(np.array([x0, y0, h]), np.array([wide, 0, 0]), np.array([0, long, 0]), pale))
    if room.ward and rng.random() < 0.5:  # a dado along the walls
        dado = matt(colour(rng.random(), rng.uniform(0.1, 0.5), rng.uniform(0.4, 0.9)), "wall")
        for origin, edge in sides:
            room.parts.append(quad(np.array(origin) * [0.998, 0.998, 1], np.array(edge) * 0.998, np.array([0, 0, 1.0]), dado))
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        _window(rng, room)
    _door(rng, room)
    for _ in range(int(rng.integers(0, 4))):
        _picture(rng, room)
    count = 1 if not room.ward else max(1, len(room.places) // 2)
    for k in range(count):
        x = (k - (count - 1) / 2) * (wide / count)
        room.ceiling_lamps.append((float(x), float((y0 + y1) / 2), h - 0.06))


def _wall_point(rng: np.random.Generator, room: Room, margin: float):
    """A floor point on a wall, the direction along it and its inward normal."""
    k = int(rng.integers(4))
    if k < 2:
        x = rng.uniform(room.x0 + margin, room.x1 - margin) if room.x1 - room.x0 > 2 * margin else 0.0
        return np.array([x, room.y1 if k == 0 else room.y0, 0]), np.array([1.0, 0, 0]), np.array([0, -1.0 if k == 0 else 1.0, 0])
    y = rng.uniform(room.y0 + margin, room.y1 - margin)
    return np.array([room.x0 if k == 2 else room.x1, y, 0]), np.array([0, 1.0, 0]), np.array([1.0 if k == 2 else -1.0, 0, 0])


def _window(rng: np.random.Generator, room: Room) -> None:
    at, along, inward = _wall_point(rng, room, 0.8)
    wide, low, high = rng.uniform(0.6, 1.6), rng.uniform(0.5, 1.0), rng.uniform(1.9, 2.2)
    up = np.array([0, 0, high - low])
    corner = at - along * wide / 2 + [0, 0, low] + inward * 0.012
    room.panes.append(len(room.parts))
    room.parts.append(quad(corner, along * wide, up, matt((0.05, 0.06, 0.07), "plastic", shine=0.08, lobe=90.0)))
    middle = at + [0, 0, (low + high) / 2] + inward * 0.10
    edges = (along * wide, up) if np.dot(np.cross(along, up), inward) > 0 else (-along * wide, up)
    room.windows.append((middle, *edges))
    frame = matt((rng.uniform(0.3, 0.85),) * 3, "plastic")
    size = np.abs(along) * wide + np.abs(inward) * 0.04
    for z in (low, high, (low + high) / 2):
        room.parts.append(box(tuple(at + [0, 0, z] + inward * 0.02), tuple(size + [0, 0, 0.05]), frame))
    for side in (-0.5, 0, 0.5):
        post = np.abs(along) * 0.05 + np.abs(inward) * 0.04 + [0, 0, high - low]
        room.parts.append(box(tuple(at + along * side * wide + [0, 0, (low + high) / 2] + inward * 0.02), tuple(post), frame))
    if rng.random() < 0.75:
        drawn = rng.uniform(0.15, 0.5)
        of = None
        for side in (-1, 1):
            start = (at + along * side * (wide / 2 + 0.15) + inward * 0.16)[:2]
            end = (at + along * side * (wide / 2 + 0.15 - drawn * wide) + inward * 0.16)[:2]
            made = furniture.curtain(rng, start, end, 0.05 if rng.random() < 0.6 else low - 0.1, high + 0.15, of)
            of = made.material
            room.parts.append(made)


def _door(rng: np.random.Generator, room: Room) -> None:
    at, along, inward = _wall_point(rng, room, 0.6)
    leaf = furniture.stuff(rng)
    size = np.abs(along) * 0.85 + np.abs(inward) * 0.05
    room.parts.append(box(tuple(at + [0, 0, 1.0] + inward * 0.02), tuple(size + [0, 0, 2.0]), leaf))
    knob = at + along * 0.35 + [0, 0, 1.0] + inward * 0.07
    room.parts.append(box(tuple(knob), (0.05, 0.05, 0.03), matt((0.4,) * 3, "metal", shine=0.08)))


def _picture(rng: np.random.Generator, room: Room) -> None:
    at, along, inward = _wall_point(rng, room, 0.5)
    wide, high, z = rng.uniform(0.25, 1.0), rng.uniform(0.25, 0.8), rng.uniform(1.3, 1.8)
    size = np.abs(along) * (wide + 0.06) + np.abs(inward) * 0.03 + [0, 0, high + 0.06]
    room.parts.append(box(tuple(at + [0, 0, z] + inward * 0.015), tuple(size), furniture.stuff(rng)))
    corner = at - along * wide / 2 + [0, 0, z - high / 2] + inward * 0.034
    room.parts.append(quad(corner, along * wide, np.array([0, 0, high]), painting(rng)))


def _bedside(rng: np.random.Generator, room: Room, place: Place, suite: Material) -> None:
    for side in (-1, 1):
        if rng.random() > 0.62:
            continue
        x, y, _ = place.point(side * (place.bed.width / 2 + 0.38), place.bed.length / 2 - 0.12, 0)
        if not room.free(x, y, (0.24, 0.2), margin=0.0):
            continue
        parts, high = furniture.night_table(rng, suite)
        room.taken.append((x - 0.25, x + 0.25, y - 0.22, y + 0.22))
        if rng.random() < (0.25 if room.ward else 0.75):
            shade = matt((0.65, 0.6, 0.5), "fabric")
            lamp, bulb = furniture.lamp(rng, high, shade)
            room.lamps.append((float(x), float(y), bulb))
            room.shades.append(len(room.parts) + len(parts) + len(lamp) - 1)
            parts += lamp
        room.parts += furniture.tidy(parts, float(x), float(y), place.turn)


def _piece(rng: np.random.Generator, room: Room, suite: Material, of) -> None:
    make = of[int(rng.integers(len(of)))]
    of_material = suite if rng.random() < 0.7 else furniture.stuff(rng)
    parts = make(rng, of_material)
    points = np.concatenate([part.vertices for part in parts])
    for _ in range(14):
        if make in (furniture.cabinet, furniture.shelves, furniture.table):
            at, along, inward = _wall_point(rng, room, 0.5)
            turn = float(np.arctan2(inward[0], -inward[1]))
            now = turned(points, turn)
            half = np.abs(now[:, :2]).max(0)
            x, y = at[:2] + inward[:2] * (half * np.abs(inward[:2])).sum() + inward[:2] * 0.04
        else:
            turn = float(rng.uniform(0, 2 * np.pi))
            half = np.abs(turned(points, turn)[:, :2]).max(0)
            x, y = rng.uniform(room.x0, room.x1), rng.uniform(room.y0, room.y1)
        if room.free(float(x), float(y), tuple(half)):
            room.parts += furniture.tidy(parts, float(x), float(y), turn)
            room.taken.append((x - half[0], x + half[0], y - half[1], y + half[1]))
            if make in (furniture.chair, furniture.armchair, furniture.wheelchair):
                room.seats.append((float(x), float(y), 0.5, turn))
            return


def _rug(rng: np.random.Generator, room: Room) -> None:
    first, second = (colour(rng.random(), rng.uniform(0, 0.7), rng.uniform(0.15, 0.9)) for _ in range(2))
    wide, long = rng.uniform(0.8, 2.2), rng.uniform(0.6, 1.6)
    x, y = rng.uniform(room.x0, room.x1 - wide * 0.6), rng.uniform(room.y0, room.y1 - long)
    corner = np.array([max(x, room.x0), y, 0.008])
    wide = min(wide, room.x1 - corner[0])
    room.parts.append(quad(corner, np.array([wide, 0, 0]), np.array([0, long, 0]), cloth(rng, first, second, plain=0.3)))


def _ward_curtains(rng: np.random.Generator, room: Room) -> None:
    """Curtains between beds, gathered at the wall or partly drawn."""
    if rng.random() < 0.25:
        return
    first = colour(rng.choice([0.5, 0.55, 0.35, 0.12, 0.9]), rng.uniform(0.1, 0.5), rng.uniform(0.6, 0.95))
    of = cloth(rng, first, colour(rng.random(), 0.2, 0.9), plain=0.5, wrinkle=0.2)
    rail = matt((0.7,) * 3, "metal")
    top = room.high - rng.uniform(0.25, 0.6)
    for place in room.places:
        if rng.random() < 0.3:
            continue
        side = rng.choice([-1, 1])
        x = side * (place.bed.width / 2 + rng.uniform(0.35, 0.6))
        head, foot = place.bed.length / 2 + 0.05, -place.bed.length / 2 - 0.2
        reach = rng.uniform(0.15, 0.35) if rng.random() < 0.7 else rng.uniform(0.4, 1.0)
        a, b = place.point(x, head, 0)[:2], place.point(x, head - (head - foot) * reach, 0)[:2]
        room.parts.append(furniture.curtain(rng, a, b, rng.uniform(0.2, 0.45), top, of))
        end = place.point(x, foot, 0)
        room.parts.append(box(tuple(np.array([*((a + end[:2]) / 2), top])), (0.03, float(np.linalg.norm(a - end[:2])), 0.03), rail))


