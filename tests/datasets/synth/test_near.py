"""Things before the lens, and small things on the bed that are nobody."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

pytest.importorskip("numba")

from datasets.synth.beds import draw_bed
from datasets.synth.camera import look
from datasets.synth.clutter import pet
from datasets.synth.mesh import Kind
from datasets.synth.near import WHAT, near_lens

CAMERA = look((1.0, -2.0, 2.3), (0.0, 0.0, 0.5), field=1.3)


def test_every_kind_comes_up_before_the_lens_and_not_behind_it(library) -> None:
    told = Counter()
    for seed in range(60):
        what, parts = near_lens(np.random.default_rng(seed), CAMERA, library)
        told[what] += 1
        assert {part.kind for part in parts} == {Kind.NEAR}
        points = np.concatenate([part.vertices[part.faces.ravel()] for part in parts])
        depth = (points - CAMERA.place) @ CAMERA.axes[2]
        assert 0.0 < depth.min() < 0.7
    assert set(told) == set(WHAT)
    assert sum(WHAT.values()) == pytest.approx(1)


def test_covers_hide_from_a_corner_to_everything(library) -> None:
    shares = []
    for seed in range(120):
        what, parts = near_lens(np.random.default_rng(seed), CAMERA, library)
        if what in ("cloth", "tape"):
            at = CAMERA.pixels(parts[0].vertices)
            inside = (at[:, 0] > 0) & (at[:, 0] < 320) & (at[:, 1] > 0) & (at[:, 1] < 240)
            shares.append(inside.any())
    assert np.mean(shares) > 0.3


def test_a_pet_lies_on_the_bed_and_is_no_person() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        bed = draw_bed(rng)
        parts = pet(rng, bed, [])
        points = np.concatenate([part.vertices for part in parts])
        assert {part.kind for part in parts} == {Kind.BEDDING}
        assert np.ptp(points[:, :2], axis=0).max() < 1.0
        assert bed.top - 0.1 < points[:, 2].min()
        assert points[:, 2].max() < bed.top + 0.5
