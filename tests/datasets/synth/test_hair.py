"""Hair lies on the head, over the skin, and is darker than skin in infrared."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("scipy")

from datasets.synth import hair
from datasets.synth.bodies import HEAD, NECK
from datasets.synth.dress import HAIRS
from datasets.synth.material import STUFF


@pytest.mark.parametrize("rgb", HAIRS)
def test_hair_is_darker_than_skin_in_infrared(rgb) -> None:
    for seed in range(20):
        assert hair.draw_hair(np.random.default_rng(seed), rgb).base[3] < STUFF["skin"][0] - 0.2


@pytest.mark.parametrize("seed", range(8))
def test_hair_lies_over_the_skin_of_the_head_and_neck_alone(library, seed: int) -> None:
    v = library.rest.astype(float)
    out = v - v.mean(0)
    out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-9
    points, on = hair.shell(v, out, library, np.random.default_rng(seed))
    assert on.any()
    assert np.isin(library.group[on], [HEAD, NECK]).all()
    assert not on[library.group == HEAD].all()
    above = ((points - v) * out).sum(1)[on]
    assert above.min() > 0
    assert above.max() < 0.12
    assert above.std() > 0.001
