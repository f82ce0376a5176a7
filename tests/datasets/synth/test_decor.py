"""What a made bed is decked with lies on it and is nobody."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from datasets.synth.beds import draw_bed
from datasets.synth.decor import cushions, trinkets
from datasets.synth.linen import draw_linen
from datasets.synth.mesh import Kind


@pytest.mark.parametrize("seed", range(15))
def test_cushions_are_at_the_head_and_above_the_mattress(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bed = draw_bed(rng)
    made = cushions(rng, bed, draw_linen(rng, care=False))
    points = np.concatenate([part.vertices for part in made])
    assert {part.kind for part in made} == {Kind.BEDDING}
    assert points[:, 1].mean() > 0
    assert points[:, 2].mean() > bed.top
    assert points[:, 2].max() < bed.top + 0.8
    assert abs(points[:, 0]).max() < bed.width / 2 + 0.5


@pytest.mark.parametrize("seed", range(15))
def test_trinkets_lie_where_the_cover_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bed = draw_bed(rng)
    made = trinkets(rng, bed, 0.7)
    points = np.concatenate([part.vertices for part in made])
    assert {part.kind for part in made} == {Kind.BEDDING}
    assert 0.5 < points[:, 2].min() < 0.75
    assert points[:, 2].max() < 1.2
