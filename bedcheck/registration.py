"""Registration against a reference by key points: how far the camera has moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "UNKNOWN",
    "KeyPoints",
    "Registration",
    "carry",
    "key_points",
    "register",
]

MOST_POINTS = 400
LEAST_SIDE = 48  # pixels: smaller pictures, and strips, have no key points
LONG_SIDE = 480  # pixels: a larger picture is reduced before key points are sought
FINENESS = 65535  # steps of a position, as a placement's file keeps it
FEWEST_INLIERS = 12  # unrelated views reach eight
INLIER_SHARE = 0.2  # of the matches
FEWEST_CELLS = 4  # of 16: a time stamp in a corner also matches itself
NEAR = 0.005  # share of the diagonal within which a point agrees with the movement
DISTINCT = 0.85  # the best match's distance, as a share of the second best's
SCALES = (0.5, 2.0)  # a fit that shrinks or enlarges more is chance


@dataclass(frozen=True, kw_only=True, eq=False)
class KeyPoints:
    """Where a picture has distinctive points, and what they look like."""

    positions: NDArray[np.float32]  # Nx2, (x, y) in 0..1 of width and height; N is 400 at most
    descriptors: NDArray[np.uint8]  # Nx32, ORB
    size: tuple[int, int]  # (width, height) in pixels of the picture

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """How a picture lies to its reference. Diagonals are the pictures' own."""

    checkable: bool  # enough points agree, well spread; if not, the movement says nothing
    shift: float  # of the reference's centre, share of the diagonal
    rotation: float  # degrees, -180..180, clockwise as seen
    scale: float  # above 1: things look larger than in the reference
    inliers: int  # points that agree with the movement
    matches: int  # points that were found again at all
    residual: float  # median distance of the inliers from it, share of the diagonal
    movement: tuple[float, ...]  # a, b, c, d, e, f: (ax + by + c, dx + ey + f), in diagonals


STILL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
UNKNOWN = Registration(
    checkable=False,
    shift=0.0,
    rotation=0.0,
    scale=1.0,
    inliers=0,
    matches=0,
    residual=0.0,
    movement=STILL,
)


def key_points(luma: NDArray[np.uint8]) -> KeyPoints:
    """The picture's (HxW uint8) strongest ORB key points, 400 at most.

    Local contrast is evened out first, so that light and dark corners, day and infrared night
    get their share. E. Rublee, V. Rabaud, K. Konolige and G. Bradski, "ORB: an efficient
    alternative to SIFT or SURF", ICCV 2011; K. Zuiderveld, "Contrast limited adaptive histogram
    equalization", Graphics Gems IV, 1994.
    """
    height, width = luma.shape
    if min(height, width) < LEAST_SIDE:
        return KeyPoints(
            positions=np.zeros((0, 2), np.float32),
            descriptors=np.zeros((0, 32), np.uint8),
            size=(width, height),
        )
    reduction = min(LONG_SIDE / max(height, width), 1.0)
    size = (max(round(width * reduction), 1), max(round(height * reduction), 1))
    size = (max(size[0], LEAST_SIDE), max(size[1], LEAST_SIDE))
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA) if reduction < 1 else luma
    even = cv2.createCLAHE(3.0, (8, 8)).apply(small)
    finder = cv2.ORB.create(nfeatures=MOST_POINTS, scaleFactor=1.3, nlevels=4, fastThreshold=20)
    found, descriptors = finder.detectAndCompute(even, None)
    if descriptors is None or not found:
        found, descriptors = (), np.zeros((0, 32), np.uint8)
    places = np.array([point.pt for point in found], np.float32).reshape(-1, 2)
    positions = ((places + 0.5) / np.array(size, np.float32)).clip(0, 1)
    positions = np.rint(positions * FINENESS) / np.float32(FINENESS)
    return KeyPoints(
        positions=positions[:MOST_POINTS].astype(np.float32),
        descriptors=np.ascontiguousarray(descriptors[:MOST_POINTS], np.uint8),
        size=(width, height),
    )


def register(reference: KeyPoints, seen: KeyPoints) -> Registration:
    """Shift, rotation and scale that carry ``reference`` to ``seen``.

    Matching points vote for one movement by RANSAC: M. Fischler and R. Bolles, "Random sample
    consensus", Communications of the ACM 24(6), 1981. Its random numbers come from a generator
    of its own that OpenCV seeds alike each time, so the answer is always the same.
    """
    pairs = _matches(reference, seen)
    if len(pairs) < FEWEST_INLIERS:
        return UNKNOWN
    start = _in_diagonals(reference)[pairs[:, 0]]
    end = _in_diagonals(seen)[pairs[:, 1]]
    matrix, agreeing = _fit(start, end)
    if matrix is None:
        return UNKNOWN
    inliers = int(agreeing.sum())
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    centre = matrix[:, :2] @ _unit(reference.size) / 2 + matrix[:, 2]
    distances = np.linalg.norm(start @ matrix[:, :2].T + matrix[:, 2] - end, axis=1)
    return Registration(
        checkable=(
            inliers >= max(FEWEST_INLIERS, INLIER_SHARE * len(pairs))
            and _cells(reference.positions[pairs[agreeing, 0]]) >= FEWEST_CELLS
            and SCALES[0] <= scale <= SCALES[1]
        ),
        shift=float(np.linalg.norm(centre - _unit(seen.size) / 2)),
        rotation=math.degrees(math.atan2(matrix[1, 0], matrix[0, 0])),
        scale=scale,
        inliers=inliers,
        matches=len(pairs),
        residual=float(np.median(distances[agreeing])) if inliers else 0.0,
        movement=tuple(float(value) for value in matrix.ravel()),
    )


def carry(
    points: NDArray[np.float64],
    movement: tuple[float, ...],
    start: tuple[int, int],
    end: tuple[int, int],
) -> NDArray[np.float64]:
    """Nx2 points in 0..1 of a picture of size ``start``, moved into one of size ``end``."""
    matrix = np.array(movement).reshape(2, 3)
    moved = points * _unit(start) @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(moved / _unit(end))


def _matches(reference: KeyPoints, seen: KeyPoints) -> NDArray[np.intp]:
    """Kx2 indices of points that are found again: clearly better than the second best.

    D. G. Lowe, "Distinctive image features from scale-invariant keypoints", International
    Journal of Computer Vision 60(2), 2004.
    """
    if len(reference) < 2 or len(seen) < 2:
        return np.zeros((0, 2), np.intp)
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
    best_two = matcher.knnMatch(reference.descriptors, seen.descriptors, k=2)
    kept = [
        (one.queryIdx, one.trainIdx)
        for one, two in best_two
        if one.distance < DISTINCT * two.distance
    ]
    return np.array(kept, np.intp).reshape(-1, 2)


def _fit(
    start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.float64] | None, NDArray[np.bool_]]:
    """The 2x3 similarity that most points agree with, and which do."""
    matrix, agreeing = cv2.estimateAffinePartial2D(
        start, end, method=cv2.RANSAC, ransacReprojThreshold=NEAR, maxIters=1000, confidence=0.995
    )
    if matrix is None or not np.isfinite(matrix).all():
        return None, np.zeros(len(start), np.bool_)
    return np.asarray(matrix, np.float64), np.asarray(agreeing).ravel().astype(np.bool_)


def _cells(positions: NDArray[np.float32]) -> int:
    """In how many of 4x4 cells of the picture there are points."""
    columns, rows = np.minimum(positions.T * 4, 3).astype(int)
    return len(np.unique(rows * 4 + columns))


def _unit(size: tuple[int, int]) -> NDArray[np.float64]:
    """Width and height in diagonals."""
    return np.asarray(size, np.float64) / math.hypot(*size)


def _in_diagonals(points: KeyPoints) -> NDArray[np.float64]:
    return points.positions.astype(np.float64) * _unit(points.size)
