"""What H.264 leaves: coarser steps keep less, edges stay, blocks hardly show."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.synth.codec import BLOCK, compressed


def scene(width: int = 160, height: int = 120, noise: float = 4.0) -> np.ndarray:
    """A soft gradient, a bright box, grain."""
    x = np.linspace(60, 120, width)[None, :, None] + np.zeros((height, 1, 3))
    x[30:80, 40:100] += 70
    grain = np.random.default_rng(0).normal(0, noise, (height, width, 1))
    return np.clip(x + grain, 0, 255).astype(np.uint8)


def grain_of(picture: np.ndarray) -> float:
    flat = picture[90:115, 110:155].astype(float).mean(-1)
    return float((flat - cv2.blur(flat, (7, 7))).std())


@given(
    width=st.integers(1, 70), height=st.integers(1, 50), q=st.integers(0, 51), seed=st.integers(0)
)
@settings(max_examples=30, deadline=None)
def test_any_picture_comes_out_as_large_as_it_went_in(width, height, q, seed) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    out = compressed(picture, q)
    assert out.shape == picture.shape
    assert out.dtype == np.uint8


def test_coarser_steps_lose_more_and_grain_first() -> None:
    picture = scene()
    errors = [cv2.PSNR(picture, compressed(picture, q)) for q in (10, 22, 30, 38)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 44
    assert grain_of(compressed(picture, 36)) < 0.4 * grain_of(picture)


def test_an_edge_that_is_of_the_picture_stays() -> None:
    picture = scene(noise=0.0)
    out = compressed(picture, 34).astype(int)
    assert out[55, 41, 0] - out[55, 38, 0] > 45


def test_blocks_of_a_slow_gradient_are_smoothed_at_their_edges() -> None:
    ramp = np.repeat(np.linspace(80, 110, 320)[None], 240, 0)
    picture = np.repeat(ramp[..., None], 3, -1).astype(np.uint8)
    out = compressed(picture, 36).astype(float)[..., 0]
    across = np.abs(np.diff(out, axis=1)).max(0)
    assert across[BLOCK - 1 :: BLOCK].max() <= 3


def test_grey_stays_grey() -> None:
    out = compressed(scene(), 30)
    assert (out == out[..., :1]).all()


@pytest.mark.parametrize("quantiser", [-1, 52])
def test_a_step_that_the_standard_has_not_is_refused(quantiser: int) -> None:
    with pytest.raises(ValueError, match="0 to 51"):
        compressed(scene(), quantiser)
