"""What H.264 leaves of a picture at a low rate: blocks of 8, coarse steps, edges smoothed again.

A model, not an encoder: the transform, the steps of the quantiser, its dead zone, chroma at half
the resolution and the filter between blocks are the standard's; prediction is left out. Of still
rooms what shows is what these do. Beside x264 (by PyAV, single frames at constant QP) it leaves
an error within a decibel of its; x264 itself takes as long (3 to 7 ms a picture of 320x240
on a busy core), and is under the GPL.

ITU-T H.264, sections 8.5 (transform, quantiser) and 8.7 (deblocking).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "compressed"]

BLOCK = 8  # pixels
DEAD = 1 / 3  # rounding: coefficients under two thirds of a step vanish

Floats = NDArray[np.float32]


def _cosines() -> Floats:
    k, n = np.mgrid[:BLOCK, :BLOCK]
    basis = np.cos(np.pi * (2 * n + 1) * k / (2 * BLOCK)) * np.sqrt(2 / BLOCK)
    basis[0] /= np.sqrt(2)
    return np.asarray(basis, np.float32)


COSINES = _cosines()


def compressed(picture: NDArray[np.uint8], quantiser: int) -> NDArray[np.uint8]:
    """``picture`` (HxWx3 BGR) as decoded; ``quantiser`` is QP, 0 (nearly all kept) to 51."""
    if not 0 <= quantiser <= 51:
        raise ValueError(f"expected a quantiser of 0 to 51, got {quantiser}")
    planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)
    height, width = picture.shape[:2]
    out = np.empty_like(planes)
    out[..., 0] = _plane(planes[..., 0], quantiser)
    if (planes[..., 1:] == 128).all():  # grey, as in infrared
        out[..., 1:] = 128
    else:
        half = ((width + 1) // 2, (height + 1) // 2)
        for c in (1, 2):
            small = cv2.resize(planes[..., c], half, interpolation=cv2.INTER_AREA)
            # the standard's steps for chroma fall behind those of luma where they are coarse
            coarse = quantiser if quantiser < 30 else 29 + round((quantiser - 29) * 0.45)
            small = _plane(small, coarse)
            out[..., c] = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(out, cv2.COLOR_YCrCb2BGR), np.uint8)


def _plane(plane: NDArray[np.uint8], quantiser: int) -> NDArray[np.uint8]:
    height, width = plane.shape
    step = 2 ** ((quantiser - 4) / 6)
    padded = cv2.copyMakeBorder(
        plane, 0, -height % BLOCK, 0, -width % BLOCK, cv2.BORDER_REPLICATE
    ).astype(np.float32)
    rows, columns = padded.shape
    # blocks side by side: rows of all blocks first, then their columns
    across = _times(padded.reshape(-1, BLOCK), COSINES.T)
    down = across.reshape(rows // BLOCK, BLOCK, columns).transpose(0, 2, 1)
    found = _times(np.ascontiguousarray(down).reshape(-1, BLOCK), COSINES.T)
    level = np.floor(np.abs(found) / step + DEAD)
    found = np.copysign(level * step, found)
    back = _times(found, COSINES).reshape(rows // BLOCK, columns, BLOCK).transpose(0, 2, 1)
    made = _times(np.ascontiguousarray(back).reshape(-1, BLOCK), COSINES).reshape(rows, columns)
    _deblock(made, quantiser)
    _deblock(made.T, quantiser)
    return np.clip(np.rint(made[:height, :width]), 0, 255).astype(np.uint8)


def _times(many: Floats, few: Floats) -> Floats:
    """The matrix product, in this thread: numpy's own would wake others for so little."""
    return np.asarray(cv2.gemm(many, np.ascontiguousarray(few), 1.0, None, 0.0))


def _deblock(made: Floats, quantiser: int) -> None:
    """Smooth the upper edges of blocks where the step between them is small, in place."""
    alpha = 0.8 * (2 ** (quantiser / 6) - 1)  # steps greater than this are of the picture
    beta = 0.5 * quantiser - 7
    if beta <= 0:
        return
    p2, p1, p0, q0, q1, q2 = (made[BLOCK + k : made.shape[0] - 2 + k : BLOCK] for k in range(-3, 3))
    count = min(len(part) for part in (p2, q2))
    p2, p1, p0, q0, q1, q2 = (part[:count] for part in (p2, p1, p0, q0, q1, q2))
    soft = (np.abs(p0 - q0) < alpha) & (np.abs(p1 - p0) < beta) & (np.abs(q1 - q0) < beta)
    new = (
        (p1, (p2 + p1 + p0 + q0) / 4),
        (p0, (p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1) / 8),
        (q0, (p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2) / 8),
        (q1, (p0 + q0 + q1 + q2) / 4),
    )
    for part, value in new:
        np.copyto(part, value, where=soft)
