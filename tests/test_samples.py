"""The pictures that ship with the repository are what their manifest says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bedcheck.detector import Detector
from bedcheck.frame import read
from bedcheck.placement import Placement, parse_polygon
from bedcheck.verdict import State

DETECTOR = Detector()
SAMPLES = Path(__file__).parent.parent / "samples"
with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def test_every_picture_has_a_row_and_every_row_a_picture() -> None:
    pictures = {path.name for path in SAMPLES.iterdir() if path.suffix in {".jpg", ".png"}}
    assert pictures == {row["path"] for row in ROWS}
    assert len(ROWS) == len(pictures)


def test_every_state_is_shown() -> None:
    assert {row["label"] for row in ROWS} == {state.value for state in State}


@pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
def test_a_picture_is_small_whole_rendered_and_has_its_bed_drawn(row: dict[str, str]) -> None:
    path = SAMPLES / row["path"]
    assert path.stat().st_size < 60_000
    assert read(path).size == (320, 240)
    assert parse_polygon(row["bed"])
    assert row["source"] == "rendered"


@pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
def test_the_network_that_ships_judges_them_as_they_are_labelled(row: dict[str, str]) -> None:
    placement = Placement(bed=parse_polygon(row["bed"]))
    verdict = DETECTOR.judge(SAMPLES / row["path"], placement)
    assert verdict.state == row["label"]
