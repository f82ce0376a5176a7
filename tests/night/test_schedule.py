"""When windows open: a night, the nights of the clock changes, absences and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedcheck.night.bars import bar_against
from bedcheck.night.registry import Registry
from bedcheck.night.schedule import open_window, schedule
from bedcheck.night.walltime import instant_of
from bedcheck.night.window import Bar
from tests.night.registering import registry, tables

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SPRING = date(2026, 3, 29)  # 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # 03:00 becomes 02:00


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 10), time(23, 0), "2026-03-10 22:00"),
        (date(2026, 7, 10), time(23, 0), "2026-07-10 21:00"),
        (SPRING, time(1, 59), "2026-03-29 00:59"),
        (SPRING, time(2, 0), "2026-03-29 01:00"),  # there is none: 03:00
        (SPRING, time(2, 30), "2026-03-29 01:00"),
        (SPRING, time(3, 0), "2026-03-29 01:00"),
        (SPRING, time(3, 30), "2026-03-29 01:30"),
        (AUTUMN, time(2, 30), "2026-10-25 00:30"),  # the first of two
        (AUTUMN, time(3, 0), "2026-10-25 02:00"),
    ],
)
def test_the_instant_of_a_time_of_day(day: date, at: time, utc: str) -> None:
    assert f"{instant_of(day, at, STOCKHOLM):%Y-%m-%d %H:%M}" == utc


@given(
    st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.times(),
    st.sampled_from(["Europe/Stockholm", "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
)
def test_every_time_of_every_day_is_an_instant_near_it(day: date, at: time, zone: str) -> None:
    instant = instant_of(day, at, ZoneInfo(zone))
    wall = instant.astimezone(ZoneInfo(zone))
    late = wall.replace(tzinfo=None) - datetime.combine(day, at)
    assert timedelta(0) <= late <= timedelta(hours=2)
    assert instant.tzinfo is UTC


def night_of(day: date, changed: Registry) -> list[str]:
    start = datetime.combine(day, time(12), STOCKHOLM).astimezone(UTC)
    return [f"{w.opens:%d %H:%M}-{w.closes:%H:%M}" for w in schedule(changed, start, start + DAY)]


DAY = timedelta(days=1)


def test_a_night_has_each_agreed_time_once() -> None:
    assert night_of(date(2026, 3, 10), registry()) == ["10 22:00-22:30", "11 02:00-02:30"]


@pytest.mark.parametrize(
    ("day", "windows"),
    [
        (SPRING - DAY, ["29 01:00-01:30"]),
        (AUTUMN - DAY, ["25 00:30-01:00"]),
    ],
)
def test_the_night_of_a_clock_change(day: date, windows: list[str]) -> None:
    changed = registry(agreement={"times": [{"at": "02:30"}]})
    assert night_of(day, changed) == windows


def test_days_join_without_a_gap_or_a_double() -> None:
    start = datetime(2026, 10, 24, 12, tzinfo=UTC)
    whole = schedule(registry(), start, start + 3 * DAY)
    parts = [
        window
        for hour in range(72)
        for window in schedule(
            registry(), start + timedelta(hours=hour), start + timedelta(hours=hour + 1)
        )
    ]
    assert parts == whole
    assert len({window.key for window in whole}) == 6


def test_nothing_opens_before_the_start_or_when_paused_or_ended() -> None:
    late = {"starts": "2026-03-11T00:00:00+01:00"}
    assert night_of(date(2026, 3, 10), registry(agreement=late)) == ["11 02:00-02:30"]
    for state in ("paused", "ended"):
        assert night_of(date(2026, 3, 10), registry(agreement={"state": state})) == []


def test_a_window_takes_its_terms_from_the_agreement() -> None:
    changed = registry(agreement={"retry_minutes": 0, "shadow": True})
    (first, _) = schedule(changed, *(datetime(2026, 3, d, 12, tzinfo=UTC) for d in (10, 11)))
    window = open_window(changed, first)
    assert (window.terms.retry, window.terms.shadow) == (None, True)
    assert [contact.key for contact in window.terms.contacts] == ["north"]
    assert [contact.key for contact in window.terms.crisis] == ["duty"]
    assert window.key == "berit@2026-03-10T22:00:00Z"


AT = datetime(2026, 3, 10, 22, tzinfo=UTC)
AWAY = {
    "key": "trip",
    "resident": "berit",
    "start": "2026-03-10T22:00:00Z",
    "end": "2026-03-11T22:00:00Z",
}


@pytest.mark.parametrize(
    ("kind", "change", "bar"),
    [
        ("settings", {}, None),
        ("agreement", {"state": "paused"}, Bar.ENDED),
        ("agreement", {"starts": "2026-03-10T22:01:00Z"}, Bar.ENDED),
        ("agreement", {"key": "other"}, Bar.ENDED),
        ("consent", {"withdrawn_on": "2026-03-10"}, Bar.NO_CONSENT),
        ("consent", {"party": "co_living", "person": "Bo"}, Bar.NO_CONSENT),
        ("resident", {"co_living": ["Bo"]}, Bar.NO_CONSENT),
        ("resident", {"key": "bo"}, Bar.NO_CONSENT),
        ("camera", {"resident": "bo"}, Bar.NO_CONSENT),
        ("camera", {"state": "paused"}, Bar.ENDED),
        ("camera", {"state": "ordered"}, Bar.OUT_OF_ORDER),
        ("camera", {"fault": "covered"}, Bar.OUT_OF_ORDER),
        ("absence", AWAY, Bar.ABSENT),
        ("absence", {**AWAY, "start": "2026-03-10T22:00:01Z"}, None),
        ("absence", {**AWAY, "start": "2026-03-09T22:00:00Z", "end": "2026-03-10T22:00:00Z"}, None),
        ("absence", {**AWAY, "resident": "bo"}, None),
    ],
)
def test_what_stands_against_a_look(kind: str, change: dict[str, Any], bar: Bar | None) -> None:
    changed = tables()
    changed.setdefault(kind, [{}])[0].update(change)
    assert bar_against(Registry.read(changed), "berit", AT)[0] is bar


def test_an_open_absence_lasts_until_it_is_ended() -> None:
    away = {**AWAY, "review": "2026-03-20T12:00:00Z"}
    del away["end"]
    changed = Registry.read({**tables(), "absence": [away]})
    assert bar_against(changed, "berit", AT + 100 * DAY)[0] is Bar.ABSENT
