"""The manifest: a CSV that every part of the workshop reads and writes.

One row is one bed in one picture. Columns `path,label,scene,bed` and, where known, `room,
posture,cover,light,modality,view,certainty,split,source,licence,note`; columns that are not
known here are kept. Splits go by `room` (else `scene`), never by file.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from bedcheck.errors import ManifestError, PlacementError
from bedcheck.placement import format_polygon, parse_polygon
from bedcheck.verdict import Polygon, State

__all__ = ["CANT_TELL", "COLUMNS", "LABELS", "Fault", "Row", "read", "read_all", "refuse", "write"]

CANT_TELL = "cant_tell"
"""Label of a picture of which not even a human could tell."""

LABELS = (*(state.value for state in State), CANT_TELL)

REQUIRED = ("path", "label", "scene", "bed")
OPTIONAL = (
    "room",
    "posture",
    "cover",
    "light",
    "modality",
    "view",
    "certainty",
    "split",
    "source",
    "licence",
    "note",
)
COLUMNS = REQUIRED + OPTIONAL

MOST_TOLD = 20
"""Problems that one error message lists; it counts the rest."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One bed in one picture. A text that is empty is not known."""

    path: str  # relative to the manifest's root, with forward slashes
    label: str  # a State's value or cant_tell
    scene: str  # one bed, or one photo
    bed: Polygon | None = None  # the mattress; None: nobody has drawn it
    room: str = ""  # unit of independence: split, cross-validate and bootstrap by it
    posture: str = ""
    cover: str = ""
    light: str = ""
    modality: str = ""
    view: str = ""
    certainty: str = ""
    split: str = ""
    source: str = ""
    licence: str = ""
    note: str = ""
    extras: Mapping[str, str] = field(default_factory=dict, hash=False)  # unknown columns
    bed_text: str = field(default="", repr=False, compare=False)  # the bed as it was spelt

    def __post_init__(self) -> None:
        object.__setattr__(self, "extras", MappingProxyType(dict(self.extras)))

    @property
    def unit(self) -> str:
        """The unit by which splits go: the room, else the scene."""
        return self.room or self.scene

    def get(self, column: str) -> str:
        """The text in any column but ``bed``; empty where the manifest has none."""
        if column in COLUMNS and column != "bed":
            return str(getattr(self, column))
        return self.extras.get(column, "")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with one row of a manifest."""

    row: int | None  # 0-based; None: the file as a whole
    message: str  # with row, column, what was expected and what came


def read(path: str | os.PathLike[str]) -> list[Row]:
    """All rows of the manifest at ``path``, in their order.

    Raises ManifestError, with every problem found by row (0-based) and column, when a column
    is missing, a label is none of `LABELS`, a bed is no polygon or a path is empty.
    """
    rows, faults = read_all(path)
    if faults:
        refuse(path, faults)
    return [row for _, row in rows]


def refuse(path: str | os.PathLike[str], faults: Sequence[Fault]) -> NoReturn:
    """Raise ManifestError that tells the faults of the manifest at ``path``."""
    told = "\n  ".join(fault.message for fault in faults[:MOST_TOLD])
    rest = f"\n  and {len(faults) - MOST_TOLD} more" if len(faults) > MOST_TOLD else ""
    raise ManifestError(
        f"{Path(path)}: correct these rows (row 0 is the line after the header):\n  {told}{rest}"
    )


def read_all(path: str | os.PathLike[str]) -> tuple[list[tuple[int, Row]], list[Fault]]:
    """The rows that can be read, with their numbers (0-based), and what is wrong with others.

    Raises ManifestError where the file cannot be read or its header is wrong.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            text = lines.read()
    except FileNotFoundError as error:
        raise ManifestError(
            f"{file}: expected a manifest, a CSV that can be read; got no such file."
            " `cli.py manifest make` writes one"
        ) from error
    except OSError as error:
        raise ManifestError(
            f"{file}: expected a manifest, a CSV that can be read; got {error.strerror or error}"
        ) from error
    except UnicodeDecodeError as error:
        raise ManifestError(
            f"{file}: expected a CSV in UTF-8 that can be read; got {error}. Save it anew as UTF-8"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, Row]] = []
    faults: list[Fault] = []
    try:
        header = next(reader, [])
        _check_header(file, header)
        for number, cells in enumerate(line for line in reader if line):
            if len(cells) != len(header):
                told = (
                    f"row {number}: expected {len(header)} columns as in the header, "
                    f"got {len(cells)}; quote texts that hold a comma"
                )
                faults.append(Fault(row=number, message=told))
                continue
            problems: list[str] = []
            row = _row(number, dict(zip(header, cells, strict=True)), problems)
            faults += [Fault(row=number, message=problem) for problem in problems]
            if row is not None:
                rows.append((number, row))
    except csv.Error as error:
        told = f"line {reader.line_num}: expected CSV; {error}"
        faults.append(Fault(row=None, message=told))
    return rows, faults


def write(path: str | os.PathLike[str], rows: Iterable[Row]) -> None:
    """Write ``rows`` to ``path``; reading them again gives equal rows.

    Unknown columns come after the known ones, in the order in which they first appear. Raises
    ManifestError for rows that could not be read back: an empty path, a foreign label, a
    carriage return.
    """
    rows = list(rows)
    problems: list[str] = []
    for number, row in enumerate(rows):
        _check(number, row.path, row.label, problems)
        clash = sorted(set(row.extras) & set(COLUMNS))
        if clash:
            problems.append(f"row {number}, {', '.join(clash)}: known columns have own fields")
        cells = [getattr(row, name) for name in COLUMNS if name != "bed"]
        if any("\r" in cell or "\0" in cell for cell in (*cells, *row.extras.values())):
            problems.append(f"row {number}: expected texts without carriage returns and NUL")
    if problems:
        raise ManifestError(f"{Path(path)}: cannot be written:\n  " + "\n  ".join(problems))
    extra = list(dict.fromkeys(name for row in rows for name in row.extras))
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, *extra])
        for row in rows:
            known = [row.path, row.label, row.scene, _spelt(row)]
            known += [getattr(row, name) for name in OPTIONAL]
            writer.writerow([*known, *(row.extras.get(name, "") for name in extra)])


def _check_header(file: Path, header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    if missing:
        raise ManifestError(
            f"{file}: expected the columns {', '.join(REQUIRED)} in the first line; "
            f"missing: {', '.join(missing)}"
        )
    if twice:
        raise ManifestError(f"{file}: expected each column once; twice: {', '.join(twice)}")


def _check(number: int, path: str, label: str, problems: list[str]) -> None:
    if not path:
        problems.append(f"row {number}, path: expected a picture's path, got nothing")
    if label not in LABELS:
        problems.append(f"row {number}, label: expected one of {', '.join(LABELS)}; got {label!r}")


def _row(number: int, cells: dict[str, str], problems: list[str]) -> Row | None:
    before = len(problems)
    _check(number, cells["path"], cells["label"], problems)
    bed: Polygon | None = None
    if cells["bed"].strip():
        try:
            bed = parse_polygon(cells["bed"])
        except PlacementError as error:
            problems.append(f"row {number}, bed: {str(error).removeprefix('bed: ')}")
    if len(problems) > before:
        return None
    return Row(
        **{name: cells.get(name, "") for name in ("path", "label", "scene", *OPTIONAL)},
        bed=bed,
        bed_text=cells["bed"],
        extras={name: text for name, text in cells.items() if name not in COLUMNS},
    )


def _spelt(row: Row) -> str:
    """The bed as it was read while it is still the same, so that no digit is lost."""
    if row.bed is None:
        return ""
    if row.bed_text:
        try:
            if parse_polygon(row.bed_text) == row.bed:
                return row.bed_text
        except PlacementError:
            pass
    rounded = format_polygon(row.bed)
    if parse_polygon(rounded) == row.bed:
        return rounded
    return " ".join(f"{x!r},{y!r}" for x, y in row.bed)
