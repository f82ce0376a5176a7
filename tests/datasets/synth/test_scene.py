"""Rooms through their days: nothing but what lies on the bed tells slept in from empty."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("embreex")

from datasets.synth import lighting
from datasets.synth.empty import EMPTY
from datasets.synth.layout import draw_home, draw_ward
from datasets.synth.lighting import colour_light
from datasets.synth.mesh import Kind
from datasets.synth.occupied import OCCUPIED
from datasets.synth.scene import DAYS, HOURS, hours
from datasets.synth.trace import Tracer
from datasets.synth.views import draw_view


@pytest.mark.parametrize("odds", [OCCUPIED, EMPTY, lighting.COLOUR])
def test_shares_make_a_whole(odds) -> None:
    assert sum(odds.values()) == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize("seed", [0, 1])
def test_every_bed_is_slept_in_once_a_day(library, seed: int) -> None:
    rng = np.random.default_rng(seed)
    room = draw_home(rng)
    told = list(hours(rng, room, library))
    assert len(told) == DAYS * HOURS
    for bed in range(len(room.places)):
        for day in range(DAYS):
            assert sum(now.beds[bed].occupied for now in told if now.day == day) == 1


def test_people_are_there_when_they_are_said_to_be(library) -> None:
    rng = np.random.default_rng(5)
    room = draw_home(rng)
    for now in hours(rng, room, library):
        for number, found in enumerate(now.beds):
            people = [p for p in now.parts if p.kind == Kind.PERSON and p.bed == number]
            assert bool(people) == found.occupied
            assert (found.posture != "") == found.occupied
            assert found.what in (OCCUPIED if found.occupied else EMPTY)
        others = [p for p in now.parts if p.kind == Kind.BYSTANDER]
        assert bool(others) == bool(now.bystanders)


@pytest.mark.parametrize("draw", [draw_home, draw_ward])
def test_cameras_hang_in_the_room_and_mostly_see_a_bed(draw) -> None:
    seen = Counter()
    for seed in range(8):
        rng = np.random.default_rng(seed)
        room = draw(rng)
        camera = draw_view(rng, room, Tracer(room.parts))
        x, y, z = camera.place
        assert room.x0 < x < room.x1
        assert room.y0 < y < room.y1
        assert 0 < z < room.high
        beds = [camera.pixels(place.point(0, 0, place.bed.top)[None])[0] for place in room.places]
        seen[
            any(
                np.isfinite(p).all() and 0 < p[0] < camera.width and 0 < p[1] < camera.height
                for p in beds
            )
        ] += 1
    assert seen[True] >= 7


def test_every_light_is_there_and_none_needs_what_the_room_lacks() -> None:
    names = Counter()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        room = draw_home(rng)
        light = colour_light(rng, room)
        names[light.name] += 1
        assert light.lights
        assert all(len(source.colour) == 3 for source in light.lights)
        if light.name == "lamp":
            assert set(light.glow) <= set(room.shades)
        elif light.name in ("day", "dawn"):
            assert set(light.glow) == set(room.panes)
    assert set(names) == set(lighting.COLOUR)
