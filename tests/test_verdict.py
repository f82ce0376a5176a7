"""A verdict is frozen, adds up, and turns into plain JSON."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedcheck.verdict import SCHEMA, Cause, Posture, State, Verdict

IN, OUT, OBSTRUCTED, LOW = State


def verdict(*shares: float, **others: Any) -> Verdict:
    """A verdict with these probabilities, in the order of State."""
    probabilities = dict(zip(State, shares, strict=False))
    values = {
        "state": max(probabilities, key=lambda state: probabilities[state]),
        "probabilities": probabilities,
        "certain": True,
        "network": "bed@1",
        "elapsed_ms": 1.0,
    }
    return Verdict(**{**values, **others})


@pytest.mark.parametrize(
    ("shares", "others"),
    [
        ((0.7, 0.3), {}),  # two states are missing
        ((0.7, 0.2, 0.2, 0.1), {}),  # more than 1
        ((0.4, 0.2, 0.1, 0.1), {}),  # less than 1
        ((1.2, -0.2, 0.0, 0.0), {}),  # sums to 1, with a negative share
        ((0.7, 0.1, 0.1, 0.1), {"state": OUT}),  # not the most probable
        ((float("nan"), 0.5, 0.25, 0.25), {"state": OUT}),  # not a number
    ],
)
def test_what_is_not_a_verdict(shares: tuple[float, ...], others: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        verdict(*shares, **others)


def test_either_of_two_equal_states_may_be_the_state() -> None:
    assert verdict(0.5, 0.5, 0, 0, state=IN).state is IN
    assert verdict(0.5, 0.5, 0, 0, state=OUT).state is OUT


def test_nothing_in_it_can_be_changed() -> None:
    shares = {IN: 0.7, OUT: 0.1, OBSTRUCTED: 0.1, LOW: 0.1}
    made = verdict(*shares.values(), probabilities=shares, measures={"noise": 1.0})
    shares[IN] = 0.0
    assert made.probabilities[IN] == 0.7
    with pytest.raises(FrozenInstanceError):
        made.certain = False  # type: ignore[misc]
    with pytest.raises(TypeError):
        made.measures["noise"] = 2.0  # type: ignore[index]


@pytest.mark.parametrize(
    ("shares", "presence"),
    [
        ((0.6, 0.2, 0.1, 0.1), 0.75),
        ((0.0, 0.2, 0.7, 0.1), 0.0),
        ((0.2, 0.0, 0.7, 0.1), 1.0),
        ((0.0, 0.0, 0.9, 0.1), 0.5),  # nothing is seen: it cannot be told
    ],
)
def test_presence(shares: tuple[float, ...], presence: float) -> None:
    assert verdict(*shares).presence == pytest.approx(presence)


def test_as_json() -> None:
    made = verdict(
        0.8, 0.1, 0.0623456789, 0.0376543211,
        causes=(Cause.SEVERAL_BEDS, Cause.NOISY),
        posture=Posture.EDGE,
        bed=((0.123456, 0.2), (0.8, 0.2), (0.5, 0.9)),
        measures={"noise": 2.345678, "blur": None},
        elapsed_ms=3.14159,
    )  # fmt: skip
    as_json = {
        "schema": SCHEMA,
        "state": "in_bed",
        "probabilities": {
            "in_bed": 0.8,
            "not_in_bed": 0.1,
            "obstructed": 0.062346,
            "low_contrast": 0.037654,
        },
        "certain": True,
        "causes": ["several_beds", "noisy"],
        "posture": "edge",
        "bed": [[0.1235, 0.2], [0.8, 0.2], [0.5, 0.9]],
        "measures": {"noise": 2.3457, "blur": None},
        "network": "bed@1",
        "elapsed_ms": 3.142,
    }
    assert made.to_dict() == as_json
    assert list(made.to_dict()) == list(as_json)  # the documented order


def test_what_is_not_known_is_null() -> None:
    as_json = verdict(1, 0, 0, 0).to_dict()
    assert (as_json["posture"], as_json["bed"], as_json["causes"]) == (None, None, [])


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda shares: sum(shares) > 0.01))
def test_any_shares_survive_json(weights: list[float]) -> None:
    made = verdict(*(weight / sum(weights) for weight in weights))
    back = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    assert back["state"] == made.state.value
    assert sum(back["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert replace(made, certain=False).probabilities == made.probabilities
