"""Beds and persons in one picture, as outlines, to rows: one a bed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from bedcheck import polygon
from bedcheck.errors import PlacementError
from bedcheck.verdict import Polygon, State
from datasets.manifest import CANT_TELL, Row

__all__ = ["Outline", "box", "rows_of"]

Outline = Sequence[tuple[float, float]]
"""Corners (x, y) in 0..1 of width and height."""

ON, BESIDE = 0.5, 0.1  # share of a person that lies over the bed
GRID = 256  # side of the raster on which outlines are compared


def box(x: float, y: float, width: float, height: float) -> Outline:
    """The outline of a box given by its upper left corner and size, cut to the picture."""
    left, right = max(x, 0.0), min(x + width, 1.0)
    top, bottom = max(y, 0.0), min(y + height, 1.0)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def rows_of(
    path: str, beds: Sequence[Outline], persons: Sequence[Outline], *, split: str, source: str
) -> tuple[list[Row], list[str]]:
    """A row for each bed: in_bed where half of a person lies over it, not_in_bed under a tenth.

    Between the two it is cant_tell: outlines do not show whether somebody lies or stands
    before the bed, so the certainty is "likely" at best. Returns the rows, and what was wrong
    with beds that are left out.
    """
    rows: list[Row] = []
    wrong: list[str] = []
    stem = str(PurePosixPath(path).with_suffix(""))
    others = [polygon.mask(tuple(person), GRID, GRID) > 0 for person in persons]
    for number, outline in enumerate(beds):
        try:
            bed: Polygon = polygon.check_polygon(outline)
        except PlacementError as error:
            wrong.append(f"{path}, bed {number}: {error}")
            continue
        inside = polygon.mask(bed, GRID, GRID) > 0
        over = max((float((o & inside).sum() / max(o.sum(), 1)) for o in others), default=0.0)
        label = State.IN_BED if over >= ON else State.NOT_IN_BED if over < BESIDE else CANT_TELL
        rows.append(
            Row(
                path=path,
                label=str(label),
                scene=f"{stem}_b{number}",
                bed=bed,
                room=stem,
                certainty="likely" if label != CANT_TELL else CANT_TELL,
                split=split,
                source=source,
                note=f"{over:.2f} of a person over the bed",
            )
        )
    return rows, wrong
