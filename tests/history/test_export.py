"""The history as a file: whole, for its owner alone, and no formula in it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bedcheck.errors import RecordError
from bedcheck.history import HistoryRow
from bedcheck.history.export import COLUMNS, guarded, write

NOW = datetime(2026, 11, 1, 2, 0, 0, 700_000, tzinfo=UTC)
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1"]


def rows() -> list[HistoryRow]:
    return [
        HistoryRow(
            at=NOW, kind="look", resident="r-1", who="os:anna", seq=1,
            facts={"state": "in_bed", "certain": True, "note": "Åke; \"citat\"\n ny rad"},
        ),
        *(
            HistoryRow(at=NOW, kind="alarm_outcome", alarm="a1", seq=2 + n, facts={"note": evil})
            for n, evil in enumerate(EVIL)
        ),
    ]  # fmt: skip


def export(path: Path, given: list[HistoryRow] | None = None) -> int:
    return write(
        path, rows() if given is None else given, zone=ZoneInfo("Europe/Stockholm"),
        language="sv", names={"r-1": "=HYPERLINK(1)"},
    )  # fmt: skip


def test_json_is_the_rows_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    assert export(path) == 9
    assert json.loads(path.read_text()) == [row.to_dict() for row in rows()]
    assert export(path, []) == 0
    assert json.loads(path.read_text()) == []


def test_csv_for_people(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    assert export(path) == 9
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, first, *others = csv.reader(file)
    assert tuple(heading) == COLUMNS
    assert first[:7] == [
        "1", "2026-11-01 03:00:00", "2026-11-01T02:00:00Z", "Tillsyn", "Tillsyn: I sängen", "r-1",
        "'=HYPERLINK(1)",
    ]  # fmt: skip
    assert json.loads(first[-1])["note"] == 'Åke; "citat"\n ny rad'
    for row in (first, *others):
        for cell in row:
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_excel_for_people(tmp_path: Path) -> None:
    path = tmp_path / "history.xlsx"
    assert export(path) == 9
    sheet = load_workbook(path).active
    assert sheet is not None
    heading, first, *others = sheet.iter_rows()
    assert tuple(cell.value for cell in heading) == COLUMNS
    assert first[1].value == datetime(2026, 11, 1, 3, 0, 0)
    assert first[6].value == "=HYPERLINK(1)"  # what it is, as text
    assert {cell.data_type for row in (first, *others) for cell in row} <= {
        "s", "inlineStr", "n", "d",
    }  # fmt: skip


def test_excel_takes_no_control_characters(tmp_path: Path) -> None:
    row = HistoryRow(at=NOW, kind="look", seq=1, facts={"state": "a\x00\x0bb"})
    assert export(tmp_path / "history.xlsx", [row]) == 1
    sheet = load_workbook(tmp_path / "history.xlsx").active
    assert sheet is not None
    assert sheet["E2"].value == "Tillsyn: a\ufffd\ufffdb"


@pytest.mark.parametrize("name", ["history.csv", "history.json", "history.xlsx"])
def test_a_file_is_its_owner_s_alone_and_there_whole_or_not_at_all(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_text("what was there before")
    path.chmod(0o644)

    def breaks_off() -> object:
        yield rows()[0]
        raise RuntimeError("the reader was broken off")

    with pytest.raises(RuntimeError):
        export(path, breaks_off())  # type: ignore[arg-type]
    assert path.read_text() == "what was there before"
    assert list(tmp_path.iterdir()) == [path]
    export(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["history", "history.pdf", "history.csv.gz", ".csv"])
def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match=r"ends in \.csv, \.json or \.xlsx"):
        export(tmp_path / name)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be written"):
        export(tmp_path / "missing" / "history.csv")


@settings(deadline=None)
@given(st.text())
def test_no_text_is_a_formula(text: str) -> None:
    assert not guarded(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert guarded(text).endswith(text)
