"""Does the camera show the same moment again and again? Pure rules over the frames of a look.

A frozen feed is told as a fault: it may show somebody in a bed that has long been empty.
None of the rules can be tripped by a still room alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.frame import Frame

__all__ = ["SAME", "Box", "Glance", "clock_of", "frozen", "glance", "stamps_stand_still"]

SAME = "every frame was the same to the bit"
LEAST = 3  # frames, before frames of a live camera that are the same to the bit say anything
LONG = 2.5  # seconds from the first frame to the last: a clock with seconds has moved on twice
SLOW = 0.1  # of our time by which the camera's stamps must have moved on
CHANGED = 40  # grey levels by which a pixel of a digit changes, noise smoothed away
DIGIT = 0.004  # share of the clock's pixels that change at least when one digit does

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in 0..1 of the picture's width and height."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Glance:
    """What is kept of a frame until the look is over; no picture of the room."""

    at: float  # seconds, from any moment on
    print: bytes  # of all its pixels
    clock: NDArray[np.uint8] | None = None  # HxW, where the picture shows the time


def glance(frame: Frame, at: float, clock: Box | None = None) -> Glance:
    """What is kept of ``frame``; ``clock``: where the camera writes the time into it."""
    print = hashlib.blake2b(frame.pixels.tobytes(), digest_size=16).digest()
    return Glance(at=at, print=print, clock=None if clock is None else clock_of(frame, clock))


def clock_of(frame: Frame, box: Box) -> NDArray[np.uint8]:
    """The part of ``frame`` in ``box``, HxW, smoothed."""
    height, width = frame.luma.shape
    left, right = (round(x * width) for x in (box[0], box[2]))
    top, bottom = (round(y * height) for y in (box[1], box[3]))
    part = frame.luma[top : max(bottom, top + 1), left : max(right, left + 1)]
    return np.asarray(cv2.blur(part, (3, 3)), np.uint8)


def frozen(glances: Sequence[Glance]) -> str:
    """Why the frames of one look show a feed that stands still; empty: they do not.

    Frames that are the same to the bit, three at least; or a clock in the picture that has
    not moved on in two and a half seconds.
    """
    if len(glances) >= LEAST and len({one.print for one in glances}) == 1:
        return SAME
    if len(glances) < 2 or glances[-1].at - glances[0].at < LONG:
        return ""
    clocks = [one.clock for one in glances]
    if all(a is not None and b is not None and _same(a, b) for a, b in pairwise(clocks)):
        return "the clock in the picture stands still"
    return ""


def stamps_stand_still(shown: Sequence[tuple[float, float | None]]) -> bool:
    """Whether the camera's own time hardly moves on: (our seconds, its seconds) a frame.

    Between no two frames may it have moved on; a clock that was set anew says nothing.
    Frames without a stamp are passed over.
    """
    known = [(ours, theirs) for ours, theirs in shown if theirs is not None]
    if len(known) < 2 or known[-1][0] - known[0][0] < LONG:
        return False
    return all(0 <= b[1] - a[1] < SLOW * (b[0] - a[0]) for a, b in pairwise(known))


def _same(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    if one.shape != other.shape:
        return False
    changed = np.abs(one.astype(np.int16) - other) >= CHANGED
    return bool(changed.mean() < DIGIT)
