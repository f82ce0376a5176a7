"""Things that stand between a camera and a bed hide about what was drawn, and stand there."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

pytest.importorskip("numba")

from datasets.synth.camera import Camera, look
from datasets.synth.layout import draw_home
from datasets.synth.mesh import Kind
from datasets.synth.room import Room
from datasets.synth.screens import STANDING, back, draw_hidden, screen
from datasets.synth.trace import Tracer


def seen_from_the_foot(seed: int) -> tuple[Room, Camera]:
    """A room, and a camera by the wall opposite the head of its first bed."""
    room = draw_home(np.random.default_rng(seed))
    place = room.places[0]
    at = (place.x, room.y0 + 0.12, 1.6)
    return room, look(at, place.point(0, 0, place.bed.top), field=1.2)


def hidden(parts, room: Room, camera: Camera) -> float:
    place = room.places[0]
    u, v = np.meshgrid(np.linspace(-0.4, 0.4, 9), np.linspace(-0.4, 0.4, 15))
    points = np.array(
        [
            place.point(a * place.bed.width, b * place.bed.length, place.bed.top + 0.1)
            for a, b in zip(u.ravel(), v.ravel(), strict=True)
        ]
    )
    way = points - camera.place
    reach = np.linalg.norm(way, axis=1)
    origins = np.tile(np.float32(camera.place), (len(points), 1))
    blocked = Tracer(parts).blocked(
        origins, (way / reach[:, None]).astype(np.float32), reach.astype(np.float32) * 0.98
    )
    return float(blocked.mean())


def test_each_thing_is_made_on_the_floor_round_the_origin() -> None:
    for name, (_, make) in STANDING.items():
        parts = make(np.random.default_rng(3))
        points = np.concatenate([part.vertices for part in parts])
        assert -0.01 < points[:, 2].min() < 0.5, name
        assert points[:, 2].max() < 2.4, name
        assert np.abs(points[:, :2]).max() < 2.0, name


def test_more_is_hidden_where_more_was_drawn_and_nothing_stands_on_a_bed() -> None:
    shares: dict[float, list[float]] = {0.2: [], 0.9: []}
    told = Counter()
    for seed in range(14):
        room, camera = seen_from_the_foot(seed)
        for wanted, found in shares.items():
            rng = np.random.default_rng([seed, 1])
            name, parts = screen(rng, room, room.places[0], camera, wanted)
            if not parts:
                continue
            told[name] += 1
            found.append(hidden(parts, room, camera))
            points = np.concatenate([part.vertices for part in parts])
            a, b, c, d = room.places[0].footprint(-0.05)
            inside = (points[:, 0] > a) & (points[:, 0] < b) & (points[:, 1] > c)
            assert not (inside & (points[:, 1] < d)).any()
            assert points[:, 0].min() >= room.x0
            assert points[:, 0].max() <= room.x1
    assert len(shares[0.2]) > 8
    assert len(shares[0.9]) > 8
    assert np.median(shares[0.2]) < 0.35
    assert np.median(shares[0.9]) > 0.7
    assert len(told) > 4


def test_a_back_is_near_and_nobody_who_is_asked_about(library) -> None:
    found = 0
    for seed in range(8):
        room, camera = seen_from_the_foot(seed)
        rng = np.random.default_rng(seed)
        name, parts = back(rng, room, room.places[0], camera, 0.8, library)
        if parts:
            found += 1
            assert name == "person"
            assert {part.kind for part in parts} == {Kind.NEAR}
    assert found > 3


def test_a_camera_right_over_the_bed_is_left_alone() -> None:
    room, _ = seen_from_the_foot(0)
    place = room.places[0]
    over = look(place.point(0, 0, 2.4), place.point(0, 0, place.bed.top), field=1.5)
    assert screen(np.random.default_rng(0), room, place, over, 0.9) == ("", [])


def test_the_shares_drawn_span_everything_and_are_mostly_high() -> None:
    drawn = [draw_hidden(np.random.default_rng(seed)) for seed in range(400)]
    assert min(drawn) < 0.1
    assert max(drawn) > 0.97
    assert 0.4 < np.mean(np.array(drawn) > 0.6) < 0.6
