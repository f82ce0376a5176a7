"""Intervals are SciPy's where SciPy has them, and hold the truth as often as they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from eval.intervals import bootstrap, exact, looks_needed, ratio


@settings(deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_exact_is_scipys(trial: tuple[int, int]) -> None:
    hits, n = trial
    theirs = binomtest(hits, n).proportion_ci(method="exact")
    assert exact(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-7)


def test_exact_holds_the_truth_at_least_as_often_as_it_promises() -> None:
    for p in (0.02, 0.3):
        hits = np.random.default_rng(1).binomial(60, p, 400)
        spans = {k: exact(int(k), 60) for k in set(hits)}
        assert np.mean([spans[k][0] <= p <= spans[k][1] for k in hits]) >= 0.94


def test_a_ratio_is_its_bootstrap() -> None:
    rng = np.random.default_rng(2)
    rooms = rng.integers(0, 30, 200)
    hits = rng.random(200) < 0.3
    fast = ratio(hits, np.ones(200), rooms)
    slow = bootstrap(lambda i: float(hits[i].mean()), rooms)
    assert fast.value == slow.value
    assert (fast.low, fast.high) == pytest.approx((slow.low, slow.high), abs=0.02)


def test_a_ratio_by_room_holds_the_truth_and_by_row_would_not() -> None:
    held = {"room": 0, "row": 0}
    for seed in range(300):
        rng = np.random.default_rng(seed)
        rooms = np.repeat(np.arange(40), 10)
        hits = rng.random(400) < rng.beta(1, 1, 40)[rooms]
        for unit, units in (("room", rooms), ("row", np.arange(400))):
            found = ratio(hits, np.ones(400), units, rounds=300, seed=seed)
            assert found.low is not None and found.high is not None
            held[unit] += found.low <= 0.5 <= found.high
    assert 0.90 <= held["room"] / 300 <= 0.99
    assert held["row"] / 300 < 0.8  # looks at a room are alike: rows promise too much


@pytest.mark.parametrize(("share", "low", "high"), [(0, 0.0, 0.0881), (1, 0.9119, 1.0)])
def test_none_of_forty_rooms_is_not_none_of_all(share: int, low: float, high: float) -> None:
    found = ratio(np.full(400, share), np.ones(400), np.repeat(np.arange(40), 10))
    assert found.method == "exact"
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-3)


def test_a_difference_of_nothing_has_no_exact_interval() -> None:
    found = ratio(np.zeros(40), np.ones(40), np.arange(40), signed=True)
    assert (found.value, found.low) == (0.0, None)
    assert found.method.startswith("no interval")


@pytest.mark.parametrize(("rate", "looks"), [(0.01, 299), (0.001, 2995), (0.0001, 29956)])
def test_error_free_looks_for_a_claim(rate: float, looks: int) -> None:
    assert looks_needed(rate) == looks
    assert exact(0, looks, confidence=0.9)[1] <= rate  # one-sided 95 %


@pytest.mark.parametrize("rate", [0.0, 1.0, -1.0])
def test_a_rate_is_between_nothing_and_always(rate: float) -> None:
    with pytest.raises(ValueError, match="expected a rate"):
        looks_needed(rate)
