"""Placement: the bed's polygon, the file, and what `align` says of a camera that was moved."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bedcheck.errors import PictureError, PlacementError
from bedcheck.placement import Placement
from bedcheck.polygon import mask
from bedcheck.verdict import Polygon
from tests.outlines import polygons
from tests.scenes import Grey, blurred, cover, room, seen_from, taken

BED: Polygon = ((0.3, 0.35), (0.65, 0.35), (0.7, 0.8), (0.25, 0.8))


def view() -> Grey:
    """A room with a bed: a pale mattress in a dark frame with a rail."""
    scene = blurred(room(3), 0.8)
    corners = np.rint(np.array(BED) * (640, 480)).astype(np.int32)
    cv2.fillPoly(scene, [corners], 200)
    cv2.polylines(scene, [corners], True, 40, 7)
    for x in range(200, 420, 24):
        cv2.line(scene, (x, 150), (x, 172), 40, 3)
    return blurred(scene, 0.6)


VIEW = view()
PLACED = Placement.fit([taken(VIEW, 2)], bed=BED, name="room 4")


def test_a_placement_checks_its_polygon() -> None:
    assert Placement(bed=[list(point) for point in BED]).bed == BED  # type: ignore[arg-type]
    with pytest.raises(PlacementError, match=r"in 0\.\.1"):
        Placement(bed=((1, 1), (600, 1), (600, 400)))


# Fitting


def test_fit_takes_a_path_bytes_or_an_array(tmp_path: Path) -> None:
    luma = taken(VIEW, 2)
    encoded = cv2.imencode(".png", luma)[1].tobytes()
    file = tmp_path / "view.png"
    file.write_bytes(encoded)
    fitted = [Placement.fit(pictures, bed=BED) for pictures in ([file], str(file), encoded, luma)]
    for placement in fitted:
        assert len(placement.reference) == 1
        assert placement.reference[0].points.size == (640, 480)
        assert placement.reference[0].infrared


def test_fit_keeps_one_reference_for_each_light() -> None:
    by_day, by_night = taken(VIEW, 2), taken(0.4 * cover("slope") + 0.5 * room(3)[::-1], 4)
    again = taken(VIEW, 3, seed=4)
    assert len(Placement.fit([by_day, again, by_night], bed=BED).reference) == 2


def test_fit_notes_light_and_focus() -> None:
    reference = PLACED.reference[0]
    assert reference.mean == pytest.approx(VIEW.mean(), abs=1)
    assert reference.range > 100
    assert reference.blur is not None
    assert reference.blur < 2


@pytest.mark.parametrize("kind", ["black", "grey", "bright hand"])
def test_fit_refuses_pictures_that_show_nothing(kind: str) -> None:
    with pytest.raises(PlacementError, match=r"pictures: expected .* got 1"):
        Placement.fit([taken(cover(kind), 2)], bed=BED)


def test_fit_refuses_no_pictures_and_what_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(PlacementError, match="got 0"):
        Placement.fit([], bed=BED)
    with pytest.raises(PictureError):
        Placement.fit([tmp_path / "missing.jpg"], bed=BED)


# The file


def saved(placement: Placement, tmp_path: Path) -> Path:
    path = tmp_path / "placement.toml"
    placement.save(path)
    return path


def test_a_placement_comes_back_from_its_file(tmp_path: Path) -> None:
    placement = replace(PLACED, empty_bed=((0.25, -1e-7, 3.0), (1.0,)))
    path = saved(placement, tmp_path)
    loaded = Placement.load(path)
    assert (loaded.bed, loaded.name, loaded.empty_bed) == (BED, "room 4", placement.empty_bed)
    one, other = placement.reference[0], loaded.reference[0]
    assert np.array_equal(one.points.positions, other.points.positions)
    assert np.array_equal(one.points.descriptors, other.points.descriptors)
    assert np.array_equal(one.layout, other.layout)
    assert (one.infrared, one.mean, one.range, one.blur) == (
        other.infrared, other.mean, other.range, other.blur,
    )  # fmt: skip
    seen = taken(seen_from(VIEW, shift=(0.03, 0)), 2)
    assert loaded.align(seen) == placement.align(seen)


def test_the_file_is_small_even_with_all_references(tmp_path: Path) -> None:
    full = replace(PLACED, reference=PLACED.reference * 4, empty_bed=((0.123456789,) * 256,))
    assert saved(full, tmp_path).stat().st_size < 100_000


@settings(max_examples=50)
@given(bed=polygons(), name=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_name_and_polygon_survive_the_file(
    bed: Polygon, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume(len(set(bed)) == len(bed))
    path = tmp_path_factory.mktemp("round") / "placement.toml"
    Placement(bed=bed, name=name).save(path)
    loaded = Placement.load(path)
    assert (loaded.bed, loaded.name, loaded.reference) == (bed, name, ())


GOOD = "version = 1\nbed = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = ", "expected a TOML file"),
        ("", "version: expected a whole number; it is missing"),
        ("version = 99", "version: expected 1, got 99"),
        ("version = true", "version: expected a whole number, got True"),
        ("version = 1", "bed: expected a list of [x, y] with both in 0..1; it is missing"),
        ("version = 1\nbed = 'x'", "bed: expected a list"),
        ("version = 1\nbed = [[0.1, 0.1], [0.9, nan], [0.5, 0.9]]", "got 0.9,nan as point 2"),
        ("version = 1\nbed = [[1, 1], [64, 1], [5, 50]]", "in 0..1"),
        ("version = 1\nbed = [[0.1, 0.1], 'ab', 3]", "bed: expected pairs of numbers"),
        (GOOD + "name = 7", "name: expected a text, got 7"),
        (GOOD + "empty_bed = [[nan]]", "empty_bed[0]: expected a list of"),
        (GOOD + "empty_bed = 3", "empty_bed: expected a list of lists"),
        (GOOD + "reference = 3", "reference: expected [[reference]] tables"),
        (GOOD + "reference = [3]", "reference[0]: expected a [[reference]] table"),
        (GOOD + "[[reference]]\n" * 5, "reference: expected 4 at most, got 5"),
        (GOOD + "[[reference]]", "reference[0].size: expected [width, height]"),
        (GOOD + "[[reference]]\nsize = [0, 480]", "reference[0].size: expected"),
        (GOOD + "[[reference]]\nsize = [640, 480]", "reference[0].positions: expected base64"),
    ],
)
def test_a_wrong_file_names_the_field(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "placement.toml"
    path.write_text(text)
    with pytest.raises(PlacementError) as fault:
        Placement.load(path)
    assert str(fault.value).startswith(str(path))
    assert says in str(fault.value)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("mean", "nan", "reference[0].mean: expected a number of 0 or more, got nan"),
        ("range", "'wide'", "reference[0].range: expected a number"),
        ("blur", "-1", "reference[0].blur: expected a number of 0 or more, got -1"),
        ("infrared", "1", "reference[0].infrared: expected true or false, got 1"),
        ("positions", "'!!!!'", "reference[0].positions: expected base64"),
        ("positions", "'AAAA'", "reference[0].positions: expected base64 of rows of 2"),
        ("descriptors", "''", "reference[0].descriptors: expected one for each"),
        ("layout", "'AAAA'", "reference[0].layout: expected"),
        ("size", "[640.0, 480]", "reference[0].size: expected [width, height] in pixels"),
    ],
)
def test_a_wrong_reference_names_the_field(
    field: str, value: str, says: str, tmp_path: Path
) -> None:
    path = saved(PLACED, tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [f"{field} = {value}" if line.startswith(f"{field} =") else line for line in lines]
    assert changed != lines
    path.write_text("\n".join(changed))
    with pytest.raises(PlacementError) as fault:
        Placement.load(path)
    assert says in str(fault.value)


@settings(max_examples=100)
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode()))
def test_any_file_is_a_placement_or_a_placement_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.toml"
    path.write_bytes(data)
    with pytest.raises(PlacementError, match="expected"):
        Placement.load(path)


def test_a_missing_file_and_a_directory_are_placement_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(PlacementError, match="expected a placement file"):
            Placement.load(path)


# Aligning


def test_a_polygon_alone_cannot_be_aligned() -> None:
    assert Placement(bed=BED).align(taken(VIEW)) is None


@pytest.mark.parametrize(
    ("seen", "moved"),
    [
        pytest.param(VIEW, False, id="as placed"),
        pytest.param(0.2 * VIEW, False, id="in the dark"),
        pytest.param(blurred(VIEW, 2.5), False, id="out of focus"),
        pytest.param(seen_from(VIEW, shift=(0.03, 0)), False, id="nudged"),
        pytest.param(seen_from(VIEW, turn=4), False, id="turned a little"),
        pytest.param(seen_from(VIEW, shift=(0.12, 0)), True, id="pushed aside"),
        pytest.param(seen_from(VIEW, turn=20), True, id="turned"),
        pytest.param(seen_from(VIEW, zoom=1.5), True, id="zoomed"),
        pytest.param(room(50), True, id="turned away altogether"),
        pytest.param(cover("grey"), None, id="covered"),
        pytest.param(cover("dark hand"), None, id="a hand before the lens"),
    ],
)
def test_moved(seen: NDArray[np.float32], moved: bool | None) -> None:
    alignment = PLACED.align(taken(seen, 2, seed=6))
    assert alignment is not None
    assert alignment.moved is moved
    if moved is not False:
        assert alignment.bed == BED
        assert alignment.bed_moved is None


@pytest.mark.parametrize("shift", [(0.03, 0.0), (-0.04, 0.02), (0.0, 0.05)])
def test_a_small_move_takes_the_polygon_along(shift: tuple[float, float]) -> None:
    alignment = PLACED.align(taken(seen_from(VIEW, shift=shift), 2))
    assert alignment is not None
    assert alignment.shift == pytest.approx(math.hypot(*shift), abs=0.003)
    moved = np.array(BED) + np.array(shift) * 800 / (640, 480)  # the diagonal is 800 pixels
    assert np.array(alignment.bed) == pytest.approx(moved, abs=0.006)


def test_a_still_camera_leaves_the_polygon_exactly() -> None:
    alignment = PLACED.align(taken(VIEW, 4, seed=11))
    assert alignment is not None
    assert alignment.bed == BED
    assert alignment.inliers > 50
    assert alignment.likeness > 0.8


def test_a_bed_that_leaves_the_picture_means_moved() -> None:
    corner: Polygon = ((0.8, 0.4), (0.99, 0.4), (0.99, 0.8), (0.8, 0.8))
    placement = Placement.fit([taken(VIEW, 2)], bed=corner)
    alignment = placement.align(taken(seen_from(VIEW, shift=(0.07, 0)), 2))
    assert alignment is not None
    assert alignment.moved is True


def test_the_reference_of_the_right_light_counts() -> None:
    day, night = VIEW, np.asarray(255 - 0.8 * VIEW, np.float32)
    placement = Placement(
        bed=BED,
        reference=(
            *Placement.fit([taken(day, 2)], bed=BED).reference,
            *Placement.fit([taken(night, 4)], bed=BED).reference,
        ),
    )
    for light in (day, night):
        alignment = placement.align(taken(seen_from(light, shift=(0.04, 0)), 3, seed=2))
        assert alignment is not None
        assert alignment.shift == pytest.approx(0.04, abs=0.004)


def bed_pushed(across: int, down: int) -> Grey:
    """The view with the bed and its frame pushed by so many pixels, the camera still."""
    border = cv2.dilate(mask(BED, 640, 480), np.ones((49, 49), np.uint8))
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float32)
    bed = cv2.warpAffine(VIEW, matrix, (640, 480))
    where = cv2.warpAffine(border, matrix, (640, 480))
    floor = np.where(border > 0, 110, VIEW)
    return np.where(where > 0, bed, floor).astype(np.float32)


@pytest.mark.parametrize(
    ("across", "down", "bed_moved"),
    [(0, 0, False), (70, 45, True), (-60, 40, True), (0, -70, True)],
)
def test_a_bed_that_moved_is_noticed(across: int, down: int, bed_moved: bool) -> None:
    alignment = PLACED.align(taken(bed_pushed(across, down), 2))
    assert alignment is not None
    assert alignment.moved is False
    assert alignment.bed_moved is bed_moved


@pytest.mark.parametrize("seed", range(4))
def test_fresh_linen_is_no_moved_bed(seed: int) -> None:
    linen = 60 + 0.7 * room(30 + seed)
    middle = cv2.erode(mask(BED, 640, 480), np.ones((31, 31), np.uint8)) > 0
    alignment = PLACED.align(taken(np.where(middle, linen, VIEW), 2))
    assert alignment is not None
    assert alignment.bed_moved is not True
