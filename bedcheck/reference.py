"""What a placement keeps of one reference picture: numbers and descriptors, no picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedcheck.frame import Frame
from bedcheck.layout import layout
from bedcheck.measures import measure, working_luma
from bedcheck.registration import KeyPoints, key_points
from bedcheck.verdict import Polygon

__all__ = ["Reference"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """One light in which the camera was placed: by day, or by night in infrared."""

    points: KeyPoints
    layout: NDArray[np.int8]  # 30x40x2, see `bedcheck.layout`
    infrared: bool
    mean: float  # grey levels, 0..255, of the whole picture
    range: float  # grey levels between the 1st and the 99th percentile
    blur: float | None  # pixels of the working luma; None: too few edges

    @classmethod
    def of(cls, frame: Frame, bed: Polygon) -> Reference:
        """What is kept of ``frame``, in which ``bed`` was drawn."""
        luma = working_luma(frame.luma)
        measures = measure(luma, frame.pixels, bed)
        return cls(
            points=key_points(luma),
            layout=layout(luma),
            infrared=measures.infrared > 0,
            mean=measures.mean,
            range=measures.range,
            blur=measures.blur,
        )
