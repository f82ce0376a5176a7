"""Where cameras hang, and whether what they see is worth a picture."""

from __future__ import annotations

import numpy as np

from datasets.synth.camera import Camera, look
from datasets.synth.room import Place, Room
from datasets.synth.trace import Tracer

__all__ = ["HOME_VIEWS", "WARD_VIEWS", "draw_view"]

HOME_VIEWS = {
    "corner": 0.30,
    "wall": 0.18,
    "ceiling": 0.20,
    "night_table": 0.08,
    "foot": 0.10,
    "eye": 0.14,  # as somebody in the doorway holds a camera
}
WARD_VIEWS = {"ward": 0.66, "corner": 0.14, "ceiling": 0.14, "wall": 0.06}
HOME_SIZE, WARD_SIZE = (320, 240), (480, 360)
"""Width and height, pixels: a ward's beds are small in the picture."""

TRIES = 8
OPEN = 0.55  # share of a bed's points that a view should at least see


def draw_view(
    rng: np.random.Generator, room: Room, tracer: Tracer, blocked: bool = False
) -> Camera:
    """A camera that sees a bed; with ``blocked`` the first that comes, whatever it sees."""
    odds = WARD_VIEWS if room.ward else HOME_VIEWS
    best: tuple[float, Camera] | None = None
    for _ in range(TRIES):
        kind = str(rng.choice(list(odds), p=list(odds.values())))
        place = room.places[int(rng.integers(len(room.places)))]
        camera = _aimed(rng, room, place, kind)
        seen = _seen(camera, room if kind == "ward" else None, place, tracer)
        if best is None or seen > best[0]:
            best = (seen, camera)
        if blocked or seen > OPEN:
            return camera
    assert best is not None
    return best[1]


def _aimed(rng: np.random.Generator, room: Room, place: Place, kind: str) -> Camera:
    x0, x1, y0, y1, high = room.x0 + 0.1, room.x1 - 0.1, room.y0 + 0.1, room.y1 - 0.1, room.high
    bed = place.bed
    middle = place.point(0, 0, bed.top)
    if kind == "ward":
        xs, ys = (x0, x1, rng.uniform(x0, x1)), (y0, y1, rng.uniform(y0, y1))
        at = np.array([xs[rng.integers(3)], ys[rng.integers(2)], rng.uniform(2.2, high - 0.06)])
        if rng.random() < 0.2:  # in the middle of the ceiling
            at = np.array([rng.uniform(x0, x1) * 0.6, rng.uniform(y0, y1), high - 0.06])
        target = np.array([(x0 + x1) / 2, (y0 + y1) / 2, 0.4]) * 0.75 + middle * 0.25
        target[:2] += rng.normal(0, 0.35, 2)
        field, fisheye = np.radians(rng.uniform(62, 120)), rng.choice([0.0, 0.3, 0.6, 1.0])
    elif kind == "corner":
        at = np.array(
            [rng.choice([x0, x1]), rng.choice([y0, y0, y1]), rng.uniform(1.6, high - 0.06)]
        )
    elif kind == "wall":
        at = np.array([rng.choice([x0, x1]), rng.uniform(y0, y1), rng.uniform(1.2, high - 0.06)])
    elif kind == "ceiling":
        at = np.array([middle[0], middle[1], high - 0.04]) + np.append(rng.normal(0, 0.3, 2), 0)
    elif kind == "eye":
        at = np.array(
            [rng.uniform(x0, x1), rng.uniform(y0, y0 + 0.4 * (y1 - y0)), rng.uniform(1.2, 1.75)]
        )
    elif kind == "night_table":
        side = rng.choice([-1, 1])
        at = place.point(
            side * (bed.width / 2 + rng.uniform(0.3, 0.9)),
            bed.length / 2 - rng.uniform(0.0, 0.7),
            rng.uniform(0.75, 1.35),
        )
    else:
        at = place.point(
            rng.uniform(-0.8, 0.8), -bed.length / 2 - rng.uniform(0.5, 1.8), rng.uniform(1.0, 2.2)
        )
    at = np.clip(at, [x0, y0, 0.3], [x1, y1, high - 0.03])
    if kind != "ward":
        target = place.point(rng.normal(0, 0.15), rng.normal(0.1, 0.25), bed.top)
        corners = np.array(
            [
                place.point(a * bed.width / 2, b * bed.length / 2, bed.top)
                for a in (-1, 1)
                for b in (-1, 1)
            ]
        )
        aim = (target - at) / np.linalg.norm(target - at)
        rays = corners - at
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        need = 2 * float(np.arccos(np.clip(rays @ aim, -1, 1)).max())
        field = float(np.clip(need * rng.uniform(0.95, 1.7), 0.75, 3.0))
        fisheye = 1.0 if field > 1.9 else float(rng.choice([0.0, 0.0, 0.3, 0.6, 1.0]))
    roll = (
        float(rng.choice([0, np.pi / 2, np.pi, -np.pi / 2]) + rng.normal(0, 0.15))
        if kind == "ceiling"
        else float(rng.normal(0, 0.05))
    )
    width, height = WARD_SIZE if room.ward else HOME_SIZE
    return look(
        at,
        target,
        field=float(field),
        fisheye=float(fisheye),
        roll=roll,
        width=width,
        height=height,
        view=kind,
    )


def _seen(camera: Camera, room: Room | None, place: Place, tracer: Tracer) -> float:
    """Share of the bed's (or all beds') points in frame with nothing before them."""
    shares = []
    for one in room.places if room is not None else [place]:
        w, n = one.bed.width / 2 * 0.9, one.bed.length / 2 * 0.9
        grid = np.array(
            [
                one.point(x, y, one.bed.top + 0.1)
                for x in np.linspace(-w, w, 5)
                for y in np.linspace(-n, n, 8)
            ]
        )
        at = camera.pixels(grid)
        inside = (
            (at[:, 0] > 0) & (at[:, 1] > 0) & (at[:, 0] < camera.width) & (at[:, 1] < camera.height)
        )
        ways = (grid - camera.place).astype(np.float32)
        reach = np.linalg.norm(ways, axis=1).astype(np.float32)
        hidden = tracer.blocked(
            np.tile(np.float32(camera.place), (len(grid), 1)), ways / reach[:, None], reach * 0.98
        )
        shares.append(float((inside & ~hidden).mean()))
    if room is not None:  # a ward's camera sees two beds well
        return float(np.mean(sorted(shares)[-2:]))
    return shares[0]
