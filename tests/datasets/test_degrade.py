"""Degradations: each picture's label follows from what was done to it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bedcheck.verdict import Cause, Polygon, State
from datasets.degrade import EXAM, KINDS, TRAIN, Degraded, Recipe, degrade
from datasets.degrade.outcome import by_contrast, by_share
from datasets.degrade.region import Region, coarse_deviation, detectability, luma
from datasets.degrade.sensor import add_noise

Pixels = NDArray[np.uint8]

BED: Polygon = ((0.25, 0.35), (0.75, 0.35), (0.85, 0.9), (0.15, 0.9))
RECIPES = pytest.mark.parametrize("recipe", [TRAIN, EXAM], ids=["train", "exam"])
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def slept_in(bedroom: Pixels) -> Pixels:
    """The bedroom with a dark blanket over somebody: far more contrast than any kind asks for."""
    return np.asarray(
        cv2.ellipse(bedroom.copy(), (300, 300), (70, 110), 20, 0, 360, (90, 60, 50), -1)
    )


@pytest.fixture(scope="module")
def room(slept_in: Pixels) -> Pixels:
    return np.asarray(cv2.resize(slept_in, (240, 180), interpolation=cv2.INTER_AREA), np.uint8)


def made(room: Pixels, kind: str, index: int = 0, recipe: Recipe = TRAIN) -> Degraded:
    return degrade(room, BED, kind=kind, recipe=recipe, rng=recipe.rng(1, index, kind))


def several(room: Pixels, kind: str, recipe: Recipe = TRAIN, count: int = 16) -> list[Degraded]:
    return [made(room, kind, index, recipe) for index in range(count)]


# --- what holds for every kind -------------------------------------------------------------


@RECIPES
@EVERY_KIND
def test_the_result_is_a_picture_of_the_same_size_with_a_label_and_its_causes(
    room: Pixels, kind: str, recipe: Recipe
) -> None:
    before = room.copy()
    for done in several(room, kind, recipe, 6):
        assert done.picture.dtype == np.uint8
        assert done.picture.shape == room.shape
        assert done.picture.flags.c_contiguous
        assert done.label in (None, State.OBSTRUCTED, State.LOW_CONTRAST, "cant_tell")
        assert bool(done.causes) == (done.label is not None)
        assert set(done.causes) <= set(Cause)
        assert all(math.isfinite(value) for value in done.facts.values())
        assert done.kind == kind
    assert np.array_equal(room, before)


@EVERY_KIND
def test_the_same_stream_gives_the_same_picture(room: Pixels, kind: str) -> None:
    one, two = made(room, kind, 3), made(room, kind, 3)
    assert np.array_equal(one.picture, two.picture)
    assert (one.label, one.facts, one.strength) == (two.label, two.facts, two.strength)


@RECIPES
@EVERY_KIND
def test_strengths_come_from_the_recipe(room: Pixels, kind: str, recipe: Recipe) -> None:
    for done in several(room, kind, recipe, 6):
        assert any(low <= done.strength <= high for low, high in recipe.strengths[kind])


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    recipe=st.sampled_from([TRAIN, EXAM]),
    width=st.integers(64, 200),
    height=st.integers(64, 200),
    fill=st.sampled_from(["black", "white", "grey", "noise"]),
    corner=st.none() | st.tuples(st.floats(-0.5, 1.2), st.floats(-0.5, 1.2)),
    seed=st.integers(0, 2**32),
)
def test_any_picture_and_any_place_of_the_bed_will_do(
    kind: str,
    recipe: Recipe,
    width: int,
    height: int,
    fill: str,
    corner: tuple[float, float] | None,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    level = {"black": 0, "white": 255, "grey": 128}
    if fill == "noise":
        picture = rng.integers(0, 256, (height, width, 3), np.uint8)
    else:
        picture = np.full((height, width, 3), level[fill], np.uint8)
    bed = None
    if corner is not None:
        x, y = corner
        bed = ((x, y), (x + 0.5, y), (x + 0.5, y + 0.4), (x, y + 0.4))
    done = degrade(picture, bed, kind=kind, recipe=recipe, rng=rng)
    assert done.picture.shape == picture.shape
    assert done.label in (None, State.OBSTRUCTED, State.LOW_CONTRAST, "cant_tell")


@pytest.mark.parametrize(
    ("picture", "kind", "told"),
    [
        (np.zeros((80, 80, 3), np.uint8), "fog", "expected a kind out of cover_dark"),
        (np.zeros((80, 80), np.uint8), "jpeg", "expected an HxWx3 uint8 picture"),
        (np.zeros((80, 80, 4), np.uint8), "jpeg", "expected an HxWx3 uint8 picture"),
        (np.zeros((80, 80, 3), np.float32), "jpeg", "got shape .* float32"),
        (np.zeros((63, 80, 3), np.uint8), "jpeg", "at least 64 pixels"),
    ],
)
def test_what_cannot_be_degraded_is_told(picture: Pixels, kind: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        degrade(picture, None, kind=kind, recipe=TRAIN, rng=np.random.default_rng(0))


# --- how labels follow ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "label"),
    [
        (0.0, "obstructed"),
        (0.39, "obstructed"),
        (0.41, "cant_tell"),
        (0.74, "cant_tell"),
        (0.76, None),  # the picture's own label holds
        (1.0, None),
    ],
)
def test_the_share_of_the_bed_that_is_seen_decides(seen: float, label: str | None) -> None:
    assert by_share(seen, Cause.GLARE)[0] == label


@pytest.mark.parametrize(
    ("snr", "frame", "label", "causes"),
    [
        (20.0, 99.0, None, ()),
        (8.1, 99.0, None, ()),
        (7.9, 99.0, "cant_tell", ("noisy",)),
        (3.1, 99.0, "cant_tell", ("noisy",)),
        (2.9, 99.0, "low_contrast", ("noisy",)),
        (2.9, 10.0, "cant_tell", ("noisy",)),  # is there a room at all?
        (2.9, 2.9, "obstructed", ("covered",)),  # no telling from a covered lens
    ],
)
def test_detectability_decides(
    snr: float, frame: float, label: str | None, causes: tuple[str, ...]
) -> None:
    assert by_contrast(snr, Cause.NOISY, frame) == (label, causes)


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("cover_dark", {"obstructed"}),
        ("cover_bright", {"obstructed"}),
        ("cover_textured", {"obstructed"}),
        ("uniform", {"obstructed"}),
        ("defocus_strong", {"obstructed"}),
        ("defocus_moderate", {None}),
        ("infrared", {None}),
        ("night_dim", {None}),
        ("jpeg", {None}),
        ("clean", {None}),
        ("cover_partial", {"obstructed", None}),
        ("glare", {"obstructed", None}),
        ("dark", {"low_contrast", None}),
        ("overexposed", {"low_contrast", None}),
        ("same_hue", {"low_contrast", None}),
    ],
)
def test_kinds_have_the_labels_that_they_are_made_for(
    room: Pixels, kind: str, labels: set[str | None]
) -> None:
    found = {done.label for done in several(room, kind, count=24)} - {"cant_tell"}
    assert found == labels


# --- covers --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cover_dark", "cover_bright", "cover_textured", "uniform"])
def test_a_whole_cover_leaves_nothing_of_the_room(room: Pixels, kind: str) -> None:
    shapes = luma(room) - cv2.GaussianBlur(luma(room), (0, 0), 20)
    for done in several(room, kind):
        assert done.cover is not None
        assert done.cover.min() == 255
        after = luma(done.picture)
        after = after - cv2.GaussianBlur(after, (0, 0), 20)
        alike = np.mean(shapes * after) / (shapes.std() * max(float(after.std()), 0.01))
        assert abs(alike) < 0.3


def test_covers_are_dark_and_bright(room: Pixels) -> None:
    dark = [done.picture.mean() for done in several(room, "cover_dark")]
    bright = [done.picture.mean() for done in several(room, "cover_bright")]
    assert max(dark) < 90 < 140 < min(bright)


@RECIPES
def test_a_partial_cover_hides_the_share_it_should(room: Pixels, recipe: Recipe) -> None:
    for done in several(room, "cover_partial", recipe):
        assert done.facts["bed_seen"] == pytest.approx(1 - done.strength, abs=0.06)


@pytest.mark.parametrize("kind", ["arm", "hand"])
def test_a_limb_comes_in_from_the_border_and_leaves_room_in_view(room: Pixels, kind: str) -> None:
    region = Region.of(room.shape, BED)
    for done in several(room, kind):
        cover = done.cover
        assert cover is not None
        border = np.concatenate([cover[0], cover[-1], cover[:, 0], cover[:, -1]])
        assert border.max() == 255
        assert done.facts["room_seen"] > 0.05
        assert done.facts["bed_seen"] == pytest.approx(region.share(cover))
        assert done.label == by_share(done.facts["bed_seen"], Cause.PARTLY_COVERED)[0]


@pytest.mark.parametrize("kind", ["arm", "hand"])
def test_limbs_hide_much_and_little(room: Pixels, kind: str) -> None:
    seen = [done.facts["bed_seen"] for done in several(room, kind, count=24)]
    assert min(seen) < 0.4
    assert max(seen) > 0.75


def test_a_limb_before_an_infrared_camera_has_no_colour(room: Pixels) -> None:
    grey = cv2.merge([cv2.cvtColor(room, cv2.COLOR_BGR2GRAY)] * 3)
    for done in several(np.asarray(grey, np.uint8), "hand", count=6):
        assert done.facts["night"] == 1
        assert np.ptp(done.picture.astype(int), axis=2).max() <= 2


# --- light, noise and contrast -------------------------------------------------------------


def test_detectability_by_hand() -> None:
    # d * sqrt(A) / sigma with A a quarter of 10,000 pixels: 5 * 50 / 10
    assert detectability(5, 10_000, 10) == pytest.approx(25)


def test_coarse_contrast_counts_the_large_and_not_the_fine() -> None:
    mask = np.full((200, 200), 255, np.uint8)
    halves = np.full((200, 200), 100, np.float32)
    halves[:, 100:] = 120
    checks = np.where(np.indices((200, 200)).sum(axis=0) % 2, 90, 110).astype(np.float32)
    assert coarse_deviation(halves, mask, 16)[1] == pytest.approx(10, rel=0.15)
    assert coarse_deviation(checks, mask, 16)[1] < 0.2


def test_what_lies_outside_the_bed_does_not_count() -> None:
    plane = np.full((100, 100), 255, np.float32)
    mask = np.zeros((100, 100), np.uint8)
    mask[30:70, 30:70] = 255
    plane[30:70, 30:70] = 100
    mean, deviation = coarse_deviation(plane, mask, 6)
    assert mean == pytest.approx(100)
    assert deviation == pytest.approx(0, abs=0.01)


def test_contrast_under_one_grey_level_survives_the_noise_and_the_rounding() -> None:
    scene = np.full((240, 320, 3), 100, np.float32)
    scene[:, 160:] += 0.3
    noisy = luma(add_noise(scene, 3.0, np.random.default_rng(0), chroma=0.0))
    assert noisy[:, 160:].mean() - noisy[:, :160].mean() == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize("chroma", [0.0, 0.5])
def test_noise_has_the_deviation_asked_for_in_luma(chroma: float) -> None:
    scene = np.full((240, 320, 3), 128, np.float32)
    noisy = luma(add_noise(scene, 6.0, np.random.default_rng(1), chroma=chroma))
    assert noisy.std() == pytest.approx(6, rel=0.03)
    assert noisy.mean() == pytest.approx(128, abs=0.2)


@RECIPES
@pytest.mark.parametrize("kind", ["same_hue", "dark", "noise"])
def test_the_detectability_asked_for_is_reached(room: Pixels, kind: str, recipe: Recipe) -> None:
    for done in several(room, kind, recipe):
        assert done.facts["snr"] == pytest.approx(done.strength, rel=0.1)


@RECIPES
def test_the_picture_has_the_detectability_that_is_told(slept_in: Pixels, recipe: Recipe) -> None:
    """Measured in the finished picture: noise from neighbours, contrast from the low-pass."""
    region = Region.of(slept_in.shape, BED)
    inside = cv2.erode(region.mask, np.ones((5, 5))) > 0
    for done in several(slept_in, "same_hue", recipe):
        grey = luma(done.picture)
        across = (grey[:, 1:] - grey[:, :-1])[inside[:, 1:]]
        sigma = float(across.std()) / math.sqrt(2)
        assert sigma == pytest.approx(done.facts["sigma"], rel=0.08)
        scale = 0.08 * region.side
        _, coarse = coarse_deviation(grey, region.mask, scale)
        # what noise alone leaves after a Gaussian: sigma / (2 * scale * sqrt(pi))
        left = sigma / (2 * scale * math.sqrt(math.pi))
        contrast = math.sqrt(max(coarse**2 - left**2, 0))
        found = detectability(contrast, region.area, sigma)
        assert found == pytest.approx(done.facts["snr"], rel=0.25, abs=1.5)


def test_the_outline_of_a_same_hue_bed_is_lost_in_some_and_kept_in_others(room: Pixels) -> None:
    lost = [done.facts["outline_lost"] for done in several(room, "same_hue", count=40)]
    assert 0.25 < np.mean(lost) < 0.75


def test_a_dark_bed_lies_in_a_room_with_some_light_left(room: Pixels) -> None:
    inside = Region.of(room.shape, BED).mask > 0
    for done in several(room, "dark"):
        if done.label == State.LOW_CONTRAST:
            assert luma(done.picture)[inside].mean() < 30
            assert done.facts["frame_snr"] >= 20


def test_an_overexposed_bed_is_white(room: Pixels) -> None:
    inside = Region.of(room.shape, BED).mask > 0
    for done in several(room, "overexposed"):
        if done.label == State.LOW_CONTRAST:
            assert np.median(luma(done.picture)[inside]) >= 250


def test_a_night_look_has_no_colour_and_keeps_the_scene(room: Pixels) -> None:
    for done in several(room, "infrared"):
        assert np.ptp(done.picture.astype(int), axis=2).max() <= 2
        before, after = luma(room).ravel(), luma(done.picture).ravel()
        assert np.corrcoef(before, after)[0, 1] > 0.3


def test_blur_is_told_in_sides_of_the_bed(room: Pixels) -> None:
    side = Region.of(room.shape, BED).side
    for done in several(room, "defocus_strong", count=4):
        assert done.facts["blur_px"] == pytest.approx(done.strength * side)


def test_without_a_polygon_the_middle_stands_for_the_bed() -> None:
    region = Region.of((100, 200), None)
    assert not region.given
    assert region.area == pytest.approx(0.7**2 * 100 * 200)
    assert not Region.of((100, 200), ((2.0, 2.0), (3.0, 2.0), (3.0, 3.0))).given
