"""Cloth falls, rests on what is under it and is not drawn out."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from datasets.synth.cloth import Field, fall
from datasets.synth.drape import MODES, duvet, field_over, heap
from datasets.synth.material import matt
from datasets.synth.mesh import Kind

WHITE = matt((0.8, 0.8, 0.8), "fabric")
BED = {"width": 0.9, "length": 2.0, "top": 0.5}


def flat(height: float = 0.5) -> Field:
    return Field(height=np.full((160, 160), height), x=-1.6, y=-1.6, cell=0.02)


def square(n: int = 20, spacing: float = 0.04, z: float = 0.7):
    u, v = np.meshgrid(np.arange(n) * spacing, np.arange(n) * spacing)
    rest = np.stack([u.ravel(), v.ravel(), np.zeros(n * n)], 1)
    return rest + np.array([-0.4, -0.4, z]), rest, n


def test_it_comes_to_rest_on_a_table() -> None:
    start, rest, n = square()
    end = fall(start, rest, n, n, flat(), thick=0.02, apart=0.03, bend=1e-4, fold=1e-3, frames=60)
    assert end[:, 2] == pytest.approx(0.52, abs=0.01)


def test_it_is_not_drawn_out() -> None:
    under = flat()
    under.height[70:90, 70:90] += 0.3  # a box under the middle
    start, rest, n = square(z=0.95)
    end = fall(start, rest, n, n, under, thick=0.02, apart=0.03, bend=1e-4, fold=1e-3)
    grid = end.reshape(n, n, 3)
    length = np.linalg.norm(np.diff(grid, axis=1), axis=-1)
    assert length.mean() == pytest.approx(0.04, rel=0.05)
    assert end[:, 2].max() > 0.8  # the box holds it up
    assert end[:, 2].min() < 0.6  # and it hangs down round it


@pytest.mark.parametrize("mode", MODES)
def test_every_duvet_lies_on_the_bed(mode: str) -> None:
    under = field_over(0.9, 2.0, 0.5)
    part = duvet(
        np.random.default_rng(5), under, WHITE, mode=mode, edge=0.8, bed=1, spacing=0.06, **BED
    )
    points = part.vertices
    assert np.isfinite(points).all()
    assert (part.kind, part.bed) == (Kind.BEDDING, 1)
    middle = (abs(points[:, 0]) < 0.4) & (abs(points[:, 1]) < 0.9)
    assert middle.mean() > 0.25
    assert points[middle, 2].min() > 0.47  # nothing pokes through the mattress
    assert points[:, 2].max() < 1.4


def test_a_duvet_wound_up_is_as_narrow_as_a_sleeper() -> None:
    under = field_over(1.6, 2.0, 0.5)
    wide = {**BED, "width": 1.6}
    seeds = range(6)

    def width(mode: str, seed: int) -> float:
        rng = np.random.default_rng(seed)
        part = duvet(rng, under, WHITE, mode=mode, edge=0.8, spacing=0.06, **wide)
        return float(np.ptp(np.percentile(part.vertices[:, 0], [10, 90])))

    assert np.median([width("swirl", k) for k in seeds]) < 0.65 * width("neat", 0)


def test_a_mode_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="mode: expected one of cover, neat"):
        duvet(np.random.default_rng(0), flat(), WHITE, mode="flying", edge=0.8, **BED)


def test_a_field_has_the_mattress_the_things_and_the_board() -> None:
    ball = np.random.default_rng(1).normal((0, 0, 0.65), 0.05, (4000, 3))
    field = field_over(0.9, 2.0, 0.5, (ball,), ((0.2, -0.5, 0.15, 0.3, 0.2, 0.0),), head=0.9)
    at = lambda x, y: float(field.at(np.array(x), np.array(y)))  # noqa: E731
    assert at(0.3, 0.3) == pytest.approx(0.5, abs=0.01)
    assert at(0.0, 0.0) > 0.6
    assert at(0.2, -0.5) == pytest.approx(0.7, abs=0.02)
    assert at(0.0, 1.06) == pytest.approx(0.9, abs=0.15)
    assert at(0.8, 0.0) == 0


def test_a_heap_is_smaller_than_its_cloth() -> None:
    made = heap(np.random.default_rng(4), flat(), WHITE, place=(0.1, 0.2), size=0.8, tight=0.4)
    assert np.ptp(made.vertices[:, 0]) < 0.75
    assert made.vertices[:, :2].mean(0) == pytest.approx([0.1, 0.2], abs=0.12)
