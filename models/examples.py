"""Labelled pictures in memory, ready to be sampled for training."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.polygon import area
from bedcheck.verdict import Polygon
from datasets.drawn import drawn_beds
from datasets.manifest import read

__all__ = ["Example", "load"]

MANY = 20  # rooms of one prefix (t2v_001, t2v_002, …) that are drawn as one group
LONG_SIDE = 640  # pixels kept of a picture's longer side: more is never shown to the network


@dataclass(frozen=True, kw_only=True)
class Example:
    """One bed in one picture, or one picture in which nobody has drawn the bed."""

    pixels: NDArray[np.uint8]  # HxWx3 BGR
    label: str  # a state, or cant_tell
    posture: str
    bed: Polygon | None  # this row's bed
    beds: tuple[Polygon, ...]  # every bed drawn in this picture, largest first
    group: str  # the unit of balance: a room, or many alike
    room: str  # the unit of independence
    scene: str  # one bed, or one photo
    person: NDArray[np.uint8] | None = None  # HxW, 0 or 255: people that are seen, if rendered
    bed_mask: NDArray[np.uint8] | None = None  # HxW, the same, where nobody has drawn the bed
    extras: dict[str, str] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether the label speaks of the whole picture: one bed at most is drawn."""
        return len(self.beds) <= 1


def load(
    manifest: Path,
    root: Path,
    *,
    split: str | None,
    beds: Path | None = None,
    without_rooms: Iterable[str] = (),
) -> list[Example]:
    """The manifest's rows of one split, with their pictures.

    ``beds`` is a CSV of path and polygon for rows whose manifest has no bed. Rendered
    rows bring their masks along as ``NAME_mask.png`` beside the picture: blue over 100 for
    the bed and red over 200 for the people that are seen.
    """
    # Before OpenCV starts threads of its own: a forked worker would wait for them forever.
    cv2.setNumThreads(1)
    left_out = set(without_rooms)
    rows = [
        row
        for row in read(manifest)
        if (split is None or row.split == split) and row.unit not in left_out
    ]
    drawn = drawn_beds(beds) if beds else {}
    of_picture: dict[str, list[Polygon]] = defaultdict(list)
    for row in rows:
        bed = row.bed or drawn.get(row.path)
        if bed and row.label != "obstructed":  # what stands before it is no bed
            of_picture[row.path].append(bed)
    groups = _groups(row.unit for row in rows)
    pictures: dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8] | None]] = {}
    examples = []
    for row in rows:
        if row.path not in pictures:
            pictures[row.path] = _read(root / row.path)
        pixels, masks = pictures[row.path]
        bed = row.bed or drawn.get(row.path)
        bed_mask = None
        if bed is None and masks is not None:
            bed_mask = masks[:, :, 0]
            bed = _outline(bed_mask)
            if bed:
                of_picture[row.path] = [bed]
        examples.append(
            Example(
                pixels=pixels,
                label=row.label,
                posture=row.posture,
                bed=bed,
                beds=tuple(sorted(of_picture[row.path], key=area, reverse=True)),
                group=groups[row.unit],
                room=row.unit,
                scene=row.scene,
                person=None if masks is None else masks[:, :, 1],
                bed_mask=bed_mask,
                extras=dict(row.extras),
            )
        )
    return examples


def _groups(rooms: Iterable[str]) -> dict[str, str]:
    """The group of each room: where `MANY` rooms share a prefix, that; else the room itself."""
    prefix = {name: name.split("_", 1)[0] for name in set(rooms)}
    counts = Counter(prefix.values())
    return {name: first if counts[first] >= MANY else name for name, first in prefix.items()}


def _read(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    pixels = _shrink(cv2.imread(str(path), cv2.IMREAD_COLOR), cv2.INTER_AREA)
    mask_path = path.with_name(path.stem + "_mask.png")
    if not mask_path.exists():
        return pixels, None
    drawn = _shrink(cv2.imread(str(mask_path), cv2.IMREAD_COLOR), cv2.INTER_NEAREST)
    bed = np.where(drawn[:, :, 0] >= 100, 255, 0)
    person = np.where(drawn[:, :, 2] > 200, 255, 0)
    return pixels, np.dstack([bed, person]).astype(np.uint8)


def _shrink(pixels: NDArray[np.uint8], how: int) -> NDArray[np.uint8]:
    scale = LONG_SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=how)


def _outline(mask: NDArray[np.uint8]) -> Polygon | None:
    """The convex outline of a mask's largest part, or None where it is empty."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    corners = cv2.approxPolyDP(hull, 0.01 * cv2.arcLength(hull, True), True)[:, 0]
    height, width = mask.shape
    polygon = tuple((float(x) / width, float(y) / height) for x, y in corners)
    return polygon if len(polygon) >= 3 and area(polygon) >= 0.005 else None
