"""Lines under the runner, on a simulated clock: outages, recoveries, windows, crashes."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bedcheck.commands import app
from bedcheck.history.row import Kind
from bedcheck.night.changes import withdraw
from bedcheck.night.events import Acknowledged
from bedcheck.night.lines.line import Health
from bedcheck.night.lines.port import Asked
from bedcheck.night.lines.tcp import TcpTester
from bedcheck.night.lines.terms import HOLD, LineTerms, longest_undetected
from bedcheck.night.lines.watching import lines_of, open_incidents
from bedcheck.night.metrics import Metrics
from bedcheck.night.window import AlarmCause, Phase
from tests.night.homes import Homes, homes
from tests.night.nights import Night, night_of

START = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)  # 19:00 on the clock
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
GONE = Asked(camera="timed_out", router="timed_out")
NAMES = [f"home{number:02}" for number in range(30)]
LONGEST = longest_undetected(LineTerms())


@pytest.fixture
def tester() -> Homes:
    return Homes()


@pytest.fixture
def night(tmp_path: Path, tester: Homes) -> Iterator[Night]:
    times = {"home00": ["23:00"], "home01": ["22:15"], "home07": ["23:30"]}
    with night_of(tmp_path, homes(NAMES, times=times), START, tester) as night:
        yield night


def silent_now(night: Night) -> list[str]:
    with night.store.snapshot() as snapshot:
        return [line.key for line in lines_of(snapshot) if line.health is Health.SILENT]


def texts_of(night: Night, kind: str) -> list[str]:
    return [alarm.text for _, _, alarm, _ in night.sent if alarm.kind == kind]


def test_every_line_is_tested_every_hour_and_nobody_is_told_of_a_good_one(
    night: Night, tester: Homes
) -> None:
    night.until(START + 5 * HOUR)
    assert {name: tester.asked.count(name) for name in NAMES} == dict.fromkeys(NAMES, 5)
    assert night.told() == []
    assert night.rows(Kind.LINE) == []
    firsts = tester.asked[:30]
    assert sorted(firsts) == NAMES  # spread over the hour, each once


def test_one_silent_line_is_told_to_the_operator_and_its_recovery_too(
    night: Night, tester: Homes
) -> None:
    night.until(START + 70 * MINUTE)
    tester.down["home07"] = GONE
    fell = night.clock.now()
    night.until(fell + LONGEST)
    assert night.told() == [("operator", "line_silent")]
    (text,) = texts_of(night, "line_silent")
    assert "Home07" in text
    assert "23:30" in text
    del tester.down["home07"]
    night.until(night.clock.now() + 5 * MINUTE)
    assert night.told() == [("operator", "line_silent"), ("operator", "line_back")]
    silent, back = night.rows(Kind.LINE)
    assert (silent.camera, silent.resident) == ("home07", "home07")
    assert (silent.facts["what"], silent.facts["where"]) == ("silent", "home")
    assert (back.facts["what"], back.facts["since"]) == ("back", silent.facts["since"])
    assert back.facts["minutes"] == round((back.at - silent.at).total_seconds() / 60) + 5


def test_a_camera_that_is_silent_alone_goes_to_the_administrator(
    night: Night, tester: Homes
) -> None:
    tester.down["home07"] = Asked(camera="timed_out", router="")
    night.until(START + LONGEST)
    assert night.told() == [("admin", "camera_silent")]
    tester.down["home07"] = GONE  # and now the whole home is
    night.until(night.clock.now() + 10 * MINUTE)
    assert night.told()[1:] == [("operator", "line_silent")]


def test_a_short_silence_is_told_to_nobody(night: Night, tester: Homes) -> None:
    night.until(START + HOUR)
    tester.down.update(dict.fromkeys(NAMES, GONE))
    night.until(night.clock.now() + 4 * MINUTE)
    tester.down.clear()
    night.until(night.clock.now() + 2 * HOUR)
    assert night.told() == []


def test_thirty_that_fall_silent_are_one_incident_and_each_recovers_by_itself(
    night: Night, tester: Homes
) -> None:
    night.until(START + 65 * MINUTE)
    tester.down.update(dict.fromkeys(NAMES, GONE))
    fell = night.clock.now()
    night.until(fell + 15 * MINUTE)
    assert night.told() == [("operator", "incident")]
    (text,) = texts_of(night, "incident")
    assert "30 homes" in text
    # Those who are looked to first stand first; all are named.
    assert text.index("Home01 22:15") < text.index("Home00 23:00") < text.index("Home07 23:30")
    assert all(name.capitalize() in text for name in NAMES)
    assert silent_now(night) == NAMES
    for number, name in enumerate(NAMES):
        del tester.down[name]
        night.until(night.clock.now() + 3 * MINUTE)
        assert len(silent_now(night)) == 29 - number
        with night.store.snapshot() as snapshot:
            assert len(open_incidents(snapshot)) == (number < 29)
    assert [what for _, what in night.told() if "line" in what] == []
    assert [what for _, what in night.told() if what.startswith("incident")] == [
        "incident",
        "incident_over",
    ]
    assert [row.facts["what"] for row in night.rows(Kind.INCIDENT)] == ["opened", "closed"]
    whats = [row.facts["what"] for row in night.rows(Kind.LINE)]
    assert (whats.count("silent"), whats.count("back")) == (30, 30)


def test_one_more_that_falls_silent_joins_the_incident(night: Night, tester: Homes) -> None:
    night.until(START + 65 * MINUTE)
    tester.down.update(dict.fromkeys(NAMES[:10], GONE))
    night.until(night.clock.now() + 70 * MINUTE)
    tester.down["home20"] = GONE
    night.until(night.clock.now() + LONGEST)
    assert night.told() == [("operator", "incident"), ("operator", "incident_grown")]
    (text,) = texts_of(night, "incident_grown")
    assert "by 1 home to 11: Home20" in text
    tester.down.clear()
    night.until(night.clock.now() + 5 * MINUTE)
    assert night.told()[2:] == [("operator", "incident_over")]


def test_at_the_window_of_a_home_without_a_line_the_night_staff_are_called(
    night: Night, tester: Homes
) -> None:
    """The supervision ends alarmed: nobody waits for a line, and the operator knows already."""
    night.until(START + 65 * MINUTE)
    tester.down.update(dict.fromkeys(NAMES, GONE))
    opens = datetime(2026, 3, 10, 21, 15, tzinfo=UTC)
    night.until(opens + MINUTE)
    window = night.window("home01@2026-03-10T21:15:00Z")
    assert window.alarm is not None
    assert (window.phase, window.alarm.cause) == (Phase.CALLING, AlarmCause.NO_LOOK_POSSIBLE)
    assert window.alarm.why == ("line_down", "timed_out")
    assert night.calls() == [(opens, "north")]
    assert night.told() == [("operator", "incident")]
    assert night.grabs == []
    tester.down.clear()  # and with the line back, the next window is looked through
    night.until(datetime(2026, 3, 10, 22, 1, tzinfo=UTC))
    assert [camera for _, camera, _ in night.grabs] == ["home00"] * 3


def test_a_line_that_came_back_before_its_window_keeps_nobody_from_looking(
    night: Night, tester: Homes
) -> None:
    tester.down["home01"] = GONE
    night.until(datetime(2026, 3, 10, 21, 10, tzinfo=UTC))
    assert silent_now(night) == ["home01"]
    tester.down.clear()
    night.until(datetime(2026, 3, 10, 21, 16, tzinfo=UTC))
    assert [camera for _, camera, _ in night.grabs] == ["home01"] * 3
    assert night.calls() == []


def test_what_a_look_found_out_is_tested_at_once_and_told_once(night: Night, tester: Homes) -> None:
    opens = datetime(2026, 3, 10, 21, 15, tzinfo=UTC)
    night.until(opens - MINUTE)
    tester.down["home01"] = GONE
    night.shows["home01"] = "unreachable"
    night.until(opens + 3 * MINUTE)
    night.happen("home01@2026-03-10T21:15:00Z", Acknowledged(by="contact:north"))
    night.until(opens + 20 * MINUTE)
    assert night.told() == [("operator", "line")]  # by the window; the line adds nothing
    assert silent_now(night) == ["home01"]
    tester.down.clear()
    night.until(night.clock.now() + 5 * MINUTE)
    assert night.told()[1:] == [("operator", "line_back")]


@pytest.mark.parametrize("every", [2, 5])
def test_killed_at_any_turn_nothing_is_lost_and_nothing_told_twice(
    night: Night, tester: Homes, every: int
) -> None:
    """A new runner every few turns, which knows only what the store holds."""
    tester.down["home07"] = GONE
    turns = 0
    end = START + 3 * HOUR
    while night.clock.now() < end:
        if night.clock.now() >= START + 100 * MINUTE:
            tester.down.update(dict.fromkeys(NAMES[15:], GONE))
        if night.clock.now() >= START + 150 * MINUTE:
            tester.down.clear()
        turns += 1
        wait = night.runner.step()
        if turns % every == 0:
            night.new_runner()
        night.clock.advance(min(max(wait, 1.0), 60.0))
    told = {key: alarm.kind for *_, alarm, key in night.sent if alarm.kind != "seal"}
    assert sorted(told.values()) == ["incident", "incident_over", "line_back", "line_silent"]
    assert len(night.sent) > len(told) + 1  # some twice, with the same key
    whats = [row.facts["what"] for row in night.rows(Kind.LINE)]
    assert (whats.count("silent"), whats.count("back")) == (16, 16)


def test_after_the_clock_was_set_back_lines_are_tested_as_before(
    night: Night, tester: Homes
) -> None:
    night.until(START + 70 * MINUTE)
    night.clock.jump(-3600)
    passed = night.clock.monotonic()
    night.until(night.clock.now() + MINUTE)
    tester.down["home07"] = GONE
    while not night.told() and night.clock.monotonic() - passed < 3 * 3600:
        night.clock.advance(min(night.runner.step(), 60.0))
    assert night.clock.monotonic() - passed <= LONGEST.total_seconds() + 60


def test_a_camera_that_is_taken_down_is_tested_no_longer_and_ends_its_incident(
    night: Night, tester: Homes
) -> None:
    night.until(START + 65 * MINUTE)
    tester.down.update(dict.fromkeys(NAMES[:3], GONE))
    night.until(night.clock.now() + 70 * MINUTE)
    for name in NAMES[:3]:
        withdraw(night.store, name, "os:anna", night.clock.now())
    night.until(night.clock.now() + 5 * MINUTE)
    assert ("operator", "incident_over") in night.told()
    tester.asked.clear()
    night.until(night.clock.now() + 2 * HOUR)
    assert set(tester.asked) == set(NAMES[3:])


def test_a_fault_in_a_test_says_nothing_of_the_line(night: Night, tester: Homes) -> None:
    def broken(unit: object) -> Asked:
        raise RuntimeError("of ours")

    tester.ask = broken  # type: ignore[method-assign]
    night.until(START + 2 * HOUR)
    assert night.told() == []
    assert silent_now(night) == []


def test_thirty_real_cameras_fall_silent_and_come_back(tmp_path: Path) -> None:
    """Listening sockets on loopback: what is asked for is a connection, and not a byte more."""
    with ExitStack() as stack:
        ears = {name: stack.enter_context(socket.create_server(("127.0.0.1", 0))) for name in NAMES}
        ports = {name: ear.getsockname()[1] for name, ear in ears.items()}
        sources = {name: f"http://127.0.0.1:{port}/picture" for name, port in ports.items()}
        night = stack.enter_context(
            night_of(tmp_path, homes(NAMES, sources=sources), START, TcpTester())
        )
        night.until(START + 61 * MINUTE)
        with night.store.snapshot() as snapshot:
            assert {line.health for line in lines_of(snapshot)} == {Health.HEARD}
        for ear in ears.values():
            connection, _ = ear.accept()
            assert connection.recv(100) == b""
            connection.close()
            ear.close()
        night.until(night.clock.now() + LONGEST)
        assert night.told() == [("operator", "incident")]
        assert silent_now(night) == NAMES
        for name in NAMES:
            address = ("127.0.0.1", ports[name])
            stack.enter_context(socket.create_server(address, reuse_port=False))
        night.until(night.clock.now() + 2 * HOLD)
        assert night.told() == [("operator", "incident"), ("operator", "incident_over")]
        assert silent_now(night) == []


def test_of_homes_in_shadow_mode_there_are_rows_and_nobody_is_told(tmp_path: Path) -> None:
    tables = homes(NAMES[:5], times={name: ["23:00"] for name in NAMES[:5]})
    for agreement in tables["agreement"][1:]:
        agreement["shadow"] = True
    tester = Homes()
    with night_of(tmp_path, tables, START, tester) as night:
        night.until(START + HOUR)
        tester.down.update(dict.fromkeys(NAMES[1:5], GONE))
        night.until(night.clock.now() + 2 * HOUR)
        tester.down.clear()
        night.until(night.clock.now() + 10 * MINUTE)
        assert night.told() == []
        assert [row.facts["what"] for row in night.rows(Kind.INCIDENT)] == ["opened", "closed"]
        tester.down.update(dict.fromkeys(NAMES[:5], GONE))
        night.until(night.clock.now() + LONGEST)
        (text,) = texts_of(night, "incident")
        assert "1 home fell silent" in text
        assert "Home00" in text
        assert "Home01" not in text


def test_a_covered_camera_s_alarm_tells_nothing_of_its_line(night: Night, tester: Homes) -> None:
    opens = datetime(2026, 3, 10, 21, 15, tzinfo=UTC)
    night.shows["home01"] = "covered"
    night.until(opens + MINUTE)
    night.happen("home01@2026-03-10T21:15:00Z", Acknowledged(by="contact:north"))
    tester.down["home01"] = GONE
    night.until(night.clock.now() + LONGEST)
    assert night.told() == [("operator", "line_silent")]


# ---- what is shown


@pytest.fixture
def outage(night: Night, tester: Homes, monkeypatch: pytest.MonkeyPatch) -> Night:
    """Three homes without power, one camera dead long before, and the store beside commands."""
    tester.down["home20"] = Asked(camera="timed_out", router="")
    night.until(START + 2 * HOUR)
    tester.down.update(dict.fromkeys(NAMES[:3], GONE))
    night.until(night.clock.now() + LONGEST)
    monkeypatch.setenv("BEDCHECK_STORE", str(night.store.path))
    monkeypatch.setenv("COLUMNS", "200")
    return night


def shown(*words: str) -> str:
    result = CliRunner().invoke(app, ["night", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_lines_as_a_table(outage: Night) -> None:
    told = shown("lines", "--lang", "en")
    assert re.search(r"home00 +Home00 +north +silent +the whole home, the camera did not", told)
    assert re.search(r"home20 +Home20 +north +silent +the camera alone", told)
    assert "home05" not in told
    assert re.search(r"Outage in north since 2026-03-10 \d\d:\d\d: 3 of 3 homes are silent.", told)
    assert "Silent lines: 4 of 30." in told
    assert "within 68 minutes at the most, while the runner runs." in told
    assert re.search(r"home05 +Home05 +north +heard", shown("lines", "--all", "--lang", "en"))
    assert "Tysta linjer: 4 av 30." in shown("status")


def test_the_lines_as_json(outage: Night) -> None:
    found = json.loads(shown("lines", "--json"))
    assert len(found["lines"]) == 30
    (one,) = [line for line in found["lines"] if line["camera"] == "home20"]
    assert (one["health"], one["where"], one["error"]) == ("silent", "camera_only", "timed_out")
    assert one["longest_undetected_seconds"] == LONGEST.total_seconds()
    assert [incident["cameras"] for incident in found["incidents"]] == [NAMES[:3]]


def test_a_store_without_lines_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with night_of(tmp_path, homes(NAMES[:2]), START) as night:
        night.until(START + HOUR)
        monkeypatch.setenv("BEDCHECK_STORE", str(night.store.path))
        assert "No line is tested" in shown("lines", "--lang", "en")
        assert json.loads(shown("lines", "--json"))["lines"] == []


def test_the_lines_for_prometheus(outage: Night) -> None:
    class Turning:
        last_turn = 0.0

    figures = Metrics(outage.store, outage.clock, Turning()).figures()
    assert figures["bedcheck_lines"] == 30
    assert figures["bedcheck_lines_silent"] == 4
    assert figures["bedcheck_lines_overdue"] == 0
    assert figures["bedcheck_incidents_open"] == 1
    assert figures["bedcheck_line_undetected_seconds"] == LONGEST.total_seconds()
    outage.clock.advance(2 * 3600)  # a loop that stands still
    assert Metrics(outage.store, outage.clock, Turning()).figures()["bedcheck_lines_overdue"] == 30
