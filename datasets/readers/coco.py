"""COCO annotations (instances_*.json) as manifest rows."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from bedcheck.errors import ManifestError
from bedcheck.verdict import Point
from datasets.manifest import Row
from datasets.readers.boxes import Outline, box, rows_of

__all__ = ["read_coco"]

MOST = 64  # points of a bed's outline; a finer mask is taken as its box


def read_coco(
    file: Path, *, split: str = "", source: str = "COCO", images: str = ""
) -> tuple[list[Row], list[str]]:
    """Rows of every picture with a bed, and what was wrong with beds left out.

    The categories "bed" and "person" are found by name. An outline of one part is taken as it
    is, any other mask (several parts, run lengths) by its box. ``images`` is put before each
    file name. Room is the picture: COCO's photos come from as many homes. Raises ManifestError
    where the file is no COCO JSON or has no category "bed".
    """
    try:
        whole = json.loads(file.read_text(encoding="utf-8"))
        kinds = {one["id"]: one["name"].lower() for one in whole["categories"]}
        pictures = {one["id"]: one for one in whole["images"]}
        found: dict[int, dict[str, list[Outline]]] = defaultdict(lambda: defaultdict(list))
        for one in whole["annotations"]:
            kind = kinds.get(one["category_id"], "")
            if kind in ("bed", "person") and not one.get("iscrowd"):
                picture = pictures[one["image_id"]]
                found[one["image_id"]][kind].append(_outline(one, picture))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestError(
            f"{file}: expected COCO's images, annotations and categories;"
            f" {type(error).__name__}: {error}"
        ) from None
    if "bed" not in kinds.values():
        raise ManifestError(f"{file}: expected a category named bed; got {sorted(kinds.values())}")
    rows: list[Row] = []
    wrong: list[str] = []
    for number, outlines in found.items():
        path = images.rstrip("/") + "/" if images else ""
        more, faults = rows_of(
            path + pictures[number]["file_name"],
            outlines["bed"],
            outlines["person"],
            split=split,
            source=source,
        )
        rows += more
        wrong += faults
    return rows, wrong


def _outline(one: dict[str, Any], picture: dict[str, Any]) -> Outline:
    width, height = float(picture["width"]), float(picture["height"])
    parts = one.get("segmentation")
    if isinstance(parts, list) and len(parts) == 1 and 6 <= len(parts[0]) <= 2 * MOST:
        xs, ys = parts[0][0::2], parts[0][1::2]
        return [_inside(x / width, y / height) for x, y in zip(xs, ys, strict=True)]
    x, y, across, down = one["bbox"]
    return box(x / width, y / height, across / width, down / height)


def _inside(x: float, y: float) -> Point:
    return (min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
