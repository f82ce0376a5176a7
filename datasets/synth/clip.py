"""Clips of one bed for work on motion: asleep, empty and still, in a draught, a lamp going on.

A breath is millimetres, less than a pixel, so a clip is mixed from few linear pictures: the
breath out and in, a curtain's swing in phases, the light before and after. Each frame goes
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
from datasets.synth.sensor import draw_sensor, expose
from datasets.synth.situation import furnish
from datasets.synth.trace import Tracer
from datasets.synth.truth import outline
from datasets.synth.views import draw_view

__all__ = ["KINDS", "folder", "record_clip"]

KINDS = ("asleep", "still", "draught", "lamp")
"""Somebody breathes; nothing moves; only a curtain does; a light goes on over either."""

FACTS = "clip.json"
SWINGS = 6  # phases that a curtain is rendered in
TRIES = 20  # rooms looked at for one with a curtain, or a bed in view


def folder(seed: int) -> str:
    """Name of the folder of the clip that ``seed`` makes."""
    return f"clip_{seed:06d}"


def record_clip(
    seed: int, out: Path, library: Library, *, seconds: float = 8.0, rate: float = 5.0
) -> int:
    """Write the clip of ``seed`` under ``out``; gives the number of its frames, 0 if it is there.

    `KINDS` take turns by seed. `clip.json` has kind, rate, bed, occupied, breaths a minute and
    for each frame the breath (0 out, 1 in) and the light (0 before, 1 after).
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
    sensor = draw_sensor(rng, facts["modality"] == "ir")
    place = out / f".{folder(seed)}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for number, time in enumerate(times):
        mixed = _mix(kind, pictures, float(breath[number]), float(light[number]), float(time))
        shot = expose(mixed, sensor, rng)
        quality = [cv2.IMWRITE_JPEG_QUALITY, sensor.quality]
        cv2.imwrite(str(place / f"frame_{number:04d}.jpg"), shot.picture, quality)
    facts |= {"seed": seed, "rate": rate, "frames": count}
    if facts["occupied"]:
        facts |= {"breaths_a_minute": round(60 * pace, 2), "breath": breath.round(3).tolist()}
    if kind == "lamp":
        facts["light"] = light.tolist()
    (place / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    shutil.rmtree(final, ignore_errors=True)
    place.rename(final)
    return count


def _pictures(
    rng: np.random.Generator, kind: str, library: Library
) -> tuple[list[NDArray[np.float32]], dict[str, Any]]:
    """The linear pictures that the frames are mixed from."""
    occupied = kind == "asleep" or (kind == "lamp" and rng.random() < 0.5)
    for _ in range(TRIES):
        room = draw_home(rng)
        camera = draw_view(rng, room, Tracer(room.parts))
        place = room.places[0]
        polygon = outline(place, camera)
        if polygon is not None and (room.curtains or kind != "draught"):
            break
    else:
        raise RuntimeError(f"expected a room for {kind} within {TRIES} draws")
    what = str(
        rng.choice(
            ["head_out", "shoulders", "hidden"] if occupied else ["rumpled", "made", "swirl"]
        )
    )
    found = furnish(rng, place.bed, draw_linen(rng, care=False), library, what, occupied)
    parts = [*room.parts, *(place.put(part, 0) for part in found.parts)]
    infrared = kind != "lamp" and rng.random() < 0.6
    channels = INFRARED if infrared else COLOUR
    lighting = infrared_light(rng, camera) if infrared else colour_light(rng, room)
    noise = int(rng.integers(2**31))  # the same for all, so that only what moves changes

    def taken(scene_parts: list, light: Any = lighting) -> NDArray[np.float32]:
        view = View(Scene(scene_parts), camera, np.random.default_rng(noise))
        return view.picture(light, channels)

    facts: dict[str, Any] = {
        "kind": kind,
        "occupied": occupied,
        "what": what,
        "bed": format_polygon(polygon),
        "modality": "ir" if infrared else "rgb",
        "view": camera.view,
    }
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
    if kind == "lamp":
        after = colour_light(rng, room)
        facts |= {"light_before": lighting.name, "light_after": after.name}
        return [rest, risen, taken(parts, after)], facts
    return [rest, risen], facts


def _mix(
    kind: str, pictures: list[NDArray[np.float32]], breath: float, light: float, time: float
) -> NDArray[np.float32]:
    if kind == "draught":
        at = time * 0.8 % 1 * SWINGS
        first, share = int(at) % SWINGS, at - int(at)
        mixed = pictures[first] * (1 - share) + pictures[(first + 1) % SWINGS] * share
    else:
        mixed = pictures[0] * (1 - breath) + pictures[1] * breath
        if kind == "lamp":
            mixed = mixed * (1 - light) + (mixed - pictures[0] + pictures[2]) * light
            mixed = np.maximum(mixed, 0)
    return np.asarray(mixed, np.float32)
