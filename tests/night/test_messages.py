"""What a contact is told: the temporary number while it is in force, the home's own number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bedcheck.night.contact import TemporaryNumber
from bedcheck.night.messages import alarm_message, task_message
from bedcheck.night.registry import Registry
from bedcheck.night.window import Alarm, AlarmCause, Call
from tests.night.making import MINUTE, NORTH, OPENS, WINDOW
from tests.night.registering import registry, tables

START, END = OPENS + 10 * MINUTE, OPENS + 60 * MINUTE
STORM = TemporaryNumber(key="storm", area="north", number="08-123 45", start=START, end=END)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (START - INSTANT, False),  # not yet
        (START, True),  # from the first moment on
        (END - INSTANT, True),
        (END, False),  # the end itself is outside
    ],
)
def test_when_a_temporary_number_holds(at: object, holds: bool) -> None:
    assert STORM.covers(at) is holds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("area", "raised", "placed", "told"),
    [
        # minutes after the window opened; the number holds from 10 to 60
        ("north", 20, 20, True),
        ("north", 5, 12, True),  # raised before the network went down, called while it is
        ("north", 5, None, False),
        ("north", 20, 61, False),  # called when it is up again
        ("south", 20, 20, False),  # another team's
    ],
)
def test_a_call_tells_the_number_that_holds_when_it_is_made(
    area: str, raised: int, placed: int | None, told: bool
) -> None:
    number = replace(STORM, area=area)
    entries = registry(settings={"language": "en"}).with_entries("temporary_number", [number])
    call = placed and Call(key="k", contact="north", placed=OPENS + placed * MINUTE)
    alarm = Alarm(
        key="a", cause=AlarmCause.DEVIATION, why=(), raised=OPENS + raised * MINUTE,
        deadline=END, call=call or None,
    )  # fmt: skip
    message = alarm_message(entries, replace(WINDOW, alarm=alarm), NORTH, crisis=False)
    assert ("08-123 45" in message.text) is told


def test_the_number_that_alarm_receivers_know_the_home_by_is_in_the_message() -> None:
    changed = tables()
    changed["resident"][0]["controller"] = "4711"
    entries = Registry.read(changed)
    alarm = Alarm(key="a", cause=AlarmCause.DEVIATION, why=(), raised=OPENS, deadline=END)
    sent = alarm_message(entries, replace(WINDOW, alarm=alarm), NORTH, crisis=False)
    assert sent.controller == "4711"
    task = task_message(entries, NORTH, "k", "crisis", {}, at=OPENS, resident="berit")
    assert task.controller == "4711"
    assert task_message(entries, NORTH, "k", "seal", {"seal": "x"}, at=OPENS).controller == ""
