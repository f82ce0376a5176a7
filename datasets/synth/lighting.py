"""How a room is lit at an hour: by day, lamp, ceiling, from the corridor, or by infrared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from datasets.synth.camera import Camera
from datasets.synth.lights import Light, bulb, panel, spot
from datasets.synth.room import Room

__all__ = ["COLOUR", "Lighting", "colour_light", "infrared_light"]

COLOUR = {"day": 0.34, "dawn": 0.1, "ceiling": 0.22, "lamp": 0.2, "dim": 0.14}
"""Lightings that a colour camera sees by, and how often each is drawn."""

WARM, NEUTRAL, COLD = (1.0, 0.62, 0.33), (1.0, 0.87, 0.70), (0.80, 0.92, 1.0)


@dataclass(frozen=True, kw_only=True)
class Lighting:
    """Lamps that shine, and what glows to the eye (by index of the part)."""

    name: str  # a key of COLOUR, or ir
    lights: tuple[Light, ...]
    glow: Mapping[int, tuple[float, ...]] = field(default_factory=dict)


def colour_light(rng: np.random.Generator, room: Room, name: str | None = None) -> Lighting:
    """``name`` or any of `COLOUR`, as far as the room has what it needs."""
    odds = np.array(list(COLOUR.values()))
    name = name or str(rng.choice(list(COLOUR), p=odds / odds.sum()))
    if name in ("day", "dawn") and not room.windows:
        name = "ceiling"
    if name == "lamp" and not room.lamps:
        name = "dim"
    lights: list[Light] = []
    glow: dict[int, tuple[float, ...]] = {}
    if name in ("day", "dawn"):
        tint = (0.85, 0.95, 1.0) if name == "day" else (1.0, 0.8, 0.62)
        tint = tuple(float(c * rng.uniform(0.9, 1.1)) for c in tint)
        power = float(rng.uniform(2, 6)) if name == "day" else float(rng.uniform(0.3, 1.0))
        for (middle, along, up), pane in zip(room.windows, room.panes, strict=True):
            lights.append(panel(middle, along, up, power, tint))
            glow[pane] = (*(power * c for c in tint), 0.0)
        if rng.random() < 0.5:
            lights += _ceiling(rng, room, 0.6 * power)
    elif name == "ceiling":
        lights += _ceiling(rng, room, 1.5)
    elif name == "lamp":
        count = 1 if rng.random() < 0.75 else len(room.lamps)
        for k in rng.choice(len(room.lamps), count, replace=False):
            x, y, z = room.lamps[int(k)]
            tint = WARM if rng.random() < 0.7 else NEUTRAL
            power = float(rng.uniform(0.5, 1.5))
            lights.append(bulb((x, y, z + 0.16), power, tint, 0.07))
            lights.append(bulb((x, y, z - 0.14), power * 0.3, tint, 0.05))
            bright = float(rng.uniform(3, 9))
            glow[room.shades[int(k)]] = (*(power * bright * c for c in tint), 0.0)
    else:
        lights += _dim(rng, room)
    return Lighting(name=name, lights=tuple(lights), glow=glow)


def _ceiling(rng: np.random.Generator, room: Room, power: float) -> list[Light]:
    tint = (
        NEUTRAL if rng.random() < 0.5 else tuple(float(rng.uniform(a, 1)) for a in (0.8, 0.85, 0.7))
    )
    size = float(rng.uniform(0.2, 0.5)) if not room.ward else float(rng.uniform(0.3, 1.2))
    made = []
    for x, y, z in room.ceiling_lamps:
        if made and rng.random() < 0.15:
            continue
        made.append(panel((x, y, z), (0, size, 0), (0.4, 0, 0), power / (0.4 * size), tint))
    return made


def _dim(rng: np.random.Generator, room: Room) -> list[Light]:
    """A door ajar, a screen, a street lamp: weak light from low or from the side."""
    made = []
    for _ in range(int(rng.integers(1, 3))):
        tint = (COLD, WARM, NEUTRAL, (0.6, 0.75, 1.0))[int(rng.integers(4))]
        side = int(rng.integers(3))
        x = (room.x0 + 0.06, room.x1 - 0.06, rng.uniform(room.x0, room.x1))[side]
        y = rng.uniform(room.y0 + 0.2, room.y1 - 0.3) if side < 2 else room.y0 + 0.06
        z = float(rng.uniform(0.3, 1.8))
        tall = float(rng.uniform(0.3, 1.5))
        along = ((0, 0.3, 0), (0, -0.3, 0), (-0.3, 0, 0))[side]
        up = (0, 0, tall)
        made.append(
            panel(
                (float(x), float(y), z),
                along,
                up,
                float(rng.uniform(0.15, 0.6)) / (0.3 * tall),
                tint,
            )
        )
    # what comes in from everywhere
    middle = ((room.x0 + room.x1) / 2, (room.y0 + room.y1) / 2, room.high - 0.1)
    made.append(panel(middle, (0, 1.5, 0), (1.5, 0, 0), float(rng.uniform(0.005, 0.03)), NEUTRAL))
    return made


def infrared_light(rng: np.random.Generator, camera: Camera) -> Lighting:
    """Diodes at the lens, at times with a weak second source from elsewhere."""
    right, down, forward = camera.axes
    # a ring of diodes: what shadow there is beside an edge is thin, and soft
    off = right * rng.choice([-0.012, 0.0, 0.012]) + down * rng.choice([-0.01, 0.01])
    cone = float(np.clip(camera.field / 2 * rng.uniform(0.55, 1.5), 0.4, 1.4))
    place = np.asarray(camera.place) + off + forward * 0.005
    lights = [spot(place, forward, 1.0, cone, radius=float(rng.uniform(0.006, 0.015)))]
    if rng.random() < 0.25:
        aside = np.asarray(camera.place) + right * rng.uniform(-1, 1) * 0.8
        lights.append(bulb(aside, float(rng.uniform(0.05, 0.4)), (1.0,), 0.05))
    return Lighting(name="ir", lights=tuple(lights))
