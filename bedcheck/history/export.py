"""The history as a file: CSV and Excel for people, JSON for programs."""

from __future__ import annotations

import csv
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from bedcheck.errors import RecordError
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.telling import tell, title

__all__ = ["Format", "guarded", "write"]

COLUMNS = (
    "seq", "time", "at_utc", "kind", "what", "resident", "name", "camera", "window", "alarm",
    "who", "facts",
)  # fmt: skip

MOST_EXCEL = 1_048_575  # rows of a sheet, under the heading
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Format(StrEnum):
    """What the file's name ends in."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"

    @classmethod
    def of(cls, path: Path) -> Format:
        """By the file's name. RecordError where it ends otherwise."""
        try:
            return cls(path.suffix.lower().removeprefix("."))
        except ValueError:
            raise RecordError(
                f"{path}: expected a name that ends in .csv, .json or .xlsx"
            ) from None


def guarded(text: str) -> str:
    """The text as a spreadsheet may have it: one that it would take for a formula is quoted."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def write(
    path: Path,
    rows: Iterable[HistoryRow],
    *,
    zone: ZoneInfo,
    language: str,
    names: Mapping[str, str],
) -> int:
    """Writes the rows to ``path``, readable by its owner alone, and returns how many.

    The form goes by the name's ending. ``zone``: the clock of the column ``time``;
    ``names``: what residents are called, by key. The file is there whole or not at all;
    RecordError where it cannot be written.
    """
    form = Format.of(path)
    with _whole(path) as part:
        if form is Format.JSON:
            return _json(part, rows)
        cells = (_cells(row, zone, language, names) for row in rows)
        return _csv(part, cells) if form is Format.CSV else _xlsx(part, cells)


def _cells(
    row: HistoryRow, zone: ZoneInfo, language: str, names: Mapping[str, str]
) -> tuple[int | datetime | str, ...]:
    facts = json.dumps(dict(row.facts), ensure_ascii=False, sort_keys=True) if row.facts else ""
    return (
        row.seq or 0,
        row.at.astimezone(zone).replace(tzinfo=None),
        row.to_dict()["at"],
        title(Kind(row.kind), language),
        tell(row, language),
        row.resident or "",
        names.get(row.resident or "", ""),
        row.camera or "",
        row.window or "",
        row.alarm or "",
        row.who,
        facts,
    )


def _json(path: Path, rows: Iterable[HistoryRow]) -> int:
    """A list, a row a line."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for count, row in enumerate(rows, start=1):
            file.write("[\n" if count == 1 else ",\n")
            file.write(json.dumps(row.to_dict(), ensure_ascii=False))
        file.write("\n]\n" if count else "[]\n")
    return count


def _csv(path: Path, rows: Iterable[tuple[int | datetime | str, ...]]) -> int:
    """With a mark by which spreadsheets know UTF-8."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([_plain(cell) for cell in row])
            count += 1
    return count


def _plain(cell: int | datetime | str) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(" ", timespec="seconds")
    return guarded(cell) if isinstance(cell, str) else str(cell)


def _xlsx(path: Path, rows: Iterable[tuple[int | datetime | str, ...]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("history")
    sheet.freeze_panes = "A2"
    for letter, width in zip("BCEFGHIJK", (20, 22, 50, 12, 24, 12, 24, 24, 18), strict=True):
        sheet.column_dimensions[letter].width = width
    count = 0
    try:
        heading = [WriteOnlyCell(sheet, name) for name in COLUMNS]
        for cell in heading:
            cell.font = Font(bold=True)
        sheet.append(heading)
        for count, row in enumerate(rows, start=1):
            if count > MOST_EXCEL:
                raise RecordError(
                    f"expected {MOST_EXCEL} rows at most for Excel: ask for a shorter time, or CSV"
                )
            sheet.append([_excel(sheet, value) for value in row])
    finally:  # also where it is broken off: the sheet is written to a file of its own meanwhile
        sheet.close()
    book.save(path)
    return count


def _excel(sheet: Any, value: int | datetime | str) -> Any:
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.replace(microsecond=0))
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
        return cell
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value))
    cell.data_type = "s"  # text, whatever it begins with
    cell.quotePrefix = True
    return cell


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write, which takes its place when all of it is written."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
        part.replace(path)
    except OSError as error:
        raise RecordError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
