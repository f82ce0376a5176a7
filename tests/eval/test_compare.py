"""Comparisons respect rooms, and a guard holds its line."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import permutation_test

from bedcheck.errors import ManifestError
from eval.compare import GUARDS, compare, difference_lines, permutation, worse
from eval.predictions import Prediction
from tests.eval.tables import prediction


def table(missed: set[int], rooms: int = 20, each: int = 4) -> list[Prediction]:
    """Half the beds empty; those of the rooms in ``missed`` judged in_bed."""
    return [
        prediction(
            room * each + k,
            label="not_in_bed" if k % 2 else "in_bed",
            state="not_in_bed" if k % 2 and room not in missed else "in_bed",
            room=f"room{room}",
        )
        for room in range(rooms)
        for k in range(each)
    ]


def test_a_table_with_itself_changes_nothing() -> None:
    found, told = compare(table({1}), table({1}))
    assert all(one.better is None and not worse(one) for one in found.values())
    assert all(one.p == 1.0 for one in found.values())
    assert told["now_wrong"] == told["now_right"] == []


def test_many_rooms_worse_is_beyond_chance_and_one_room_is_not() -> None:
    many, _ = compare(table(set()), table(set(range(10))))
    one, told = compare(table(set()), table({0}))
    assert worse(many["missed_absence"]) and many["missed_absence"].p < 0.01
    assert many["missed_absence"].change.value == pytest.approx(0.5)
    assert not worse(one["missed_absence"]) and one["missed_absence"].p > 0.5
    assert [row["path"] for row in told["now_wrong"]] == ["1.png", "3.png"]
    better, _ = compare(table(set(range(10))), table(set()))
    assert better["missed_absence"].better and not worse(better["missed_absence"])
    assert many["auc"].better is False and better["auc"].better is True


def test_where_no_interval_can_be_had_a_worsening_does_not_pass() -> None:
    found, _ = compare(table(set(), rooms=2), table({0, 1}, rooms=2))
    assert found["missed_absence"].change.low is None
    assert worse(found["missed_absence"])


def test_every_figure_is_a_guard() -> None:
    found, _ = compare(table({1}), table({2}))
    assert set(found) <= set(GUARDS)


def test_tables_without_a_common_row_are_refused() -> None:
    with pytest.raises(ManifestError, match="got none"):
        compare([prediction(1)], [prediction(2)])


def test_exact_permutation_is_scipys() -> None:
    change = np.random.default_rng(4).normal(0.4, 1, 8)
    ours = permutation(lambda flip: float(np.where(flip, -change, change).mean()), np.arange(8))
    theirs = permutation_test(
        (change, np.zeros(8)),
        lambda a, b: float((a - b).mean()),
        permutation_type="samples",
        n_resamples=np.inf,
    )
    assert ours == pytest.approx(theirs.pvalue)


def test_rows_of_a_room_are_exchanged_together() -> None:
    change = np.repeat([1.0, 1.0, 1.0], 100)  # three hundred rows, and yet three rooms
    rooms = np.repeat([0, 1, 2], 100)
    p = permutation(lambda flip: float(np.where(flip, -change, change).mean()), rooms)
    assert p == pytest.approx(2 / 8)


@pytest.mark.parametrize(
    ("before", "after", "rooms", "told"),
    [
        (set(), set(range(10)), 20, "worse"),
        (set(range(10)), set(), 20, "better"),
        (set(), {0}, 20, "cannot tell"),  # the interval holds zero
        ({1}, {1}, 20, "cannot tell"),  # no change, hence no interval
        (set(), {0, 1}, 2, "cannot tell"),  # too few rooms for an interval
    ],
)
def test_chance_is_not_told_as_a_change(
    before: set[int], after: set[int], rooms: int, told: str
) -> None:
    found, report = compare(table(before, rooms), table(after, rooms))
    assert found["missed_absence"].told == told
    assert report["figures"]["missed_absence"]["told"] == told
    (line,) = [x for x in difference_lines(found, report) if " missed_absence:" in x]
    assert line.startswith(told)
