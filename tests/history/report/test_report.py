"""The month's report of a simulated town: its numbers, its parts, its bytes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from bedcheck.history import Kind, Store
from bedcheck.history.figures.rollup import load
from bedcheck.history.report.content import Content, Every, gather, nights_with
from bedcheck.history.report.letter import letter, render
from bedcheck.history.report.page import plain
from demo.town import Town

ZONE = ZoneInfo("Europe/Stockholm")
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
WRITTEN = datetime(2026, 11, 1, 13, tzinfo=ZONE)
TOWN = Town(residents=6, up=0.06, wrong=0.05, fault=0.02, low=0.02)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("town") / "night.db"
    with Store.open(path, create=True) as store:
        TOWN.live(store, FIRST - timedelta(days=1), 33)  # a night more at either end
        store.roll_up()
        yield store


def content(store: Store, language: str = "sv") -> Content:
    with store.snapshot() as read:
        return gather(
            read, Every.MONTHLY, FIRST, LAST, written=WRITTEN, language=language,
            seal={"seq": 7, "link": "ab" * 32, "at": "2026-11-01T12:00:00Z"},
        )  # fmt: skip


def test_its_numbers_are_those_of_the_raw_rows(store: Store) -> None:
    """Counted here from the rows, by hand, with none of the code that counts them there."""
    with store.snapshot() as read:
        rows = list(load(read.connection))
    start = datetime(2026, 10, 1, 12, tzinfo=ZONE)
    end = datetime(2026, 11, 1, 12, tzinfo=ZONE)
    windows = {
        row.window
        for row in rows
        if row.kind is Kind.WINDOW_CLOSED
        and row.facts["outcome"] != "absent"
        and start <= datetime.fromisoformat(row.window.split("@")[1]) < end
    }
    looked = [row for row in rows if row.kind is Kind.LOOK and row.window in windows]
    seen = {row.window for row in looked if "state" in row.facts}
    raised = {
        row.window: row for row in rows if row.kind is Kind.ALARM_RAISED and row.window in windows
    }
    found = {
        row.window: row.facts["outcome"]
        for row in rows
        if row.kind is Kind.ALARM_OUTCOME and row.window in windows
    }
    in_bed = {w for w, outcome in found.items() if outcome == "in_bed_after_all" and w in seen}
    taken = {}
    for row in rows:
        if row.kind is Kind.ALARM_ACKNOWLEDGED and row.window in raised:
            taken.setdefault(row.window, round((row.at - raised[row.window].at).total_seconds()))
    nights = {
        (w.split("@")[0], (datetime.fromisoformat(w.split("@")[1]).astimezone(ZONE)
                           - timedelta(hours=12)).date())
        for w in windows
    }  # fmt: skip
    blind = sum(row.facts.get("state") not in ("in_bed", "not_in_bed") for row in looked)

    told = content(store)
    counts, figures = told.total.counts, told.total.figures
    assert counts["supervisions"] == len(windows) > 300
    assert counts["resident_nights"] == len(nights)
    assert counts["alarms"] == len(raised) > 10
    assert counts["wrong"] == len(in_bed) > 0
    assert figures["wrong_rate"].value == len(in_bed) / len(nights)
    assert figures["could_not_tell"].value == blind / len(looked)
    assert figures["availability"].value == len(seen) / len(windows)
    assert figures["acknowledgement"].value == median(taken.values())
    assert {part.name: part.counts["alarms"] for part in told.causes} == Counter(
        row.facts["cause"] for row in raised.values()
    )
    assert sum(sum(by_cause.values()) for _, by_cause in told.alarms) == len(raised)
    # And they are what is read: in the text, the page and the sheet's own words.
    assert (
        f"{len(windows)} tillsyner under {len(nights)} kundnätter gav {len(raised)} larm"
        in plain(told)
    )
    found_lines = {line.name: line.cells[0] for line in told.found()}
    assert found_lines["låg i sängen"] == str(sum(v == "in_bed_after_all" for v in found.values()))


def test_the_same_rows_are_the_same_bytes(store: Store) -> None:
    once, again = (render(content(store)) for _ in range(2))
    assert once.files == again.files
    letters = [letter(one, "report/x", "a@b.se", "c@d.se").as_bytes() for one in (once, again)]
    assert letters[0] == letters[1]
    other = letter(once, "report/y", "a@b.se", "c@d.se")
    assert other["Message-ID"] != message_from_bytes(letters[0])["Message-ID"]


class Page(HTMLParser):
    """Tags that are opened and closed, and what images and styles there are."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.images.append(dict(attrs))
        elif tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_mail_holds_text_page_plots_sheet_and_seal(store: Store, language: str) -> None:
    sent = letter(render(content(store, language)), "report/x", "a@b.se", "c@d.se").as_bytes()
    mail = message_from_bytes(sent, policy=default)
    assert mail.defects == []
    assert mail["Subject"] == {
        "sv": "Nattillsyn med kamera: oktober 2026",
        "en": "Night supervision by camera: October 2026",
    }[language]  # fmt: skip
    page = Page(mail.get_body(("html",)).get_content())
    assert page.open == []
    inline = {
        part["Content-ID"].strip("<>"): part for part in mail.walk() if part.get("Content-ID")
    }
    assert {str(image["src"]).removeprefix("cid:") for image in page.images} == set(inline)
    assert all(image["alt"] for image in page.images)
    assert all(part.get_content().startswith(b"\x89PNG") for part in inline.values())
    sheet, seal = list(mail.iter_attachments())
    assert sheet.get_content().startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", sheet.get_content())) == 1, "one page"
    assert json.loads(seal.get_content())["seq"] == 7
    everything = mail.as_string() + mail.get_body(("plain",)).get_content()
    assert not re.search(r"r-000\d|cam-000\d", everything), "no resident, no camera"
    assert max(map(len, sent.split(b"\r\n"))) < 1000


def test_many_areas_do_not_make_a_second_page(store: Store) -> None:
    one = content(store)
    many = tuple(replace(one.areas[0], name=f"Område {n}") for n in range(60))
    found = render(replace(one, areas=many, undetected=timedelta(minutes=75)))
    assert len(re.findall(rb"/Type /Page\b", found.sheet)) == 1
    assert "1 h 15 min".replace(" ", "\N{NO-BREAK SPACE}") in plain(found.content).replace(
        " ", "\N{NO-BREAK SPACE}"
    )


def test_a_month_in_which_nothing_was_closed(store: Store) -> None:
    with store.snapshot() as read:
        empty = gather(
            read, Every.WEEKLY, date(2024, 1, 1), date(2024, 1, 7), written=WRITTEN, language="en"
        )
    text = letter(render(empty), "k", "a@b.se", "c@d.se").get_body(("plain",)).get_content()
    assert "Week 1 2024" in text
    assert "No supervision was closed in this time." in text
    assert "nan" not in text.lower()


@pytest.mark.parametrize("address", ["", "anna", "a@b.se\r\nBcc: x@y.se", "a@b.se, c@d.se"])
def test_an_address_that_is_none_is_refused(store: Store, address: str) -> None:
    rendered = render(content(store))
    with pytest.raises(ValueError, match="expected a mail address"):
        letter(rendered, "k", "a@b.se", address)


@pytest.mark.parametrize(
    ("every", "night", "first", "last"),
    [
        (Every.WEEKLY, "2026-11-01", "2026-10-26", "2026-11-01"),
        (Every.WEEKLY, "2026-10-26", "2026-10-26", "2026-11-01"),
        (Every.MONTHLY, "2028-02-29", "2028-02-01", "2028-02-29"),
        (Every.MONTHLY, "2026-12-31", "2026-12-01", "2026-12-31"),
    ],
)
def test_the_week_and_the_month_of_a_night(every: Every, night: str, first: str, last: str) -> None:
    found = nights_with(every, date.fromisoformat(night))
    assert [day.isoformat() for day in found] == [first, last]
