"""Defocus: blur whose size is told in sides of the bed, not in pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Cause, State
from datasets.degrade.outcome import CANT_TELL, Degraded, Draw, Judged
from datasets.degrade.planes import resized
from datasets.degrade.region import Region
from datasets.degrade.sensor import add_noise, compress

__all__ = ["KEPT", "LOST", "blur", "defocus"]

Pixels = NDArray[np.uint8]

KEPT, LOST = 0.035, 0.10
"""Sigma in sides of the bed. A lying person is about a third of the side wide and the head a
seventh: up to the first, head and limbs are told from bedding; from the second, neither is."""


def blur(picture: NDArray[np.float32], sigma: float, disc: float) -> NDArray[np.float32]:
    """Blur of standard deviation ``sigma`` pixels an axis; ``disc`` 0 Gaussian .. 1 an open lens.

    An out-of-focus point is the image of the aperture, a disc of radius 2 sigma. Large blurs
    are made on a reduced picture, so the cost falls as the blur grows.
    """
    height, width = picture.shape[:2]
    step = max(1, int(sigma / 2.5))
    small = picture
    if step > 1:
        small = resized(picture, (max(4, height // step), max(4, width // step)))
    reduced = float(np.sqrt(max((sigma / step) ** 2 - (0.17 if step > 1 else 0), 0.05)))
    if disc > 0.5 and reduced > 0.7:
        radius = 2 * reduced
        reach = int(np.ceil(radius))
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
        kernel /= kernel.sum()
        out = cv2.filter2D(small, -1, kernel, borderType=cv2.BORDER_REFLECT)
    else:
        out = cv2.GaussianBlur(small, (0, 0), reduced, borderType=cv2.BORDER_REFLECT)
    if step > 1:
        out = cv2.resize(out, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(out, dtype=np.float32)


def defocus(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """Both defocus kinds; the label follows from the blur's size alone."""
    rng = draw.rng
    sigma = draw.strength * region.side
    out = blur(picture.astype(np.float32), sigma, float(rng.random()))
    grain = float(rng.uniform(0.4, 3.0))  # the lens is out of focus, the sensor is not
    finished = compress(add_noise(out, grain, rng), rng, share=0.6)
    judged: Judged = (None, ())
    if draw.strength >= LOST:
        judged = (State.OBSTRUCTED.value, (Cause.DEFOCUSED.value,))
    elif draw.strength > KEPT:
        judged = (CANT_TELL, (Cause.DEFOCUSED.value,))
    return draw.done(finished, judged, {"blur_px": sigma, "sigma": grain})
