"""What cameras write over their pictures: date and time, a name."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["stamp"]

SHARE = 0.3  # of cameras that write at all
NAMES = ("CAM 01", "Camera 2", "Rum 14", "IPC", "CH03", "A5", "")


def stamp(
    picture: NDArray[np.uint8], rng: np.random.Generator, *, night: bool = False
) -> NDArray[np.uint8]:
    """The picture (HxWx3 BGR), at times with a line of text in a corner or two.

    With ``night`` the hour is between 21 and 6.
    """
    if rng.random() > SHARE:
        return picture
    out = picture.copy()
    height, width = out.shape[:2]
    scale = float(rng.uniform(0.28, 0.45)) * width / 320
    font = int(
        rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX])
    )
    if font == cv2.FONT_HERSHEY_PLAIN:
        scale *= 2
    day = f"20{rng.integers(18, 27)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"
    hour = (21 + int(rng.integers(10))) % 24 if night else int(rng.integers(24))
    time = f"{hour:02}:{rng.integers(60):02}:{rng.integers(60):02}"
    texts = [f"{day} {time}", str(rng.choice(NAMES))]
    above = bool(rng.integers(2))
    for number, text in enumerate(texts[: int(rng.integers(1, 3))]):
        (wide, high), _ = cv2.getTextSize(text, font, scale, 1)
        x = int(rng.choice([4, max(4, width - wide - 4)]))
        y = high + 4 if above == (number == 0) else height - 5
        # the outline is made of the letters themselves: drawn thicker, they would stand elsewhere
        letters = np.zeros((height, width), np.uint8)
        cv2.putText(letters, text, (x, y), font, scale, 255, 1, cv2.LINE_AA)
        ink = letters[..., None] / 255.0
        rim = cv2.dilate(letters, np.ones((3, 3), np.uint8))[..., None] / 255.0
        out = np.rint(out * (1 - 0.9 * rim) * (1 - ink) + 245 * ink).astype(np.uint8)
    return out
