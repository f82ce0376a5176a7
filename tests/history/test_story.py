"""An alarm reads as one story, and a row as one line, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bedcheck import texts
from bedcheck.history import AlarmStory, Filters, HistoryRow, Kind, Retained, Store
from bedcheck.history.story import story_of
from bedcheck.history.telling import _MAIN, story_lines, tell, title, who_text, word
from bedcheck.history.verify import Tampering

NOW = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # 02:50 in Sweden, for the first time
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def row(minutes: float, kind: Kind, who: str = "runner", **facts: object) -> HistoryRow:
    return HistoryRow(
        at=NOW + timedelta(minutes=minutes), kind=kind, resident="r1", camera="c1", window="w1",
        alarm="a1", who=who, facts=facts,
    )  # fmt: skip


RAISED = row(0, Kind.ALARM_RAISED, cause="deviation", why=["glare"])
NORTH = row(1, Kind.ALARM_SENT, to="north", channel="webhook", key="k1")
SOUTH = row(6, Kind.ALARM_SENT, to="south", channel="print", key="k2")
TAKEN = row(8, Kind.ALARM_ACKNOWLEDGED, "contact:south", via="link")
FOUND = row(40, Kind.ALARM_OUTCOME, "contact:south", outcome="fallen", note="på golvet")
CLOSED = row(40, Kind.ALARM_CLOSED, "contact:south", how="outcome")


def story(*rows: HistoryRow) -> AlarmStory:
    told = story_of("a1", rows)
    assert told is not None
    return told


def test_a_story_from_raised_to_closed() -> None:
    told = story(
        RAISED, NORTH, row(2, Kind.ALARM_ACCEPTED, to="north", key="k1"),
        row(6, Kind.ALARM_UNANSWERED, to="north"), SOUTH, TAKEN, FOUND, CLOSED,
    )  # fmt: skip
    assert (told.resident, told.camera, told.window) == ("r1", "c1", "w1")
    assert (told.raised, told.cause, told.why) == (NOW, "deviation", ("glare",))
    assert [(call.to, call.channel, call.answer) for call in told.calls] == [
        ("north", "webhook", "unanswered"), ("south", "print", ""),
    ]  # fmt: skip
    assert (told.acknowledged_by, told.outcome, told.closed_by) == (
        "contact:south", "fallen", "contact:south",
    )  # fmt: skip
    assert told.acknowledged == NOW + timedelta(minutes=8)
    assert told.state == "closed"


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([RAISED], "raised"),
        ([RAISED, NORTH], "sent"),
        ([RAISED, NORTH, row(2, Kind.ALARM_REJECTED, key="k1", reason="x")], "sent"),
        ([RAISED, NORTH, row(2, Kind.ALARM_ACCEPTED, key="k1")], "accepted"),
        ([RAISED, row(9, Kind.ALARM_CRISIS, to=["chief"], why="deadline")], "crisis"),
        ([RAISED, row(9, Kind.ALARM_CRISIS), TAKEN], "acknowledged"),
        ([RAISED, NORTH, TAKEN, FOUND], "acknowledged"),
        ([RAISED, row(9, Kind.ALARM_WRITTEN_OFF, reason="known_absence"), CLOSED], "closed"),
    ],
)
def test_where_an_alarm_stands(rows: list[HistoryRow], state: str) -> None:
    assert story(*rows).state == state


def test_an_answer_belongs_to_the_delivery_of_its_key() -> None:
    again = row(11, Kind.ALARM_SENT, to="north", channel="webhook", key="k3")
    late = row(12, Kind.ALARM_UNREACHABLE, key="k1", reason="HTTP 503")
    told = story(RAISED, NORTH, again, late)
    assert [(call.key, call.answer, call.reason) for call in told.calls] == [
        ("k1", "unreachable", "HTTP 503"), ("k3", "", ""),
    ]  # fmt: skip


def test_who_took_it_first_counts_and_what_was_found_last() -> None:
    told = story(
        RAISED, TAKEN, row(9, Kind.ALARM_ACKNOWLEDGED, "os:bo"), FOUND,
        row(50, Kind.ALARM_OUTCOME, "os:bo", outcome="up_and_well"),
    )  # fmt: skip
    assert (told.acknowledged_by, told.outcome, told.outcome_by) == (
        "contact:south", "up_and_well", "os:bo",
    )  # fmt: skip


def test_no_rows_no_story(store: Store) -> None:
    assert story_of("a1", []) is None
    assert store.alarm_story("a1", by="os:anna") is None


def test_stories_of_the_store_and_who_read_them(store: Store) -> None:
    other = HistoryRow(**{**vars(RAISED), "alarm": "a2", "resident": "r2"})
    with store.transaction() as tx:
        for entry in (RAISED, NORTH, other, row(3, Kind.LOOK), CLOSED):
            tx.append(entry)
    told = store.alarm_story("a1", by="os:anna")
    assert told is not None
    assert [entry.kind for entry in told.rows] == [
        Kind.ALARM_RAISED, Kind.ALARM_SENT, Kind.LOOK, Kind.ALARM_CLOSED,
    ]  # fmt: skip
    stories = store.alarm_stories(by="os:berit")
    assert [(told.alarm, told.state) for told in stories] == [("a1", "closed"), ("a2", "raised")]
    list(store.rows(Filters(resident="r2"), by="os:cia"))
    readers = store.readings_of("r1", by="os:dan")
    assert [(entry.who, entry.facts["what"]) for entry in readers] == [
        ("os:anna", "alarm"), ("os:berit", "alarms"),
    ]  # fmt: skip


def test_told_in_swedish_on_the_night_of_the_clock_change() -> None:
    rows = (
        RAISED, NORTH, row(2, Kind.ALARM_ACCEPTED, to="north", key="k1"), TAKEN, FOUND, CLOSED,
    )  # fmt: skip
    assert list(story_lines(story(*rows), STOCKHOLM, "sv")) == [
        "2026-10-25 02:50:00  Larm: sågs inte i sängen, bländning",
        "2026-10-25 02:51:00  Skickat till north (webhook)",
        "2026-10-25 02:52:00  Mottaget hos north; ingen har kvitterat än",
        "2026-10-25 02:58:00  Kvitterat av south",
        "2026-10-25 02:30:00  Utfall: hade fallit, på golvet (enligt south)",
        "2026-10-25 02:30:00  Avslutat av south",
    ]


def test_an_open_alarm_says_so() -> None:
    (*_, last) = story_lines(story(RAISED, NORTH), STOCKHOLM, "en")
    assert last == "Not closed: sent, not received"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_word_of_ours_has_its_text(language: str) -> None:
    for kind in Kind:
        assert title(kind, language)
        assert _MAIN[kind]
    for retained in Retained:
        assert texts.text(f"history.retained.{retained}", language)
        for part in ("what", "why"):
            assert texts.text(f"history.what.{retained}.{part}", language)
    for what in Tampering:
        assert "7" in texts.text(f"history.verify.{what}", language, row=7)
    for state in ("raised", "sent", "accepted", "acknowledged", "crisis"):
        assert texts.text(f"history.story.open.{state}", language)
        assert texts.text(f"history.state.{state}", language)


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"purpose": "first", "state": "in_bed", "certain": True}, "Tillsyn: första, I sängen"),
        (
            {
                "purpose": "second",
                "state": "low_contrast",
                "causes": ["same_hue"],
                "certain": False,
            },
            "Tillsyn: andra, För svag kontrast, säng, kläder och vägg är för lika, osäkert",
        ),
        ({"purpose": "first", "error": "timed_out"}, "Tillsyn: första, kameran svarade inte i tid"),
        ({}, "Tillsyn"),
        ({"state": "something_new"}, "Tillsyn: something new"),
        ({"state": ["a", {"b": 1}, None, 2.5, False]}, "Tillsyn: a, b 1, 2.5"),
    ],
)
def test_a_look_in_a_line(facts: dict[str, object], line: str) -> None:
    assert tell(row(0, Kind.LOOK, **facts), "sv") == line


def test_who_acts_in_words() -> None:
    assert who_text("os:anna", "sv") == "anna"
    assert who_text("runner", "sv") == "programmet"
    assert word("known_absence", "en") == "known absence"
