"""The manifest: what is read is what was written, and what is wrong is told all at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedcheck.errors import ManifestError
from datasets.manifest import COLUMNS, LABELS, Row, read, write

HEADER = "path,label,scene,bed"
BED = "0.1,0.1 0.9,0.1 0.9,0.9"


def file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "manifest.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_row_is_one_bed_in_one_picture(tmp_path: Path) -> None:
    text = f'{HEADER},room,mood\na/b.jpg,in_bed,b1,"{BED}",ward,calm\n'
    (row,) = read(file(tmp_path, text))
    assert (row.path, row.label, row.scene, row.room) == ("a/b.jpg", "in_bed", "b1", "ward")
    assert row.bed == ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9))
    assert dict(row.extras) == {"mood": "calm"}
    assert [row.get("room"), row.get("mood"), row.get("posture"), row.get("none")] == [
        "ward",
        "calm",
        "",
        "",
    ]


@pytest.mark.parametrize(("room", "scene", "unit"), [("ward", "b1", "ward"), ("", "b1", "b1")])
def test_splits_go_by_room_else_scene(room: str, scene: str, unit: str) -> None:
    assert Row(path="a", label="in_bed", scene=scene, room=room).unit == unit


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_and_carriage_returns_do_not_matter(
    tmp_path: Path, encoding: str
) -> None:
    text = f"{HEADER}\r\na.jpg,in_bed,säng,\r\n"
    assert read(file(tmp_path, text, encoding))[0].scene == "säng"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (",in_bed,s,", "row 0, path"),
        ("a.jpg,asleep,s,", "row 0, label: expected one of in_bed"),
        ("a.jpg,,s,", "row 0, label"),
        ('a.jpg,in_bed,s,"0.1,0.1 0.9,0.1"', "row 0, bed: expected 3 to 64 points"),
        ('a.jpg,in_bed,s,"0.1,0.1 0.9,0.1 0.9,1.9"', "row 0, bed: expected x and y in 0..1"),
        ('a.jpg,in_bed,s,"one two three"', "row 0, bed"),
        ("a.jpg,in_bed,s,0.1,0.1 0.9", "row 0: expected 4 columns"),  # the bed was not quoted
        ("a.jpg,in_bed", "row 0: expected 4 columns"),
        ('a.jpg,in_bed,s,"0.1', "expected CSV"),  # a quote that never ends
    ],
)
def test_a_wrong_row_is_named_by_row_and_column(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ManifestError, match=told):
        read(file(tmp_path, f"{HEADER}\n{line}\n"))


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = f"{HEADER}\n,asleep,s,\nb.jpg,in_bed,s,\nc.jpg,gone,s,x\n"
    with pytest.raises(ManifestError) as error:
        read(file(tmp_path, text))
    told = str(error.value)
    assert told.count("row 0 is the line after the header") == 1
    for part in ("row 0, path", "row 0, label", "row 2, label", "row 2, bed"):
        assert part in told
    assert "row 1" not in told


def test_of_very_many_problems_the_rest_is_counted(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="and 80 more"):
        read(file(tmp_path, HEADER + "\n" + "a.jpg,asleep,s,\n" * 100))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "missing: path, label, scene, bed"),
        ("path,label,scene\n", "missing: bed"),
        (f"{HEADER},note,note\n", "twice: note"),
    ],
)
def test_a_wrong_header_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ManifestError, match=told):
        read(file(tmp_path, text))


def test_a_file_that_is_missing_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="can be read"):
        read(tmp_path / "none.csv")
    (tmp_path / "manifest.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ManifestError, match="UTF-8"):
        read(tmp_path / "manifest.csv")


@pytest.mark.parametrize(
    "wrong",
    [
        {"label": "asleep"},
        {"path": ""},
        {"note": "one\rtwo"},
        {"extras": {"label": "in_bed"}},
    ],
)
def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, wrong: dict[str, Any]) -> None:
    row = replace(Row(path="a.jpg", label="in_bed", scene="s"), **wrong)
    with pytest.raises(ManifestError, match="row 0"):
        write(tmp_path / "manifest.csv", [row])
    assert not (tmp_path / "manifest.csv").exists()


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12)
coordinates = st.floats(0, 1, allow_nan=False)
triangles = st.tuples(coordinates, coordinates).map(
    lambda shift: tuple(
        (0.4 * x + 0.6 * shift[0], 0.4 * y + 0.6 * shift[1]) for x, y in ((0, 0), (1, 0), (0, 1))
    )
)
rows = st.builds(
    Row,
    path=texts.filter(bool),
    label=st.sampled_from(LABELS),
    scene=texts,
    bed=st.none() | triangles,
    note=texts,
    room=texts,
    extras=st.fixed_dictionaries({"mood": texts, "kind of day": texts}),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=5))
def test_reading_what_was_written_gives_equal_rows(tmp_path: Path, written: list[Row]) -> None:
    path = tmp_path / "manifest.csv"
    write(path, written)
    assert read(path) == written


def test_a_bed_is_written_as_it_was_spelt_until_it_changes(tmp_path: Path) -> None:
    path = file(tmp_path, f'{HEADER}\na.jpg,in_bed,s,"0.10,0.1 0.900,0.1 0.9,0.9"\n')
    (row,) = read(path)
    moved = replace(row, bed=((0.2, 0.1), (0.9, 0.1), (0.9, 0.9)))
    write(path, [row, moved])
    first, second = path.read_text(encoding="utf-8").splitlines()[1:]
    assert "0.10,0.1 0.900,0.1 0.9,0.9" in first
    assert "0.2000,0.1000" in second


def test_known_columns_come_first_and_unknown_ones_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    one = Row(path="a.jpg", label="in_bed", scene="s", extras={"kind": "arm"})
    two = Row(path="b.jpg", label="cant_tell", scene="s", extras={"snr": "3"})
    write(path, [one, two])
    header = path.read_text(encoding="utf-8").splitlines()[0]
    assert header == ",".join([*COLUMNS, "kind", "snr"])
    assert read(path)[0].get("snr") == ""
