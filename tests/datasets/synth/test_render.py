"""The renderer against what light does by the book."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("embreex")

from datasets.synth.camera import look
from datasets.synth.lighting import Lighting, infrared_light
from datasets.synth.lights import bulb, panel
from datasets.synth.material import Material, glow, matt
from datasets.synth.mesh import box, quad
from datasets.synth.render import COLOUR, INFRARED, Scene, View
from datasets.synth.trace import NOTHING, Tracer

GREY = Material(base=(0.5, 0.25, 0.1, 0.6))
BLACK = matt((0.0, 0.0, 0.0), "plastic")
WHITE_LIGHT = (1.0, 1.0, 1.0)


def floor(material: Material = GREY, size: float = 8.0):
    half = size / 2
    return quad(
        np.array([-half, -half, 0]), np.array([size, 0, 0]), np.array([0, size, 0]), material
    )


def above(field: float = 1.0):
    return look((0.0, 0.0, 2.0), (0.0, 0.001, 0.0), field=field, width=64, height=48)


def taken(parts, lights, channels=COLOUR, camera=None, glowing=None):
    view = View(Scene(parts), camera or above(), np.random.default_rng(3))
    return view.picture(Lighting(name="t", lights=tuple(lights), glow=glowing or {}), channels)


def test_rays_meet_the_first_surface_and_know_what_is_between() -> None:
    tracer = Tracer([floor(), box((0, 0, 1), (0.5, 0.5, 0.5), GREY)])
    origins = np.float32([[0, 0, 3], [2, 0, 3], [0, 0, 3]])
    directions = np.float32([[0, 0, -1], [0, 0, -1], [0, 0, 1]])
    hits = tracer.first(origins, directions)
    assert list(tracer.owner[hits.face[:2]]) == [1, 0]
    assert hits.face[2] == NOTHING
    assert hits.distance[:2] == pytest.approx([1.75, 3.0])
    blocked = tracer.blocked(origins, directions, np.float32([1.0, 2.9, 9.0]))
    assert list(blocked) == [False, False, False]
    assert list(tracer.blocked(origins, directions, np.float32([2.0, 3.1, 9.0]))) == [
        True,
        True,
        False,
    ]


def test_a_bulb_lights_a_floor_by_the_inverse_square() -> None:
    light = taken([floor()], [bulb((0, 0, 1.5), 1.0, WHITE_LIGHT, radius=0.0)])
    middle = light[22:26, 30:34].mean((0, 1))
    # irradiance 1 / 1.5^2 on a matt surface; an open floor sends nothing back to itself
    assert middle == pytest.approx(np.array([0.5, 0.25, 0.1]) / np.pi / 1.5**2, rel=0.03)


def test_a_panel_lights_by_its_size() -> None:
    small = panel((0, 0, 1.5), (0, 0.1, 0), (0.1, 0, 0), 1.0, WHITE_LIGHT)
    large = panel((0, 0, 1.5), (0, 0.2, 0), (0.2, 0, 0), 1.0, WHITE_LIGHT)
    assert small.facing == pytest.approx((0, 0, -1))
    ratio = taken([floor()], [large]).mean() / taken([floor()], [small]).mean()
    assert ratio == pytest.approx(4, rel=0.05)


def test_a_box_throws_a_shadow() -> None:
    block = box((0.3, 0, 0.5), (0.2, 0.2, 0.02), GREY)
    camera = above()
    # the light is over the middle, so the shadow lies further out than the block
    x, y = camera.pixels(np.array([[0.56, 0.0, 0.0]]))[0].astype(int)
    parts = [floor(GREY), block]
    light = taken(parts, [bulb((0, 0, 1.5), 1.0, WHITE_LIGHT, radius=0.0)])
    mirrored = 64 - x
    assert light[y, x].sum() < 0.15 * light[y, mirrored].sum()


def test_walls_send_light_on() -> None:
    red = Material(base=(0.8, 0.05, 0.05, 0.5))
    wall = quad(np.array([-0.6, -2, 0]), np.array([0, 4.0, 0]), np.array([0, 0, 2.0]), red)
    lamp = bulb((0.3, 0, 1.0), 1.0, WHITE_LIGHT, radius=0.0)
    white = floor(Material(base=(0.7, 0.7, 0.7, 0.7)))
    alone, beside = taken([white], [lamp]), taken([white, wall], [lamp])
    x, y = above().pixels(np.array([[-0.45, 0.0, 0.0]]))[0].astype(int)
    more = beside[y, x] - alone[y, x]
    assert more[0] > 3 * abs(more[2])
    assert more[0] > 0.03 * alone[y, x, 0]


def test_infrared_sees_its_own_reflectance_and_falls_off() -> None:
    camera = look((0.0, -2.0, 0.6), (0.0, 0.0, 0.0), field=1.2, width=64, height=48)
    lighting = infrared_light(np.random.default_rng(1), camera)
    view = View(Scene([floor()]), camera, np.random.default_rng(1))
    light = view.picture(lighting, INFRARED)
    assert light.shape == (48, 64, 1)
    near, far = (camera.pixels(np.array([[0.0, y, 0.0]]))[0].astype(int) for y in (-0.9, 1.2))
    assert light[near[1], near[0], 0] > 5 * light[far[1], far[0], 0]


def test_what_glows_is_seen_without_a_lamp() -> None:
    screen = quad(
        np.array([-0.3, -0.3, 0.1]),
        np.array([0.6, 0, 0]),
        np.array([0, 0.6, 0]),
        glow((1, 0.5, 0.2), 2.0),
    )
    light = taken([floor(BLACK), screen], [])
    assert light[24, 32] == pytest.approx([2.0, 1.0, 0.4], rel=0.01)
    put_out = taken([floor(BLACK), screen], [], glowing={1: (0.0, 0.0, 0.0, 0.0)})
    assert put_out.max() == 0


def test_the_view_names_the_part_of_each_pixel() -> None:
    view = View(
        Scene([floor(size=0.8), box((0, 0, 0.1), (0.2, 0.2, 0.2), GREY)]),
        above(),
        np.random.default_rng(0),
    )
    assert view.parts.shape == (48, 64)
    assert set(np.unique(view.parts)) == {-1, 0, 1}
    assert view.parts[24, 32] == 1
