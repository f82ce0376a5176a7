"""The rules of lines and areas: pure functions, as tables and for any sequence of tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedcheck.night.lines.incident import Area, Closed, Grown, Joined, Opened, TellOne, survey
from bedcheck.night.lines.line import (
    Change,
    Health,
    Line,
    Missed,
    Where,
    after_test,
    beaten,
    down,
    missed,
    suspected,
)
from bedcheck.night.lines.port import Asked
from bedcheck.night.lines.terms import HOLD, RECHECK, SECONDS, LineTerms, longest_undetected

NOW = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
TERMS = LineTerms()
HEARD = Line(key="C1", area="north", due=NOW, health=Health.HEARD, tested=NOW - 60 * MINUTE)
DEAD = Missed(where=Where.HOME, error="timed_out")
NO = Where.HOME, "timed_out"


def silent(key: str, since: datetime = NOW, where: Where = Where.HOME, told: str = "") -> Line:
    return Line(
        key=key,
        area="north",
        due=NOW,
        health=Health.SILENT,
        misses=3,
        since=since,
        tested=since,
        where=where,
        error="timed_out",
        told=told,
    )


@pytest.mark.parametrize(
    ("camera", "router", "beat", "found"),
    [
        ("", None, False, None),
        ("", "timed_out", False, None),  # what looks are made with answers: that is enough
        ("timed_out", None, False, (Where.HOME, "timed_out")),  # nobody can tell more
        ("timed_out", "timed_out", False, (Where.HOME, "timed_out")),
        ("timed_out", "", False, (Where.CAMERA, "timed_out")),
        ("timed_out", "refused", False, (Where.CAMERA, "timed_out")),  # a refusal is an answer
        ("timed_out", None, True, (Where.CAMERA, "timed_out")),  # its router has just called
        ("refused", None, False, (Where.CAMERA, "refused")),
        ("unreachable", "unreachable", False, (Where.HOME, "unreachable")),
        (None, "", False, None),  # a camera that leaves files: the router alone is asked
        (None, "timed_out", False, (Where.HOME, "timed_out")),
        (None, None, True, None),
        (None, None, False, (Where.HOME, "no_beat")),
    ],
)
def test_what_a_test_says(
    camera: str | None, router: str | None, beat: bool, found: tuple[Where, str] | None
) -> None:
    said = missed(Asked(camera=camera, router=router), beat)
    assert said == (found and Missed(where=found[0], error=found[1]))


@pytest.mark.parametrize(
    ("minutes", "healths"),
    [
        ([0, 2.5, 5], [Health.DOUBTED, Health.DOUBTED, Health.SILENT]),
        ([0, 1, 2], [Health.DOUBTED] * 3),  # as many as agreed, and the grace has not passed
        ([0, 60], [Health.DOUBTED] * 2),  # the grace has passed, and too few were tried
        ([0, 1, 2, 6], [Health.DOUBTED] * 3 + [Health.SILENT]),
    ],
)
def test_when_a_line_counts_as_silent(minutes: list[float], healths: list[Health]) -> None:
    line, found = HEARD, []
    for at in minutes:
        line, _ = after_test(line, DEAD, TERMS, NOW + at * MINUTE)
        found.append(line.health)
    assert found == healths
    assert line.since == NOW


def test_one_answer_makes_it_heard_again() -> None:
    line, change = after_test(silent("C1", told="operator"), None, TERMS, NOW + MINUTE)
    assert (line.health, line.misses, line.since, line.told) == (Health.HEARD, 0, None, "")
    assert (change, line.due) == (Change.BACK, NOW + 61 * MINUTE)
    assert after_test(replace(HEARD, health=Health.DOUBTED), None, TERMS, NOW)[1] is None


def test_a_silent_line_is_tested_often_and_told_anew_only_where_it_got_worse() -> None:
    line = silent("C1", where=Where.CAMERA, told="administrator")
    same, change = after_test(line, replace(DEAD, where=Where.CAMERA), TERMS, NOW)
    assert (same.due, same.told, change) == (NOW + RECHECK, "administrator", None)
    worse, change = after_test(line, DEAD, TERMS, NOW)
    assert (worse.told, change) == ("", Change.WORSE)  # the operator is still to be told
    better, change = after_test(silent("C1", told="operator"), replace(DEAD, where=Where.CAMERA),
                            TERMS, NOW)  # fmt: skip
    assert (better.told, change) == ("operator", None)


def test_what_is_suspected_is_tested_soon_and_not_again_and_again() -> None:
    assert suspected(replace(HEARD, due=NOW + 9 * MINUTE), NOW).due == NOW
    just = replace(HEARD, due=NOW + 9 * MINUTE, tested=NOW - 20 * SECOND)
    assert suspected(just, NOW).due == NOW + 40 * SECOND
    assert suspected(replace(just, due=NOW + SECOND), NOW).due == NOW + SECOND
    doubted = replace(HEARD, due=NOW + 2 * MINUTE, health=Health.DOUBTED)
    assert suspected(doubted, NOW) == doubted


@pytest.mark.parametrize("hours", [-24, -1, 0, 1, 24])
def test_a_sign_of_life_counts_by_our_clock_however_wrong_its_own_is(hours: int) -> None:
    off = timedelta(hours=hours)
    line, _ = beaten(HEARD, False, TERMS, NOW, off)
    assert (line.beat, line.clock_off) == (NOW, hours != 0)
    alone, _ = beaten(silent("C1"), True, TERMS, NOW, off)
    assert (alone.health, alone.due) == (Health.HEARD, NOW + 60 * MINUTE)
    doubted, _ = beaten(silent("C1"), False, TERMS, NOW + MINUTE, off)
    assert doubted.health is Health.SILENT  # whether the camera lives is still to be asked


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (None, ""),
        (HEARD, ""),
        (replace(HEARD, health=Health.DOUBTED), ""),
        (silent("C1"), "timed_out"),
        (silent("C1", NOW - 11 * MINUTE), ""),  # what is known is too old to go by
        (silent("C1", where=Where.CAMERA), ""),  # the look tells more
        (silent("C1", where=Where.CAMERA, told="incident"), "timed_out"),
    ],
)
def test_whether_a_look_is_of_any_use(line: Line | None, kind: str) -> None:
    assert down(line, NOW) == kind


# ---- areas

LATER = NOW + TERMS.grace + HOLD  # when a line silent since NOW is told alone


@pytest.mark.parametrize(
    ("lines", "at", "acts"),
    [
        ([silent("A")], LATER - SECOND, []),  # others may be silent in a moment
        ([silent("A")], LATER, [TellOne(camera="A", to="operator")]),
        ([silent("A", where=Where.CAMERA)], LATER, [TellOne(camera="A", to="administrator")]),
        ([silent("A"), silent("B")], LATER, [TellOne(camera=c, to="operator") for c in "AB"]),
        ([silent("A", told="operator")], LATER, []),
        ([replace(HEARD, health=Health.DOUBTED)], LATER, []),
    ],
)
def test_a_few_silent_lines_are_told_one_by_one(
    lines: list[Line], at: datetime, acts: list[TellOne]
) -> None:
    area, told, found = survey(Area(key="north"), lines, TERMS, at)
    assert list(found) == acts
    assert [line.told for line in told] == [act.to for act in acts]
    assert area.incident is None


def test_three_within_ten_minutes_are_one_incident_also_those_told_before() -> None:
    lines = [
        silent("A", NOW, told="operator"),
        silent("B", NOW + 9 * MINUTE),
        silent("C", NOW + 10 * MINUTE, where=Where.CAMERA),
        silent("D", NOW + 11 * MINUTE),  # a minute too late for A, in time for B
    ]
    area, told, acts = survey(Area(key="north"), lines[:3], TERMS, NOW + 16 * MINUTE)
    (opened,) = acts
    assert isinstance(opened, Opened)
    assert opened.incident.cameras == ("A", "B", "C")
    assert {line.key: line.told for line in told} == dict.fromkeys("ABC", "incident")
    assert survey(Area(key="north"), [lines[0], lines[3]], TERMS, NOW + 17 * MINUTE)[2] == ()
    joined, _, more = survey(area, [*told, lines[3]], TERMS, NOW + 17 * MINUTE)
    assert more == (Joined(incident=joined.incident, cameras=("D",)),)  # type: ignore[arg-type]
    _, _, grown = survey(joined, [*told, replace(lines[3], told="incident")], TERMS,
                         NOW + 18 * MINUTE)  # fmt: skip
    assert [type(act) for act in grown] == [Grown]


def test_an_incident_waits_for_the_others_and_is_never_made_of_what_is_known() -> None:
    early = survey(Area(key="north"), [*map(silent, "ABC")], TERMS, LATER - SECOND)
    assert early == (Area(key="north", due=LATER), (), ())
    known = [silent(key, told="operator") for key in "ABC"]
    assert survey(Area(key="north"), known, TERMS, LATER)[2] == ()


def test_an_old_fault_is_no_part_of_a_new_outage() -> None:
    old = silent("Z", NOW - 600 * MINUTE, told="administrator")
    area, told, (opened,) = survey(Area(key="north"), [old, *map(silent, "ABC")], TERMS, LATER)
    assert isinstance(opened, Opened)
    assert opened.incident.cameras == ("A", "B", "C")
    assert survey(area, [old, *told], TERMS, LATER + MINUTE)[2] == ()


def test_what_a_window_has_told_is_not_told_again() -> None:
    _, (line,), acts = survey(Area(key="north"), [silent("A")], TERMS, LATER, known={"A"})
    assert (line.told, acts) == ("window", ())


def test_the_incident_closes_when_all_are_back_or_gone() -> None:
    area, told, _ = survey(Area(key="north"), [*map(silent, "ABC")], TERMS, LATER)
    back = [replace(HEARD, key="A"), replace(HEARD, key="B"), told[2]]
    assert survey(area, back, TERMS, LATER + MINUTE)[2] == ()
    area, _, (closed,) = survey(area, back[:2], TERMS, LATER + MINUTE)
    assert isinstance(closed, Closed)
    assert area.incident is None


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 20)), min_size=1, max_size=60
    )
)
def test_whatever_falls_silent_and_comes_back_is_told_once_and_ends(
    events: list[tuple[int, bool, int]],
) -> None:
    """Every silence that lasts is told by itself or in an incident, once; none stays open."""
    now, area = NOW, Area(key="north")
    lines = {f"C{n}": replace(HEARD, key=f"C{n}") for n in range(6)}
    told: dict[tuple[str, datetime], int] = {}
    opened = closed = 0

    def look_again() -> None:
        nonlocal area, opened, closed
        area, changed, acts = survey(area, list(lines.values()), TERMS, now)
        lines.update({line.key: line for line in changed})
        for act in acts:
            match act:
                case TellOne(camera=key):
                    told[key, lines[key].since] = told.get((key, lines[key].since), 0) + 1  # type: ignore[index]
                case Opened():
                    opened += 1
                case Closed():
                    closed += 1
                case _:
                    pass

    for number, answers, minutes in events:
        now += minutes * MINUTE
        key = f"C{number}"
        lines[key], _ = after_test(lines[key], None if answers else DEAD, TERMS, now)
        look_again()
        assert opened - closed == (area.incident is not None)
        if area.incident is not None:
            assert any(lines[k].health is Health.SILENT for k in area.incident.cameras)
        assert area.due is None or area.due > now
    assert all(count == 1 for count in told.values())
    now = max([now, *(line.since + TERMS.grace for line in lines.values() if line.since)]) + HOLD
    look_again()
    assert all(line.told for line in lines.values() if line.health is Health.SILENT)
    for key in lines:
        lines[key], _ = after_test(lines[key], None, TERMS, now)
    look_again()
    assert area.incident is None
    assert opened == closed


# ---- the longest time that a fault is unseen


@given(
    interval=st.integers(5, 240),
    grace=st.integers(0, 30),
    tries=st.integers(1, 5),
    fails=st.floats(0, 1),
    takes=st.lists(st.floats(0, 2 * SECONDS), min_size=8, max_size=8),
)
def test_no_silence_is_unseen_for_longer_than_is_stated(
    interval: int, grace: int, tries: int, fails: float, takes: list[float]
) -> None:
    """Tests are made as they fall due, each taking its time; the line fails at any moment."""
    terms = LineTerms(interval_minutes=interval, grace_minutes=grace, tries=tries)
    line = replace(HEARD, due=NOW)
    began = NOW
    now = NOW + takes[0] * SECOND
    line, _ = after_test(line, None, terms, now)  # found well, and failing from some moment on
    failed = began + fails * (line.due - began)
    area, rest = Area(key="north"), iter(takes[1:])
    for _ in range(50):
        due = min(at for at in (line.due, area.due) if at is not None)
        now = max(now, due)
        if due == line.due:
            now += next(rest, 2 * SECONDS) * SECOND
            line, _ = after_test(line, DEAD, terms, now)
        area, changed, acts = survey(area, [line], terms, now)
        line = changed[0] if changed else line
        if acts:
            break
    assert acts
    assert now - failed <= longest_undetected(terms)


def test_the_longest_time_as_it_is_agreed() -> None:
    assert longest_undetected(TERMS) == timedelta(minutes=67, seconds=25)


def test_a_jump_of_the_clock_leaves_what_runs_as_long_as_it_was() -> None:
    line = replace(silent("C1"), heard=NOW, beat=NOW)
    moved = line.shifted(timedelta(hours=-1))
    assert moved.due == line.due - 60 * MINUTE
    assert down(moved, NOW - 60 * MINUTE) == down(line, NOW) != ""
    assert moved.shifted(timedelta(hours=1)) == line
