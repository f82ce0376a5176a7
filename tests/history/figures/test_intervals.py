"""Intervals of figures: as a reference has them, and as they must be."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedcheck.history.figures.intervals import mean, median, rate, share

COUNTS = [(0, 1), (1, 1), (0, 10), (1, 10), (5, 10), (10, 10), (3, 4021), (4000, 4021)]


@pytest.mark.parametrize(("count", "n"), COUNTS)
def test_a_share_is_as_scipy_has_it(count: int, n: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    found = share(count, n)
    reference = stats.binomtest(count, n).proportion_ci(method="wilson")
    assert found.value == count / n
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=1e-12)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40, 1000, 25_000])
@pytest.mark.parametrize("n", [1, 365, 730_000.0])
def test_a_rate_is_as_scipy_has_it(count: int, n: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    found = rate(count, n)
    low = stats.chi2.ppf(0.025, 2 * count) / 2 / n if count else 0.0
    high = stats.chi2.ppf(0.975, 2 * count + 2) / 2 / n
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-8)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 30, 31, 900, 1001, 5000])
def test_a_mean_is_as_scipy_has_it(n: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    values = Counter(1000 + (n * k) % 37 for k in range(n))
    found = mean(values)
    spread = list(values.elements())
    average = sum(spread) / n
    half = stats.t.ppf(0.975, n - 1) * stats.sem(spread)
    assert (found.low, found.high) == pytest.approx((average - half, average + half), rel=1e-6)


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [  # ranks from 1, as tables of the sign test have them
        (6, 1, 6),
        (9, 2, 8),
        (20, 6, 15),
        (50, 18, 33),
        (100, 40, 61),
    ],
)
def test_a_middle_lies_between_the_ranks_of_the_tables(n: int, low: int, high: int) -> None:
    found = median(dict.fromkeys(range(1, n + 1), 1))
    assert (found.value, found.low, found.high) == ((n + 1) / 2, low, high)


def test_what_nothing_is_known_of_has_no_value_and_few_have_no_interval() -> None:
    for nothing in (share(0, 0), rate(0, 0), median({}), mean({})):
        assert (nothing.value, nothing.low, nothing.high, nothing.n) == (None, None, None, 0)
    assert median({7: 5}).low is None
    assert mean({7: 1}).low is None
    assert (mean({7: 2}).low, mean({7: 2}).high) == (7, 7)


@pytest.mark.parametrize(("count", "n"), [(-1, 3), (4, 3), (1, 0)])
def test_a_share_that_is_none_is_refused(count: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"got {count} of {n}"):
        share(count, n)


def test_a_rate_of_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="got -1 over 3"):
        rate(-1, 3)


@given(st.integers(0, 400), st.integers(0, 400))
def test_every_interval_holds_its_figure(count: int, more: int) -> None:
    for found in (share(count, count + more), rate(count, float(more))):
        if found.value is not None and found.low is not None and found.high is not None:
            assert 0 <= found.low <= found.value <= found.high
            assert not math.isnan(found.high)


@given(st.dictionaries(st.integers(0, 90_000), st.integers(1, 30), min_size=1, max_size=40))
def test_middles_and_means_are_those_of_the_values(values: dict[int, int]) -> None:
    spread = sorted(Counter(values).elements())
    middle = median(values)
    assert middle.value == (spread[(len(spread) - 1) // 2] + spread[len(spread) // 2]) / 2
    assert mean(values).value == pytest.approx(sum(spread) / len(spread))
    if middle.low is not None and middle.high is not None and middle.value is not None:
        assert middle.low <= middle.value <= middle.high
