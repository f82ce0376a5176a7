"""The diagnosis: one picture's verdict, findings with advice, and the annotated picture."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bedcheck import polygon
from bedcheck.annotate import annotate
from bedcheck.detector import Detector
from bedcheck.finding import Finding
from bedcheck.findings import Facts, find
from bedcheck.frame import Frame, Picture, read
from bedcheck.measures import working_luma
from bedcheck.placement import Placement
from bedcheck.verdict import Verdict

__all__ = ["SCHEMA", "Diagnosis", "diagnose"]

SCHEMA = "bedcheck.diagnosis/1"
"""Version of `Diagnosis.to_dict`; it changes when a key changes its meaning."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Diagnosis:
    """What an administrator needs to know of one picture."""

    verdict: Verdict
    findings: tuple[Finding, ...]  # the worst first, never empty
    frame: Frame = field(repr=False)  # the picture itself; kept in memory only

    def picture(self, language: str = "sv") -> NDArray[np.uint8]:
        """The annotated picture, HxWx3 uint8 BGR: verdict, bed, contrast map and findings.

        720 pixels of picture whatever the size it came in, so that the text is always
        readable. ``language`` is sv or en; ValueError for another.
        """
        return annotate(self.frame, self.verdict, self.findings, language)

    def write_png(self, path: str | os.PathLike[str], language: str = "sv") -> None:
        """Write the annotated picture as a PNG file; OSError where that fails."""
        rgb = np.ascontiguousarray(self.picture(language)[..., ::-1])
        with Path(path).open("wb") as file:
            Image.fromarray(rgb).save(file, "PNG", optimize=True)

    def to_dict(self, language: str = "sv") -> dict[str, Any]:
        """The verdict and the findings as plain JSON values, texts in ``language``."""
        return {
            "schema": SCHEMA,
            "language": language,
            "verdict": self.verdict.to_dict(),
            "findings": [finding.to_dict(language) for finding in self.findings],
        }


def diagnose(
    picture: Picture | Frame,
    placement: Placement | None = None,
    *,
    detector: Detector | None = None,
) -> Diagnosis:
    """What is wrong with ``picture``, who can set it right, and how.

    ``picture`` and ``placement`` are as in `Detector.judge`, which raises the same errors.
    Without a ``detector`` one is loaded, which is slow: give yours where you have one.
    """
    frame = read(picture)
    verdict = (detector or Detector()).judge(frame, placement)
    luma = working_luma(frame.luma)
    size = float(np.sqrt(polygon.area(verdict.bed) * luma.size)) if verdict.bed else None
    alignment = placement.align(luma) if placement else None
    facts = Facts(verdict=verdict, bed_size=size, alignment=alignment)
    return Diagnosis(verdict=verdict, findings=find(facts), frame=frame)
