"""What one supervision counts, row by row."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bedcheck.history import Kind
from bedcheck.history.figures.tally import Fact, Group, mended, supervision
from bedcheck.history.zone import night_of

ZONE = ZoneInfo("Europe/Stockholm")
OPENS = datetime(2026, 11, 1, 2, tzinfo=UTC)


def facts(*told: tuple[int, str, dict[str, Any]]) -> list[Fact]:
    """Rows from seconds after the opening, kind and facts."""
    return [
        Fact(seq, OPENS + timedelta(seconds=at), Kind(kind), "r", "c", "w", about)
        for seq, (at, kind, about) in enumerate(told, start=1)
    ]


def look(
    at: int, state: str, purpose: str = "first", **more: Any
) -> tuple[int, str, dict[str, Any]]:
    about = {"purpose": purpose, "state": state, "certain": True, "network": "n@1", **more}
    return at, "look", about


def closed(at: int, outcome: str, **more: Any) -> tuple[int, str, dict[str, Any]]:
    about = {"outcome": outcome, "area": "north", "software": "0.1", "opens": OPENS.isoformat()}
    return at, "window_closed", {**about, **more}


RAISED = (700, "alarm_raised", {"cause": "deviation"})
OUTS = (look(30, "not_in_bed"), look(660, "not_in_bed", "second"))
ENDED = closed(3000, "outcome")


def outcome(
    what: str, kind: str = "alarm_outcome", at: int = 2900
) -> tuple[int, str, dict[str, Any]]:
    late = {"event": "outcome"} if kind == "late" else {}
    return at, kind, {"outcome": what, **late}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # seen in bed at once
        ([look(30, "in_bed"), closed(30, "in_bed")],
         {"supervisions": 1, "seen": 1, "looks": 1, "judged": 1, "left": 1, "missed": 0}),
        # the second look rescued the first
        ([look(30, "not_in_bed"), look(660, "in_bed", "second"), closed(660, "in_bed")],
         {"second": 1, "rescued": 1, "alarms": 0, "looks": 2}),
        # so did the operator, which is not the look's merit
        ([look(30, "in_bed", certain=False), look(660, "in_bed", "second", certain=False),
          (800, "answer", {"question": "picture", "answer": "well"}), closed(800, "well")],
         {"second": 1, "rescued": 0, "uncertain": 2, "asked/picture": 1,
          "answer/well": 1, "left": 1}),
        # called for nothing
        ([*OUTS, RAISED, outcome("in_bed_after_all"), ENDED],
         {"alarms": 1, "outcomes": 1, "wrong": 1, "outcome/in_bed_after_all": 1, "rescued": 0}),
        # called for good reason
        ([*OUTS, RAISED, outcome("up_and_well"), ENDED], {"alarms": 1, "outcomes": 1, "wrong": 0}),
        # without a picture nobody was wrong: somebody had to go
        ([(30, "look", {"purpose": "first", "error": "unreachable"}), RAISED,
          outcome("in_bed_after_all"), ENDED],
         {"seen": 0, "wrong": 0, "outcomes": 0, "outcome/in_bed_after_all": 1,
          "failed/unreachable": 1}),
        # the last word counts, and a late one after a supervision was closed without
        ([*OUTS, RAISED, closed(20_000, "no_outcome"), outcome("fallen", "late", 30_000),
          outcome("in_bed_after_all", "late", 40_000)], {"wrong": 1, "outcome/fallen": 0}),
        # missed: nobody was called, and somebody said afterwards
        ([look(30, "in_bed"), closed(30, "in_bed"), outcome("fallen", "late", 20_000)],
         {"left": 1, "missed": 1, "alarms": 0, "outcome/fallen": 0}),
        # written off without a visit
        ([*OUTS, RAISED, (900, "alarm_written_off", {"reason": "known_absence"}),
          closed(900, "written_off")], {"written_off/known_absence": 1, "wrong": 0, "outcomes": 0}),
        # times: to the first that received it, to the first that took it
        ([*OUTS, RAISED, (703, "alarm_accepted", {}), (760, "alarm_acknowledged", {}),
          (765, "alarm_accepted", {}), outcome("fallen"), ENDED],
         {"seconds/acceptance/3": 1, "seconds/acknowledgement/60": 1, "seconds/acceptance/65": 0}),
        # the crisis list; the time of day set back between
        ([*OUTS, RAISED, (650, "alarm_accepted", {}), (2500, "alarm_crisis", {}),
          (2600, "alarm_crisis", {}), ENDED], {"crisis": 1, "seconds/acceptance/0": 1}),
        # away: nobody was to look
        ([closed(0, "absent", looked=False)], {"paused": 1, "supervisions": 0, "ending/absent": 1}),
        # shadow: somebody would have been called
        ([look(30, "not_in_bed"), closed(30, "shadow", would_alarm="deviation")],
         {"supervisions": 1, "would_alarm": 1, "alarms": 0}),
        # a look that came after its time counts for nothing
        ([look(30, "in_bed"), closed(30, "in_bed"), look(99, "not_in_bed", late=True)],
         {"looks": 1, "state/not_in_bed": 0}),
    ],
)  # fmt: skip
def test_what_a_supervision_counts(rows: list[Any], expected: dict[str, int]) -> None:
    tally = supervision(facts(*rows), ZONE)
    assert tally is not None
    assert {name: tally.counts[name] for name in expected} == expected


def test_a_supervision_that_is_open_counts_nothing_yet() -> None:
    assert supervision(facts(*OUTS, RAISED), ZONE) is None


def test_it_is_counted_where_and_with_what_it_was_made() -> None:
    told = [*OUTS, RAISED, outcome("fallen"), ENDED, look(4000, "in_bed", network="later@2")]
    tally = supervision(facts(*told), ZONE)
    assert tally is not None
    assert tally.group == Group(area="north", network="n@1", software="0.1", cause="deviation")
    assert (tally.night, tally.resident) == (date(2026, 10, 31), "r")


def test_an_older_row_is_counted_by_its_window_s_name() -> None:
    rows = [Fact(1, OPENS + timedelta(days=1), Kind.WINDOW_CLOSED, "r", "c",
                 "anna@2026-10-24T22:00:00Z", {"outcome": "missed"})]  # fmt: skip
    tally = supervision(rows, ZONE)
    assert tally is not None
    assert tally.night == date(2026, 10, 24)


@pytest.mark.parametrize(
    ("at", "night"),
    [
        ("2026-11-01T12:00", date(2026, 11, 1)),
        ("2026-11-01T11:59", date(2026, 10, 31)),
        ("2026-10-25T02:30", date(2026, 10, 24)),  # twice that night
        ("2026-03-29T03:00", date(2026, 3, 28)),  # an hour after 01:59
    ],
)
def test_a_night_goes_from_noon_to_noon(at: str, night: date) -> None:
    assert night_of(datetime.fromisoformat(at).replace(tzinfo=ZONE), ZONE) == night


def test_a_camera_is_out_of_order_until_a_look_has_cleared_it() -> None:
    down = {"of": "camera c", "what": "out_of_order", "fault": "covered", "area": "north"}
    clear = {"of": "camera c", "what": "changed", "fields": ["fault"]}
    other = {"of": "camera c", "what": "changed", "fields": ["source"]}
    tallies = list(
        mended(
            facts(
                (0, "change", clear),  # nothing was out of order
                (10, "change", down),
                (50, "change", other),
                (1810, "change", clear),
                (1900, "change", clear),
                (5000, "change", down),  # and is so still
            ),
            ZONE,
        )
    )
    total = sum((tally.counts for tally in tallies), Counter())
    assert total == {"faults": 2, "fault/covered": 2, "restored": 1, "seconds/restoration/1800": 1}
    assert {tally.group for tally in tallies} == {Group(area="north")}
