"""Looks of surfaces: reflectances that a surface can have, faint patterns in infrared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.synth import patterns, relief
from datasets.synth.material import STUFF, colour, infrared, matt

SEEDS = st.integers(0, 2**32 - 1)


@given(
    hue=st.floats(-2, 2),
    saturation=st.floats(0, 1),
    value=st.floats(0, 1),
    stuff=st.sampled_from(sorted(STUFF)),
    shift=st.floats(-1, 1),
)
@settings(deadline=None)
def test_nothing_reflects_more_than_it_gets(hue, saturation, value, stuff, shift) -> None:
    base = matt(colour(hue, saturation, value), stuff, shift=shift).base
    assert len(base) == 4
    assert all(0 <= share <= 1 for share in base)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)  # images take their time on a busy machine
def test_cloth_wood_floor_and_paintings_reflect_between_nothing_and_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = (
        patterns.cloth(rng, (0.9, 0.9, 0.9), (0.05, 0.1, 0.6), plain=0.2),
        patterns.wood(rng, (0.5, 0.3, 0.1)),
        patterns.floor(rng),
        patterns.painting(rng),
    )
    for material in made:
        assert material.image is not None
        assert material.image.shape[2] == 4
        assert material.image.dtype == np.float32
        assert 0 <= material.image.min() <= material.image.max() <= 1


def test_a_dark_dye_is_bright_in_infrared() -> None:
    navy = colour(0.62, 0.8, 0.25)
    assert infrared(navy, "fabric") > 3 * max(navy)


def test_a_printed_pattern_is_fainter_in_infrared() -> None:
    white, navy = colour(0, 0, 0.95), colour(0.62, 0.8, 0.25)
    contrast = []
    for seed in range(30):
        image = patterns.cloth(np.random.default_rng(seed), white, navy, plain=0.0).image
        seen, nir = image[..., 1], image[..., 3]
        contrast.append((nir.std() / nir.mean()) / (seen.std() / seen.mean()))
    assert np.median(contrast) < 0.5


def test_noise_repeats_without_a_seam() -> None:
    made = patterns.field(np.random.default_rng(1), 6)
    inside = np.abs(np.diff(made, axis=1)).max()
    assert np.abs(made[:, 0] - made[:, -1]).max() <= inside * 1.2
    assert (made.mean(), made.std()) == pytest.approx((0, 1), abs=1e-3)


def test_every_relief_has_slopes_of_one_deviation() -> None:
    made = relief.slopes()
    assert made.shape == (len(relief.NAMES), relief.SIZE, relief.SIZE, 2)
    assert np.isfinite(made).all()
    assert made.std((1, 2, 3)) == pytest.approx(1, abs=0.25)


def test_infrared_spreads_from_rubber_to_white_cotton() -> None:
    rng = np.random.default_rng(2)
    white, grey = colour(0, 0, 0.97), colour(0.6, 0.3, 0.4)
    cotton = [patterns.cloth(rng, white, white, plain=1.0).base[3] for _ in range(60)]
    dyed = [patterns.cloth(rng, grey, grey, plain=1.0).base[3] for _ in range(200)]
    assert min(cotton) > 0.6
    assert np.percentile(dyed, 10) < 0.25
    assert np.percentile(dyed, 90) > 0.55
    assert infrared((0.05,) * 3, "rubber") < 0.09
    assert infrared((0.05,) * 3, "hair") < 0.2


def test_a_drab_rooms_linen_is_as_its_wall_is_by_day_and_in_infrared() -> None:
    pytest.importorskip("numba")
    from datasets.synth.linen import drab_linen
    from datasets.synth.material import matt

    for seed in range(10):
        wall = matt((0.5, 0.42, 0.3), "wall", shift=0.1 * (seed - 5) / 5)
        linen = drab_linen(np.random.default_rng(seed), wall)
        for stuff in (linen.sheet, linen.duvet, linen.blanket):
            assert np.allclose(stuff.base[:3], wall.base[:3], rtol=0.1)
            assert stuff.image is not None
            assert abs(stuff.image[..., 3].mean() - wall.base[3]) < 0.15
