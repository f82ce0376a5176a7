"""What cameras write over their pictures: date and time, a name."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["stamp"]

SHARE = 0.3  # of cameras that write at all
NAMES = ("CAM 01", "Camera 2", "Rum 14", "IPC", "CH03", "A5", "")


def stamp(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture (HxWx3 BGR), at times with a line of text in a corner or two."""
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
    time = f"{rng.integers(24):02}:{rng.integers(60):02}:{rng.integers(60):02}"
    texts = [f"{day} {time}", str(rng.choice(NAMES))]
    for text in texts[: int(rng.integers(1, 3))]:
        (wide, high), _ = cv2.getTextSize(text, font, scale, 1)
        x = int(rng.choice([4, max(4, width - wide - 4)]))
        y = int(rng.choice([high + 4, height - 5]))
        cv2.putText(out, text, (x, y), font, scale, (0, 0, 0), 2, cv2.LINE_AA)
        cv2.putText(out, text, (x, y), font, scale, (245, 245, 245), 1, cv2.LINE_AA)
    return out
