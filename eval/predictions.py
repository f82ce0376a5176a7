"""What a detector said of a manifest's rows: one line a row, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bedcheck.detector import Detector
from bedcheck.errors import PictureError
from bedcheck.placement import Placement
from bedcheck.polygon import format_polygon
from bedcheck.verdict import Polygon, State
from datasets.manifest import Row

__all__ = ["Prediction", "predict", "write_predictions"]

COLUMNS = (
    "row", "path", "label", "scene", "state",
    "p_in_bed", "p_not_in_bed", "p_obstructed", "p_low_contrast",
    "certain", "elapsed_ms",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One row and the verdict on it."""

    number: int  # of the row in its manifest, 0-based
    row: Row
    state: State
    probabilities: dict[State, float]
    presence: float  # p(in bed) if the bed is seen, 0..1
    certain: bool
    bed: Polygon | None  # where the bed was judged to be
    elapsed_ms: float


def predict(
    detector: Detector,
    rows: Sequence[tuple[int, Row]],
    root: Path,
    *,
    find_beds: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Prediction], list[tuple[int, str]]]:
    """Judge numbered rows; return predictions, and (number, message) of what could not be.

    With ``find_beds`` the manifest's polygons are kept from the detector.
    """
    done: list[Prediction] = []
    failed: list[tuple[int, str]] = []
    for count, (number, row) in enumerate(rows, 1):
        placement = Placement(bed=row.bed) if row.bed and not find_beds else None
        try:
            verdict = detector.judge(root / row.path, placement)
        except PictureError as error:
            failed.append((number, str(error)))
        else:
            done.append(
                Prediction(
                    number=number,
                    row=row,
                    state=verdict.state,
                    probabilities=dict(verdict.probabilities),
                    presence=verdict.presence,
                    certain=verdict.certain,
                    bed=verdict.bed,
                    elapsed_ms=verdict.elapsed_ms,
                )
            )
        if progress:
            progress(count, len(rows))
    return done, failed


def write_predictions(path: Path, predictions: Sequence[Prediction]) -> None:
    """Write the columns of `COLUMNS`, then presence and the bed that was judged."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*COLUMNS, "presence", "bed"])
        for p in predictions:
            out.writerow(
                [
                    p.number,
                    p.row.path,
                    p.row.label,
                    p.row.scene,
                    p.state.value,
                    *(f"{p.probabilities[state]:.6f}" for state in State),
                    int(p.certain),
                    f"{p.elapsed_ms:.2f}",
                    f"{p.presence:.6f}",
                    format_polygon(p.bed) if p.bed else "",
                ]
            )
