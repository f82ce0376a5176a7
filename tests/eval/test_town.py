"""Nights as played agree with what can be worked out on paper."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from bedcheck.errors import ManifestError
from bedcheck.verdict import State
from eval.predictions import Prediction
from eval.supervision import (
    Answered,
    Ask,
    Call,
    Close,
    Event,
    Look,
    Looked,
    NoPicture,
    Opened,
    Reason,
    Terms,
    transition_for,
)
from eval.town import Looks, Town, measured_repeat, night_lines, nights, play
from tests.eval.tables import prediction

NOW = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
SURE = Looked(state=State.IN_BED, certain=True)
UNSURE = Looked(state=State.IN_BED, certain=False)
EMPTY = Looked(state=State.NOT_IN_BED, certain=True)
PALE = Looked(state=State.LOW_CONTRAST, certain=True)
HIDDEN = Looked(state=State.OBSTRUCTED, certain=True)


@pytest.mark.parametrize(
    ("terms", "events", "last"),
    [
        (Terms(), [SURE], Close()),
        (Terms(), [EMPTY], Look(at=LATER)),  # a second look is owed
        (Terms(), [EMPTY, SURE], Close()),
        (Terms(), [EMPTY, EMPTY], Call(reason=Reason.DEVIATION)),
        (Terms(), [EMPTY, PALE], Call(reason=Reason.CANNOT_SEE)),
        (Terms(), [PALE], Look(at=LATER)),
        (Terms(), [HIDDEN], Call(reason=Reason.CAMERA)),  # no second look is owed
        (Terms(retry_hidden=True), [HIDDEN], Look(at=LATER)),
        (Terms(), [UNSURE], Look(at=LATER)),
        (Terms(), [UNSURE, UNSURE], Ask()),  # an uncertain verdict is never "all well"
        (Terms(), [UNSURE, UNSURE, Answered(in_bed=True)], Close()),
        (Terms(), [UNSURE, UNSURE, Answered(in_bed=False)], Call(reason=Reason.DEVIATION)),
        (Terms(ask=False), [UNSURE], Close()),
        (Terms(retry=None), [EMPTY], Call(reason=Reason.DEVIATION)),
        (Terms(), [NoPicture()], Call(reason=Reason.CAMERA)),
    ],
)
def test_what_follows_from_a_look(terms: Terms, events: list[Event], last: object) -> None:
    transition = transition_for(terms)
    state, actions = transition(None, Opened(), NOW)
    assert actions == (Look(at=NOW),)
    for event in events:
        state, actions = transition(state, event, NOW)
    assert actions == (last,)


def table(wrong: int, of: int, *, certain: bool = True) -> list[Prediction]:
    """Residents in bed of whom ``wrong`` are not seen; empty beds, one in ten missed."""
    return [
        prediction(i, state="not_in_bed" if i < wrong else "in_bed", certain=certain)
        for i in range(of)
    ] + [
        prediction(of + i, label="not_in_bed", state="in_bed" if i == 0 else "not_in_bed")
        for i in range(10)
    ]


@pytest.mark.parametrize(
    ("repeat", "wrong_twice"),
    [(None, 0.05 * 0.05), (0.9, 0.05 * 0.9), (1.0, 0.05)],
    ids=["independent", "nine in ten repeat", "always repeats"],
)
def test_wrong_call_outs_a_year_are_the_closed_form(
    repeat: float | None, wrong_twice: float
) -> None:
    town = Town(years=6, out_of_bed=0.02, away=0.01, no_picture=0.0)
    years = play(transition_for(Terms()), Looks(table(5, 100), repeat), town, seed=3)
    looked = 68 * 365 * (1 - 0.01) * (1 - 0.02)
    expected = looked * wrong_twice
    found = sum(year["wrong_calls"] for year in years) / len(years)
    error = math.sqrt(looked * wrong_twice * (1 - wrong_twice) / len(years))
    assert abs(found - expected) < 4 * error
    missed = sum(year["missed"] for year in years) / len(years)
    absent = 68 * 365 * 0.99 * 0.02
    again = 0.1 if repeat is None else repeat
    # missed at the first look, or right at first and then wrong, both looks alike in error
    share = 0.1 + 0.9 * (0.1 * (1 - again) / 0.9)
    assert abs(missed - absent * share) < 4 * math.sqrt(absent * share / len(years))


def test_uncertain_looks_take_a_second_one_and_the_operator() -> None:
    town = Town(years=2, nights=60, out_of_bed=0.0, away=0.0, no_picture=0.0)
    years = play(transition_for(Terms()), Looks(table(0, 20, certain=False), 0.9), town)
    for year in years:
        assert year["asked"] == year["supervisions"] == 68 * 60
        assert year["looks"] == 2 * year["supervisions"]
        assert year["wrong_calls"] == 0


def test_faults_call_somebody_and_are_not_wrong_call_outs() -> None:
    town = Town(years=1, nights=10, out_of_bed=0.0, away=0.0, no_picture=1.0)
    (year,) = play(transition_for(Terms()), Looks(table(5, 100), 0.9), town)
    assert year["calls"] == year["calls_fault"] == 680
    assert year["wrong_calls"] == 0


def test_the_same_seed_gives_the_same_years() -> None:
    town = Town(years=2, nights=20)
    looks = Looks(table(5, 100), 0.5)
    played = [play(transition_for(Terms()), looks, town, seed=seed) for seed in (1, 1, 2)]
    assert played[0] == played[1] != played[2]


def test_repeated_errors_are_measured_within_scenes() -> None:
    rows = [prediction(i, scene="always", room="a", state="not_in_bed") for i in range(4)] + [
        prediction(10 + i, scene="once", room="b", state="not_in_bed" if i == 0 else "in_bed")
        for i in range(4)
    ]
    # pairs that begin with a wrong one: 4·3 of "always", all repeated; 3 of "once", none
    assert measured_repeat(rows).value == pytest.approx(12 / 15)
    assert measured_repeat([prediction(0)]).value is None


def test_nights_tell_every_policy_and_how_the_repeat_was_had() -> None:
    told = nights(table(5, 100), Town(years=2, nights=20))
    assert told["repeat"]["how"] == "assumed"  # each scene was seen once
    routine = told["policies"]["second look, operator asked"]
    alone = told["policies"]["no second look"]
    assert (
        routine["wrong_call_outs_per_year"]["value"] <= alone["wrong_call_outs_per_year"]["value"]
    )
    assert routine["wrong_call_outs_per_year"]["n"] == 2


def test_a_table_without_empty_beds_is_refused() -> None:
    with pytest.raises(ManifestError, match="no not_in_bed"):
        Looks([prediction(0)], None)


def test_few_looks_are_not_told_as_certainty() -> None:
    rows = [prediction(k, label="not_in_bed", state="not_in_bed") for k in range(3)]
    rows += [prediction(9 + k, room=f"r{k % 6}") for k in range(60)]
    figures = nights(rows, Town(years=2, nights=20))
    empty, full = figures["looks"]["not_in_bed"], figures["looks"]["in_bed"]
    assert empty["at_most"] == pytest.approx(1 - 0.05 ** (1 / 3))
    assert full["at_most"] == pytest.approx(1 - 0.05 ** (1 / 6))  # six rooms, not sixty looks
    told = "\n".join(night_lines(figures))
    assert "empty beds judged in_bed: 0 of 3 looks, scenes=3" in told
    assert "up to 0.632 (exact 95 % bound); too few looks to tell of a town" in told
    assert "played years" in told
