"""Linear pictures kept small: 12 bits of logarithm in a 16-bit PNG, and their scale."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["load", "save"]

RANGE = 4000.0  # from the darkest step to the brightest value kept
LEVELS = 4095


def save(path: Path, light: NDArray[np.float32]) -> float:
    """Write HxWx3 or HxWx1 linear light; gives the scale that `load` needs.

    The scale is the 99.5th percentile over four: what is brighter than four times that is cut.
    """
    scale = float(np.percentile(light, 99.5)) * 4 + 1e-12
    share = np.log1p(np.clip(light / scale, 0, 1) * RANGE) / np.log1p(RANGE)
    code = (np.rint(share * LEVELS).astype(np.uint16) << 4)[..., ::-1]
    cv2.imwrite(str(path), np.ascontiguousarray(code))
    return scale


def load(path: Path, scale: float = 1.0) -> NDArray[np.float32]:
    """HxWx3 (red, green, blue) or HxWx1 linear light, as `save` was given it."""
    code = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if code is None:
        raise OSError(f"{path}: expected a 16-bit PNG that can be read")
    if code.ndim == 2:
        code = code[..., None]
    share = (code[..., ::-1] >> 4).astype(np.float32) / LEVELS
    return np.asarray(np.expm1(share * np.log1p(RANGE)) / RANGE * scale, np.float32)
