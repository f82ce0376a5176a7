"""Clips: what breathes moves where it should, what is still only has noise."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("embreex")

from bedcheck.placement import parse_polygon
from datasets.synth.clip import KINDS, LIGHTS, PHASES, folder, record_clip
from datasets.synth.material import matt
from datasets.synth.mesh import Kind, box, sheet
from datasets.synth.motion import blown, breathed, chest

GREY = matt((0.5, 0.5, 0.5), "fabric")


def bed() -> list:
    """A body along y with a blanket over it."""
    body = box((0, 0, 0.6), (0.4, 1.7, 0.2), GREY).of(Kind.PERSON, 0)
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, 41), np.linspace(-1, 1, 81))
    cover = sheet(np.stack([u, v, np.full_like(u, 0.72)], -1), GREY).of(Kind.BEDDING, 0)
    floor = box((0, 0, -0.1), (4, 4, 0.1), GREY)
    return [floor, body, cover]


def test_the_breath_lifts_the_blanket_over_chest_and_belly_only() -> None:
    parts = bed()
    middle = chest(parts, 0)
    assert middle == pytest.approx([0, 0, 0.6], abs=1e-6)
    moved = breathed(parts, 0, middle, np.array([0, 1.0, 0]), 0.010)
    up = (moved[2].vertices - parts[2].vertices)[:, 2]
    assert up.max() == pytest.approx(0.008, abs=0.001)
    highest = parts[2].vertices[up.argmax()]
    assert abs(highest[0]) < 0.1
    assert -0.2 < highest[1] < 0.3
    feet = parts[2].vertices[:, 1] < -0.8
    assert up[feet].max() < 0.0005
    assert (moved[0].vertices == parts[0].vertices).all()


def test_nobody_on_the_bed_has_no_chest() -> None:
    assert chest([bed()[0]], 0) is None


def test_a_curtain_swings_below_and_hangs_above() -> None:
    u, v = np.meshgrid(np.linspace(0, 1, 20), np.linspace(0.2, 2.2, 20))
    curtain = sheet(np.stack([u, np.zeros_like(u), v], -1), GREY)
    moved = blown([curtain], [0], 1.0, 0.05)[0]
    off = np.abs(moved.vertices - curtain.vertices)
    top = curtain.vertices[:, 2] > 2.19
    assert off[top].max() < 1e-6
    assert 0.02 < off.max() <= 0.0501


@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_each_kind_is_recorded_and_kept(library, tmp_path: Path, seed: int) -> None:
    assert record_clip(seed, tmp_path, library, seconds=2, rate=3) == 6
    place = tmp_path / folder(seed)
    facts = json.loads((place / "clip.json").read_text())
    assert facts["kind"] == KINDS[seed]
    assert len(list(place.glob("frame_*.jpg"))) == facts["frames"] == 6
    assert cv2.imread(str(place / "frame_0000.jpg")).shape == (240, 320, 3)
    assert parse_polygon(facts["bed"])
    moving = facts["kind"] in PHASES
    assert ("breath" in facts) == (facts["occupied"] and not moving)
    assert ("light" in facts) == (facts["kind"] in LIGHTS)
    if moving:
        assert len(facts["posture"]) == 6
        ends = facts["posture"][0], facts["posture"][-1]
        assert ends == ("lying", "standing" if facts["kind"] == "rising" else "lying")
    assert record_clip(seed, tmp_path, library, seconds=2, rate=3) == 0
