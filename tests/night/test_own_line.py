"""Our own line: every area falls silent in the same round, and nobody calls thirty homes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bedcheck.commands import app
from bedcheck.history.row import Kind
from bedcheck.night.lines.line import Health, Line, Where, down
from bedcheck.night.lines.own import Own, Turn, down_since, survey_own
from bedcheck.night.lines.port import Asked
from bedcheck.night.lines.terms import HOLD, LineTerms
from bedcheck.night.metrics import Metrics
from bedcheck.night.window import AlarmCause, Phase
from tests.night.homes import Homes, homes
from tests.night.nights import Night, night_of

NOW = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TERMS = LineTerms()
TOLD = TERMS.grace + HOLD  # after the first fell silent


def heard(key: str, area: str, minutes: float = -30) -> Line:
    """Answered so many minutes from now."""
    at = NOW + minutes * MINUTE
    return Line(key=key, area=area, due=NOW, health=Health.HEARD, tested=at, heard=at)


def gone(key: str, area: str, minutes: float = 0, *, last: float = -30, told: str = "") -> Line:
    """Silent since so many minutes from now, having answered at ``last``."""
    since = NOW + minutes * MINUTE
    line = replace(heard(key, area, last), health=Health.SILENT, misses=3, since=since)
    return replace(line, tested=since, where=Where.HOME, error="timed_out", told=told)


def doubted(key: str, area: str, minutes: float = 0) -> Line:
    return replace(gone(key, area, minutes), health=Health.DOUBTED, misses=1)


def camera_only(key: str, area: str, tested: float) -> Line:
    line = gone(key, area, -600, last=-660)
    return replace(line, where=Where.CAMERA, tested=NOW + tested * MINUTE)


N3 = [gone("A", "north"), gone("B", "north"), gone("C", "north")]
S1, S2 = gone("D", "south", 1), gone("E", "south", 2)


@pytest.mark.parametrize(
    ("lines", "ours"),
    [
        pytest.param([*N3, S1], True, id="every area, in one round"),
        pytest.param([*N3, doubted("D", "south", 1)], True, id="one test has failed there"),
        pytest.param([*N3, S1, heard("E", "south")], True, id="who was not asked says nothing"),
        pytest.param([*N3], False, id="one area alone is an outage"),
        pytest.param([*N3, heard("D", "south")], False, id="the other area was not asked yet"),
        pytest.param([*N3, S1, heard("E", "south", 1)], False, id="one has answered since"),
        pytest.param([*N3, S1, heard("E", "west")], False, id="a third area answers"),
        pytest.param([N3[0], S1], False, id="two homes are a coincidence"),
        pytest.param([*N3, gone("D", "south", 11)], False, id="not in the same round"),
        pytest.param([*N3, gone("D", "south", -600, last=-660)], False, id="dead long before"),
        pytest.param(
            [*N3, S1, gone("E", "west", -600, last=-660)], True, id="what was dead says nothing"
        ),
        pytest.param([*N3, S1, camera_only("E", "west", 1)], False, id="a router answers for it"),
        pytest.param([*N3, S1, camera_only("E", "west", -9)], True, id="it answered before"),
        pytest.param(
            [*N3, S1, replace(S2, beat=NOW + 3 * MINUTE)], False, id="a sign of life came through"
        ),
        pytest.param(
            [replace(line, heard=None) for line in (*N3, S1)], True, id="since the software started"
        ),
        pytest.param([], False, id="nobody is asked"),
    ],
)
def test_whether_it_is_our_own_line(lines: list[Line], ours: bool) -> None:
    assert down_since(lines, TERMS) == (NOW if ours else None)


def test_it_is_told_when_the_first_home_would_be_and_once() -> None:
    lines = [*N3, S1]
    assert survey_own(Own(), lines, TERMS, NOW + TOLD - MINUTE) == (Own(), (), None)
    own, counted, turn = survey_own(Own(), lines, TERMS, NOW + TOLD)
    assert (own, turn) == (Own(since=NOW), Turn.DOWN)
    assert [line.told for line in counted] == ["own"] * 4
    assert down(counted[0], NOW + MINUTE) == "own_line"
    assert survey_own(own, counted, TERMS, NOW + 60 * MINUTE) == (own, (), None)
    late = gone("Z", "north", 20)  # falls silent to us later: nobody is told of it by itself
    assert survey_own(own, [*counted, late], TERMS, NOW + 30 * MINUTE)[1][0].told == "own"


def test_one_answer_ends_it_and_the_homes_have_time_to_come_back() -> None:
    down_ = [replace(line, told="own") for line in N3]
    known = gone("Z", "west", -600, last=-660, told="operator")
    later = NOW + 40 * MINUTE
    back = heard("D", "south", 40)
    own, again, turn = survey_own(Own(since=NOW), [*down_, known, back], TERMS, later)
    assert (own, turn) == (Own(rest=later + TOLD), Turn.UP)
    assert [(line.key, line.told, line.due) for line in again] == [(k, "", later) for k in "ABC"]
    assert own.covers(later + MINUTE)
    assert not own.covers(later + TOLD)
    assert survey_own(own, [*again, back], TERMS, later + TOLD) == (Own(), (), None)


def test_it_ends_where_no_home_is_looked_after_any_longer() -> None:
    assert survey_own(Own(since=NOW), [], TERMS, NOW)[2] is Turn.UP


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 12)), max_size=40))
def test_it_is_never_ours_while_anything_answers(events: list[tuple[int, bool, int]]) -> None:
    """Whatever happens: an answer ends it, and nobody is told of it twice."""
    now, own = NOW, Own()
    lines = {f"C{n}": heard(f"C{n}", ("north", "south")[n % 2]) for n in range(6)}
    turns = []
    for number, answers, minutes in events:
        now += minutes * MINUTE
        key = f"C{number}"
        since = (now - NOW) / MINUTE
        known = lines[key].since
        if answers:
            lines[key] = heard(key, lines[key].area, since)
        elif known is None:
            lines[key] = gone(key, lines[key].area, since)
        own, changed, turn = survey_own(own, list(lines.values()), TERMS, now)
        lines |= {line.key: line for line in changed}
        turns += [turn] if turn else []
        if answers:
            assert own.since is None
    assert turns == [(Turn.DOWN, Turn.UP)[n % 2] for n in range(len(turns))]


# ---- under the runner

START = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
NORTH = [f"home{number:02}" for number in range(5)]
SOUTH = [f"home{number:02}" for number in range(5, 10)]
GONE = Asked(camera="timed_out", router="timed_out")


@pytest.fixture
def tester() -> Homes:
    return Homes()


@pytest.fixture
def night(tmp_path: Path, tester: Homes) -> Iterator[Night]:
    tables = homes([*NORTH, *SOUTH], times={"home01": ["22:15"], "home07": ["23:30"]})
    tables["crisis_list"].append({**tables["crisis_list"][0], "key": "south"})
    for resident in tables["resident"]:
        resident["area"] = "south" if resident["key"] in SOUTH else "north"
    with night_of(tmp_path, tables, START, tester) as night:
        yield night


def texts_of(night: Night, kind: str) -> list[str]:
    return [alarm.text for _, _, alarm, _ in night.sent if alarm.kind == kind]


def test_our_own_failure_is_told_as_ours_and_the_night_staff_are_called_all_the_same(
    night: Night, tester: Homes
) -> None:
    night.until(START + 65 * MINUTE)
    tester.down.update(dict.fromkeys([*NORTH, *SOUTH], GONE))
    fell = night.clock.now()
    night.until(fell + 75 * MINUTE)
    assert sorted(night.told()) == [("admin", "own_down"), ("operator", "own_down")]
    told = texts_of(night, "own_down")[0]
    assert "Our own line has been down since" in told
    assert told.index("Home01 22:15") < told.index("Home07 23:30")
    opens = datetime(2026, 3, 10, 21, 15, tzinfo=UTC)
    night.until(opens + MINUTE)
    window = night.window("home01@2026-03-10T21:15:00Z")
    assert window.alarm is not None
    assert (window.phase, window.alarm.cause) == (Phase.CALLING, AlarmCause.NO_LOOK_POSSIBLE)
    assert window.alarm.why == ("own_line",)
    assert night.calls() == [(opens, "north")]
    (alarm,) = texts_of(night, "no_look_possible")
    assert "our own line is down" in alarm
    tester.down.clear()
    night.until(night.clock.now() + 60 * MINUTE)
    whats = [what for _, what in night.told() if what.startswith(("own", "line", "inc"))]
    assert whats == ["own_down", "own_down", "own_up", "own_up"]
    assert [row.facts["what"] for row in night.rows(Kind.INCIDENT)] == ["own_down", "own_up"]


def test_what_is_still_silent_when_our_line_is_back_is_told_by_itself(
    night: Night, tester: Homes
) -> None:
    night.until(START + 65 * MINUTE)
    tester.down.update(dict.fromkeys([*NORTH, *SOUTH], GONE))
    night.until(night.clock.now() + 80 * MINUTE)
    for name in (*SOUTH, "home00", "home01"):
        del tester.down[name]
    night.until(night.clock.now() + 30 * MINUTE)
    assert sorted(night.told()[2:4]) == [("admin", "own_up"), ("operator", "own_up")]
    assert night.told()[4:] == [("operator", "incident")]
    assert "3 homes fell silent" in texts_of(night, "incident")[0]


def test_an_outage_of_one_area_is_no_fault_of_ours(night: Night, tester: Homes) -> None:
    night.until(START + 65 * MINUTE)
    tester.down.update(dict.fromkeys(NORTH, GONE))
    night.until(night.clock.now() + 75 * MINUTE)
    assert night.told() == [("operator", "incident")]


def test_what_commands_and_figures_say_of_it(
    night: Night, tester: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.until(START + 65 * MINUTE)
    figures = Metrics(night.store, night.clock, night.runner).figures
    assert figures()["bedcheck_own_line_down"] == 0
    tester.down.update(dict.fromkeys([*NORTH, *SOUTH], GONE))
    night.until(night.clock.now() + 75 * MINUTE)
    assert figures()["bedcheck_own_line_down"] == 1
    monkeypatch.setenv("BEDCHECK_STORE", str(night.store.path))
    shown = CliRunner().invoke(app, ["night", "lines", "--lang", "en"]).output
    assert "Our own line has been down since 2026-03-10 20:" in shown
    assert '"own_line_down_since": "2026-03-10T19:' in (
        CliRunner().invoke(app, ["night", "lines", "--json"]).output
    )
