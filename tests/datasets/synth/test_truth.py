"""Masks, outlines and labels of scenes whose truth is known by construction."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("embreex")

from datasets.synth.beds import Bed
from datasets.synth.camera import look
from datasets.synth.material import matt
from datasets.synth.mesh import Kind, box
from datasets.synth.render import Scene, View
from datasets.synth.room import Place
from datasets.synth.truth import Alone, Masks, in_frame, judge, masks, outline, seen

GREY = matt((0.5, 0.5, 0.5), "plastic")
BED = Bed(style="plain", width=1.0, length=2.0, top=0.5, head=0.0, tilt=0.0, hinge=0.2)


def place(x: float = 0.0) -> Place:
    return Place(bed=BED, x=x, y=0.0, turn=0.0)


def block(x: float = 0.0, number: int = 0):
    return box((x, 0, 0.25), (1.0, 2.0, 0.5), GREY).of(Kind.MATTRESS, number)


CAMERA = look((0.0, 0.0, 3.5), (0.0, 0.001, 0.0), field=1.0, width=160, height=120)


def cover(parts, beds: int = 1) -> Masks:
    view = View(Scene(parts), CAMERA, np.random.default_rng(0))
    return masks(parts, Alone(parts, beds), view.parts, CAMERA)


def test_the_outline_is_the_mattress_from_above() -> None:
    found = np.array(outline(place(), CAMERA))
    half = np.array([0.5, 1.0]) / 3.0 / np.tan(0.5) * 80  # pixels at the mattress's height
    low, high = found.min(0) * [160, 120], found.max(0) * [160, 120]
    assert low == pytest.approx([80 - half[0], max(60 - half[1], 0)], abs=1.5)
    assert high == pytest.approx([80 + half[0], min(60 + half[1], 120)], abs=1.5)
    assert len(found) == 4


def test_a_bed_out_of_the_frame_has_no_outline() -> None:
    assert outline(place(x=9.0), CAMERA) is None


def test_what_is_before_the_bed_hides_it_but_not_from_the_whole_mask() -> None:
    shelf = box((0.25, 0, 1.5), (0.5, 3.0, 0.02), GREY)  # over the right half, and a bit
    found = cover([block(), shelf])
    share = seen(place(), 0, CAMERA, found.visible)
    assert share == pytest.approx(0.5, abs=0.05)
    assert found.whole[0].sum() > 1.8 * found.visible[0].sum()


def test_a_bed_half_out_of_the_frame_is_half_seen() -> None:
    x = 3.0 * np.tan(0.5)  # the picture's right edge at the mattress's height
    found = cover([block(x)])
    assert seen(place(x), 0, CAMERA, found.visible) == pytest.approx(0.5, abs=0.08)


def test_a_sleeper_is_part_of_the_bed_and_a_bystander_is_in_the_way() -> None:
    on = box((0.0, 0, 0.6), (0.6, 1.6, 0.2), GREY).of(Kind.PERSON, 0)
    by = box((0.0, 0, 0.6), (0.6, 1.6, 0.2), GREY).of(Kind.BYSTANDER)
    slept, passed = cover([block(), on]), cover([block(), by])
    assert seen(place(), 0, CAMERA, slept.visible) > 0.9
    assert seen(place(), 0, CAMERA, passed.visible) < 0.6
    assert slept.on_bed[0].sum() > 0
    assert passed.on_bed[0].sum() == 0
    assert slept.people.sum() == passed.people.sum() > 0


def test_two_beds_are_told_apart() -> None:
    found = cover([block(-0.7, 0), block(0.7, 1)], beds=2)
    picture = found.picture()
    assert set(np.unique(picture[..., 1])) == {0, 40, 80}
    assert set(np.unique(picture[..., 0])) <= {0, 90, 210}
    assert (picture[..., 0] == 90).mean() < 0.02  # the rim, by half a pixel
    assert not (found.visible[0] & found.visible[1]).any()


PATTERN = np.tile(np.kron([[40, 200], [200, 40]], np.ones((30, 40))), (2, 2)).astype(np.uint8)
SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


@pytest.mark.parametrize(
    ("share", "noise", "occupied", "label"),
    [
        (1.0, 2.0, True, "in_bed"),
        (1.0, 2.0, False, "not_in_bed"),
        (0.6, 2.0, True, "cant_tell"),  # between hidden and seen
        (0.6, 2.0, False, "cant_tell"),
        (0.2, 2.0, True, "obstructed"),
        (0.2, 2.0, False, "obstructed"),
        (1.0, 2000.0, True, "low_contrast"),
        (1.0, 2000.0, False, "low_contrast"),
        (1.0, 420.0, True, "cant_tell"),  # between lost and kept
        (0.2, 2000.0, False, "obstructed"),  # what hides comes first
    ],
)
def test_the_label_follows_from_what_could_be_seen(share, noise, occupied, label) -> None:
    nobody = np.zeros((1, 120, 160), bool)
    found = judge(
        occupied,
        SQUARE,
        share,
        PATTERN,
        noise,
        Masks(nobody, nobody, nobody[0], nobody[0], nobody, nobody),
        0,
    )
    assert found.label == label
    assert found.area == pytest.approx(0.36, abs=1e-4)


def test_a_bed_that_left_the_frame_is_hidden_because_the_camera_moved() -> None:
    away = CAMERA.turned(0.75, 0.0)
    whole, part = in_frame(place(), CAMERA), in_frame(place(), away)
    assert whole > 0.99
    assert part < 0.4
    clean = np.zeros((120, 160), np.uint8)
    clean[40:80, 60:100] = 200
    polygon = outline(place(), CAMERA)
    assert polygon is not None
    now = cover([block()])
    for framed, why in ((part, "moved"), (1.0, "share")):
        truth = judge(True, polygon, 0.1, clean, 1.0, now, 0, framed)
        assert (truth.label, truth.why) == ("obstructed", why)
    assert judge(True, polygon, 0.9, clean, 1.0, now, 0, 0.9).why == ""
