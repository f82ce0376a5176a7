"""The rules as a table: what was measured and what the network says, to state and causes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedcheck.measures import Measures
from bedcheck.rules import Decision, Facts, Thresholds, decide
from bedcheck.verdict import Cause, Posture, State

THRESHOLDS = Thresholds(in_bed=0.9, not_in_bed=0.8)

CLEAR_PICTURE = Measures(
    mean=110.0, dark=0.0, bright=0.01, range=180.0, noise=2.0, noise_coarse=2.0, blur=1.2,
    structure=0.95, bed_structure=0.9, glare=0.0, bed_glare=0.0, chroma=20.0, infrared=0.0,
    detectability=300.0, bed_contrast=12.0, bed_mean=120.0, bed_clipped=0.0,
)  # fmt: skip

OCCUPIED = Facts(
    obstructed=0.01,
    low_contrast=0.01,
    presence=0.98,
    posture=Posture.LYING,
    posture_share=0.9,
    measures=CLEAR_PICTURE,
    bed_size=120.0,
)


def facts(**changes: Any) -> Facts:
    """`OCCUPIED` with changes; a name of a measure changes that measure."""
    measured = {k: changes.pop(k) for k in list(changes) if hasattr(CLEAR_PICTURE, k)}
    return replace(OCCUPIED, measures=replace(CLEAR_PICTURE, **measured), **changes)


def judged(**changes: Any) -> Decision:
    return decide(facts(**changes), THRESHOLDS)


IN, OUT, OBSTRUCTED, LOW = State
NETWORK_OBSTRUCTED = {"obstructed": 0.9, "low_contrast": 0.02}
NETWORK_LOW = {"obstructed": 0.02, "low_contrast": 0.9}


@pytest.mark.parametrize(
    ("changes", "state", "causes", "certain"),
    [
        # The network is believed where nothing speaks against it.
        ({}, IN, (), True),
        ({"presence": 0.02}, OUT, (), True),
        ({"presence": 0.70}, IN, (), False),  # under the threshold
        ({"presence": 0.30}, OUT, (), False),
        # The network says that the bed is not seen: the measures say why.
        ({**NETWORK_OBSTRUCTED, "structure": 0.2}, OBSTRUCTED, (Cause.COVERED,), False),
        ({**NETWORK_OBSTRUCTED}, OBSTRUCTED, (Cause.PARTLY_COVERED,), False),
        # A bed of which most lies beyond the picture's edge is not seen, whatever shows of it.
        ({"bed_at_edge": 0.29}, IN, (), True),
        ({"bed_at_edge": 0.3}, OBSTRUCTED, (Cause.BED_CUT_OFF,), False),
        ({"bed_at_edge": 0.3, "presence": 0.02}, OBSTRUCTED, (Cause.BED_CUT_OFF,), False),
        ({**NETWORK_OBSTRUCTED, "blur": 9.0}, OBSTRUCTED, (Cause.DEFOCUSED,), False),
        ({**NETWORK_OBSTRUCTED, "bed_glare": 0.8}, OBSTRUCTED, (Cause.GLARE,), False),
        ({"obstructed": 0.99, "low_contrast": 0.0}, OBSTRUCTED, (Cause.PARTLY_COVERED,), False),
        # A uniform frame is covered, whatever the network dreams of.
        ({"structure": 0.0}, OBSTRUCTED, (Cause.COVERED,), True),
        ({"structure": 0.0, "presence": 0.001}, OBSTRUCTED, (Cause.COVERED,), True),
        ({"structure": 0.0, "moved": True}, OBSTRUCTED, (Cause.COVERED,), True),
        # A camera that was moved looks elsewhere: who lies there is not the question.
        ({"moved": True}, OBSTRUCTED, (Cause.MOVED,), True),
        ({"moved": False}, IN, (), True),
        ({"bed_found": False}, OBSTRUCTED, (Cause.BED_NOT_FOUND,), False),
        ({"bed_found": False, "structure": 0.0}, OBSTRUCTED, (Cause.COVERED,), True),
        # Under the Rose criterion nobody can tell, and the network only says why.
        ({"detectability": 2.0}, LOW, (Cause.SAME_HUE,), False),
        ({"detectability": 2.0, **NETWORK_OBSTRUCTED}, OBSTRUCTED, (Cause.PARTLY_COVERED,), True),
        ({"detectability": 2.0, **NETWORK_LOW}, LOW, (Cause.SAME_HUE,), True),
        ({"detectability": 2.0, **NETWORK_LOW, "bed_mean": 9.0}, LOW, (Cause.TOO_DARK,), True),
        (
            {**NETWORK_LOW, "detectability": 2.0, "bed_clipped": 1.0},
            LOW,
            (Cause.OVEREXPOSED,),
            True,
        ),
        ({"detectability": 2.0, **NETWORK_LOW, "noise_coarse": 20.0}, LOW, (Cause.NOISY,), True),
        # Well above it, physics allows the bed to be seen: contrast is not the fault.
        ({"detectability": 90.0, **NETWORK_LOW}, IN, (), False),
        # Between, the network decides, and nothing is certain.
        ({"detectability": 6.5}, IN, (), False),
        ({"detectability": 6.5, **NETWORK_LOW}, LOW, (Cause.SAME_HUE,), False),
        # What cannot be checked is never taken for good.
        ({"detectability": None}, IN, (), False),
        # Said beside the state, and never certain.
        ({"several_beds": True}, IN, (Cause.SEVERAL_BEDS,), False),
        ({"several_beds": True, "structure": 0.0}, OBSTRUCTED, (Cause.COVERED,), True),
        ({"bed_moved": True}, IN, (Cause.BED_MOVED,), False),
    ],
)
def test_the_table(
    changes: dict[str, Any], state: State, causes: tuple[Cause, ...], certain: bool
) -> None:
    decision = judged(**changes)
    assert (decision.state, decision.causes, decision.certain) == (state, causes, certain)


@pytest.mark.parametrize(
    ("changes", "posture"),
    [
        ({}, Posture.LYING),
        ({"posture": Posture.EDGE}, Posture.EDGE),
        ({"posture_share": 0.4}, None),  # cannot be told
        ({"presence": 0.1}, None),  # nobody there
    ],
)
def test_a_posture_is_told_of_a_person_in_the_bed_only(
    changes: dict[str, Any], posture: Posture | None
) -> None:
    assert judged(**changes).posture is posture


def test_an_override_keeps_the_proportions_of_the_rest() -> None:
    before, after = judged().probabilities, judged(moved=True).probabilities
    assert after[IN] / after[OUT] == pytest.approx(before[IN] / before[OUT])


share = st.floats(0, 1)
measured = st.none() | st.floats(0, 1e4)


@given(
    obstructed=share,
    rest=share,
    presence=share,
    detectability=measured,
    structure=st.none() | share,
    moved=st.sampled_from([None, True, False]),
    found=st.booleans(),
)
def test_any_facts_give_probabilities_whose_largest_is_the_state(
    obstructed: float,
    rest: float,
    presence: float,
    detectability: float | None,
    structure: float | None,
    moved: bool | None,
    found: bool,
) -> None:
    decision = judged(
        obstructed=obstructed,
        low_contrast=(1 - obstructed) * rest,
        presence=presence,
        detectability=detectability,
        structure=structure,
        moved=moved,
        bed_found=found,
    )
    assert sum(decision.probabilities.values()) == pytest.approx(1)
    assert min(decision.probabilities.values()) >= 0
    assert decision.probabilities[decision.state] == max(decision.probabilities.values())
    if moved or not found or (structure is not None and structure == 0):
        assert decision.state is OBSTRUCTED
    if detectability is not None and detectability < 5:
        assert decision.state in (OBSTRUCTED, LOW)
