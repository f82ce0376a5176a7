"""Beds that somebody has drawn beside a manifest: a CSV of path and polygon."""

from __future__ import annotations

import csv
from pathlib import Path

from bedcheck.placement import parse_polygon
from bedcheck.verdict import Polygon

__all__ = ["drawn_beds"]


def drawn_beds(path: Path) -> dict[str, Polygon]:
    """The polygon of each picture's path; rows without one (no bed is in view) are left out."""
    with path.open(newline="", encoding="utf-8") as lines:
        return {
            line["path"]: parse_polygon(line["bed"])
            for line in csv.DictReader(lines)
            if line["bed"]
        }
