"""The rules from a verdict and its measures to findings, as a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bedcheck import placement, rules
from bedcheck.finding import Finding, Severity, What, Who
from bedcheck.findings import AT_EDGE, SMALL_BED, Facts, find
from bedcheck.placement import Alignment
from bedcheck.verdict import Cause, Polygon, State, Verdict

BED: Polygon = ((0.2, 0.3), (0.8, 0.3), (0.9, 0.9), (0.1, 0.9))
CUT: Polygon = ((0.2, 0.3), (0.8, 0.3), (0.9, 1.0), (0.1, 1.0))  # by the lower edge
GOOD: dict[str, float | None] = {
    "structure": 0.9,
    "blur": 1.0,
    "bed_glare": 0.0,
    "detectability": 200.0,
    "bed_mean": 120.0,
    "bed_clipped": 0.0,
    "noise_coarse": 2.0,
    "infrared": 0.0,
}
STILL = Alignment(
    moved=False,
    bed_moved=False,
    shift=0.001,
    rotation=0.0,
    scale=1.0,
    inliers=80,
    likeness=0.9,
    bed=BED,
)
SIZE = 300.0  # pixels


def facts(
    state: State = State.IN_BED,
    *causes: Cause,
    certain: bool = True,
    bed: Polygon | None = BED,
    size: float | None = SIZE,
    alignment: Alignment | None = None,
    **measures: float | None,
) -> Facts:
    share = {one: 0.91 if one is state else 0.03 for one in State}
    verdict = Verdict(
        state=state,
        probabilities=share,
        certain=certain,
        causes=causes,
        bed=bed,
        measures=GOOD | measures,
        network="none@0",
        elapsed_ms=1.0,
    )
    return Facts(verdict=verdict, bed_size=size, alignment=alignment)


OBSTRUCTED, LOW, EMPTY = State.OBSTRUCTED, State.LOW_CONTRAST, State.NOT_IN_BED
NIGHT, ADMIN, NOBODY = Who.NIGHT_STAFF, Who.ADMINISTRATOR, Who.NOBODY
PROBLEM, NOTE, UNCHECKED = Severity.PROBLEM, Severity.NOTE, Severity.NOT_CHECKED
UNSURE = (What.UNSURE, NOTE, ADMIN)

TABLE: list[tuple[str, Facts, list[tuple[What, Severity, Who]]]] = [
    # A good picture is good whether or not somebody is in the bed.
    ("in bed", facts(), [(What.ALL_WELL, Severity.OK, NOBODY)]),
    ("empty", facts(EMPTY), [(What.ALL_WELL, Severity.OK, NOBODY)]),
    ("stands still", facts(alignment=STILL), [(What.ALL_WELL, Severity.OK, NOBODY)]),
    # The night staff restore a view that was lost.
    ("covered", facts(OBSTRUCTED, Cause.COVERED), [(What.COVERED, PROBLEM, NIGHT)]),
    ("partly", facts(OBSTRUCTED, Cause.PARTLY_COVERED), [(What.PARTLY_COVERED, PROBLEM, NIGHT)]),
    ("blurred", facts(OBSTRUCTED, Cause.DEFOCUSED), [(What.DEFOCUSED, PROBLEM, NIGHT)]),
    ("moved", facts(OBSTRUCTED, Cause.MOVED), [(What.MOVED, PROBLEM, NIGHT)]),
    ("blinded", facts(OBSTRUCTED, Cause.GLARE), [(What.GLARE, PROBLEM, NIGHT)]),
    ("frozen", facts(OBSTRUCTED, Cause.FROZEN), [(What.FROZEN, PROBLEM, NIGHT)]),
    ("no signal", facts(OBSTRUCTED, Cause.NO_SIGNAL), [(What.NO_SIGNAL, PROBLEM, NIGHT)]),
    # The administrator changes bedding, light or set-up.
    ("same hue", facts(LOW, Cause.SAME_HUE), [(What.SAME_HUE, PROBLEM, ADMIN)]),
    ("dark", facts(LOW, Cause.TOO_DARK), [(What.TOO_DARK, PROBLEM, ADMIN)]),
    ("bright", facts(LOW, Cause.OVEREXPOSED), [(What.OVEREXPOSED, PROBLEM, ADMIN)]),
    ("noisy", facts(LOW, Cause.NOISY), [(What.NOISY, PROBLEM, ADMIN)]),
    (
        "no bed",
        facts(OBSTRUCTED, Cause.BED_NOT_FOUND, bed=None, size=None),
        [(What.BED_NOT_FOUND, PROBLEM, ADMIN)],
    ),
    ("bed moved", facts(EMPTY, Cause.BED_MOVED), [(What.BED_MOVED, PROBLEM, ADMIN)]),
    ("several", facts(EMPTY, Cause.SEVERAL_BEDS), [(What.SEVERAL_BEDS, PROBLEM, ADMIN)]),
    # Past its limit, but the bed is seen all the same: a note, by day.
    ("soft", facts(blur=rules.BLURRED * SIZE), [(What.DEFOCUSED, NOTE, ADMIN)]),
    ("a lamp", facts(bed_glare=rules.GLARING), [(What.GLARE, NOTE, ADMIN)]),
    ("dim", facts(bed_mean=rules.DARK - 1), [(What.TOO_DARK, NOTE, ADMIN)]),
    ("pale", facts(bed_clipped=rules.BLOWN), [(What.OVEREXPOSED, NOTE, ADMIN)]),
    ("flat", facts(detectability=rules.CLEAR - 1), [(What.SAME_HUE, NOTE, ADMIN)]),
    ("small", facts(size=SMALL_BED - 1), [(What.BED_SMALL, NOTE, ADMIN)]),
    ("cut off", facts(bed=CUT), [(What.BED_CUT_OFF, NOTE, ADMIN)]),
    # Noise does no harm while the contrast stands above it.
    ("noise alone", facts(noise_coarse=9.0), [(What.ALL_WELL, Severity.OK, NOBODY)]),
    (
        "noise that hides",
        facts(noise_coarse=9.0, detectability=6.0),
        [(What.NOISY, NOTE, ADMIN)],
    ),
    # One reason for poor contrast is enough.
    ("dim and flat", facts(bed_mean=9.0, detectability=6.0), [(What.TOO_DARK, NOTE, ADMIN)]),
    # Problems before notes; what is told once is not told twice.
    (
        "no contrast, and small",
        facts(LOW, Cause.SAME_HUE, size=60.0, detectability=1.0),
        [(What.SAME_HUE, PROBLEM, ADMIN), (What.BED_SMALL, NOTE, ADMIN)],
    ),
    # Behind a cover, or with the camera turned away, nothing else can be told.
    (
        "covered, and dark",
        facts(OBSTRUCTED, Cause.COVERED, bed=CUT, bed_mean=1.0),
        [(What.COVERED, PROBLEM, NIGHT)],
    ),
    (
        "moved, and dark",
        facts(OBSTRUCTED, Cause.MOVED, bed=CUT, bed_mean=1.0),
        [(What.MOVED, PROBLEM, NIGHT)],
    ),
    # An uncertain answer is never all well; with a problem it goes without saying.
    ("unsure", facts(certain=False), [UNSURE]),
    ("unsure and cut", facts(certain=False, bed=CUT), [(What.BED_CUT_OFF, NOTE, ADMIN), UNSURE]),
    (
        "unsure, bed moved",
        facts(EMPTY, Cause.BED_MOVED, certain=False),
        [(What.BED_MOVED, PROBLEM, ADMIN)],
    ),
    # A bed that is not seen is never all well, whatever causes were given.
    ("obstructed, no cause", facts(OBSTRUCTED), [(What.PARTLY_COVERED, PROBLEM, NIGHT)]),
    ("low contrast, no cause", facts(LOW), [(What.SAME_HUE, PROBLEM, ADMIN)]),
    (
        "obstructed, other cause",
        facts(OBSTRUCTED, Cause.SEVERAL_BEDS),
        [(What.PARTLY_COVERED, PROBLEM, NIGHT), (What.SEVERAL_BEDS, PROBLEM, ADMIN)],
    ),
    # What could not be measured is said, not passed over.
    ("no edges", facts(blur=None), [(What.DEFOCUSED, UNCHECKED, ADMIN)]),
    (
        "nothing measured",
        facts(structure=None, blur=None, detectability=None),
        [
            (What.COVERED, UNCHECKED, ADMIN),
            (What.DEFOCUSED, UNCHECKED, ADMIN),
            (What.SAME_HUE, UNCHECKED, ADMIN),
        ],
    ),
    (
        "view not known again",
        facts(alignment=replace(STILL, moved=None, bed_moved=None)),
        [(What.MOVED, UNCHECKED, ADMIN)],
    ),
    (
        "bed not known again",
        facts(alignment=replace(STILL, bed_moved=None)),
        [(What.BED_MOVED, UNCHECKED, ADMIN)],
    ),
    # Where the bed is not seen, that comes first.
    (
        "hidden, no edges",
        facts(OBSTRUCTED, Cause.PARTLY_COVERED, blur=None),
        [(What.PARTLY_COVERED, PROBLEM, NIGHT)],
    ),
]


@pytest.mark.parametrize(
    ("given", "expected"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_findings(given: Facts, expected: list[tuple[What, Severity, Who]]) -> None:
    assert [(one.what, one.severity, one.who) for one in find(given)] == expected


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_a_problem_that_can_be_told(state: State, cause: Cause) -> None:
    found = find(facts(state, cause))
    assert cause.value in [one.what.value for one in found if one.severity is PROBLEM]
    for one in found:
        assert all(one.title(lang) and one.what_to_do(lang) for lang in ("sv", "en"))


def only(given: Facts) -> Finding:
    (finding,) = find(given)
    return finding


# measure, value, limit and unit of the one finding
BEHIND: list[tuple[Facts, tuple[Any, ...]]] = [
    # A limit is the rules' own.
    (
        facts(OBSTRUCTED, Cause.COVERED, structure=0.01),
        ("structure", 0.01, rules.COVERED_STRUCTURE, "share"),
    ),
    (facts(blur=20.0), ("blur", 20.0, rules.BLURRED * SIZE, "pixels")),
    (facts(bed_mean=9.0), ("bed_mean", 9.0, rules.DARK, "grey_levels")),
    (facts(detectability=2.0), ("detectability", 2.0, rules.CLEAR, "ratio")),
    (facts(bed=CUT), ("bed_at_edge", pytest.approx(0.8 / 2.814, abs=1e-3), AT_EDGE, "share")),
    # What the network saw and no measure tells rests on its probability.
    (facts(OBSTRUCTED, Cause.PARTLY_COVERED), ("probability", 0.91, None, "share")),
    (facts(OBSTRUCTED, Cause.DEFOCUSED), ("probability", 0.91, None, "share")),
    (facts(OBSTRUCTED, Cause.COVERED, structure=0.9), ("probability", 0.91, None, "share")),
    # What could not be measured keeps its measure and limit.
    (facts(detectability=None), ("detectability", None, rules.CLEAR, "ratio")),
    # Movement is told by what went past its limit.
    (
        facts(OBSTRUCTED, Cause.MOVED, alignment=replace(STILL, moved=True, shift=0.2)),
        ("shift", 0.2, placement.FARTHEST, "share"),
    ),
    (
        facts(OBSTRUCTED, Cause.MOVED, alignment=replace(STILL, moved=True, rotation=-20.0)),
        ("rotation", 20.0, placement.MOST_TURN, "degrees"),
    ),
    (
        facts(OBSTRUCTED, Cause.MOVED, alignment=replace(STILL, moved=True, scale=2.0)),
        ("scale", 2.0, placement.MOST_ZOOM, "ratio"),
    ),
    (
        facts(OBSTRUCTED, Cause.MOVED, alignment=replace(STILL, moved=True, scale=0.5)),
        ("scale", 0.5, 1 / placement.MOST_ZOOM, "ratio"),
    ),
    (
        facts(OBSTRUCTED, Cause.MOVED, alignment=replace(STILL, shift=None, likeness=0.1)),
        ("likeness", 0.1, placement.OTHER_VIEW, "share"),
    ),
    # The bed has left the picture: no single figure says so.
    (
        facts(OBSTRUCTED, Cause.MOVED, alignment=replace(STILL, moved=True)),
        (None, None, None, None),
    ),
    (facts(EMPTY, Cause.SEVERAL_BEDS), (None, None, None, None)),
]


@pytest.mark.parametrize(("given", "expected"), BEHIND)
def test_what_a_finding_rests_on(given: Facts, expected: tuple[Any, ...]) -> None:
    found = only(given)
    assert (found.measure, found.value, found.limit, found.unit) == expected


@pytest.mark.parametrize("what", [What.TOO_DARK, What.OVEREXPOSED])
def test_advice_on_light_depends_on_the_camera_s_mode(what: What) -> None:
    told = {only(facts(LOW, Cause(what.value), infrared=mode)).what_to_do("sv") for mode in (0, 1)}
    assert len(told) == 2


@pytest.mark.parametrize(
    ("given", "language", "told"),
    [
        (facts(bed_mean=9.0), "sv", "Ljus på sängen: 9,0 av 255 (minst 24 av 255)"),
        (facts(bed_mean=9.0), "en", "Light on the bed: 9.0 of 255 (at least 24 of 255)"),
        (facts(blur=20.0), "sv", "Oskärpa: 20 bildpunkter (högst 13,5 bildpunkter)"),
        (facts(OBSTRUCTED, Cause.PARTLY_COVERED), "en", "Probability: 91 %"),
        (facts(blur=None), "en", ""),
        (facts(EMPTY, Cause.SEVERAL_BEDS), "en", ""),
    ],
)
def test_a_measure_in_words(given: Facts, language: str, told: str) -> None:
    assert only(given).measured(language) == told


def test_a_finding_as_json_values() -> None:
    found = only(facts(bed_mean=9.00001))
    assert found.to_dict("en") == {
        "what": "too_dark",
        "severity": "note",
        "who": "administrator",
        "measure": "bed_mean",
        "value": 9.0,
        "limit": 24.0,
        "unit": "grey_levels",
        "title": "It is too dark at the bed",
        "advice": found.what_to_do("en"),
    }
