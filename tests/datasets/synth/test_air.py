"""Steam, fogged glass and dust take contrast and add light; the picture keeps its shape."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from datasets.synth import air

FRAME = (96, 128)


def scene(channels: int) -> np.ndarray:
    light = np.full((*FRAME, channels), 0.2, np.float32)
    light[30:70, 40:90] = 0.6
    return light


@pytest.mark.parametrize("infrared", [True, False])
def test_every_kind_comes_up_and_gives_light_of_the_same_shape(infrared: bool) -> None:
    told = Counter()
    for seed in range(60):
        what, made = air.veiled(np.random.default_rng(seed), scene(1 if infrared else 3), infrared)
        told[what] += 1
        assert made.shape == (*FRAME, 1 if infrared else 3)
        assert made.dtype == np.float32
        assert np.isfinite(made).all()
        assert made.min() >= 0
    assert set(told) == set(air.AIR)
    assert sum(air.AIR.values()) == pytest.approx(1)


def contrast(light: np.ndarray) -> float:
    return float((light[35:65, 45:85].mean() - light[5:25, 5:35].mean()) / light.mean())


def test_steam_takes_contrast() -> None:
    before = contrast(scene(3))
    left = [contrast(air._steam(np.random.default_rng(s), scene(3), False)) for s in range(20)]
    assert np.mean(left) < 0.8 * before
    assert min(left) < 0.4 * before


def test_a_fogged_lens_blurs_where_it_is_fogged_and_keeps_the_light() -> None:
    light = scene(3)
    for seed in range(10):
        made = air._fogged(np.random.default_rng(seed), light, False)
        assert made.mean() == pytest.approx(light.mean(), rel=0.1)
        assert np.abs(np.diff(made, axis=1)).max() <= np.abs(np.diff(light, axis=1)).max() + 1e-6


def test_dust_is_bright_in_infrared_and_dark_by_day() -> None:
    for seed in range(10):
        lit = air._dust(np.random.default_rng(seed), scene(1), True) - scene(1)
        dim = air._dust(np.random.default_rng(seed), scene(3), False) - scene(3)
        assert lit.min() >= 0 < lit.max()
        assert dim.max() <= 0 > dim.min()
        assert (lit > 0.02).mean() < 0.5
