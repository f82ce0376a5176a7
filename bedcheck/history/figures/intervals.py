"""Figures with their 95 % intervals: shares, rates, middles and means. No library needed.

Each says how its interval was made and what it rests on. What cannot be told is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any

__all__ = ["Estimate", "mean", "median", "rate", "share"]

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure, its interval, and what it rests on."""

    value: float | None  # None: nothing to tell it from
    low: float | None  # None: too little for an interval
    high: float | None
    n: float  # what it was counted over: looks, alarms, resident-nights
    count: float | None = None  # of a share or rate: how many of the n
    method: str = ""  # "Wilson", "Garwood", "order statistics", "Student"

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "count": self.count,
            "method": self.method,
        }


@lru_cache(maxsize=10_000)  # many residents have the same
def share(count: int, n: int) -> Estimate:
    """``count`` of ``n``, with the score interval.

    E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, doi:10.1080/01621459.1927.10502953.
    ValueError where ``count`` is not within 0..n.
    """
    if not 0 <= count <= n:
        raise ValueError(f"expected 0 <= count <= n; got {count} of {n}")
    if n == 0:
        return Estimate(value=None, low=None, high=None, n=0, count=0, method="Wilson")
    p, z2 = count / n, Z**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    # None of n is not certainly none, but its lower end is; rounding must not say otherwise.
    low = 0.0 if count == 0 else max(middle - half, 0.0)
    high = 1.0 if count == n else min(middle + half, 1.0)
    return Estimate(value=p, low=low, high=high, n=n, count=count, method="Wilson")


@lru_cache(maxsize=10_000)  # many residents have the same
def rate(count: int, n: float) -> Estimate:
    """``count`` events over ``n`` units of exposure, with the exact Poisson interval.

    F. Garwood, Biometrika 28, 1936, doi:10.1093/biomet/28.3-4.437. ValueError where either is
    negative.
    """
    if count < 0 or n < 0:
        raise ValueError(f"expected a count and an exposure of 0 or more; got {count} over {n}")
    if n == 0:
        return Estimate(value=None, low=None, high=None, n=0, count=count, method="Garwood")
    tail = (1 - CONFIDENCE) / 2
    most = count + 10 * math.sqrt(count + 1) + 20  # far beyond the upper end
    # P(X >= count | low) = tail, and P(X <= count | high) = tail.
    low = _where(lambda m: _gamma_below(count, m), tail, most) if count else 0.0
    high = _where(lambda m: _gamma_below(count + 1, m), 1 - tail, most)
    return Estimate(value=count / n, low=low / n, high=high / n, n=n, count=count, method="Garwood")


def median(values: Mapping[int, int]) -> Estimate:
    """The middle of whole numbers, given with how often each came, by order statistics.

    The interval's ends are two of the values themselves, and it holds at least 95 % whatever
    the distribution; of fewer than six values there is none. W. J. Conover, Practical
    Nonparametric Statistics, 3rd ed., 1999, section 3.2.
    """
    n = sum(values.values())
    if n == 0:
        return Estimate(value=None, low=None, high=None, n=0, method="order statistics")
    middle = (_at(values, (n - 1) // 2) + _at(values, n // 2)) / 2
    tail = (1 - CONFIDENCE) / 2
    rank = _most_in_tail(n, tail)
    if rank is None:
        return Estimate(value=middle, low=None, high=None, n=n, method="order statistics")
    low, high = _at(values, rank), _at(values, n - 1 - rank)
    return Estimate(value=middle, low=low, high=high, n=n, method="order statistics")


def mean(values: Mapping[int, int]) -> Estimate:
    """The mean of whole numbers of 0 or more, with Student's interval, cut at 0.

    Student, Biometrika 6, 1908, doi:10.1093/biomet/6.1.1. It takes the mean for normal, which
    few and skewed values are not. With one value there is no interval.
    """
    n = sum(values.values())
    if n == 0:
        return Estimate(value=None, low=None, high=None, n=0, method="Student")
    average = sum(value * times for value, times in values.items()) / n
    if n == 1:
        return Estimate(value=average, low=None, high=None, n=1, method="Student")
    squares = sum(times * (value - average) ** 2 for value, times in values.items())
    half = _student(n - 1) * math.sqrt(squares / (n - 1) / n)
    return Estimate(
        value=average, low=max(average - half, 0.0), high=average + half, n=n, method="Student"
    )


# ---- what they stand on


def _at(values: Mapping[int, int], rank: int) -> float:
    """The value of this rank, from 0, in rising order."""
    passed = 0
    for value in sorted(values):
        passed += values[value]
        if rank < passed:
            return float(value)
    raise ValueError(f"expected a rank under {passed}; got {rank}")


@lru_cache(maxsize=10_000)
def _most_in_tail(n: int, tail: float) -> int | None:
    """The largest r with P(Bin(n, 1/2) <= r) <= tail; None: not even 0 is."""
    total = 0.0
    for r in range(n):
        total += math.exp(
            math.lgamma(n + 1) - math.lgamma(r + 1) - math.lgamma(n - r + 1) - n * math.log(2)
        )
        if total > tail:
            return r - 1 if r else None
    return None


def _gamma_below(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function P(shape, x).

    W. H. Press and others, Numerical Recipes, 3rd ed., 2007, section 6.2.
    """
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        return front * _sum(_series(shape, x))
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    fraction = d
    for i in range(1, 10_000):
        a = -i * (i - shape)
        b += 2
        d = 1 / (a * d + b or tiny)
        c = b + a / c or tiny
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return 1 - front * fraction


def _series(shape: float, x: float) -> Iterable[float]:
    term = 1 / shape
    while term > 0:
        yield term
        shape += 1
        term *= x / shape


def _sum(terms: Iterable[float]) -> float:
    total = 0.0
    for term in terms:
        total += term
        if term < total * 1e-16:
            break
    return total


@lru_cache(maxsize=2000)
def _student(freedom: int) -> float:
    """Student's t that 95 % lie within, for so many degrees of freedom."""
    # P(|T| <= t) is an integral of cosines: exact sums for whole degrees of freedom.
    # M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.7.3 and 26.7.4.
    if freedom > 1000:  # the sums grow long, and the normal law's correction is enough
        z = Z
        return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    return _where(lambda t: _within(t, freedom), CONFIDENCE, 20.0)


def _within(t: float, freedom: int) -> float:
    angle = math.atan(t / math.sqrt(freedom))
    cosine2, odd = math.cos(angle) ** 2, freedom % 2 == 1
    if freedom == 1:
        return 2 * angle / math.pi
    term = math.cos(angle) if odd else 1.0
    total = term
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine2 * (k - 1) / k
        total += term
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total


def _where(rising: Callable[[float], float], target: float, most: float) -> float:
    """Where a function that rises over 0..most reaches ``target``, by bisection."""
    low, high = 0.0, most
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return (low + high) / 2
