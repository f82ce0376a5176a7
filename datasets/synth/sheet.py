"""Contact sheets: many pictures at a glance, with what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.polygon import to_pixels
from datasets.manifest import Row

__all__ = ["COLOURS", "sheet"]

TILE = (240, 180)  # width, height, pixels
COLOURS = {
    "in_bed": (80, 200, 80),
    "not_in_bed": (230, 150, 60),
    "obstructed": (60, 60, 230),
    "low_contrast": (200, 80, 200),
    "cant_tell": (150, 150, 150),
}
"""BGR of a bed's outline by its label."""


def sheet(
    root: Path, rows: Sequence[Row], columns: int = 6, *, outlines: bool = True
) -> NDArray[np.uint8]:
    """The pictures of ``rows`` under ``root``, each once, its beds outlined by their label."""
    paths = list(dict.fromkeys(row.path for row in rows))
    tiles = []
    for path in paths:
        picture = cv2.imread(str(root / path))
        if picture is None:
            raise OSError(f"{root / path}: expected a picture that can be read")
        tile = cv2.resize(picture, TILE, interpolation=cv2.INTER_AREA)
        for row in rows if outlines else ():
            if row.path == path and row.bed is not None:
                corners = np.rint(to_pixels(row.bed, *TILE)).astype(np.int32)
                cv2.polylines(tile, [corners], True, COLOURS[row.label], 1, cv2.LINE_AA)
        if outlines:
            own = [row for row in rows if row.path == path]
            text = f"{own[0].light} {own[0].get('what')}" if len(own) == 1 else own[0].light
            cv2.putText(
                tile, text, (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (0, 0, 0), 3, cv2.LINE_AA
            )
            cv2.putText(
                tile, text, (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (255, 255, 255), 1, cv2.LINE_AA
            )
        tiles.append(tile)
    while len(tiles) % columns or not tiles:
        tiles.append(np.zeros((TILE[1], TILE[0], 3), np.uint8))
    lines = [np.hstack(tiles[k : k + columns]) for k in range(0, len(tiles), columns)]
    return np.asarray(np.vstack(lines), np.uint8)
