"""The runner on a real store and a simulated clock: looks, calls, crashes, catching up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bedcheck.errors import RunnerError
from bedcheck.history.row import Kind
from bedcheck.night.channels.port import Accepted, NotSent, Rejected, Unreachable
from bedcheck.night.events import Acknowledged, Outcome, OutcomeGiven
from bedcheck.night.lock import only_runner
from bedcheck.night.registry import Registry
from bedcheck.night.secrets import Secrets
from bedcheck.night.window import Ending, Phase
from bedcheck.night.world import real_world
from tests.night.nights import Night, ScriptedJudge, night_of
from tests.night.registering import tables

START = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
FIRST = "berit@2026-03-10T22:00:00Z"
SECOND = "berit@2026-03-11T02:00:00Z"
MORNING = datetime(2026, 3, 11, 6, 0, tzinfo=UTC)
OPENS = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with night_of(tmp_path, tables(), START) as night:
        yield night


def test_a_quiet_night(night: Night) -> None:
    night.until(MORNING)
    assert [night.window(key).ending for key in (FIRST, SECOND)] == [Ending.IN_BED] * 2
    looks = night.rows(Kind.LOOK)
    assert [row.facts["state"] for row in looks] == ["in_bed"] * 2
    assert [row.facts["frames"] for row in looks] == [3] * 2
    assert (night.calls(), night.told()) == ([], [])
    first = [at for at, _, _ in night.grabs[:3]]
    assert first[0] == OPENS
    assert first[2] - first[0] <= timedelta(seconds=25)


def test_a_deviation_is_called_acknowledged_and_told(night: Night) -> None:
    night.shows["C1"] = "out"
    night.until(OPENS + 11 * MINUTE)
    ((at, to),) = night.calls()
    assert to == "north"
    assert at - OPENS < 12 * MINUTE
    (alarm, key) = next((a, k) for _, to, a, k in night.sent if to == "north")
    assert "Berit" in alarm.text
    assert (alarm.kind, alarm.alarm) == ("deviation", f"{FIRST}/alarm")
    assert key.startswith(FIRST)
    night.happen(FIRST, Acknowledged(by="contact:north"))
    night.happen(FIRST, OutcomeGiven(outcome=Outcome.UP_AND_WELL, by="contact:north"))
    story = night.store.alarm_story(alarm.alarm, by="os:test", at=night.clock.now())
    assert story is not None
    assert (story.state, story.outcome, story.acknowledged_by) == (
        "closed",
        "up_and_well",
        "contact:north",
    )


@pytest.mark.parametrize("answer", [Rejected("full"), Unreachable("no line")])
def test_what_is_not_accepted_goes_to_the_crisis_list(
    night: Night, answer: Rejected | Unreachable
) -> None:
    night.shows["C1"] = "out"
    night.answers["north"] = lambda alarm: answer
    night.until(OPENS + 30 * MINUTE)
    assert night.window(FIRST).phase is Phase.CRISIS
    assert [to for _, to in night.calls()][:3] == ["north", "north", "duty"]
    assert ("operator", "crisis") in night.told()


def test_an_alarm_without_its_secret_is_not_sent_and_two_people_hear_of_it(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whom it was for was never asked, so nothing says "rejected"; the next is called at once."""
    missing = "there is no secret named 'north': put it among the secrets"
    night.shows["C1"] = "out"
    night.answers["north"] = lambda alarm: NotSent(missing)
    night.until(OPENS + 12 * MINUTE)
    first, *_ = night.rows(Kind.ALARM_NOT_SENT)
    assert (first.facts["to"], first.facts["reason"]) == ("north", missing)
    assert night.rows(Kind.ALARM_REJECTED) == []
    assert "not_sent" in [what for to, what in night.told() if to == "admin"]
    story = night.store.alarm_story(f"{FIRST}/alarm", by="os:test", at=night.clock.now())
    assert story is not None
    assert story.calls[0].answer == "not_sent"


def test_a_message_that_cannot_be_sent_waits_for_whoever_puts_there_what_is_missing(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = iter([NotSent("no secret")] * 2)
    night.shows["C1"] = "unreachable"
    night.answers["operator"] = lambda alarm: (
        next(missing, Accepted("R1")) if alarm.kind == "line" else Accepted("R1")
    )
    night.until(OPENS + 60 * MINUTE)
    times = [at for at, _, alarm, _ in night.sent if alarm.kind == "line"]
    assert len(times) == 3
    assert all(later - sooner >= 10 * MINUTE for sooner, later in pairwise(times))
    assert capsys.readouterr().err.count("not sent to operator: no secret") == 2


def test_a_covered_camera_is_out_of_order_until_tested(night: Night) -> None:
    night.shows["C1"] = "covered"
    night.until(OPENS + MINUTE)
    assert [to for _, to in night.calls()] == ["north"]
    night.happen(FIRST, OutcomeGiven(outcome=Outcome.CAMERA_FAULT, by="contact:north"))
    night.shows["C1"] = "in_bed"
    night.until(MORNING - 2 * timedelta(hours=1))
    second = night.window(SECOND)
    assert second.alarm is not None
    assert second.alarm.why == ("out_of_order", "covered")
    assert len(night.rows(Kind.LOOK)) == 1


def test_a_dead_camera_is_tried_three_times(night: Night) -> None:
    night.shows["C1"] = "unreachable"
    night.until(OPENS + 10 * MINUTE)
    assert [row.facts["error"] for row in night.rows(Kind.LOOK)] == ["unreachable"] * 3
    assert [to for _, to in night.calls()] == ["north"]
    assert night.told() == [("operator", "line")]


def test_without_its_secret_a_camera_is_not_asked_and_not_blamed(tmp_path: Path) -> None:
    changed = tables()
    changed["camera"][0] |= {"source": "http://127.0.0.1:9/a.jpg", "login": "a", "secret": "b"}
    with night_of(tmp_path, changed, START) as night:
        night.world = replace(night.world, camera=real_world(Secrets({}), ScriptedJudge()).camera)
        night.new_runner().step()
        night.until(OPENS + 10 * MINUTE)
        assert [row.facts["error"] for row in night.rows(Kind.LOOK)] == ["no_secret"] * 3
        alarm = night.window(FIRST).alarm
        assert alarm is not None
        assert (alarm.cause, alarm.why) == ("no_look_made", ("no_secret",))
        assert night.told() == [("admin", "set_up")]
        with night.store.snapshot() as snapshot:
            assert not Registry.load(snapshot).units["C1"].fault


def test_a_crash_between_intent_and_result_repeats_the_look(night: Night) -> None:
    night.clock.to(OPENS)
    night.runner._turn()  # the intent and the grants are written, and then the process dies
    assert night.window(FIRST).phase is Phase.LOOKING
    night.new_runner()
    night.until(OPENS + MINUTE)
    assert night.window(FIRST).ending is Ending.IN_BED
    errors = [row.facts.get("error") for row in night.rows(Kind.LOOK)]
    assert errors == ["interrupted", None]


def test_a_crash_after_a_delivery_repeats_it_with_the_same_key(night: Night) -> None:
    night.shows["C1"] = "out"
    night.until(OPENS + 10 * MINUTE)
    night.clock.to(OPENS + 11 * MINUTE)
    night.runner.step()  # the second look
    jobs, _ = night.runner._turn()  # its result; the call is intended
    for job in jobs:
        job.do()  # delivered, and the process dies before its result is written
    assert len(night.calls()) == 1
    night.new_runner()
    night.until(OPENS + 15 * MINUTE)
    keys = [key for _, to, _, key in night.sent if to == "north"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("back", "phase", "cause"),
    [
        (OPENS + 5 * MINUTE, Phase.CLOSED, None),  # still inside: the look is made
        (OPENS + 40 * MINUTE, Phase.CALLING, "no_look_made"),
        (OPENS + timedelta(hours=14), Phase.CLOSED, None),  # too old to send anybody
    ],
)
def test_catching_up_after_down_time(
    night: Night, back: datetime, phase: Phase, cause: str | None
) -> None:
    night.until(START + MINUTE)
    night.clock.to(back)
    night.new_runner()
    night.until(back + MINUTE)
    window = night.window(FIRST)
    assert (window.phase, window.alarm and window.alarm.cause) == (phase, cause)


def test_windows_from_before_the_first_start_are_nobodys(tmp_path: Path) -> None:
    with night_of(tmp_path, tables(), OPENS + 10 * MINUTE) as night:
        night.until(OPENS + 20 * MINUTE)
        assert night.rows(Kind.LOOK) == []


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_jump_of_the_clock_is_a_row_and_changes_no_duration(night: Night, jump: float) -> None:
    night.shows["C1"] = "out"
    night.until(OPENS + 2 * MINUTE)  # the first look was made, the second is in 8 minutes
    night.clock.jump(jump)
    began = night.clock.monotonic()
    night.until(night.clock.now() + 10 * MINUTE)
    (row,) = night.rows(Kind.CLOCK)
    assert row.facts["jump"] == jump
    second = night.rows(Kind.LOOK)[1]
    assert second.window == FIRST
    waited = (second.at - timedelta(seconds=jump) - OPENS).total_seconds()
    assert waited == pytest.approx(25 + 600 + 25, abs=5)
    assert began > 0


def test_an_agreement_becomes_active_at_its_start_and_the_administrator_hears(
    tmp_path: Path,
) -> None:
    changed = tables()
    changed["agreement"][0].update(state="ordered", starts="2026-03-10T22:30:00+01:00")
    with night_of(tmp_path, changed, START) as night:
        night.until(OPENS - MINUTE)
        assert night.told() == [("admin", "activated")]
        with night.store.snapshot() as snapshot:
            body = snapshot.get("agreement", "berit")
        assert body is not None
        assert body["state"] == "active"


def test_an_absence_without_an_end_is_reviewed_once(tmp_path: Path) -> None:
    away = {
        "key": "trip",
        "resident": "berit",
        "start": "2026-03-09T12:00:00Z",
        "review": "2026-03-10T21:30:00Z",
    }
    with night_of(tmp_path, {**tables(), "absence": [away]}, START) as night:
        night.until(MORNING)
        night.new_runner()
        night.until(MORNING + MINUTE)
        assert night.told() == [("admin", "absence_review")]
        assert night.window(FIRST).ending is Ending.ABSENT
        assert night.grabs == []


def test_a_message_that_does_not_arrive_is_sent_again(night: Night) -> None:
    tries = iter([Unreachable("no line")] * 3)
    night.answers["operator"] = lambda alarm: next(tries, Rejected("gone"))
    night.shows["C1"] = "unreachable"
    night.until(OPENS + 30 * MINUTE)
    assert night.told().count(("operator", "line")) == 4


def test_two_runners_do_not_share_a_store(tmp_path: Path) -> None:
    with (
        only_runner(tmp_path / "night.db"),
        pytest.raises(RunnerError, match="another runner runs on this store"),
        only_runner(tmp_path / "night.db"),
    ):
        pass
    with only_runner(tmp_path / "night.db"):
        pass


def test_the_seal_of_the_day_leaves_the_machine_once(night: Night) -> None:
    night.until(MORNING)
    night.new_runner()
    night.until(MORNING + 8 * timedelta(hours=1))
    seals = [alarm for _, to, alarm, _ in night.sent if alarm.kind == "seal" and to == "admin"]
    assert len(seals) == len(night.rows(Kind.SEAL)) == 2  # the evening of the start, and noon
    assert '"signature"' in seals[0].text
    assert night.store.verify().whole
