"""A room's pictures on disk, and the rows that a manifest has of them."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bedcheck.placement import format_polygon
from datasets.manifest import Row
from datasets.synth import linear
from datasets.synth.bodies import Library
from datasets.synth.osd import stamp
from datasets.synth.room import Room
from datasets.synth.scene import Still, stills
from datasets.synth.sensor import draw_sensor, expose
from datasets.synth.truth import in_frame, judge, outline, seen

__all__ = ["FACTS", "folder", "record", "rows"]

FACTS = "room.json"
DARK = {True: 0.45, False: 0.11}  # share of pictures with hardly any light, in drab rooms and not
DEV_OF, DEV_IS = 6, 3  # of each six rooms this one is kept for development


def folder(seed: int) -> str:
    """Name of the folder of the room that ``seed`` makes."""
    return f"room_{seed:06d}"


def record(seed: int, views: int, out: Path, library: Library) -> int:
    """Render one room into ``out`` and give the number of its pictures.

    The folder appears under its name when it is whole; a room that is there is left alone.
    """
    final = out / folder(seed)
    if (final / FACTS).exists():
        return 0
    place = out / f".{folder(seed)}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    began = time.process_time()
    told: list[dict[str, Any]] = []
    pictures = 0
    for room, still in stills(seed, views, library):
        told += _write(seed, pictures, room, still, place)
        pictures += 1
    facts = {
        "seed": seed,
        "views": views,
        "pictures": pictures,
        "cpu_seconds": round(time.process_time() - began, 2),
        "rows": told,
    }
    (place / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    shutil.rmtree(final, ignore_errors=True)
    place.rename(final)
    return pictures


def _write(seed: int, number: int, room: Room, still: Still, place: Path) -> list[dict[str, Any]]:
    rng = np.random.default_rng([seed, 1000 + number])
    dark = rng.random() < DARK[room.drab]
    sensor = draw_sensor(rng, still.lighting.name == "ir", dark=dark)
    shot = expose(still.light, sensor, rng)
    name = still.name
    cv2.imwrite(
        str(place / f"{name}.jpg"),
        stamp(
            shot.picture,
            np.random.default_rng([seed, 77, still.camera_number]),
            night=still.lighting.name == "ir",
        ),
        [cv2.IMWRITE_JPEG_QUALITY, sensor.quality],
    )
    cv2.imwrite(str(place / f"{name}_mask.png"), still.masks.picture())
    scale = linear.save(place / f"{name}_light.png", still.light)
    mode = "ir" if still.lighting.name == "ir" else "rgb"
    told = []
    for bed, (where, found) in enumerate(zip(room.places, still.hour.beds, strict=True)):
        polygon = outline(where, still.placed)
        if polygon is None:
            continue
        now, framed = polygon, 1.0  # where the bed is in this picture, marked or not
        if still.turned:
            now, framed = outline(where, still.camera) or polygon, in_frame(where, still.camera)
        share = seen(where, bed, still.camera, still.masks.visible)
        truth = judge(found.occupied, now, share, shot.clean, shot.noise, still.masks, bed, framed)
        told.append(
            {
                "name": name,
                "label": truth.label,
                "bed": format_polygon(polygon),
                "bed_index": bed,
                "beds": len(room.places),
                "ward": int(room.ward),
                "bed_style": where.bed.style,
                "bed_width": where.bed.width,
                "posture": found.posture,
                "cover": found.cover,
                "light": still.lighting.name,
                "modality": mode,
                "view": still.camera.view,
                "camera": still.camera_number,
                "day": still.hour.day,
                "hour": still.hour.hour,
                "occupied": int(found.occupied),
                "what": found.what,
                "pose": found.pose,
                "bystanders": "+".join(still.hour.bystanders),
                "near": still.near,
                "screen": still.screen,
                "drab": int(room.drab),
                "quantiser": sensor.quantiser,
                "air": still.air,
                "turned": round(float(np.degrees(still.turned)), 1),
                "why": truth.why,
                "seen": round(truth.seen, 3),
                "area": round(truth.area, 4),
                "snr": round(truth.snr, 2),
                "noise": round(shot.noise, 2),
                "person_seen": round(truth.person_seen, 3),
                "person_area": round(truth.person_area, 5),
                "field": round(float(np.degrees(still.camera.field)), 1),
                "fisheye": still.camera.fisheye,
                "linear_scale": float(f"{scale:.6g}"),
            }
        )
    return told


KNOWN = ("label", "posture", "cover", "light", "modality", "view")


def rows(out: Path) -> list[Row]:
    """A row for each bed in each picture of the whole rooms under ``out``, rooms in order.

    Rows of one ``pair`` show the same bed by the same camera in the same mode: slept in and
    empty, on days with other linen.
    """
    made = []
    for file in sorted(out.glob(f"room_*/{FACTS}")):
        facts = json.loads(file.read_text(encoding="utf-8"))
        seed = int(facts["seed"])
        room = f"synth_{seed:06d}"
        for told in facts["rows"]:
            told = dict(told)
            bed = str(told.pop("bed"))
            name = told.pop("name")
            known = {key: str(told.pop(key)) for key in KNOWN}
            pair = f"{room}/c{told['camera']}/{known['modality']}/b{told['bed_index']}"
            made.append(
                Row(
                    path=f"{file.parent.name}/{name}.jpg",
                    scene=f"{room}_b{told['bed_index']}",
                    room=room,
                    bed=_polygon(bed),
                    bed_text=bed,
                    certainty="exact",
                    split="dev" if seed % DEV_OF == DEV_IS else "train",
                    source="synth",
                    licence="ours",
                    extras={"pair": pair, **{key: str(value) for key, value in told.items()}},
                    **known,
                )
            )
    return made


def _polygon(text: str):
    from bedcheck.placement import parse_polygon

    return parse_polygon(text)
