"""A bed counts as found where the outline is the largest one's, as far as anybody can see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bedcheck.verdict import Polygon
from datasets.drawn import drawn_beds
from eval.figures import bed_figures
from eval.predictions import Prediction
from tests.eval.tables import prediction

LARGE: Polygon = ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5))
NEARLY: Polygon = ((0.52, 0.52), (1.0, 0.52), (1.0, 1.0), (0.52, 1.0))  # 92 % of its area
SMALL: Polygon = ((0.6, 0.6), (1.0, 0.6), (1.0, 1.0), (0.6, 1.0))  # 64 %
BOTTOM: Polygon = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))


def picture(drawn: list[Polygon], found: Polygon | None) -> list[Prediction]:
    """One picture's rows, a bed each."""
    one = prediction(0, room="ward")
    return [replace(one, row=replace(one.row, bed=bed), bed=found) for bed in drawn]


@pytest.mark.parametrize(
    ("drawn", "found", "undrawn", "share"),
    [
        pytest.param([LARGE, SMALL], LARGE, None, 1.0, id="the largest"),
        pytest.param([LARGE, SMALL], SMALL, None, 0.0, id="a smaller one"),
        pytest.param([LARGE, NEARLY], NEARLY, None, 1.0, id="one as large as anybody can see"),
        pytest.param([LARGE], None, None, 0.0, id="none"),
        pytest.param([SMALL], BOTTOM, BOTTOM, 1.0, id="the largest, which the manifest leaves out"),
        pytest.param([LARGE], LARGE, BOTTOM, 0.0, id="a larger one is left out of the manifest"),
    ],
)
def test_beds_found(
    drawn: list[Polygon], found: Polygon | None, undrawn: Polygon | None, share: float
) -> None:
    more = {"0.png": undrawn, "another.png": LARGE} if undrawn else None
    figures = bed_figures(picture(drawn, found), more)
    assert (figures["all"].value, figures["ward"].value) == (share, share)


def test_pictures_without_a_bed_are_left_out_of_what_was_drawn(tmp_path: Path) -> None:
    table = tmp_path / "beds.csv"
    table.write_text('path,bed\na.jpg,"0.1,0.2 0.3,0.2 0.3,0.4"\nb.jpg,\n')
    assert drawn_beds(table) == {"a.jpg": ((0.1, 0.2), (0.3, 0.2), (0.3, 0.4))}
