"""Figures agree with scikit-learn, and intervals with what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from eval.intervals import bootstrap
from eval.metrics import (
    auc,
    auc_of_rooms,
    auc_within,
    average_precision,
    brier,
    calibration_error,
    coverage_at,
    platt,
    precision_recall,
    recalibrated,
    reliability,
    risk_coverage,
    roc,
    share,
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=60).filter(
        lambda rows: len({truth for _, truth in rows}) == 2
    )
)
def test_auc_is_scikit_learns_ties_included(rows: list[tuple[int, bool]]) -> None:
    scores, truth = (np.array(column) for column in zip(*rows, strict=True))
    assert auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))


@pytest.mark.parametrize(
    ("scores", "truth", "expected"),
    [
        ([0.1, 0.9], [0, 1], 1.0),
        ([0.9, 0.1], [0, 1], 0.0),
        ([0.5, 0.5], [0, 1], 0.5),
        ([0.5, 0.7], [1, 1], None),  # one class only: not estimable
        ([], [], None),
    ],
)
def test_auc(scores: list[float], truth: list[int], expected: float | None) -> None:
    assert auc(np.array(scores), np.array(truth)) == expected


def test_auc_within_rooms_does_not_reward_telling_rooms_apart() -> None:
    rooms = np.array(["a"] * 10 + ["b"] * 10)
    truth = np.array([1] * 9 + [0] + [0] * 9 + [1])  # a is nearly always full, b nearly empty
    knows_the_room = np.where(rooms == "a", 0.9, 0.1)
    assert auc(knows_the_room, truth) == pytest.approx(0.9)
    assert auc_within(knows_the_room, truth, rooms) == pytest.approx(0.5)


def test_auc_within_rooms_is_not_estimable_where_no_room_holds_both() -> None:
    truth, rooms = np.array([1, 1, 0]), np.array(["a", "a", "b"])
    assert auc_within(np.array([0.1, 0.2, 0.3]), truth, rooms) is None


def test_intervals_of_a_share_hold_the_truth_about_as_often_as_they_promise() -> None:
    held = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        rooms = np.repeat(np.arange(40), 5)
        odds = rng.beta(4, 4, 40)[rooms]  # rooms differ: rows of one are not independent
        hits = rng.random(200) < odds
        found = bootstrap(lambda i, h=hits: share(h[i]), rooms, rounds=200, seed=seed)
        assert found.low is not None and found.high is not None
        held += found.low <= 0.5 <= found.high
    assert 0.88 <= held / 120 <= 0.99


@pytest.mark.parametrize(
    ("p", "truth", "expected"),
    [
        ([0.95, 0.95, 0.05, 0.05], [1, 1, 0, 0], 0.05),
        ([0.95, 0.95, 0.05, 0.05], [0, 0, 1, 1], 0.95),
        ([0.55, 0.55], [1, 0], 0.05),  # errors within a bin cancel, as they should
        ([1.0], [0], 1.0),  # 1 belongs to the last bin
        ([], [], None),
    ],
)
def test_calibration_error(p: list[float], truth: list[int], expected: float | None) -> None:
    assert calibration_error(np.array(p), np.array(truth)) == (
        None if expected is None else pytest.approx(expected)
    )


def test_few_rooms_have_no_interval() -> None:
    found = bootstrap(lambda i: 0.5, ["a", "a", "b"])
    assert (found.value, found.low, found.n, found.units) == (0.5, None, 3, 2)
    assert str(found) == "0.500 (n=3, rooms=2)"


def test_nothing_is_not_estimable() -> None:
    assert str(bootstrap(lambda i: share(np.array([])), [])) == "not estimable (n=0)"


rows = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=80).filter(
    lambda rows: len({truth for _, truth in rows}) == 2
)


@settings(deadline=None, max_examples=50)
@given(rows)
def test_curves_and_scores_are_scikit_learns(rows: list[tuple[int, bool]]) -> None:
    p = np.array([score / 20 for score, _ in rows])
    truth = np.array([t for _, t in rows])
    assert average_precision(p, truth) == pytest.approx(average_precision_score(truth, p))
    assert brier(p, truth) == pytest.approx(brier_score_loss(truth, p))
    false, true, _ = roc_curve(truth, p, drop_intermediate=False)
    assert np.allclose(roc(p, truth), (false, true))
    precision, recall, _ = precision_recall_curve(truth, p)
    ours = precision_recall(p, truth)
    assert np.allclose(ours[0], precision[:-1][::-1]) and np.allclose(ours[1], recall[:-1][::-1])


def test_reliability_is_scikit_learns() -> None:
    rng = np.random.default_rng(3)
    p = rng.random(500)
    truth = rng.random(500) < p**2
    true, claimed = calibration_curve(truth, p, n_bins=10)
    bins = reliability(p, truth)
    assert np.allclose([b.true for b in bins], true)
    assert np.allclose([b.claimed for b in bins], claimed)
    weighed = sum(b.n * abs(b.claimed - b.true) for b in bins) / 500
    assert calibration_error(p, truth) == pytest.approx(weighed)


def test_platt_finds_the_slope_and_shift_that_made_the_labels() -> None:
    rng = np.random.default_rng(5)
    z = rng.normal(0, 2, 40_000)
    truth = rng.random(40_000) < 1 / (1 + np.exp(-(0.5 * z + 1)))
    assert platt(1 / (1 + np.exp(-z)), truth) == pytest.approx((0.5, 1.0), abs=0.05)


def test_recalibration_mends_what_is_wrong_in_all_rooms_alike() -> None:
    rng = np.random.default_rng(6)
    z, rooms = rng.normal(0, 1.5, 3000), np.repeat(np.arange(30), 100)
    truth = rng.random(3000) < 1 / (1 + np.exp(-z))
    claimed = 1 / (1 + np.exp(-(3 * z + 2)))  # far too sure
    after = recalibrated(claimed, truth, rooms)
    assert after is not None
    before = calibration_error(claimed, truth)
    assert before is not None and before > 0.15
    assert calibration_error(after, truth) == pytest.approx(0, abs=0.04)
    assert recalibrated(claimed[:50], truth[:50], rooms[:50]) is None  # one room


def test_risk_and_coverage() -> None:
    sure = np.array([0.9, 0.8, 0.8, 0.6])
    wrong = np.array([0, 0, 1, 1])
    coverage, risk = risk_coverage(sure, wrong)
    assert np.allclose(coverage, [0.25, 0.75, 1.0])  # equal confidence goes together
    assert np.allclose(risk, [0, 1 / 3, 0.5])
    assert [coverage_at(sure, wrong, r) for r in (0.0, 0.4, 0.5)] == [0.25, 0.75, 1.0]
    assert coverage_at(np.array([]), np.array([]), 0.1) is None


def test_rooms_that_hold_one_state_have_no_auc() -> None:
    found = auc_of_rooms(np.array([0.9, 0.1, 0.5]), np.array([1, 0, 1]), np.array(["a", "a", "b"]))
    assert found == {"a": (1.0, 1)}
