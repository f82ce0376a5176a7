"""Many pictures judged one after another: what to judge, and a result for each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bedcheck.detector import Detector
from bedcheck.errors import BedcheckError, ManifestError, PlacementError
from bedcheck.placement import Placement, parse_polygon
from bedcheck.verdict import Verdict

__all__ = ["Result", "Task", "judge_all", "tasks_from_manifest", "tasks_from_paths"]

COLUMNS = ("path", "scene", "bed")
"""The manifest's columns that are read; it may have others."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One picture to judge, and how."""

    path: str  # as it was written, for the result to carry
    file: Path  # where it is
    placement: Placement | None = None
    row: int | None = None  # of the manifest, from 0; None: not from a manifest
    scene: str | None = None
    fault: BedcheckError | None = None  # why it cannot even be tried


@dataclass(frozen=True, kw_only=True)
class Result:
    """A task and what came of it."""

    task: Task
    outcome: Verdict | BedcheckError

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: a verdict with its path, or the path and the error."""
        task = self.task
        origin = {"row": task.row, "path": task.path, "scene": task.scene}
        if isinstance(self.outcome, Verdict):
            verdict = self.outcome.to_dict()
            return {"schema": verdict.pop("schema"), **origin, **verdict}
        error = {"kind": self.outcome.kind, "message": str(self.outcome)}
        if task.row is None:
            return {"path": task.path, "error": error}
        return {**origin, "error": error}


def tasks_from_paths(paths: Iterable[str], placement: Placement | None) -> list[Task]:
    """A task for each path, all seen by one camera with one placement."""
    return [Task(path=path, file=Path(path), placement=placement) for path in paths]


def tasks_from_manifest(manifest: Path, root: Path, placement: Placement | None) -> list[Task]:
    """A task for each row of a CSV with the columns path, scene and bed.

    Paths are relative to ``root``. With a ``placement`` the rows' own beds are not read. A row
    that is wrong becomes a task with a fault; a manifest that is wrong raises ManifestError.
    """
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise ManifestError(
                    f"{manifest}: expected the columns {', '.join(COLUMNS)} in the first line;"
                    f" missing: {', '.join(missing)}"
                )
            tasks = [_task(number, row, root, placement) for number, row in enumerate(reader)]
    except OSError as error:
        raise ManifestError(f"{manifest}: cannot be opened: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{manifest}: expected a CSV file in UTF-8; {error}") from None
    if not tasks:  # a night's list that was lost must not look like a quiet night
        raise ManifestError(f"{manifest}: expected at least one row; got the first line only")
    return tasks


def _task(number: int, row: dict[str, str | None], root: Path, given: Placement | None) -> Task:
    path, scene, bed = (row[name] or "" for name in COLUMNS)
    placement = given
    fault: BedcheckError | None = None
    if not path:
        fault = ManifestError(f"row {number}: expected a path; the column is empty")
    elif given is None and bed.strip():
        try:
            placement = Placement(bed=parse_polygon(bed))
        except PlacementError as error:
            fault = PlacementError(f"row {number}: {error}")
    return Task(
        path=path, file=root / path, placement=placement, row=number, scene=scene, fault=fault
    )


def judge_all(tasks: Iterable[Task], detector: Detector) -> Iterator[Result]:
    """The result of each task, in order. One that fails does not stop the others."""
    for task in tasks:
        outcome: Verdict | BedcheckError
        try:
            if task.fault is not None:
                raise task.fault
            outcome = detector.judge(task.file, task.placement)
        except BedcheckError as error:
            # Kept without its traceback, which would keep the picture in memory.
            outcome = error.with_traceback(None)
            outcome.__cause__ = outcome.__context__ = None
        yield Result(task=task, outcome=outcome)
