"""What many tests need: a drawn bedroom, as an array and as files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

BED = ((0.25, 0.35), (0.75, 0.35), (0.85, 0.9), (0.15, 0.9))
"""Where `bedroom` has its mattress, in 0..1 of width and height."""


@pytest.fixture(scope="session")
def bedroom() -> NDArray[np.uint8]:
    """A drawn room with an empty bed at BED: 480x640x3 uint8, BGR, with a camera's noise."""
    room = np.full((480, 640, 3), (150, 160, 165), np.uint8)
    cv2.rectangle(room, (0, 250), (640, 480), (90, 110, 130), -1)  # floor
    cv2.rectangle(room, (440, 40), (600, 170), (210, 190, 160), -1)  # window
    cv2.rectangle(room, (30, 200), (110, 330), (60, 75, 95), -1)  # bedside table
    mattress = np.rint(np.array(BED) * (640, 480)).astype(np.int32)
    cv2.fillPoly(room, [mattress], (200, 205, 210))
    cv2.polylines(room, [mattress], True, (120, 125, 130), 3)
    cv2.ellipse(room, (320, 200), (80, 22), 0, 0, 360, (230, 230, 228), -1)  # pillow
    for x in range(200, 460, 45):  # the sheet's folds
        cv2.line(room, (x, 260), (x + 30, 420), (175, 180, 188), 2)
    noise = np.random.default_rng(7).normal(0, 2.5, room.shape)
    return np.clip(room + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def picture(bedroom: NDArray[np.uint8], tmp_path: Path) -> Path:
    """The bedroom as a JPEG file."""
    path = tmp_path / "bedroom.jpg"
    path.write_bytes(cv2.imencode(".jpg", bedroom)[1].tobytes())
    return path
