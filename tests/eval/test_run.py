"""An evaluation over generated pictures writes its two files and leaves the right rows out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from bedcheck import ManifestError
from datasets.manifest import Row, write
from eval.run import evaluate, lines

BED = ((0.2, 0.3), (0.8, 0.3), (0.8, 0.9), (0.2, 0.9))


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(3)
    rows = []
    for number in range(8):
        coarse = rng.integers(0, 256, (9, 12, 3)).astype(np.uint8)
        cv2.imwrite(str(root / f"{number}.png"), cv2.resize(coarse, (320, 240)))
        rows.append(
            Row(
                path=f"{number}.png",
                label="in_bed" if number % 2 else "not_in_bed",
                scene=f"scene{number}",
                room=f"room{number % 2}" if number < 6 else "other",
                bed=BED,
                posture="edge" if number == 1 else "",
                split="dev" if number < 6 else "train",
                source="drawn",
            )
        )
    rows.append(Row(path="missing.png", label="in_bed", scene="x", split="dev", source="drawn"))
    write(root / "manifest.csv", rows)
    return root / "manifest.csv"


def test_predictions_and_report(manifest: Path, tmp_path: Path) -> None:
    report, _ = evaluate(manifest, manifest.parent, tmp_path, split="dev", skip_bad=True)
    with (tmp_path / "predictions.csv").open(newline="") as file:
        predictions = list(csv.DictReader(file))
    assert [int(p["row"]) for p in predictions] == [0, 1, 2, 3, 4, 5]
    for p in predictions:
        total = sum(
            float(p[f"p_{s}"]) for s in ("in_bed", "not_in_bed", "obstructed", "low_contrast")
        )
        assert total == pytest.approx(1, abs=1e-5)
    assert [f["row"] for f in report["skipped"]] == [8]  # its picture is missing
    assert report["presence"]["drawn"]["auc"]["n"] == 5  # the edge sitter is left out
    assert json.loads((tmp_path / "report.json").read_text()) == report
    assert any("drawn: auc" in line for line in lines(report))


def test_beds_are_compared_where_they_were_not_told(manifest: Path, tmp_path: Path) -> None:
    report, _ = evaluate(
        manifest, manifest.parent, tmp_path, rooms=["room0"], find_beds=True, skip_bad=True
    )
    assert report["beds_found"]["all"]["n"] == 3


@pytest.mark.parametrize(
    ("split", "rooms", "told"),
    [
        ("test", [], ["split 'test'; got none", "dev: 6, train: 2", '--split ""']),
        ("dev", ["other"], ["'other' in the split 'dev'", "room0: 3", '--split ""']),
        (None, ["attic"], ["'attic'; got none", "other: 2", "Leave --room out"]),
    ],
)
def test_no_rows_is_an_error_that_says_which_there_are(
    manifest: Path, tmp_path: Path, split: str | None, rooms: list[str], told: list[str]
) -> None:
    with pytest.raises(ManifestError) as error:
        evaluate(manifest, manifest.parent, tmp_path, split=split, rooms=rooms, skip_bad=True)
    assert all(part in str(error.value) for part in told), str(error.value)


def test_faults_are_told_before_anything_runs(manifest: Path, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="row 8, path: expected a file"):
        evaluate(manifest, manifest.parent, tmp_path, split="dev")
    assert not list(tmp_path.iterdir())
