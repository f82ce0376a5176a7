"""The detector: measures, network and placement to one verdict."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bedcheck import polygon
from bedcheck.errors import BedcheckError, JudgementError, PlacementError
from bedcheck.finder import find_bed
from bedcheck.frame import Frame, Picture, read
from bedcheck.measures import measure, working_luma
from bedcheck.network import Network
from bedcheck.placement import Placement
from bedcheck.rules import Decision, Facts, Thresholds, decide
from bedcheck.verdict import Polygon, Verdict

__all__ = ["Detector"]


class Detector:
    """Judges pictures. Loading is slow, judging is fast: make one and keep it.

    May be called from several threads at once; it keeps nothing between calls.
    """

    def __init__(self, *, threads: int = 1, weights: Path | None = None) -> None:
        """Load the network that ships, or the one in the folder ``weights``.

        ``threads`` is how many threads one call may use; several callers at once are
        served better by one each. Raises NetworkError.
        """
        self.network = Network(weights, threads=threads)
        sheet = self.network.sheet
        self._thresholds = Thresholds(
            in_bed=sheet.in_bed_threshold, not_in_bed=sheet.not_in_bed_threshold
        )

    def judge(
        self,
        picture: Picture | Frame,
        placement: Placement | None = None,
        *,
        bits: int | None = None,
    ) -> Verdict:
        """Does ``picture`` show that the resident is in the bed?

        ``picture`` is a path, the bytes of a picture file, or an array HxW (grey), HxWx3
        (BGR) or HxWx4 (BGRA), uint8 or uint16; ``bits`` says how many bits of a uint16
        sample are used (10 to 16), where the picture itself does not tell.

        Without a placement the network finds the bed, the largest if there are several.

        Raises PictureError where the picture cannot be judged, PlacementError where
        ``placement`` is something else, JudgementError where judging itself fails. An error
        is never to be taken for a state.
        """
        started = time.perf_counter()
        if placement is not None and not isinstance(placement, Placement):
            raise PlacementError(
                f"placement: expected a Placement, got {type(placement).__name__};"
                " make one with bedcheck.Placement(bed=…)"
            )
        frame = read(picture, bits=bits)
        try:
            return self._judge(frame, placement, started)
        except BedcheckError:
            raise
        except Exception as error:
            raise JudgementError(
                f"expected a verdict on {frame.source}; judging failed with"
                f" {type(error).__name__}: {error}. Keep the picture's details and report this"
            ) from error

    def _judge(self, frame: Frame, placement: Placement | None, started: float) -> Verdict:
        luma = working_luma(frame.luma)
        alignment = placement.align(luma) if placement else None
        bed: Polygon | None = None
        overview, several = None, False
        if placement:
            bed = alignment.bed if alignment else placement.bed
        else:
            picture, nothing = self.network.prepare(frame.pixels, None)
            found = find_bed(self.network.find(picture))
            bed, several = found.bed, found.several
            overview = self.network.run(picture, nothing)
        measures = measure(luma, frame.pixels, bed)
        if overview and bed is None:
            answer = overview
        else:
            answer = self.network.run(*self.network.prepare(frame.pixels, bed))
        presence = answer.presence
        if overview and not several:
            # The room as a whole speaks of the same person, and an outline just found may be
            # off: where the two differ, the bed is as empty as the emptier says.
            presence = min(answer.presence, overview.presence)
        decision = decide(
            Facts(
                obstructed=answer.obstructed,
                low_contrast=answer.low_contrast,
                presence=presence,
                posture=answer.posture,
                posture_share=answer.posture_share,
                measures=measures,
                bed_size=_bed_size(bed, luma),
                bed_found=bed is not None,
                bed_at_edge=polygon.at_edge(bed) if placement and bed else 0.0,
                several_beds=several,
                moved=alignment.moved if alignment else None,
                bed_moved=alignment.bed_moved if alignment else None,
            ),
            self._thresholds,
        )
        return self._verdict(decision, bed, measures.to_dict(), started)

    def _verdict(
        self,
        decision: Decision,
        bed: Polygon | None,
        measures: dict[str, float | None],
        started: float,
    ) -> Verdict:
        return Verdict(
            state=decision.state,
            probabilities=decision.probabilities,
            certain=decision.certain,
            causes=decision.causes,
            posture=decision.posture,
            bed=bed,
            measures=measures,
            network=self.network.name,
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )


def _bed_size(bed: Polygon | None, luma: NDArray[np.uint8]) -> float:
    """Square root of the bed's area in pixels of ``luma``; of the picture's without a bed."""
    return float(np.sqrt((polygon.area(bed) if bed else 1.0) * luma.size))
