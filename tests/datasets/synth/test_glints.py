"""Pupils are bright in infrared only where somebody looks at a lamp beside the lens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba")

from datasets.synth.camera import look
from datasets.synth.eyes import EYES, eyes
from datasets.synth.glints import pupils
from datasets.synth.lighting import Lighting
from datasets.synth.lights import spot
from datasets.synth.material import matt
from datasets.synth.mesh import Kind, Part, box, quad
from datasets.synth.render import INFRARED, Scene, View

CAMERA = look((0.0, -2.0, 1.0), (0.0, 0.0, 1.0), field=1.0)
GREY = matt((0.4,) * 3, "fabric")


def lit(*, lamp=(0.02, -2.0, 1.0), name="ir") -> Lighting:
    return Lighting(name=name, lights=(spot(lamp, np.array([0, 1.0, 0]), 1.0, 1.2),))


def looking(turn: float) -> Part:
    """Eyes at the height of the lens that look ``turn`` radians past it."""
    ring = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    disc = 0.0055 * np.stack([np.cos(ring), 0 * ring, np.sin(ring)], -1)
    c, s = np.cos(turn), np.sin(turn)
    disc = disc @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    both = np.concatenate([np.add(disc, (x, 0, 1.0)) for x in (-0.03, 0.03)])
    fan = np.array([[0, k, k + 1] for k in range(1, 7)])
    return Part(
        vertices=both.astype(np.float32),
        faces=np.concatenate([fan, fan + 8]).astype(np.int32),
        material=GREY,
        kind=Kind.PERSON,
        tags=(EYES,),
    )


def gained(part: Part, lighting: Lighting, *more: Part) -> float:
    wall = quad(np.array([-3, 0.1, -1]), np.array([6.0, 0, 0]), np.array([0, 0, 4.0]), GREY)
    scene = Scene([wall, part, *more])
    light = View(scene, CAMERA, np.random.default_rng(0)).picture(lighting, INFRARED)
    after = pupils(light, scene.parts, scene.tracer, CAMERA, lighting)
    return float((after - light).max() / np.median(light))


def test_who_looks_at_the_camera_has_bright_pupils() -> None:
    assert gained(looking(0.0), lit()) > 0.8


@pytest.mark.parametrize(
    ("part", "lighting", "more"),
    [
        pytest.param(looking(0.8), lit(), (), id="looks past it"),
        pytest.param(looking(0.0), lit(lamp=(0.6, -2.0, 1.0)), (), id="lamp is elsewhere"),
        pytest.param(looking(0.0), lit(name="day"), (), id="by daylight"),
        pytest.param(looking(0.0), lit(), (box((0, -1.0, 1), (0.4, 0.1, 0.4), GREY),), id="hidden"),
        pytest.param(replace(looking(0.0), tags=()), lit(), (), id="no eyes"),
    ],
)
def test_otherwise_there_are_none(part, lighting, more) -> None:
    assert gained(part, lighting, *more) < 0.05


def test_they_are_points_on_a_face_that_is_far_away() -> None:
    wall = quad(np.array([-3, 0.1, -1]), np.array([6.0, 0, 0]), np.array([0, 0, 4.0]), GREY)
    scene = Scene([wall, looking(0.0)])
    light = View(scene, CAMERA, np.random.default_rng(0)).picture(lit(), INFRARED)
    after = pupils(light, scene.parts, scene.tracer, CAMERA, lit())
    assert 2 <= ((after - light) > 0.2 * np.median(light)).sum() < 30


def test_a_body_without_eyeballs_has_no_eyes(library) -> None:
    v = library.pick(np.random.default_rng(0), "standing").vertices
    assert eyes(v, library, (0.0, 0.0), Kind.PERSON) == []


def test_a_rail_that_is_chromed_mirrors_the_lamp_in_a_line() -> None:
    def shot(shine: float) -> float:
        metal = matt((0.5,) * 3, "metal", shine=shine, lobe=300.0)
        rail = box((0, 0, 1.0), (1.0, 0.02, 0.03), metal)
        light = View(Scene([rail]), CAMERA, np.random.default_rng(0)).picture(lit(), INFRARED)
        return float(light.max())

    assert shot(0.2) > 4 * shot(0.0)
