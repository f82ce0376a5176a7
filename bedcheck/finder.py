"""The bed in the network's mask: where nobody has drawn one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Polygon

__all__ = ["Found", "find_bed"]

FINE = 6  # cells of the mask are split this often before its outline is drawn
SURE = 0.25  # a cell from here on is bed; coarse masks are timid at the edges
LEAST_BED = 0.008  # share of the picture; less is a speck, not a bed
LEAST_OTHER = 0.012  # the same for a second bed
CORNERS = 0.02  # how far the outline may be simplified, as a share of its length


@dataclass(frozen=True, kw_only=True)
class Found:
    """The bed that was found, if any."""

    bed: Polygon | None
    several: bool = False  # other beds are in view as well


def find_bed(masks: NDArray[np.float32]) -> Found:
    """The largest bed's outline from masks 3 x M x M in 0..1 (`network.Network.find`)."""
    largest, every = _fine(masks[0]), _fine(masks[2])
    parts, labels, stats, _ = cv2.connectedComponentsWithStats((largest >= SURE).astype(np.uint8))
    sizes = stats[1:, cv2.CC_STAT_AREA] / largest.size
    if parts < 2 or sizes.max() < LEAST_BED:
        return Found(bed=None)
    mine = (labels == 1 + int(sizes.argmax())).astype(np.uint8)
    contours, _ = cv2.findContours(mine, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    corners = cv2.approxPolyDP(hull, CORNERS * cv2.arcLength(hull, True), True)[:, 0]
    if len(corners) < 3:
        return Found(bed=None)
    side = largest.shape[0]
    bed = tuple(
        (min(max((float(x) + 0.5) / side, 0.0), 1.0), min(max((float(y) + 0.5) / side, 0.0), 1.0))
        for x, y in corners
    )
    return Found(bed=bed, several=_others(every, mine))


def _fine(mask: NDArray[np.float32]) -> NDArray[np.float32]:
    side = mask.shape[0] * FINE
    return np.asarray(cv2.resize(mask, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)


def _others(every: NDArray[np.float32], mine: NDArray[np.uint8]) -> bool:
    """Whether a part of ``every`` bed lies apart from ``mine`` and is large enough."""
    near = cv2.dilate(mine, np.ones((2 * FINE + 1, 2 * FINE + 1), np.uint8))
    rest = ((every >= SURE) & (near == 0)).astype(np.uint8)
    parts, _, stats, _ = cv2.connectedComponentsWithStats(rest)
    return bool(parts > 1 and stats[1:, cv2.CC_STAT_AREA].max() / every.size >= LEAST_OTHER)
