"""Each public format, in small files of its real form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from bedcheck.errors import ManifestError
from datasets.manifest import read, write
from datasets.readers import read_coco, read_folders, read_slp, read_video, read_yolo

BED = [64, 96, 64, 384, 448, 384, 448, 96]  # pixels of 640x480


def coco(tmp_path: Path, **changes: Any) -> Path:
    whole: dict[str, Any] = {
        "images": [
            {"id": 7, "file_name": "000007.jpg", "width": 640, "height": 480},
            {"id": 8, "file_name": "000008.jpg", "width": 640, "height": 480},
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 65, "name": "bed"}],
        "annotations": [
            {"image_id": 7, "category_id": 65, "bbox": [64, 96, 384, 288], "segmentation": [BED]},
            {"image_id": 7, "category_id": 1, "bbox": [100, 150, 100, 200], "iscrowd": 0},
            {"image_id": 8, "category_id": 65, "bbox": [64, 96, 384, 288],
             "segmentation": {"counts": [0, 1], "size": [480, 640]}, "iscrowd": 0},
            {"image_id": 8, "category_id": 1, "bbox": [500, 150, 100, 200]},
            {"image_id": 8, "category_id": 65, "bbox": [1, 1, 3, 3]},
        ],
    }  # fmt: skip
    file = tmp_path / "instances.json"
    file.write_text(json.dumps(whole | changes))
    return file


def test_coco_tells_a_person_on_the_bed_from_one_beside_it(tmp_path: Path) -> None:
    rows, wrong = read_coco(coco(tmp_path), split="dev", images="val2017")
    assert [(r.path, r.label) for r in rows] == [
        ("val2017/000007.jpg", "in_bed"),
        ("val2017/000008.jpg", "not_in_bed"),
    ]
    assert rows[0].bed is not None and rows[0].bed[0] == (0.1, 0.2)
    assert rows[1].bed == ((0.1, 0.2), (0.7, 0.2), (0.7, 0.8), (0.1, 0.8))  # run lengths: its box
    assert [r.certainty for r in rows] == ["likely", "likely"]
    assert len(wrong) == 1 and "000008.jpg, bed 1" in wrong[0]  # too small to judge
    write(tmp_path / "m.csv", rows)
    assert read(tmp_path / "m.csv") == rows


def test_a_person_half_over_the_bed_cannot_be_told(tmp_path: Path) -> None:
    half = [
        {"image_id": 7, "category_id": 65, "bbox": [64, 96, 384, 288]},
        {"image_id": 7, "category_id": 1, "bbox": [418, 150, 100, 100]},  # 30 of 100 pixels over
    ]
    rows, _ = read_coco(coco(tmp_path, annotations=half))
    assert [r.label for r in rows] == ["cant_tell"]


def yolo(root: Path, line: str = "1 0.4 0.5 0.6 0.6\n0 0.3 0.5 0.2 0.3\n") -> Path:
    (root / "data.yaml").write_text("names: {0: person, 1: bed}\n")
    for folder in ("images/val", "labels/val"):
        (root / folder).mkdir(parents=True)
    (root / "images/val/a.jpg").write_bytes(b"")
    (root / "images/val/no_labels.jpg").write_bytes(b"")
    (root / "labels/val/a.txt").write_text(line)
    return root


def test_yolo_folders(tmp_path: Path) -> None:
    rows, wrong = read_yolo(yolo(tmp_path))
    assert [(r.path, r.label, r.split) for r in rows] == [("images/val/a.jpg", "in_bed", "dev")]
    assert rows[0].bed is not None
    assert np.allclose(rows[0].bed, [(0.1, 0.2), (0.7, 0.2), (0.7, 0.8), (0.1, 0.8)])
    assert wrong == []


def test_yolo_outlines_and_lines_that_are_wrong(tmp_path: Path) -> None:
    rows, wrong = read_yolo(yolo(tmp_path, "1 0.1 0.2 0.7 0.2 0.4 0.8\n1 0.1 0.2 0.3\n1 a b c d\n"))
    assert rows[0].bed == ((0.1, 0.2), (0.7, 0.2), (0.4, 0.8))
    assert [r.label for r in rows] == ["not_in_bed"]
    assert ["line 2" in wrong[0], "line 3" in wrong[1]] == [True, True]


def test_yolo_as_roboflow_lays_it_out(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: [bed]\n")
    for folder in ("train/images", "train/labels"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "train/images/a.png").write_bytes(b"")
    (tmp_path / "train/labels/a.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    rows, _ = read_yolo(tmp_path)
    assert [(r.path, r.split) for r in rows] == [("train/images/a.png", "train")]


def test_folders_named_after_labels(tmp_path: Path) -> None:
    for path in ("in_bed/kitchen/a.jpg", "in_bed/kitchen/b.jpg", "not_in_bed/c.JPG"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    rows = read_folders(tmp_path)
    assert [(r.label, r.unit) for r in rows] == [
        ("in_bed", "kitchen"),
        ("in_bed", "kitchen"),
        ("not_in_bed", "not_in_bed/c"),
    ]


def test_slp(tmp_path: Path) -> None:
    for cover in ("uncover", "cover1", "cover2"):
        for modality in ("RGB", "IR", "PM"):
            folder = tmp_path / f"danaLab/00001/{modality}/{cover}"
            folder.mkdir(parents=True)
            (folder / "image_000001.png").write_bytes(b"")
    rows = read_slp(tmp_path)
    assert {(r.label, r.room, r.scene) for r in rows} == {
        ("in_bed", "slp_danaLab", "slp_danaLab_00001")
    }
    assert [r.cover for r in rows] == ["full", "full", "none"]
    assert {r.modality for r in read_slp(tmp_path, modality="IR")} == {"thermal"}


@pytest.fixture
def video(tmp_path: Path) -> Path:
    file = tmp_path / "night.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 5.0, (96, 64))
    for k in range(30):
        writer.write(np.full((64, 96, 3), 8 * k, np.uint8))
    writer.release()
    return file


def test_a_video_with_a_label_track(video: Path, tmp_path: Path) -> None:
    track = tmp_path / "night.csv"
    track.write_text("start,end,label,posture\n0,2,in_bed,lying\n3,5,not_in_bed,\n")
    rows = read_video(video, track, tmp_path / "frames", every=1.0, room="home")
    assert [(r.label, r.extras["time"]) for r in rows] == [
        ("in_bed", "0.00"),
        ("in_bed", "1.00"),
        ("not_in_bed", "3.00"),
        ("not_in_bed", "4.00"),
    ]
    for row, grey in zip(rows, (0, 40, 120, 160), strict=True):
        frame = cv2.imread(str(tmp_path / "frames" / row.path))
        assert frame is not None and abs(float(frame.mean()) - grey) < 4
    assert {r.room for r in rows} == {"home"}


def test_every_wrong_row_of_a_track_is_told(video: Path, tmp_path: Path) -> None:
    track = tmp_path / "night.csv"
    track.write_text("start,end,label\n0,2,asleep\n1,3,in_bed\n5,4,in_bed\nx,9,in_bed\n")
    with pytest.raises(ManifestError) as error:
        read_video(video, track, tmp_path / "frames")
    for part in ("row 0, label", "row 1: expected parts that do not overlap", "row 2", "row 3"):
        assert part in str(error.value)


def with_file(name: str, text: str) -> Callable[[Path], Path]:
    def made(tmp_path: Path) -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return made


@pytest.mark.parametrize(
    ("reader", "source", "told"),
    [
        (read_coco, with_file("a.json", "[]"), "expected COCO"),
        (read_coco, with_file("a.json", "{"), "expected COCO"),
        (read_coco, lambda tmp: coco(tmp, categories=[{"id": 1, "name": "cat"}]), "named bed"),
        (read_yolo, lambda tmp: tmp, "data.yaml"),
        (read_folders, lambda tmp: tmp, "expected folders"),
        (read_slp, lambda tmp: tmp, "expected SLP"),
    ],
)
def test_what_is_not_the_format_is_told(
    tmp_path: Path, reader: Callable[..., Any], source: Callable[[Path], Path], told: str
) -> None:
    with pytest.raises(ManifestError, match=told):
        reader(source(tmp_path))
