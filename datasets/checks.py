"""What can be wrong with a manifest beside its spelling; told all at once, before anything runs."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from datasets.manifest import Fault, Row, read_all

__all__ = ["check", "faults_of"]

NumberedRow = tuple[int, Row]


def check(
    manifest: str | os.PathLike[str], root: str | os.PathLike[str]
) -> tuple[list[NumberedRow], list[Fault]]:
    """The rows of ``manifest`` without a fault, and every fault of the others, by row.

    Beside what `datasets.manifest.read` finds: a picture that is not under ``root``, the same
    bed of a picture twice, a room in two splits (all its rows: no split may keep them). Raises
    ManifestError where the file cannot be read at all.
    """
    rows, faults = read_all(manifest)
    faults += faults_of(rows, Path(root))
    bad = {fault.row for fault in faults}
    ordered = sorted(faults, key=lambda fault: -1 if fault.row is None else fault.row)
    return [(number, row) for number, row in rows if number not in bad], ordered


def faults_of(rows: Sequence[NumberedRow], root: Path) -> list[Fault]:
    """What is wrong with rows that could be read."""
    return [*_missing(rows, root), *_twice(rows), *_in_two_splits(rows)]


def _missing(rows: Sequence[NumberedRow], root: Path) -> list[Fault]:
    there: dict[str, bool] = {}
    faults = []
    for number, row in rows:
        path = PurePosixPath(row.path)
        if path.is_absolute() or ".." in path.parts:
            told = f"row {number}, path: expected a path under the root; got {row.path!r}"
            faults.append(Fault(row=number, message=told))
            continue
        if row.path not in there:
            there[row.path] = (root / path).is_file()
        if not there[row.path]:
            told = f"row {number}, path: expected a file; {root / path} is none"
            faults.append(Fault(row=number, message=told))
    return faults


def _twice(rows: Sequence[NumberedRow]) -> list[Fault]:
    first: dict[tuple[object, ...], int] = {}
    faults = []
    for number, row in rows:
        before = first.setdefault((row.path, row.scene, row.bed), number)
        if before != number:
            told = f"row {number}: expected each bed of a picture once; row {before} is the same"
            faults.append(Fault(row=number, message=told))
    return faults


def _in_two_splits(rows: Sequence[NumberedRow]) -> list[Fault]:
    splits: dict[str, set[str]] = defaultdict(set)
    for _, row in rows:
        if row.split:
            splits[row.unit].add(row.split)
    return [
        Fault(
            row=number,
            message=f"row {number}, split: expected each room in one split;"
            f" {row.unit!r} is in {_listed(splits[row.unit])}",
        )
        for number, row in rows
        if len(splits[row.unit]) > 1
    ]


def _listed(names: Collection[str]) -> str:
    return " and ".join(sorted(names))
