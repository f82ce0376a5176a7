"""What is wrong beside the spelling is told by row, all of it before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.checks import check
from datasets.manifest import Row, write


def manifest(tmp_path: Path, *rows: Row) -> Path:
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "b.png").write_bytes(b"")
    write(tmp_path / "manifest.csv", rows)
    return tmp_path / "manifest.csv"


def row(path: str = "a.png", scene: str = "s", **columns: str) -> Row:
    return Row(path=path, label="in_bed", scene=scene, **columns)


@pytest.mark.parametrize(
    ("rows", "faulty", "told"),
    [
        ((row(), row("b.png")), [], ""),
        ((row(), row("c.png")), [1], "row 1, path: expected a file"),
        ((row("../a.png"),), [0], "row 0, path: expected a path under the root"),
        ((row("/a.png"),), [0], "row 0, path: expected a path under the root"),
        ((row(), row()), [1], "row 1: expected each bed of a picture once; row 0 is the same"),
        ((row(), row(scene="t")), [], ""),  # two beds of one picture
        (
            (row(room="r", split="dev"), row("b.png", "t", room="r", split="train")),
            [0, 1],
            "row 0, split: expected each room in one split; 'r' is in dev and train",
        ),
        ((row(room="r", split="dev"), row("b.png", "t", room="r")), [], ""),
    ],
)
def test_faults(tmp_path: Path, rows: tuple[Row, ...], faulty: list[int], told: str) -> None:
    kept, faults = check(manifest(tmp_path, *rows), tmp_path)
    assert [fault.row for fault in faults] == faulty
    assert told in "".join(fault.message for fault in faults)
    assert [number for number, _ in kept] == [n for n in range(len(rows)) if n not in faulty]


def test_faults_of_every_kind_are_told_together_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    file = tmp_path / "manifest.csv"
    file.write_text(
        "path,label,scene,bed\n"
        "none.png,in_bed,s,\n"
        "a.png,asleep,s,\n"
        'a.png,in_bed,s,"0,0 2,0 1,1"\n'
        "a.png,in_bed,s,\n"
        "a.png,in_bed,s,\n"
    )
    kept, faults = check(file, tmp_path)
    assert [fault.row for fault in faults] == [0, 1, 2, 4]
    assert [number for number, _ in kept] == [3]
