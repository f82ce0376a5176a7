"""A figure with its 95 % interval and what it rests on. What cannot be told is None.

Looks at one room are alike, so an interval resamples whole rooms, never rows: a figure over a
thousand looks at three rooms rests on three.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST", "Estimate", "Figure", "at_most", "bootstrap", "exact", "looks_needed", "ratio"]

ROUNDS = 1000
FEWEST = 5  # units: resampling fewer says nothing of a sixth

Figure = Callable[[NDArray[np.int64]], float | None]
"""A figure over the rows whose indices it is given; None where it has no value."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure, its 95 % interval, and what it rests on."""

    value: float | None  # None: not estimable
    low: float | None  # None: no interval, and `method` says why
    high: float | None
    n: int  # rows
    units: int  # what the interval resamples
    unit: str = "room"  # what one of them is
    method: str = "bootstrap"  # or "exact", or why there is no interval

    def __str__(self) -> str:
        if self.value is None:
            return f"not estimable (n={self.n})"
        inside = f" [{self.low:.3f}, {self.high:.3f}]" if self.low is not None else ""
        return f"{self.value:.3f}{inside} (n={self.n}, {self.unit}s={self.units})"


def bootstrap(
    figure: Figure,
    units: Sequence[Any] | NDArray[Any],
    *,
    unit: str = "room",
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Estimate:
    """``figure`` over all rows, with a percentile interval by resampling whole units.

    ``units`` names each row's unit of independence, ``unit`` says what that is. There is no
    interval with fewer than five units, nor where every resample gives the same value: that
    happens to figures at the end of their scale, and no width is not certainty.
    """
    names, members = np.unique(np.asarray(units), return_inverse=True)
    rows = [np.flatnonzero(members == k) for k in range(len(names))]
    value = figure(np.arange(len(members))) if len(members) else None
    drawn: list[float] = []
    if value is not None and len(names) >= FEWEST:
        rng = np.random.default_rng(seed)
        for _ in range(rounds):
            chosen = rng.integers(len(rows), size=len(rows))
            again = figure(np.concatenate([rows[k] for k in chosen]))
            if again is not None:
                drawn.append(again)
    return _estimate(value, np.array(drawn), rounds, len(members), len(names), unit)


def ratio(
    over: NDArray[Any],
    under: NDArray[Any],
    units: Sequence[Any] | NDArray[Any],
    *,
    unit: str = "room",
    signed: bool = False,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Estimate:
    """Sum of ``over`` by sum of ``under``, both float N: a share or a mean, by bootstrap.

    The same as `bootstrap` of that quotient, at a hundredth of the cost. A share of 0 or 1,
    which resampling cannot move, gets the exact interval of as many independent trials as
    there are units: none of forty rooms is not none of all rooms. ``signed`` says that it is no
    share but a difference, to which that does not apply.
    """
    over, under = np.asarray(over, float), np.asarray(under, float)
    names, members = np.unique(np.asarray(units), return_inverse=True)
    tops = np.bincount(members, over, minlength=len(names))
    bottoms = np.bincount(members, under, minlength=len(names))
    kept = bottoms > 0
    tops, bottoms, n = tops[kept], bottoms[kept], int((under > 0).sum())
    count = len(tops)
    value = float(tops.sum() / bottoms.sum()) if count else None
    drawn = np.array([])
    if count >= FEWEST:
        times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), rounds)
        drawn = (times @ tops) / (times @ bottoms)
    whole = bool(not signed and count >= FEWEST and (np.all(tops == 0) or np.all(tops == bottoms)))
    if whole and value in (0.0, 1.0):
        low, high = exact(count if value else 0, count)
        return Estimate(
            value=value, low=low, high=high, n=n, units=count, unit=unit, method="exact"
        )
    return _estimate(value, drawn, rounds, n, count, unit)


def exact(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact binomial interval of ``hits`` in ``n`` independent trials.

    C. J. Clopper, E. S. Pearson, Biometrika 26(4), 1934, doi:10.1093/biomet/26.4.404.
    """
    if not 0 <= hits <= n or n < 1:
        raise ValueError(f"expected 0 <= hits <= n and n >= 1; got {hits} of {n}")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _up_to(hits - 1, n, p), tail)
    high = 1.0 if hits == n else 1 - _solve(lambda q: _up_to(hits, n, 1 - q), tail)
    return low, high


def at_most(hits: int, n: int, confidence: float = 0.95) -> float:
    """The largest share that ``hits`` in ``n`` independent trials allow: one-sided and exact.

    With no hit it is the rate for which `looks_needed` asks ``n`` looks.
    """
    return exact(hits, n, 2 * confidence - 1)[1]


def looks_needed(rate: float, confidence: float = 0.95) -> int:
    """How many independent looks without one error show that errors are rarer than ``rate``."""
    if not 0 < rate < 1:
        raise ValueError(f"expected a rate between 0 and 1; got {rate}")
    return math.ceil(math.log(1 - confidence) / math.log1p(-rate))


def _estimate(
    value: float | None, drawn: NDArray[Any], rounds: int, n: int, units: int, unit: str
) -> Estimate:
    low = high = None
    method = "bootstrap"
    if value is None:
        method = "not estimable"
    elif units < FEWEST:
        method = f"no interval: fewer than {FEWEST} {unit}s"
    elif len(drawn) < rounds / 2:
        method = "no interval: most resamples have no value"
    elif np.ptp(drawn) <= 1e-9:  # not even that of rounding
        method = "no interval: every resample gives the same"
    else:
        low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975]))
    return Estimate(value=value, low=low, high=high, n=n, units=units, unit=unit, method=method)


def _up_to(hits: int, n: int, p: float) -> float:
    """P(at most ``hits`` in ``n``), summed in logarithms."""
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if hits >= n else 0.0
    k = np.arange(hits + 1)
    ways = np.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k])
    logs = ways + k * math.log(p) + (n - k) * math.log1p(-p)
    top = logs.max()
    return float(min(1.0, math.exp(top) * np.exp(logs - top).sum()))


def _solve(rising: Callable[[float], float], target: float) -> float:
    """Where a function that rises over 0..1 reaches ``target``, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return (low + high) / 2
