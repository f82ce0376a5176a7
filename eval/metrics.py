"""Figures with their intervals. What cannot be estimated is None, never a guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Estimate", "auc", "auc_within", "bootstrap", "calibration_error", "share"]

ROUNDS = 1000

Figure = Callable[[NDArray[np.int64]], float | None]
"""A figure over the rows whose indices it is given; None where it has no value."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure, its 95 % interval, and what it rests on."""

    value: float | None  # None: not estimable
    low: float | None  # None: too few rooms for an interval
    high: float | None
    n: int  # rows
    units: int  # what the interval resamples
    unit: str = "room"  # what one of them is

    def __str__(self) -> str:
        if self.value is None:
            return f"not estimable (n={self.n})"
        inside = f" [{self.low:.3f}, {self.high:.3f}]" if self.low is not None else ""
        return f"{self.value:.3f}{inside} (n={self.n}, {self.unit}s={self.units})"


def auc(scores: NDArray[Any], truth: NDArray[Any]) -> float | None:
    """Area under the ROC curve: the chance that a positive outscores a negative.

    ``scores`` float N, ``truth`` bool N; ties count half (Mann-Whitney). None where
    one of the two classes is missing.
    """
    truth = np.asarray(truth, bool)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return None
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    del values
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]  # ties share their mean rank
    above = ranks[truth].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def auc_within(scores: NDArray[Any], truth: NDArray[Any], rooms: NDArray[Any]) -> float | None:
    """AUC over pairs from the same room only, so that no room is told from another.

    Rooms that hold one class only have no pairs and say nothing; each room weighs by
    its pairs. None where no room holds both.
    """
    truth = np.asarray(truth, bool)
    won = pairs = 0.0
    for room in np.unique(rooms):
        inside = rooms == room
        here = auc(scores[inside], truth[inside])
        if here is not None:
            count = float(truth[inside].sum()) * float((~truth[inside]).sum())
            won += here * count
            pairs += count
    return won / pairs if pairs else None


def calibration_error(p: NDArray[Any], truth: NDArray[Any], bins: int = 10) -> float | None:
    """Expected calibration error: how far p lies from the share that is true, over equal bins.

    ``p`` float N in 0..1, ``truth`` bool N. Guo et al., ICML 2017, arXiv:1706.04599.
    None of nothing.
    """
    if not len(p):
        return None
    cell = np.minimum((np.asarray(p) * bins).astype(int), bins - 1)
    gap = np.bincount(cell, np.asarray(p) - np.asarray(truth, float), minlength=bins)
    return float(np.abs(gap).sum() / len(p))


def share(hits: NDArray[Any]) -> float | None:
    """Share of true values; None of nothing."""
    return float(np.mean(hits)) if len(hits) else None


def bootstrap(
    figure: Figure,
    units: Sequence[Any],
    *,
    unit: str = "room",
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Estimate:
    """``figure`` over all rows, with a percentile interval by resampling whole units.

    ``units`` names each row's unit of independence, ``unit`` says what that is. With fewer
    than five units no interval is given: resampling so few says nothing of a sixth.
    """
    names, members = np.unique(np.asarray(units), return_inverse=True)
    rows = [np.flatnonzero(members == k) for k in range(len(names))]
    everything = np.arange(len(members))
    value = figure(everything) if len(members) else None
    low = high = None
    if value is not None and len(names) >= 5:
        rng = np.random.default_rng(seed)
        drawn = (
            figure(np.concatenate([rows[k] for k in rng.integers(len(rows), size=len(rows))]))
            for _ in range(rounds)
        )
        values = [v for v in drawn if v is not None]
        if len(values) >= rounds / 2:
            low, high = (float(q) for q in np.quantile(values, [0.025, 0.975]))
    return Estimate(value=value, low=low, high=high, n=len(members), units=len(names), unit=unit)
