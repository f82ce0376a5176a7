"""Figures agree with scikit-learn, and intervals with what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from eval.intervals import bootstrap
from eval.metrics import auc, auc_within, calibration_error, share


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
