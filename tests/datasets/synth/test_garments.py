"""Clothes hang away from the body and look unlike skin in infrared."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from datasets.synth.bodies import UPPER_LEG
from datasets.synth.clothes import SPAN, garment
from datasets.synth.dress import draw_looks, dress
from datasets.synth.garments import bordered, hung, skirt
from datasets.synth.mesh import Kind, grid_faces
from datasets.synth.patterns import SIZE

SKIN = 0.6


@pytest.fixture(scope="module")
def standing(library):
    return library.pick(np.random.default_rng(0), "standing")


def test_cloth_lies_outside_the_body_and_further_out_where_it_is_looser(library, standing) -> None:
    v = standing.vertices.astype(float)
    away = []
    for loose in (0.02, 0.05):
        cloth = hung(v, loose, library, np.random.default_rng(1))
        out = np.hypot(cloth[:, 0], cloth[:, 1]) - np.hypot(v[:, 0], v[:, 1])
        belt = library.group == UPPER_LEG
        assert (out[belt] > 0).mean() > 0.85  # but for the seam of this coarse body
        away.append(np.median(out[belt]))
    assert 0 < away[0] < away[1] < 0.1


def test_what_lies_on_a_body_is_nearer_than_what_hangs_from_it(library) -> None:
    v = library.pick(np.random.default_rng(0), "supine").vertices.astype(float)
    cloth = hung(v, 0.04, library, np.random.default_rng(1))
    belt = library.group == UPPER_LEG
    up, down = belt & (v[:, 2] > 0.08), belt & (v[:, 2] < -0.08)
    assert np.mean(cloth[up, 2] - v[up, 2]) < 0.5 * np.mean(v[down, 2] - cloth[down, 2])


def test_a_skirt_goes_round_both_legs_down_to_its_hem(library, standing) -> None:
    v = standing.vertices.astype(float)
    points, faces, uv = skirt(v, library, np.random.default_rng(2), loose=0.03, hem=0.2)
    assert faces.max() == len(points) - 1
    assert len(uv) == len(points)
    low, high = library.rest[:, 2].min(), np.ptp(library.rest[:, 2])
    assert points[:, 2].min() == pytest.approx(v[:, 2].min() + 0.2 * high, abs=0.06)
    assert uv[:, 1].min() == pytest.approx(low + 0.2 * high, abs=0.01)
    middle = np.abs(points[:, 2] - points[:, 2].mean()) < 0.05
    band = np.abs(v[:, 2] - points[:, 2].mean()) < 0.05
    reach = np.hypot(points[middle, 0], points[middle, 1])
    assert reach.min() > np.hypot(v[band, 0] * 0.9, v[band, 1] * 0.9).min()


def test_a_hem_is_drawn_straight_and_the_rest_left_alone() -> None:
    u, w = np.meshgrid(np.arange(20) * 0.02, np.arange(6) * 0.02)
    v = np.stack([u, w, 0 * u], -1)
    v[0, ::2, 1] -= 0.015  # frayed
    flat = v.reshape(-1, 3)
    faces = grid_faces(20, 6)
    smooth = bordered(flat, faces).reshape(v.shape)
    assert smooth[0, 3:-3, 1].std() < 0.2 * v[0, 3:-3, 1].std()
    assert np.array_equal(smooth[2:-2, 2:-2], v[2:-2, 2:-2])


def test_few_garments_are_as_bright_as_skin_in_infrared() -> None:
    bright = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        bright.append(garment(rng, (0.3, 0.3, 0.4), (0.5,) * 3, plain=1, skin=SKIN).base[3])
    off = np.abs(np.array(bright) - SKIN)
    assert (off < 0.1).mean() < 0.06
    assert (np.array(bright) > SKIN).mean() > 0.55


def test_a_collar_lies_under_the_chin_and_seams_show_in_infrared() -> None:
    shown = 0
    for seed in range(30):
        made = garment(np.random.default_rng(seed), (0.4,) * 3, (0.4,) * 3, plain=1.0, skin=SKIN)
        assert made.image is not None
        at = int(0.56 / SPAN * SIZE)
        collar, chest = made.image[at, 2, 3], made.image[int(0.3 / SPAN * SIZE), 6, 3]
        shown += abs(collar - chest) > 0.05 * made.base[3]
    assert shown > 15


def test_a_gown_has_a_skirt_and_pyjamas_have_none(library, standing) -> None:
    from dataclasses import replace

    looks = draw_looks(np.random.default_rng(4), standing)
    v = standing.vertices
    parts = {
        outfit: dress(v, replace(looks, outfit=outfit), library, Kind.PERSON)
        for outfit in ("gown", "pyjamas")
    }
    tube = parts["gown"][-1]
    assert len(tube.faces) != len(parts["pyjamas"][-1].faces)
    assert np.ptp(tube.vertices[:, 2]) > 0.2
