"""Metrics, one function each. What cannot be told is None, never a guess.

Scores are float N, ``truth`` bool N, ``rooms`` N names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Reliability",
    "auc",
    "auc_of_rooms",
    "auc_within",
    "average_precision",
    "brier",
    "calibration_error",
    "coverage_at",
    "platt",
    "precision_recall",
    "recalibrated",
    "reliability",
    "risk_coverage",
    "roc",
    "share",
]

Array = NDArray[Any]


def auc(scores: Array, truth: Array) -> float | None:
    """Area under the ROC curve: the chance that a positive outscores a negative.

    Ties count half (Mann-Whitney). None where one of the two classes is missing.
    """
    truth = np.asarray(truth, bool)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return None
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]  # ties share their mean rank
    above = ranks[truth].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def auc_of_rooms(scores: Array, truth: Array, rooms: Array) -> dict[str, tuple[float, int]]:
    """(AUC, pairs) of each room that holds both classes; the others have none to compare."""
    truth, rooms = np.asarray(truth, bool), np.asarray(rooms)
    found: dict[str, tuple[float, int]] = {}
    for room in np.intersect1d(rooms[truth], rooms[~truth]):
        inside = rooms == room
        here = auc(scores[inside], truth[inside])
        assert here is not None
        found[str(room)] = (here, int(truth[inside].sum()) * int((~truth[inside]).sum()))
    return found


def auc_within(scores: Array, truth: Array, rooms: Array) -> float | None:
    """AUC over pairs from the same room only, so that no room is told from another.

    Rooms that hold one class only have no pairs and say nothing; each room weighs by
    its pairs. None where no room holds both.
    """
    found = auc_of_rooms(scores, truth, rooms)
    pairs = sum(count for _, count in found.values())
    return sum(here * count for here, count in found.values()) / pairs if pairs else None


def roc(scores: Array, truth: Array) -> tuple[Array, Array]:
    """False and true positive shares at every threshold, from (0, 0) to (1, 1)."""
    _, positives, total = _falling(scores, truth)
    negatives = total - positives
    zero = [0.0]
    return (
        np.concatenate([zero, negatives / max(negatives[-1], 1)]),
        np.concatenate([zero, positives / max(positives[-1], 1)]),
    )


def precision_recall(scores: Array, truth: Array) -> tuple[Array, Array]:
    """Precision and recall at every threshold, from the highest score down."""
    _, positives, total = _falling(scores, truth)
    return positives / total, positives / max(positives[-1], 1)


def average_precision(scores: Array, truth: Array) -> float | None:
    """Area under the precision-recall curve by steps; None without a positive or a row."""
    if not np.any(truth):
        return None
    precision, recall = precision_recall(scores, truth)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def brier(p: Array, truth: Array) -> float | None:
    """Mean squared distance of p from what was true. Brier, Monthly Weather Review 78, 1950."""
    return float(np.mean((np.asarray(p) - np.asarray(truth, float)) ** 2)) if len(p) else None


class Reliability(NamedTuple):
    """One bin of a reliability diagram."""

    claimed: float  # mean p in the bin
    true: float  # share that was true
    n: int


def reliability(p: Array, truth: Array, bins: int = 10) -> list[Reliability]:
    """What was claimed and what was true in equal bins of p in 0..1; empty bins left out."""
    p, truth = np.asarray(p, float), np.asarray(truth, float)
    cell = np.minimum((p * bins).astype(int), bins - 1)
    return [
        Reliability(float(p[cell == k].mean()), float(truth[cell == k].mean()), int(count))
        for k, count in enumerate(np.bincount(cell, minlength=bins))
        if count
    ]


def calibration_error(p: Array, truth: Array, bins: int = 10) -> float | None:
    """Expected calibration error: how far p lies from the share that is true, over equal bins.

    Guo et al., ICML 2017, arXiv:1706.04599. None of nothing.
    """
    if not len(p):
        return None
    p = np.asarray(p, float)
    cell = np.minimum((p * bins).astype(int), bins - 1)
    gap = np.bincount(cell, p - np.asarray(truth, float), minlength=bins)
    return float(np.abs(gap).sum() / len(p))


def platt(p: Array, truth: Array) -> tuple[float, float]:
    """Slope and shift on the log odds of ``p`` that fit ``truth`` best.

    Newton's method with a ridge of 1e-3 on both, so that rows told apart without an error
    have an answer too. J. Platt, 1999.
    """
    z, y = _odds(p), np.asarray(truth, float)
    x = np.stack([z, np.ones_like(z)], 1)
    weights = np.zeros(2)

    def loss(w: Array) -> float:
        at = x @ w
        return float((np.logaddexp(0, at) - y * at).sum() + 5e-4 * (w**2).sum())

    for _ in range(50):
        q = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (q - y) + 1e-3 * weights
        curve = (x * (q * (1 - q))[:, None]).T @ x + 1e-3 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-9:
            step /= 2  # a whole step may overshoot where scores are far out
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return float(weights[0]), float(weights[1])


def recalibrated(p: Array, truth: Array, rooms: Array, folds: int = 5) -> Array | None:
    """``p`` after `platt` fitted on the other rooms: what calibration could mend, and no more.

    Rooms go into ``folds`` parts by size. None where a part leaves one class only to fit.
    """
    rooms, truth = np.asarray(rooms), np.asarray(truth, bool)
    names, counts = np.unique(rooms, return_counts=True)
    if len(names) < 2:
        return None
    order = names[np.argsort(-counts, kind="stable")]
    part = {name: k % folds for k, name in enumerate(order)}
    fold = np.array([part[name] for name in rooms])
    after = np.zeros(len(rooms))
    for k in np.unique(fold):
        out = fold == k
        if len(set(truth[~out])) < 2:
            return None
        slope, shift = platt(p[~out], truth[~out])
        after[out] = 1 / (1 + np.exp(-(slope * _odds(p[out]) + shift)))
    return after


def risk_coverage(confidence: Array, wrong: Array) -> tuple[Array, Array]:
    """Share answered and share of those wrong, as the least confident are left to a human.

    Points only where the confidence changes: rows of equal confidence go together.
    """
    _, errors, kept = _falling(confidence, wrong)
    total = max(kept[-1], 1) if len(kept) else 1
    return kept / total, errors / np.maximum(kept, 1)


def coverage_at(confidence: Array, wrong: Array, risk: float) -> float | None:
    """The largest share that can be answered with at most ``risk`` wrong; None of nothing."""
    if not len(confidence):
        return None
    coverage, risks = risk_coverage(confidence, wrong)
    return float(coverage[risks <= risk].max(initial=0.0))


def share(hits: Array) -> float | None:
    """Share of true values; None of nothing."""
    return float(np.mean(hits)) if len(hits) else None


def _odds(p: Array) -> Array:
    p = np.clip(np.asarray(p, float), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))


def _falling(scores: Array, truth: Array) -> tuple[Array, Array, Array]:
    """Each distinct score from the highest, and counts of true rows and of all down to it."""
    scores, truth = np.asarray(scores, float), np.asarray(truth, bool)
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    return scores[order][ends], np.cumsum(truth[order])[ends].astype(float), ends + 1.0
