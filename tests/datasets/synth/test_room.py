"""Rooms, beds and people in their places."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from datasets.synth import aids, furniture
from datasets.synth.beds import STYLES, Bed, draw_bed, mattress
from datasets.synth.bodies import HEAD, UPPER_LEG
from datasets.synth.dress import draw_looks, dress
from datasets.synth.layout import draw_home, draw_ward
from datasets.synth.linen import draw_linen, pillows
from datasets.synth.material import matt
from datasets.synth.mesh import Kind
from datasets.synth.person import lay, on_edge, sit_up, upright

SEEDS = range(12)


def test_a_home_has_a_bed_or_two_within_its_walls() -> None:
    counts = set()
    for seed in range(40):
        room = draw_home(np.random.default_rng(seed))
        counts.add(len(room.places))
        for place in room.places:
            a, b, c, d = place.footprint()
            assert room.x0 - 0.2 < a < b < room.x1 + 0.2
            assert room.y0 - 0.2 < c < d < room.y1 + 0.2
    assert counts == {1, 2}


def test_wards_have_two_to_six_beds_that_do_not_touch() -> None:
    counts = set()
    for seed in range(30):
        room = draw_ward(np.random.default_rng(seed))
        counts.add(len(room.places))
        feet = [place.footprint() for place in room.places]
        for k, one in enumerate(feet):
            for other in feet[:k]:
                apart = (
                    one[1] < other[0] or other[1] < one[0] or one[3] < other[2] or other[3] < one[2]
                )
                assert apart
    assert min(counts) == 2
    assert max(counts) == 6


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_stands_on_anything_else(seed: int) -> None:
    room = draw_home(np.random.default_rng(seed))
    for k, one in enumerate(room.taken[len(room.places) :], len(room.places)):
        for other in room.taken[:k]:
            wide = min(one[1], other[1]) - max(one[0], other[0])
            long = min(one[3], other[3]) - max(one[2], other[2])
            assert min(wide, long) < 0.03


@pytest.mark.parametrize("make", [*dict.fromkeys(furniture.PIECES), *aids.AIDS])
def test_furniture_stands_on_the_floor(make) -> None:
    for seed in range(5):
        parts = make(np.random.default_rng(seed), matt((0.5,) * 3, "plastic"))
        points = np.concatenate([part.vertices for part in parts])
        assert -0.06 < points[:, 2].min() < 0.25
        assert points[:, 2].max() < 2.6
        assert np.abs(points[:, :2]).max() < 1.2


@pytest.mark.parametrize("style", STYLES)
def test_every_bed_carries_its_mattress(style: str) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        bed = draw_bed(rng, style)
        base = mattress(rng, bed, matt((0.8,) * 3, "fabric"))
        assert base.kind == Kind.MATTRESS
        assert np.ptp(base.vertices[:, 0]) == pytest.approx(bed.width, abs=0.01)
        frame = np.concatenate([part.vertices for part in bed.frame])
        assert {part.kind for part in bed.frame} == {Kind.FRAME}
        assert -0.01 < frame[:, 2].min() < 0.3


def test_a_raised_back_lifts_the_head_and_leaves_the_foot() -> None:
    bed = Bed(style="care", width=0.9, length=2.0, top=0.5, head=0, tilt=0.7, hinge=0.2)
    foot, hinge, head = bed.bent(np.array([[0, -0.8, 0.5], [0, 0.04, 0.5], [0, 1.0, 0.5]]))
    assert foot == pytest.approx([0, -0.8, 0.5])
    assert hinge == pytest.approx([0, 0.04, 0.5], abs=0.01)
    assert head == pytest.approx([0, 0.2 + 0.8 * np.cos(0.7), 0.5 + 0.8 * np.sin(0.7)])
    flat = Bed(style="care", width=0.9, length=2.0, top=0.5, head=0, tilt=0.0, hinge=0.2)
    points = np.random.default_rng(0).normal(size=(20, 3))
    assert flat.bent(points) is points


@pytest.mark.parametrize("kind", ["supine", "side", "curled", "prone"])
def test_a_sleeper_lies_on_the_mattress_with_the_head_on_the_pillow(library, kind: str) -> None:
    rng = np.random.default_rng(1)
    body = library.pick(rng, kind)
    v = lay(rng, body, library, top=0.5, width=0.9, length=2.0, head_at=(0.05, 0.75))
    assert 0.42 < v[:, 2].min() < 0.51
    assert v[library.group == HEAD, :2].mean(0) == pytest.approx([0.05, 0.75], abs=0.15)
    assert abs(np.median(v[:, 0])) < 0.26


@pytest.mark.parametrize("side", [-1, 1])
def test_who_sits_on_the_edge_has_the_pelvis_on_the_mattress(library, side: int) -> None:
    rng = np.random.default_rng(2)
    v = on_edge(
        rng, library.pick(rng, "sitting"), library, top=0.5, width=0.9, length=2.0, side=side
    )
    hips = v[library.group == UPPER_LEG]
    assert (side * hips[:, 0]).min() < 0.45 - 0.15
    assert side * hips[:, 0].mean() > 0.1
    assert v[:, 2].min() > -0.2


def test_who_sits_up_is_over_the_mattress(library) -> None:
    rng = np.random.default_rng(3)
    v = sit_up(rng, library.pick(rng, "sitting_up"), library, top=0.5, length=2.0, x=0.1)
    assert v[:, 2].min() > 0.4
    assert abs(v[library.group == UPPER_LEG, 1].mean()) < 1.0


def test_who_stands_has_the_feet_on_the_floor(library) -> None:
    v = upright(library.pick(np.random.default_rng(0), "standing"), library, x=1.0, y=2.0, turn=1.0)
    assert v[:, 2].min() == pytest.approx(0, abs=0.01)
    assert v[library.group == UPPER_LEG, :2].mean(0) == pytest.approx([1, 2], abs=0.01)


def test_clothes_lie_outside_the_skin_and_looks_are_kept(library) -> None:
    body = library.pick(np.random.default_rng(0), "standing")
    looks = draw_looks(np.random.default_rng(7), body)
    v = body.vertices.astype(float)
    first, again = (dress(v, looks, library, Kind.BYSTANDER) for _ in range(2))
    assert len(first) == len(again) >= 3
    for one, other in zip(first, again, strict=True):
        assert (one.vertices == other.vertices).all()
    skin = first[0].vertices
    garment = first[-1].vertices
    assert np.hypot(*garment[:, :2].T).max() > np.hypot(*skin[:, :2].T).max()


def test_pillows_lie_at_the_head() -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        bed = draw_bed(rng)
        made = pillows(rng, bed, draw_linen(rng, care=False))
        assert 1 <= len(made) <= 3
        for part in made[:2]:
            assert part.vertices[:, 1].mean() > 0.4
            assert part.vertices[:, 2].min() > bed.top
