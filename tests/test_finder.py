"""The bed in the network's masks."""

from __future__ import annotations

import numpy as np
import pytest

from bedcheck.finder import find_bed
from bedcheck.polygon import area, check_polygon

Box = tuple[int, int, int, int]  # left, top, right, bottom: cells of 40 x 40


def masks(largest: list[Box], every: list[Box] | None = None) -> np.ndarray:
    drawn = np.full((3, 40, 40), 0.02, np.float32)
    for channel, boxes in ((0, largest), (2, every if every is not None else largest)):
        for left, top, right, bottom in boxes:
            drawn[channel, top:bottom, left:right] = 0.95
    return drawn


BIG, SMALL = (8, 16, 24, 32), (32, 2, 38, 8)


def test_one_bed_is_outlined() -> None:
    found = find_bed(masks([BIG]))
    assert found.bed is not None
    assert area(found.bed) == pytest.approx(16 * 16 / 1600, rel=0.15)
    assert check_polygon(found.bed) == found.bed
    assert not found.several


@pytest.mark.parametrize(
    ("largest", "every", "several"),
    [
        ([BIG], [BIG, SMALL], True),  # a second bed apart from the first
        ([BIG], [(7, 15, 25, 33)], False),  # the same bed, drawn a little larger
        ([BIG, SMALL], [BIG], False),  # two candidates: the larger is taken
    ],
)
def test_several_beds(largest: list[Box], every: list[Box], several: bool) -> None:
    found = find_bed(masks(largest, every))
    assert found.bed is not None
    assert max(x for x, _ in found.bed) < 0.7
    assert found.several is several


@pytest.mark.parametrize(
    "drawn",
    [
        masks([]),  # nothing
        masks([(3, 3, 5, 5)]) * 0.6,  # a speck
        np.zeros((3, 40, 40), np.float32),
    ],
)
def test_no_bed(drawn: np.ndarray) -> None:
    assert find_bed(drawn).bed is None


def test_a_bed_that_fills_the_picture_stays_inside_it() -> None:
    found = find_bed(np.ones((3, 40, 40), np.float32))
    assert found.bed is not None
    assert all(0 <= v <= 1 for point in found.bed for v in point)
