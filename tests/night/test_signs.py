"""Signs of life to alarm receivers: when they are given, and who is told of silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bedcheck.history.row import Kind
from bedcheck.history.telling import tell
from bedcheck.night.channels import Accepted, AlarmMessage, Delivery, Unreachable
from bedcheck.night.contact import Contact
from bedcheck.night.inline import Inline
from bedcheck.night.runner import Runner
from tests.night.nights import Night, night_of
from tests.night.registering import tables

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
SCAIP = {"controller": "4711", "heartbeat_minutes": 30}


class Receiver:
    """Answers signs of life by the minute of the script; takes every message."""

    def __init__(self, night: Night, contact: Contact, answers: list[Delivery]) -> None:
        self.night, self.contact, self.answers = night, contact, answers
        self.given: list[float] = []

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        self.night.sent.append((self.night.clock.now(), self.contact.key, alarm, key))
        return Accepted()

    def heartbeat(self, key: str) -> Delivery:
        self.given.append((self.night.clock.now() - NOON) / timedelta(minutes=1))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


GONE = Unreachable("no answer within 10.0 s")
YES = Accepted()


def run(tmp_path: Path, answers: list[Delivery], minutes: int = 100) -> tuple[Receiver, Night, Any]:
    changed = tables()
    changed["contact"][1] |= {"medium": "scaip", "address": "sip:alarm@host", "scaip": SCAIP}
    with night_of(tmp_path, changed, NOON) as night:
        receivers: dict[str, Receiver] = {}

        def channel(contact: Contact) -> Receiver:
            return receivers.setdefault(contact.key, Receiver(night, contact, answers))

        night.world = replace(night.world, channel=channel)
        night.runner = Runner(night.store, night.world, night.clock, poll=60.0, executor=Inline())
        night.runner.start()
        night.until(NOON + timedelta(minutes=minutes))
        rows = [(r.facts["what"], r.facts["of"]) for r in night.rows(Kind.HEARTBEAT)]
        assert all("answer" in tell(row, "en") for row in night.rows(Kind.HEARTBEAT))
        assert set(receivers) <= {"operator", "admin"}
        return receivers["operator"], night, rows


@pytest.mark.parametrize(
    ("answers", "given", "rows", "told"),
    [
        # what it answers, minutes at which it is asked, rows, whom that was told
        ([YES], [0, 30, 60, 90], ["answers"], []),
        ([YES, GONE, YES], [0, 30, 31, 61, 91], ["answers"], []),  # one is missed: nobody is told
        ([YES, GONE, GONE, GONE, YES], [0, 30, 31, 32, 33, 63, 93],
         ["answers", "silent", "answers"], ["receiver_silent", "receiver_answers"]),
        ([GONE, GONE, YES], [0, 1, 2, 32, 62, 92],
         ["silent", "answers"], ["receiver_silent", "receiver_answers"]),
        ([GONE], [*range(100)], ["silent"], ["receiver_silent"]),  # told once
    ],
)  # fmt: skip
def test_a_silent_receiver_is_noticed_before_an_alarm_needs_it(
    tmp_path: Path, answers: list[Delivery], given: list[int], rows: list[str], told: list[str]
) -> None:
    receiver, night, written = run(tmp_path, [*answers], minutes=99)
    assert [round(minute) for minute in receiver.given][: len(given)] == given
    assert written == [(f"receiver_{what}", "operator") for what in rows]
    assert night.told() == [("admin", what) for what in told]
    texts = [alarm.text for _, to, alarm, _ in night.sent if alarm.kind.startswith("receiver")]
    assert all("Alarm centre" in text for text in texts)


def test_a_runner_that_starts_again_does_not_tell_twice(tmp_path: Path) -> None:
    changed = tables()
    changed["contact"][1] |= {"medium": "scaip", "address": "sip:alarm@host", "scaip": SCAIP}
    with night_of(tmp_path, changed, NOON) as night:
        night.world = replace(night.world, channel=lambda c: Receiver(night, c, [GONE]))
        for minutes in (10, 20):
            runner = Runner(night.store, night.world, night.clock, poll=60.0, executor=Inline())
            runner.start()
            night.runner = runner
            night.until(NOON + timedelta(minutes=minutes))
        assert night.told() == [("admin", "receiver_silent")]


def test_without_an_interval_none_is_given(tmp_path: Path) -> None:
    changed = tables()
    changed["contact"][1] |= {
        "medium": "scaip", "address": "sip:alarm@host", "scaip": {"controller": "1"},
    }  # fmt: skip
    with night_of(tmp_path, changed, NOON) as night:
        receivers: list[Receiver] = []

        def channel(contact: Contact) -> Receiver:
            receivers.append(Receiver(night, contact, [YES]))
            return receivers[-1]

        night.world = replace(night.world, channel=channel)
        night.runner = Runner(night.store, night.world, night.clock, poll=60.0, executor=Inline())
        night.until(NOON + timedelta(hours=2))
        assert all(not receiver.given for receiver in receivers)
        assert not night.rows(Kind.HEARTBEAT)


def test_a_channel_that_takes_none_is_silent_and_the_runner_goes_on(tmp_path: Path) -> None:
    changed = tables()
    changed["contact"][1] |= {"medium": "scaip", "address": "sip:alarm@host", "scaip": SCAIP}
    with night_of(tmp_path, changed, NOON) as night:  # its channels have no heartbeat
        night.runner = Runner(night.store, night.world, night.clock, poll=60.0, executor=Inline())
        night.until(NOON + timedelta(minutes=5))
        (row,) = night.rows(Kind.HEARTBEAT)
        assert row.facts["reason"] == "it takes no sign of life"
