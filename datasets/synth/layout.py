"""Where beds and furniture stand, in a home and in a ward."""

from __future__ import annotations

import numpy as np

from datasets.synth import aids, furniture, props
from datasets.synth.beds import Bed, draw_bed
from datasets.synth.material import Material, colour, matt
from datasets.synth.mesh import box, quad, turned
from datasets.synth.patterns import cloth
from datasets.synth.room import Place, Room
from datasets.synth.shell import raise_walls, wall_point

__all__ = ["draw_home", "draw_ward"]


def draw_home(rng: np.random.Generator) -> Room:
    """A bedroom with one bed, at times two."""
    bed = draw_bed(rng)
    twin = rng.random() < 0.12
    wide = max(bed.width * (2 if twin else 1) + rng.uniform(1.2, 3.2), 2.6)
    long = bed.length + rng.uniform(0.8, 2.8)
    room = Room(
        x0=-wide / 2, x1=wide / 2, y0=-long, y1=0.0, high=float(rng.uniform(2.25, 2.9)), ward=False
    )
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
    room = Room(
        x0=-wide / 2, x1=wide / 2, y0=-long, y1=0.0, high=float(rng.uniform(2.5, 3.0)), ward=True
    )
    prototype = draw_bed(rng, style)
    for wall in range(2 if both else 1):
        for k in range(along):
            x = (k - (along - 1) / 2) * gap + rng.normal(0, 0.06)
            turn = (np.pi if wall else 0.0) + rng.normal(0, 0.03)
            own = Bed(
                **{
                    **prototype.__dict__,
                    "tilt": prototype.tilt
                    if rng.random() < 0.5
                    else float(np.radians(rng.uniform(10, 50))) * (rng.random() < 0.4),
                }
            )
            off = own.length / 2 + rng.uniform(0.12, 0.3)
            room.places.append(
                Place(
                    bed=own,
                    x=float(x),
                    y=float(-off if not wall else -long + off),
                    turn=float(turn),
                )
            )
    _finish(rng, room)
    return room


def _finish(rng: np.random.Generator, room: Room) -> None:
    raise_walls(rng, room)
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
        _piece(rng, room, suite, aids.AIDS)
    if rng.random() < 0.45 and not room.ward:
        _rug(rng, room)
    props.scatter(rng, room)


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
            at, _, inward = wall_point(rng, room, 0.5)
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
            if make in (furniture.chair, furniture.armchair, aids.wheelchair):
                room.seats.append((float(x), float(y), 0.5, turn))
            return


def _rug(rng: np.random.Generator, room: Room) -> None:
    first, second = (
        colour(rng.random(), rng.uniform(0, 0.7), rng.uniform(0.15, 0.9)) for _ in range(2)
    )
    wide, long = rng.uniform(0.8, 2.2), rng.uniform(0.6, 1.6)
    x, y = rng.uniform(room.x0, room.x1 - wide * 0.6), rng.uniform(room.y0, room.y1 - long)
    corner = np.array([max(x, room.x0), y, 0.008])
    wide = min(wide, room.x1 - corner[0])
    room.parts.append(
        quad(
            corner,
            np.array([wide, 0, 0]),
            np.array([0, long, 0]),
            cloth(rng, first, second, plain=0.3),
        )
    )


def _ward_curtains(rng: np.random.Generator, room: Room) -> None:
    """Curtains between beds, gathered at the wall or partly drawn."""
    if rng.random() < 0.25:
        return
    first = colour(
        rng.choice([0.5, 0.55, 0.35, 0.12, 0.9]), rng.uniform(0.1, 0.5), rng.uniform(0.6, 0.95)
    )
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
        room.curtains.append(len(room.parts))
        room.parts.append(furniture.curtain(rng, a, b, rng.uniform(0.2, 0.45), top, of))
        end = place.point(x, foot, 0)
        room.parts.append(
            box(
                tuple(np.array([*((a + end[:2]) / 2), top])),
                (0.03, float(np.linalg.norm(a - end[:2])), 0.03),
                rail,
            )
        )
