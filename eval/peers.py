"""Others who answer the same question, so that a figure has something to stand beside.

They know two states only, so on hidden or dark beds they can but be wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.errors import BedcheckError, ManifestError, MissingExtra, UnreadablePicture
from bedcheck.frame import read
from bedcheck.polygon import to_pixels
from bedcheck.verdict import Polygon, State, Verdict
from datasets.checks import check
from datasets.manifest import Row
from eval.judges import as_verdict
from eval.predictions import Prediction

__all__ = ["Boxes", "Peer", "always_in_bed", "hog", "judge_with", "person_in_bed"]

Boxes = Callable[[Path], Sequence[tuple[int, float, Sequence[float]]] | None]
"""A picture file to boxes: class of COCO, confidence, x, y, width and height in 0..1."""

Peer = Callable[[Path, Polygon | None], Mapping[State, float]]
"""A picture file and the drawn bed to the probabilities of in_bed and not_in_bed."""

PERSON = 0  # class of COCO
OVERLAP = 0.3  # of the person's box that lies over the bed's
LEAST, DECIDES = 0.01, 0.25  # confidence: what counts at all, and from when it is a person
SIDE = 64  # pixels of the crop that HOG describes
AROUND = 0.15  # of the bed's size, added to the crop on each side

Progress = Callable[[int, int], None]


def always_in_bed(picture: Path, bed: Polygon | None) -> Mapping[State, float]:
    """The answer that is nearly always right at night, and of no use."""
    return {State.IN_BED: 1.0}


def person_in_bed(boxes: Boxes) -> Peer:
    """The surest person whose box lies over the bed; anybody where no bed is drawn."""

    def judge(picture: Path, bed: Polygon | None) -> Mapping[State, float]:
        found = boxes(picture)
        if found is None:
            raise UnreadablePicture(f"{picture}: the peer cannot read it")
        sure = max(
            (c for kind, c, box in found if kind == PERSON and _over(box, bed) >= OVERLAP),
            default=0.0,
        )
        # Its own threshold becomes one half; the order stays.
        p = 0.5 * sure / DECIDES if sure < DECIDES else 0.5 + 0.5 * (sure - DECIDES) / (1 - DECIDES)
        return {State.IN_BED: p, State.NOT_IN_BED: 1 - p}

    return judge


def hog(manifest: Path, root: Path, split: str = "train") -> Peer:
    """Logistic regression on histograms of oriented gradients of the bed.

    Fitted on the ``split`` of ``manifest``, whose classes weigh alike. N. Dalal, B. Triggs, CVPR
    2005. Raises ManifestError where the split holds one state only, MissingExtra without
    scikit-learn and scikit-image.
    """
    try:
        import skimage.feature  # noqa: F401
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ModuleNotFoundError:
        raise MissingExtra(
            "the HOG peer needs scikit-image and scikit-learn: pip install -e '.[peers]'"
        ) from None
    usable = [
        row
        for _, row in check(manifest, root)[0]
        if row.split == split and row.label in (State.IN_BED, State.NOT_IN_BED)
    ]
    truth = [row.label == State.IN_BED for row in usable]
    if len(set(truth)) < 2:
        raise ManifestError(
            f"{manifest}: the HOG peer needs rows of in_bed and not_in_bed in split {split}"
        )
    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=0.01, class_weight="balanced", max_iter=2000)
    )
    model.fit(np.stack([_gradients(root / row.path, row.bed) for row in usable]), truth)

    def judge(picture: Path, bed: Polygon | None) -> Mapping[State, float]:
        p = float(model.predict_proba(_gradients(picture, bed)[None])[0, 1])
        return {State.IN_BED: p, State.NOT_IN_BED: 1 - p}

    return judge


def judge_with(
    peer: Peer,
    name: str,
    rows: Sequence[tuple[int, Row]],
    root: Path,
    *,
    progress: Progress | None = None,
) -> list[Prediction]:
    """The peer's predictions; rows that it cannot judge are left out."""
    done = []
    for count, (number, row) in enumerate(rows, 1):
        started = time.perf_counter()
        try:
            verdict = as_verdict(peer(root / row.path, row.bed), name, started)
        except BedcheckError:
            continue
        finally:
            if progress:
                progress(count, len(rows))
        done.append(_prediction(number, row, verdict))
    return done


def _prediction(number: int, row: Row, verdict: Verdict) -> Prediction:
    return Prediction(
        number=number,
        row=row,
        state=verdict.state,
        probabilities=verdict.probabilities,
        presence=verdict.presence,
        certain=verdict.certain,
        bed=row.bed,
        elapsed_ms=verdict.elapsed_ms,
        network=verdict.network,
    )


def _over(box: Sequence[float], bed: Polygon | None) -> float:
    """The share of ``box`` (x, y, width, height) that lies over the bed's bounding box."""
    if bed is None:
        return 1.0
    x, y, width, height = box
    (left, top), (right, bottom) = np.min(bed, axis=0), np.max(bed, axis=0)
    across = min(x + width, right) - max(x, left)
    down = min(y + height, bottom) - max(y, top)
    return max(across, 0) * max(down, 0) / max(width * height, 1e-9)


def _gradients(picture: Path, bed: Polygon | None) -> NDArray[Any]:
    from skimage.feature import hog as describe

    luma = read(picture).luma
    height, width = luma.shape
    left, top, right, bottom = 0, 0, width, height
    if bed:
        corners = to_pixels(bed, width, height)
        margin = AROUND * np.ptp(corners, axis=0)
        left, top = (int(v) for v in np.maximum(corners.min(0) - margin, 0))
        right, bottom = (int(v) for v in np.ceil(corners.max(0) + margin))
    crop = cv2.resize(luma[top:bottom, left:right], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(
        describe(crop, orientations=9, pixels_per_cell=(8, 8), cells_per_block=(2, 2))
    )
