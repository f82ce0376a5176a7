"""One room through its days: who was where, how the beds were left, what cameras saw.

A room has two days of two hours each. Linen is changed between the days; on each day every
bed is slept in at one hour and empty at the other, seen by the same cameras in the same modes,
so that nothing but what lies on the bed tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.synth.air import veiled
from datasets.synth.bodies import Library
from datasets.synth.bystanders import bystander
from datasets.synth.camera import Camera
from datasets.synth.empty import EMPTY
from datasets.synth.found import Found
from datasets.synth.glints import pupils
from datasets.synth.layout import draw_home, draw_ward
from datasets.synth.lighting import Lighting, colour_light, infrared_light
from datasets.synth.linen import Linen, drab_linen, draw_linen
from datasets.synth.mesh import Part
from datasets.synth.near import near_lens
from datasets.synth.occupied import OCCUPIED
from datasets.synth.render import COLOUR, INFRARED, Scene, View
from datasets.synth.room import Place, Room
from datasets.synth.screens import back, draw_hidden, screen
from datasets.synth.situation import furnish
from datasets.synth.trace import Tracer
from datasets.synth.truth import Alone, Masks, masks
from datasets.synth.views import draw_view

__all__ = ["Hour", "Still", "hours", "stills"]

WARDS = 0.36  # share of rooms
DAYS, HOURS = 2, 2
VISITED = 0.42  # hours at which somebody is in the room who is on no bed
BLOCKED = 0.05  # cameras that hang wherever it comes
NEAR = 0.06  # pictures with something right before the lens
SCREENED = {True: 0.09, False: 0.24}  # cameras with something before a bed, in wards and homes
BACKS = 0.05  # hours at which somebody stands before a camera with the back to it
TURNED = 0.05  # hours at which a camera looks elsewhere than when the beds were marked
VEILED = 0.06  # pictures through steam, a fogged lens or dust
DRAB = 0.12  # rooms in which linen, clothes and walls are of one hue


@dataclass(frozen=True, kw_only=True, eq=False)
class Hour:
    """The room at one hour."""

    day: int
    hour: int
    beds: tuple[Found, ...]
    bystanders: tuple[str, ...]
    parts: list[Part]


@dataclass(frozen=True, kw_only=True, eq=False)
class Still:
    """One linear picture and what is true of it."""

    name: str  # camera, day, hour and mode, unique in the room
    camera: Camera
    placed: Camera  # as it hung when the beds were marked
    turned: float  # how far it was turned since, radians
    camera_number: int
    hour: Hour
    lighting: Lighting
    light: NDArray[np.float32]  # height x width x 3, or x 1 in infrared
    masks: Masks
    near: str  # what is right before the lens; empty: nothing
    screen: str  # what stands between the camera and a bed; empty: nothing
    air: str  # what is in the air or on the glass; empty: nothing


def draw_room(rng: np.random.Generator) -> Room:
    """A home or a ward."""
    room = draw_ward(rng) if rng.random() < WARDS else draw_home(rng)
    room.drab = rng.random() < DRAB
    return room


def hours(rng: np.random.Generator, room: Room, library: Library) -> Iterator[Hour]:
    """The room hour by hour."""
    for day in range(DAYS):
        linens = _linens(rng, room)
        first = rng.integers(2, size=len(room.places))  # the hour at which each bed is slept in
        for hour in range(HOURS):
            found, parts = [], list(room.parts)
            for number, place in enumerate(room.places):
                occupied = bool(first[number] == hour)
                odds = OCCUPIED if occupied else EMPTY
                what = str(
                    rng.choice(list(odds), p=np.array(list(odds.values())) / sum(odds.values()))
                )
                spacing = 0.038 if not room.ward else 0.046
                bed = furnish(
                    rng, place.bed, linens[number], library, what, occupied, spacing=spacing
                )
                found.append(bed)
                parts += [place.put(part, number) for part in bed.parts]
            others: list[str] = []
            while rng.random() < VISITED and len(others) < 3:
                where, people = bystander(rng, room, library)
                others.append(where)
                parts += people
            yield Hour(day=day, hour=hour, beds=tuple(found), bystanders=tuple(others), parts=parts)


def _linens(rng: np.random.Generator, room: Room) -> list[Linen]:
    """A ward's beds are made with much the same linen, a drab room's with what its walls are."""
    care = room.ward or room.places[0].bed.style == "care"
    if room.drab:
        return [drab_linen(rng, room.parts[0].material)] * len(room.places)
    common = draw_linen(rng, care)
    alike = 0.6 if room.ward else 0.3
    return [common if rng.random() < alike else draw_linen(rng, care) for _ in room.places]


def stills(seed: int, views: int, library: Library) -> Iterator[tuple[Room, Still]]:
    """All pictures of the room that ``seed`` makes, ``views`` cameras each."""
    rng = np.random.default_rng([seed, 4711])
    room = draw_room(rng)
    bare = Tracer(room.parts)
    cameras = [draw_view(rng, room, bare, blocked=rng.random() < BLOCKED) for _ in range(views)]
    screens = [_screen(rng, room, camera) for camera in cameras]
    modes = [[_modes(rng) for _ in cameras] for _ in range(DAYS)]
    for now in hours(rng, room, library):
        scene, alone = Scene(now.parts), Alone(now.parts, len(room.places))
        for number, placed in enumerate(cameras):
            camera, angle = _turned(rng, placed) if rng.random() < TURNED else (placed, 0.0)
            what, near = near_lens(rng, camera, library) if rng.random() < NEAR else ("", [])
            name, before = screens[number]
            if not before and rng.random() < BACKS:
                name, before = back(rng, room, _bed(rng, room), camera, draw_hidden(rng), library)
            here = Scene(now.parts + near + before) if near or before else scene
            view = View(here, camera, rng)
            cover = masks(here.parts, alone, view.parts, camera)
            for mode in modes[now.day][number]:
                if mode == "ir":
                    lighting, channels = infrared_light(rng, camera), INFRARED
                else:
                    lighting, channels = colour_light(rng, room), COLOUR
                light = view.picture(lighting, channels)
                if mode == "ir":
                    light = pupils(light, here.parts, here.tracer, camera, lighting)
                air = ""
                if rng.random() < VEILED:
                    air, light = veiled(rng, light, mode == "ir")
                yield (
                    room,
                    Still(
                        name=f"c{number}_d{now.day}h{now.hour}_{mode}",
                        camera=camera,
                        placed=placed,
                        turned=angle,
                        camera_number=number,
                        hour=now,
                        lighting=lighting,
                        light=light,
                        masks=cover,
                        near=what,
                        screen=name,
                        air=air,
                    ),
                )


def _turned(rng: np.random.Generator, camera: Camera) -> tuple[Camera, float]:
    """The camera knocked or pulled aside: mostly some degrees, at times away from the bed."""
    share = float(rng.uniform(0.05, 0.35) if rng.random() < 0.5 else rng.uniform(0.35, 0.9))
    angle, way = share * min(camera.field, 1.6), rng.uniform(0, 2 * np.pi)
    return camera.turned(angle * np.cos(way), angle * np.sin(way)), angle


def _screen(rng: np.random.Generator, room: Room, camera: Camera) -> tuple[str, list[Part]]:
    """What stands before a camera on both days, so that it says nothing of who is in bed."""
    if rng.random() > SCREENED[room.ward]:
        return "", []
    return screen(rng, room, _bed(rng, room), camera, draw_hidden(rng))


def _bed(rng: np.random.Generator, room: Room) -> Place:
    return room.places[int(rng.integers(len(room.places)))]


def _modes(rng: np.random.Generator) -> tuple[str, ...]:
    return (("rgb",), ("ir",), ("rgb", "ir"))[int(rng.choice(3, p=[0.4, 0.15, 0.45]))]
