"""Rooms on disk: whole or not there, resumed, and read back as a manifest."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("embreex")

from bedcheck.verdict import State
from datasets.manifest import CANT_TELL, read
from datasets.synth import batch, linear
from datasets.synth.bodies import load
from datasets.synth.record import DEV_IS, DEV_OF, FACTS, folder, record, rows
from datasets.synth.sheet import sheet

SEED = 3  # a home of few parts, of split dev


@pytest.fixture(scope="module")
def rendered(library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rooms")
    assert record(SEED, 1, out, library) >= 4
    batch.write_manifest(out)
    return out


def test_each_picture_has_its_mask_and_its_linear_light(rendered: Path) -> None:
    found = read(rendered / "manifest.csv")
    for row in found:
        picture = cv2.imread(str(rendered / row.path))
        stem = rendered / row.path.removesuffix(".jpg")
        mask = cv2.imread(f"{stem}_mask.png")
        light = linear.load(Path(f"{stem}_light.png"), float(row.get("linear_scale")))
        assert picture.shape == mask.shape == (240, 320, 3)
        assert light.shape == (240, 320, 1 if row.modality == "ir" else 3)
        assert light.max() > 0


def test_rows_tell_what_training_and_judging_need(rendered: Path) -> None:
    found = read(rendered / "manifest.csv")
    assert {row.room for row in found} == {f"synth_{SEED:06d}"}
    assert {row.split for row in found} == {"dev"}
    assert SEED % DEV_OF == DEV_IS
    for row in found:
        assert row.label in (*(state.value for state in State), CANT_TELL)
        assert row.bed is not None
        if row.label in ("in_bed", "not_in_bed"):
            assert (row.label == "in_bed") == (row.get("occupied") == "1")
        assert (row.posture != "") == (row.get("occupied") == "1")


def test_a_pair_has_the_bed_slept_in_and_empty(rendered: Path) -> None:
    pairs: dict[str, set[str]] = {}
    for row in read(rendered / "manifest.csv"):
        pairs.setdefault(f"{row.get('pair')} day {row.get('day')}", set()).add(row.get("occupied"))
    assert pairs
    assert all(states == {"0", "1"} for states in pairs.values())


def test_a_whole_room_is_left_alone_and_half_a_one_is_made_again(rendered: Path, library) -> None:
    facts = rendered / folder(SEED) / FACTS
    before = facts.stat().st_mtime_ns
    assert record(SEED, 1, rendered, library) == 0
    assert facts.stat().st_mtime_ns == before
    (rendered / f".{folder(9)}").mkdir()  # killed while it rendered
    assert batch.missing(rendered, range(SEED, 10)) == [4, 5, 6, 7, 8, 9]
    assert len({row.room for row in rows(rendered)}) == 1


def test_the_same_seed_gives_the_same_room(rendered: Path, library, tmp_path: Path) -> None:
    record(SEED, 1, tmp_path, library)
    first, again = rows(rendered), rows(tmp_path)
    assert [row.path for row in first] == [row.path for row in again]
    assert [row.label for row in first] == [row.label for row in again]
    one, other = (cv2.imread(str(out / first[0].path)) for out in (rendered, tmp_path))
    assert np.abs(one.astype(int) - other).mean() < 1


def test_a_sheet_shows_each_picture_once(rendered: Path) -> None:
    found = rows(rendered)
    pictures = len({row.path for row in found})
    made = sheet(rendered, found, columns=4)
    assert made.shape == (180 * -(-pictures // 4), 240 * 4, 3)
    assert batch.write_sheet(rendered).exists()


def test_two_processes_render_and_write_the_manifest(library, tmp_path: Path) -> None:
    bodies = tmp_path / "bodies.npz"
    names = ("faces", "group", "rest", "stack", "kinds", "genders", "ages")
    np.savez(bodies, **{name: getattr(library, name) for name in names})
    assert (load(bodies).stack == library.stack).all()
    out = tmp_path / "out"
    seed, count = next(broken := batch.render(out, [20, 21], 1, bodies, 2))
    broken.close()  # stopped after the first room: what is whole has its rows
    assert f"synth_{seed:06d}" in {row.room for row in read(out / "manifest.csv")}
    left = batch.missing(out, range(20, 22))
    again = dict(batch.render(out, left, 1, bodies, 1))
    assert {seed, *again} <= {20, 21}
    assert all(made >= 4 for made in (count, *again.values()))
    assert {row.room for row in read(out / "manifest.csv")} == {"synth_000020", "synth_000021"}
    assert batch.missing(out, range(20, 22)) == []
