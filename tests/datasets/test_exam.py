"""The exam: a manifest of degraded pictures, the same each time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bedcheck.errors import ManifestError, UnreadablePicture
from datasets.degrade import EXAM, KINDS, degrade
from datasets.degrade.exam import choose, write_exam
from datasets.manifest import Row, read

BED = ((0.25, 0.35), (0.75, 0.35), (0.85, 0.9), (0.15, 0.9))


def rows(**changes: str) -> list[Row]:
    """Two rooms with a bed drawn, one without; four pictures each, of both labels."""
    return [
        Row(
            path=f"{room}/{number}.png",
            label="in_bed" if number % 2 else "not_in_bed",
            scene=f"{room}_{number}",
            room=room,
            bed=BED if room != "c" else None,
            split=changes.get("split", "dev"),
            certainty=changes.get("certainty", "sure"),
            extras={"mood": "calm"},
        )
        for room in "abc"
        for number in range(4)
    ]


@pytest.fixture
def root(tmp_path: Path, bedroom: NDArray[np.uint8]) -> Path:
    small = cv2.resize(bedroom, (160, 120), interpolation=cv2.INTER_AREA)
    for row in rows():
        file = tmp_path / row.path
        file.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(file), small)
    return tmp_path


def test_the_manifest_says_what_was_done_to_which_picture(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "exam"
    written = write_exam(rows(), root, out, kinds=("cover_dark", "same_hue", "clean"), count=4)
    assert read(out / "manifest.csv") == written
    assert Counter(row.get("kind") for row in written) == {
        "cover_dark": 4,
        "same_hue": 4,
        "clean": 4,
    }
    for row in written:
        picture = cv2.imread(str(out / row.path))
        assert picture is not None
        assert picture.shape == (120, 160, 3)
        assert row.get("base_path").split("/")[0] == row.room
        assert row.get("base_label") in ("in_bed", "not_in_bed")
        assert row.get("mood") == "calm"
    dark = [row for row in written if row.get("kind") == "cover_dark"]
    assert {row.label for row in dark} == {"obstructed"}
    assert {row.get("causes") for row in dark} == {"covered"}
    assert {row.get("bed_seen") for row in dark} == {"0.000"}
    clean = [row for row in written if row.get("kind") == "clean"]
    assert all(row.label == row.get("base_label") for row in clean)


def test_contrast_under_one_grey_level_is_not_lost_in_the_file(root: Path, tmp_path: Path) -> None:
    base = rows()
    (row,) = write_exam(base, root, tmp_path / "exam", kinds=("same_hue",), count=1)
    assert row.path.endswith(".png")
    (index,) = (i for i, other in enumerate(base) if other.path == row.get("base_path"))
    picture = np.asarray(cv2.imread(str(root / row.get("base_path"))), np.uint8)
    drawn = [
        degrade(picture, BED, kind="same_hue", recipe=EXAM, rng=EXAM.rng(seed, index, "same_hue"))
        for seed in (1, 1001)
    ]
    stored = np.asarray(cv2.imread(str(tmp_path / "exam" / row.path)), np.uint8)
    assert any(np.array_equal(stored, done.picture) for done in drawn)


def test_the_same_arguments_give_the_same_files(root: Path, tmp_path: Path) -> None:
    kinds = ("hand", "noise")
    one, two = tmp_path / "one", tmp_path / "two"
    write_exam(rows(), root, one, kinds=kinds, count=2)
    write_exam(rows(), root, two, kinds=kinds, count=2)
    files = sorted(file.relative_to(one) for file in one.rglob("*") if file.is_file())
    assert len(files) == 5
    assert all((one / file).read_bytes() == (two / file).read_bytes() for file in files)


def test_labels_that_nobody_could_tell_are_drawn_again(root: Path, tmp_path: Path) -> None:
    written = write_exam(rows(), root, tmp_path / "exam", kinds=("cover_partial", "arm"))
    assert len(written) == 24
    assert "cant_tell" not in {row.label for row in written}


@pytest.mark.parametrize("changes", [{"split": "train"}, {"certainty": "cant_tell"}])
def test_other_splits_and_unsure_rows_are_left_out(
    root: Path, tmp_path: Path, changes: dict[str, str]
) -> None:
    with pytest.raises(ManifestError, match="found none"):
        write_exam(rows(**changes), root, tmp_path / "exam")


def test_an_empty_split_takes_all_rows(root: Path, tmp_path: Path) -> None:
    written = write_exam(rows(split="train"), root, tmp_path / "e", split="", kinds=("jpeg",))
    assert len(written) == 12


def test_rooms_and_labels_take_turns() -> None:
    many = [*rows()[:4], *[row for row in rows() if row.room == "b"] * 9]  # b has nine times more
    chosen = [many[index] for index in choose(many, "clean", 8, seed=1)]
    assert Counter(row.room for row in chosen) == {"a": 4, "b": 4}
    assert Counter(row.label for row in chosen) == {"in_bed": 4, "not_in_bed": 4}


def test_what_changes_the_bed_takes_rows_whose_bed_is_drawn() -> None:
    some = rows()
    assert all(some[index].bed for index in choose(some, "same_hue", 8, seed=1))
    assert len(choose(some, "same_hue", 12, seed=1)) == 12  # not enough of them: others serve


def test_a_picture_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePicture, match=r"[abc]/\d.png"):
        write_exam(rows(), tmp_path, tmp_path / "exam", kinds=("jpeg",))


def test_an_unknown_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected kinds out of .*; got fog"):
        write_exam(rows(), tmp_path, tmp_path / "exam", kinds=("fog",))


def test_progress_is_told_to_the_end(root: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_exam(
        rows(),
        root,
        tmp_path / "exam",
        kinds=KINDS[-2:],
        count=2,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
