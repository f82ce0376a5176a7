"""Measures: what each says of pictures whose truth is known."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from bedcheck.detectability import detectability
from bedcheck.measures import (
    Measures,
    chroma,
    exposure,
    histogram,
    measure,
    working_luma,
)
from bedcheck.noise import noise, octaves, tile_noise
from bedcheck.polygon import area, mask
from bedcheck.sharpness import blur_radius
from bedcheck.structure import TILES, bed_structure, coverage, structure_map
from tests.scenes import Grey, blurred, cover, room, taken

BED = ((0.25, 0.3), (0.75, 0.3), (0.85, 0.85), (0.15, 0.85))


def noise_of(luma: NDArray[np.uint8]) -> tuple[float, float]:
    return noise(octaves(luma))


def blur_of(luma: NDArray[np.uint8]) -> float | None:
    return blur_radius(octaves(luma), noise_of(luma)[1])


def structure_of(luma: NDArray[np.uint8]) -> float:
    scales = octaves(luma)
    tiles = structure_map(scales[2], noise(scales)[1])
    assert tiles is not None
    return coverage(tiles)


# The working luma


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 480), (640, 480)),  # small enough already
        ((959, 100), (959, 100)),
        ((960, 540), (480, 270)),
        ((1920, 1080), (480, 270)),
        ((1281, 721), (640, 360)),  # the odd last row and column are left out
        ((480, 1000), (240, 500)),
    ],
)
def test_working_luma_has_a_long_side_under_960(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    luma = working_luma(np.zeros(size[::-1], np.uint8))
    assert luma.shape == expected[::-1]
    assert luma.dtype == np.uint8


def test_working_luma_averages_two_by_two() -> None:
    luma = np.zeros((2, 960), np.uint8)
    luma[0, ::2] = 200  # every block of four holds one 200
    assert np.all(working_luma(luma) == 50)


# Exposure


@pytest.mark.parametrize(
    ("levels", "dark", "bright", "mean", "span"),
    [
        ([0, 4], 1.0, 0.0, 2.0, 4.0),
        ([5, 250], 0.0, 0.0, 127.5, 245.0),
        ([251, 255], 0.0, 1.0, 253.0, 4.0),
        ([0, 100, 100, 255], 0.25, 0.25, 113.75, 255.0),
        ([77], 0.0, 0.0, 77.0, 0.0),
    ],
)
def test_exposure(levels: list[int], dark: float, bright: float, mean: float, span: float) -> None:
    luma = np.tile(np.array(levels, np.uint8), (64, 64))
    light = exposure(histogram(luma))
    assert light.dark == pytest.approx(dark)
    assert light.bright == pytest.approx(bright)
    assert light.mean == pytest.approx(mean)
    assert light.range == pytest.approx(span)


def test_the_histogram_of_the_bed_leaves_the_room_out() -> None:
    inside = mask(BED, 640, 480) > 0
    luma = np.where(inside, 200, 10).astype(np.uint8)
    light = exposure(histogram(luma, BED))
    assert (light.mean, light.range) == (200, 0)


# Noise


@pytest.mark.parametrize("sigma", [1.0, 2.0, 5.0, 12.0])
@pytest.mark.parametrize("plain", [True, False], ids=["plain wall", "furnished room"])
def test_noise_is_that_of_the_camera(sigma: float, plain: bool) -> None:
    scene = np.full((480, 640), 128, np.float32) if plain else room()
    fine, coarse = noise_of(taken(scene, sigma))
    assert fine == pytest.approx(sigma, rel=0.12)
    assert coarse == pytest.approx(sigma, rel=0.2)


@pytest.mark.parametrize("smoothing", [0.5, 0.7, 1.0])
def test_noise_that_a_codec_smoothed_is_still_there_at_the_coarse_scale(smoothing: float) -> None:
    grain = np.random.default_rng(3).normal(0, 8, (480, 640)).astype(np.float32)
    fine, coarse = noise_of(taken(100 + blurred(grain, smoothing)))
    assert fine < 0.5 * 8
    assert coarse == pytest.approx(8, rel=0.3)


def test_texture_is_not_noise() -> None:
    fine, coarse = noise_of(taken(room(), 1))
    assert coarse < 1.3
    assert fine < 1.2


def test_tile_noise_does_not_answer_to_slopes_and_upright_edges() -> None:
    y, x = np.mgrid[:80, :80].astype(np.float32)
    image = np.asarray(0.5 * x + 0.2 * y + 90 * (x > 33), np.float32)
    assert tile_noise(image, 20)[1:-1, 1:-1].max() < 1e-3


@pytest.mark.parametrize("level", [0, 255])
def test_there_is_no_noise_left_where_all_is_clipped(level: int) -> None:
    assert noise_of(np.full((240, 320), level, np.uint8)) == (0, 0)


def test_black_borders_do_not_hide_the_noise() -> None:
    luma = taken(room(), 5)
    luma[:100], luma[-100:] = 0, 0
    assert noise_of(luma)[0] == pytest.approx(5, rel=0.15)


# Sharpness


@pytest.mark.parametrize("sigma", [1.5, 2.0, 3.0, 4.0, 6.0, 8.0])
@pytest.mark.parametrize(
    ("contrast", "grain"),
    [
        (1.0, 0.0),
        (0.3, 0.0),
        (1.0, 3.0),
        (0.3, 1.0),
    ],
)
def test_blur_is_the_gaussians_whatever_contrast_and_noise(
    sigma: float, contrast: float, grain: float
) -> None:
    scene = 120 + contrast * (blurred(room(1), sigma) - 120)
    assert blur_of(taken(scene, grain)) == pytest.approx(sigma, rel=0.15)


def test_blur_rises_with_blur() -> None:
    found = [blur_of(taken(blurred(room(2), sigma), 2)) for sigma in (0, 1, 1.5, 2, 3, 5, 8, 12)]
    values = [value for value in found if value is not None]
    assert len(values) == len(found)
    assert values == sorted(values)
    assert values[0] < 0.7


@pytest.mark.parametrize("kind", ["black", "grey", "white", "slope"])
def test_blur_cannot_be_told_without_edges(kind: str) -> None:
    assert measure(taken(cover(kind), 2), taken(cover(kind), 2), None).blur is None


def test_blur_cannot_be_told_where_edges_lie_under_the_noise() -> None:
    assert blur_of(taken(120 + 0.02 * (blurred(room(), 3) - 120), 12)) is None


# Structure


@pytest.mark.parametrize("kind", ["black", "grey", "white", "slope", "dark hand", "bright hand"])
@pytest.mark.parametrize("grain", [0.0, 3.0, 8.0])
def test_a_covered_lens_shows_no_structure(kind: str, grain: float) -> None:
    assert structure_of(taken(cover(kind), grain)) < 0.05


@pytest.mark.parametrize(
    ("scene", "least"),
    [
        pytest.param(room(), 0.9, id="in good light"),
        pytest.param(0.15 * room(), 0.8, id="dark"),
        pytest.param(120 + 0.1 * (room() - 120), 0.75, id="pale"),
        pytest.param(blurred(room(), 4), 0.9, id="out of focus"),
    ],
)
def test_a_room_shows_structure(scene: Grey, least: float) -> None:
    assert structure_of(taken(scene, 1)) > least


@pytest.mark.parametrize("kind", ["dark hand", "bright hand", "black", "white"])
@pytest.mark.parametrize("covered", [0.25, 0.5, 0.75])
def test_a_partial_cover_takes_its_share_of_the_structure(kind: str, covered: float) -> None:
    edge = 1 / (1 + np.exp((np.arange(640) - 640 * covered) / 15))  # a soft edge
    scene = (1 - edge) * room() + edge * cover(kind)
    assert structure_of(taken(scene, 2)) == pytest.approx(1 - covered, abs=0.17)


def test_structure_of_the_bed_is_that_of_its_own_tiles() -> None:
    columns, rows = TILES
    tiles = np.zeros((rows, columns), np.float32)
    tiles[:, : columns // 2] = 2  # the left half of the picture
    left = ((0.1, 0.2), (0.4, 0.2), (0.4, 0.8), (0.1, 0.8))
    right = ((0.6, 0.2), (0.9, 0.2), (0.9, 0.8), (0.6, 0.8))
    both = ((0.25, 0.2), (0.75, 0.2), (0.75, 0.8), (0.25, 0.8))
    assert bed_structure(tiles, left) == pytest.approx(1)
    assert bed_structure(tiles, right) == pytest.approx(0)
    assert bed_structure(tiles, both) == pytest.approx(0.5, abs=0.02)
    assert coverage(tiles) == 0.5


# Glare


@pytest.mark.parametrize(
    ("halo", "expected"),
    [
        (True, True),  # a lamp that shines into the lens
        (False, False),  # a lamp's white shade: bright, but it ends where it ends
    ],
)
def test_glare_is_a_saturated_blob_with_a_halo(halo: bool, expected: bool) -> None:
    scene = 0.4 * room()
    y, x = np.mgrid[:480, :640]
    distance = np.hypot(x - 320, y - 260)
    if halo:
        scene = scene + 500 * np.exp(-np.maximum(distance - 40, 0) / 60)
    scene = np.where(distance < 50, 255, scene)
    found = measure(taken(scene, 1), taken(scene, 1), BED)
    assert found.glare is not None
    assert found.bed_glare is not None
    assert (found.glare > 0.01) == expected
    assert (found.bed_glare > found.glare) == expected  # the blob lies on the bed


# Colour


@pytest.mark.parametrize(
    ("tint", "colours", "infrared"),
    [
        ((1.0, 1.0, 1.0), 0, True),  # grey
        ((1.1, 0.9, 1.05), 0, True),  # an infrared picture's violet cast
        ((0.8, 1.0, 1.1), 0, True),  # sepia
        ((1.0, 1.0, 1.0), 30, False),  # a room in colour
        ((0.9, 1.0, 1.1), 12, False),  # in pale colours under a warm lamp
    ],
)
def test_infrared_is_told_from_colour(
    tint: tuple[float, float, float], colours: int, infrared: bool
) -> None:
    grey = 40 + 0.6 * room()
    pixels = np.dstack([grey * share for share in tint])
    pixels[..., 0] += colours * np.sign(room(5) - 120)
    pixels[..., 2] += colours * np.sign(room(6) - 120)
    found = measure(taken(grey), taken(pixels), None)
    assert found.infrared == float(infrared)


def test_a_picture_without_channels_has_no_colour() -> None:
    assert chroma(np.zeros((80, 80), np.uint8)) == 0


# Detectability


def bed_with(snr: float, sigma: float, seed: int) -> tuple[Grey, Grey]:
    """A room and its bed, whose contrast has the true ``snr`` in noise ``sigma``: noise-free."""
    height, width = 480, 640
    inside = mask(BED, width, height) > 0
    side = math.sqrt(area(BED) * width * height)
    rough = np.random.default_rng(seed).normal(0, 1, (height, width)).astype(np.float32)
    folds = blurred(rough, 0.1 * side)
    low = inside.astype(np.float32)
    scale = 0.08 * side
    weight = np.maximum(blurred(low, scale), 1e-6)
    smooth = blurred(np.asarray(folds * low, np.float32), scale) / weight
    true = snr * sigma / math.sqrt(0.25 * side**2)
    folds *= true / smooth[inside].std()
    return np.where(inside, 150 + folds, room(seed)).astype(np.float32), folds


@pytest.mark.parametrize("sigma", [2.0, 6.0, 12.0])
@pytest.mark.parametrize("snr", [3.0, 5.0, 8.0, 20.0])
def test_detectability_agrees_with_the_truth(snr: float, sigma: float) -> None:
    ratios = []
    for seed in range(5):
        luma = taken(bed_with(snr, sigma, seed)[0], sigma, seed=100 + seed)
        found = detectability(luma, BED, noise_of(luma)[1])
        assert found is not None
        ratios.append(found.snr / snr)
    # The noise in one picture alone scatters the estimate by a fifth at an SNR of 3.
    assert np.median(ratios) == pytest.approx(1, abs=0.25)
    assert all(0.45 < ratio < 1.6 for ratio in ratios)


def test_a_plain_white_bed_in_good_light_is_not_low_in_contrast() -> None:
    y = np.mgrid[:480, :640][0]
    shaded = np.where(mask(BED, 640, 480) > 0, 225 - 12 * y / 480, 90)
    luma = taken(shaded, 1)
    assert (measure(luma, luma, BED).detectability or 0) > 50


@pytest.mark.parametrize("sigma", [2.0, 12.0])
def test_an_even_bed_under_the_noise_is(sigma: float) -> None:
    luma = taken(np.where(mask(BED, 640, 480) > 0, 150, room()), sigma)
    assert (measure(luma, luma, BED).detectability or 0) < 3


def test_what_lies_round_the_bed_does_not_count() -> None:
    dark, bright = (np.where(mask(BED, 640, 480) > 0, 150, level) for level in (20, 230))
    for scene in (dark, bright):
        found = detectability(taken(scene), BED, 2.0)
        assert found is not None
        assert found.contrast == 0


def test_without_a_bed_the_centre_of_the_picture_is_taken() -> None:
    found = measure(taken(room(), 2), taken(room(), 2), None)
    assert (found.detectability or 0) > 100
    assert found.bed_mean is None
    assert found.bed_structure is None
    assert found.bed_glare is None


# All of them


def test_measures_keep_their_order_and_names() -> None:
    luma = taken(room(), 2)
    found = measure(luma, luma, BED).to_dict()
    assert list(found) == [field.name for field in fields(Measures)]
    assert found["bed_mean"] == pytest.approx(luma[mask(BED, 640, 480) > 0].mean())


@settings(max_examples=60, deadline=None)
@given(
    pixels=hnp.arrays(
        np.uint8,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=90),
        elements=st.integers(0, 255),
        fill=st.sampled_from([0, 3, 128, 255]),
    ),
    bed=st.sampled_from([None, BED, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))]),
    colour=st.booleans(),
)
def test_any_picture_gives_finite_measures_or_none(
    pixels: NDArray[np.uint8], bed: tuple[tuple[float, float], ...] | None, colour: bool
) -> None:
    picture = np.dstack([pixels, pixels[::-1], pixels]) if colour else pixels
    for name, value in measure(pixels, picture, bed).to_dict().items():
        assert value is None or (math.isfinite(value) and value >= 0), (name, value)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), grain=st.floats(0, 40), contrast=st.floats(0, 3))
def test_shares_stay_in_0_to_1(seed: int, grain: float, contrast: float) -> None:
    luma = taken(120 + contrast * (room(seed, (160, 120)) - 120), grain, seed)
    found = measure(luma, luma, BED).to_dict()
    for name in ("dark", "bright", "structure", "bed_structure", "glare", "bed_glare"):
        value = found[name]
        assert value is None or 0 <= value <= 1, (name, value)
    assert 0 <= (found["mean"] or 0) <= 255
