"""Clips of one bed for work on motion: asleep, still, a draught, light that changes, getting up.

A breath is millimetres, less than a pixel, so a clip is mixed from few linear pictures: the
breath out and in, a curtain's swing in phases, the light before and after; who turns over or gets
up is rendered phase by phase. Each frame goes
through the camera's electronics on its own, so noise is new in every one.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.placement import format_polygon
from datasets.synth.bodies import Library
from datasets.synth.layout import draw_home
from datasets.synth.lighting import colour_light, infrared_light
from datasets.synth.linen import draw_linen
from datasets.synth.motion import blown, breathed, chest
from datasets.synth.render import COLOUR, INFRARED, Scene, View
from datasets.synth.rising import BESIDE, getting_up, turning
from datasets.synth.room import Place, Room
from datasets.synth.sensor import draw_sensor, expose
from datasets.synth.situation import furnish
from datasets.synth.trace import Tracer
from datasets.synth.truth import outline
from datasets.synth.views import draw_view

__all__ = ["KINDS", "folder", "record_clip"]

KINDS = ("asleep", "still", "draught", "lamp", "restless", "rising", "dawn")
"""Somebody breathes; nothing moves; only a curtain does; a light goes on over either; somebody
turns over; somebody throws the duvet back, sits up and leaves the bed; it grows light outside."""

LIGHTS = ("lamp", "dawn")  # kinds in which the light changes
FACTS = "clip.json"
SWINGS = 6  # phases that a curtain is rendered in
PHASES = {"restless": 10, "rising": 30}  # in which each is rendered
TRIES = 40  # rooms looked at for one with a curtain, or a bed in view


def folder(seed: int) -> str:
    """Name of the folder of the clip that ``seed`` makes."""
    return f"clip_{seed:06d}"


def record_clip(
    seed: int, out: Path, library: Library, *, seconds: float = 8.0, rate: float = 5.0
) -> int:
    """Write the clip of ``seed`` under ``out``; gives the number of its frames, 0 if it is there.

    `KINDS` take turns by seed. `clip.json` has kind, rate, bed, occupied, breaths a minute and
    for each frame the breath (0 out, 1 in), the light (0 before, 1 after) or the posture.
    """
    final = out / folder(seed)
    if (final / FACTS).exists():
        return 0
    rng = np.random.default_rng([seed, 815])
    kind = KINDS[seed % len(KINDS)]
    pictures, facts = _pictures(rng, kind, library)
    count = max(2, round(seconds * rate))
    times = np.arange(count) / rate
    pace = float(rng.uniform(10, 20)) / 60
    breath = 0.5 - 0.5 * np.cos(2 * np.pi * pace * times + 0.4 * np.sin(0.7 * times))
    light = (times > seconds * rng.uniform(0.3, 0.7)).astype(float)
    if kind == "dawn":
        light = np.clip(times / seconds * 1.2 - 0.1, 0, 1) ** 2
    sensor = draw_sensor(rng, facts["modality"] == "ir")
    place = out / f".{folder(seed)}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for number, time in enumerate(times):
        if kind in PHASES:
            mixed = pictures[_phase(number / (count - 1), len(pictures))]
        else:
            mixed = _mix(kind, pictures, float(breath[number]), float(light[number]), float(time))
        shot = expose(mixed, sensor, rng)
        quality = [cv2.IMWRITE_JPEG_QUALITY, sensor.quality]
        cv2.imwrite(str(place / f"frame_{number:04d}.jpg"), shot.picture, quality)
    facts |= {"seed": seed, "rate": rate, "frames": count}
    if kind in PHASES:
        told = facts["posture"]
        facts["posture"] = [told[_phase(k / (count - 1), len(told))] for k in range(count)]
    elif facts["occupied"]:
        facts |= {"breaths_a_minute": round(60 * pace, 2), "breath": breath.round(3).tolist()}
    if kind in LIGHTS:
        facts["light"] = light.round(3).tolist()
    (place / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    shutil.rmtree(final, ignore_errors=True)
    place.rename(final)
    return count


def _pictures(
    rng: np.random.Generator, kind: str, library: Library
) -> tuple[list[NDArray[np.float32]], dict[str, Any]]:
    """The linear pictures that the frames are mixed from."""
    occupied = kind in ("asleep", *PHASES) or (kind in LIGHTS and rng.random() < 0.5)
    for _ in range(TRIES):
        room = draw_home(rng)
        camera = draw_view(rng, room, Tracer(room.parts))
        place = room.places[0]
        polygon = outline(place, camera)
        fits = {
            "draught": bool(room.curtains),
            "dawn": bool(room.windows),
            "restless": not place.bed.tilt,
            "rising": not place.bed.tilt and _way_out(place, room) is not None,
        }
        if polygon is not None and fits.get(kind, True):
            break
    else:
        raise RuntimeError(f"expected a room for {kind} within {TRIES} draws")
    infrared = kind not in LIGHTS and rng.random() < 0.6
    channels = INFRARED if infrared else COLOUR
    lighting = infrared_light(rng, camera) if infrared else colour_light(rng, room)
    if kind == "dawn":
        lighting = colour_light(rng, room, "dim")
    noise = int(rng.integers(2**31))  # the same for all, so that only what moves changes

    def taken(scene_parts: list, light: Any = lighting) -> NDArray[np.float32]:
        view = View(Scene(scene_parts), camera, np.random.default_rng(noise))
        return view.picture(light, channels)

    facts: dict[str, Any] = {
        "kind": kind,
        "occupied": occupied,
        "bed": format_polygon(polygon),
        "modality": "ir" if infrared else "rgb",
        "view": camera.view,
    }
    linen = draw_linen(rng, care=False)
    if kind in PHASES:
        make = (rng, place.bed, linen, library, PHASES[kind])
        side = _way_out(place, room) or 1
        phases = turning(*make) if kind == "restless" else getting_up(*make, side)
        facts["posture"] = [phase.posture for phase in phases]
        put = [[*room.parts, *(place.put(p, 0) for p in phase.parts)] for phase in phases]
        return [taken(parts) for parts in put], facts
    what = str(
        rng.choice(
            ["head_out", "shoulders", "hidden"] if occupied else ["rumpled", "made", "swirl"]
        )
    )
    facts["what"] = what
    found = furnish(rng, place.bed, linen, library, what, occupied)
    parts = [*room.parts, *(place.put(part, 0) for part in found.parts)]
    rest = taken(parts)
    middle = chest(parts, 0)
    risen = rest
    if middle is not None:
        rise = float(rng.uniform(0.004, 0.012))
        facts["rise_mm"] = round(1000 * rise, 1)
        head = place.point(0, 1, 0) - place.point(0, 0, 0)
        risen = taken(breathed(parts, 0, middle, head, rise))
    if kind == "draught":
        swings = np.arange(SWINGS) * 2 * np.pi / SWINGS
        return [taken(blown(parts, room.curtains, float(s), 0.05)) for s in swings], facts
    if kind in LIGHTS:
        after = colour_light(rng, room, "dawn" if kind == "dawn" else None)
        facts |= {"light_before": lighting.name, "light_after": after.name}
        return [rest, risen, taken(parts, after)], facts
    return [rest, risen], facts


def _phase(share: float, count: int) -> int:
    """The phase that is shown ``share`` (0..1) of the way through a clip."""
    return round(share * (count - 1))


def _way_out(place: Place, room: Room) -> int | None:
    """The side of the bed where somebody can stand: -1, 1 or None."""
    for side in (-1, 1):
        x, y, _ = place.point(side * (place.bed.width / 2 + BESIDE), 0.0, 0.0)
        if room.x0 + 0.25 < x < room.x1 - 0.25 and room.y0 + 0.3 < y < room.y1 - 0.3:
            return side
    return None


def _mix(
    kind: str, pictures: list[NDArray[np.float32]], breath: float, light: float, time: float
) -> NDArray[np.float32]:
    if kind == "draught":
        at = time * 0.8 % 1 * SWINGS
        first, share = int(at) % SWINGS, at - int(at)
        mixed = pictures[first] * (1 - share) + pictures[(first + 1) % SWINGS] * share
    else:
        mixed = pictures[0] * (1 - breath) + pictures[1] * breath
        if kind in LIGHTS:
            mixed = mixed * (1 - light) + (mixed - pictures[0] + pictures[2]) * light
            mixed = np.maximum(mixed, 0)
    return np.asarray(mixed, np.float32)
