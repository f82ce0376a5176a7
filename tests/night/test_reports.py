"""Reports: due when they should be, sent whatever happens, the same to the byte."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bedcheck.history import Kind
from bedcheck.history.seal import Seal
from bedcheck.night.channels.fake import FakeChannel
from bedcheck.night.channels.port import Accepted, AlarmMessage, Delivery, Rejected, Unreachable
from bedcheck.night.planner import tell
from bedcheck.night.registry import Registry
from bedcheck.night.reports.due import OLDEST, owed
from bedcheck.night.reports.post import FakePost
from bedcheck.night.reports.send import undetected
from bedcheck.night.runner import Runner
from bedcheck.night.validate import validate
from bedcheck.night_commands import night as commands
from demo.town import Town
from tests.night.nights import Night
from tests.night.registering import registry, tables

ZONE = ZoneInfo("Europe/Stockholm")
ONE = time(13)


Make = Callable[..., tuple[Night, FakePost]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        # a minute before it is due, and at that very moment
        ("2026-11-02T12:58", "2026-11-02T12:59", []),
        ("2026-11-02T12:59", "2026-11-02T13:00", ["weekly 2026-10-26 2026-11-01"]),
        # once: what was thought of is not due again
        ("2026-11-02T13:00", "2026-11-02T13:01", []),
        # the first of the month, and a first that is a Monday: both
        ("2026-11-01T12:59", "2026-11-01T13:00", ["monthly 2026-10-01 2026-10-31"]),
        (
            "2026-06-01T00:00",
            "2026-06-02T00:00",
            ["weekly 2026-05-25 2026-05-31", "monthly 2026-05-01 2026-05-31"],
        ),
        # the year's turn; a February
        ("2027-01-01T00:00", "2027-01-02T00:00", ["monthly 2026-12-01 2026-12-31"]),
        ("2028-03-01T00:00", "2028-03-02T00:00", ["monthly 2028-02-01 2028-02-29"]),
        # the runner was down for three weeks: each is owed, in order
        (
            "2026-11-03T00:00",
            "2026-11-24T00:00",
            [
                "weekly 2026-11-02 2026-11-08",
                "weekly 2026-11-09 2026-11-15",
                "weekly 2026-11-16 2026-11-22",
            ],
        ),
        # the Mondays after the clocks went forward and back
        ("2026-03-29T00:00", "2026-03-30T13:00", ["weekly 2026-03-23 2026-03-29"]),
        ("2026-10-25T00:00", "2026-10-26T13:00", ["weekly 2026-10-19 2026-10-25"]),
        ("2026-10-25T00:00", "2026-10-26T12:59", []),
        # the clock was set back
        ("2026-11-02T14:00", "2026-11-02T12:00", []),
    ],
)
def test_what_is_owed(since: str, until: str, expected: list[str]) -> None:
    found = owed(at(since), at(until), ONE, ZONE)
    assert [f"{one.every} {one.first} {one.last}" for one in found] == expected


def test_nothing_is_owed_from_long_ago() -> None:
    until = at("2026-11-02T14:00")
    found = owed(until - timedelta(days=900), until, ONE, ZONE)
    assert min(one.at for one in found) > until - OLDEST
    assert len(found) == 15 + 4


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(
    start=MOMENTS,
    steps=st.lists(st.integers(0, 40_000), max_size=40),
    when=st.times(time(12), time(23, 59)),
)
def test_in_however_many_turns_each_is_owed_once(
    start: datetime, steps: list[int], when: time
) -> None:
    turns = [start]
    for minutes in steps:
        turns.append(turns[-1] + timedelta(minutes=minutes))
    found = [one for a, b in pairwise(turns) if b - a < OLDEST for one in owed(a, b, when, ZONE)]
    whole = owed(turns[0], turns[-1], when, ZONE)
    if turns[-1] - turns[0] < OLDEST:
        assert found == whole
    assert len({(one.every, one.first) for one in found}) == len(found)
    for one in found:
        # Its last night is over: it ended at noon.
        noon = datetime.combine(one.last + timedelta(days=1), time(12), ZONE)
        assert one.at >= noon


# ---- the runner


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Callable[..., tuple[Night, FakePost]]]:
    opened: list[Night] = []

    def make(
        *answers: Delivery, start: datetime = datetime(2026, 11, 1, 11, tzinfo=UTC)
    ) -> tuple[Night, FakePost]:
        changed = tables()
        changed["settings"][0]["reports"] = {
            "weekly": ["anna@example.org"],
            "monthly": ["anna@example.org", "chief@example.org"],
        }
        changed["agreement"][0]["state"] = "paused"
        night = Night(tmp_path / "night.db", changed, start)
        opened.append(night)
        post = FakePost(answers or (Accepted(),))
        night.world = replace(night.world, post=lambda settings: post)
        night.new_runner()
        return night, post

    yield make
    for night in opened:
        night.store.close()


def test_the_month_s_report_comes_on_the_first(night: Make) -> None:
    made, post = night()
    Town(residents=3).live(made.store, date(2026, 10, 29), 3)
    made.until(at("2026-11-01T12:59"))
    assert post.sent == []
    made.until(at("2026-11-01T13:02"))
    assert [(str(mail["To"]), key) for mail, key in post.sent] == [
        ("anna@example.org", "report/monthly/2026-10-01/anna@example.org"),
        ("chief@example.org", "report/monthly/2026-10-01/chief@example.org"),
    ]
    mail, _ = post.sent[0]
    assert mail["Subject"] == "Nattillsyn med kamera: oktober 2026"
    assert mail["From"] == FakePost.sender
    text = mail.get_body(("plain",)).get_content()
    assert "18 tillsyner under 9 kundnätter gav" in text
    assert "r-000" not in mail.as_string(), "no resident is named"
    assert attached(mail) == ["bedcheck-2026-10.pdf", "seal-2026-11-01.json"]
    # Who took the figures out is a row; the runner, for whom.
    rows = [row for row in made.rows(Kind.EXPORT) if row.facts["what"] == "report"]
    assert [(row.who, row.facts["to"]) for row in rows] == [
        ("runner", "anna@example.org"), ("runner", "chief@example.org"),
    ]  # fmt: skip
    made.until(at("2026-11-02T13:02"))
    assert [key for _, key in post.sent[2:]] == ["report/weekly/2026-10-26/anna@example.org"]
    made.until(at("2026-11-05T13:00"))
    assert len(post.sent) == 3


def attached(mail: EmailMessage) -> list[str]:
    return [str(part.get_filename()) for part in mail.iter_attachments()]


def test_a_seal_that_was_mailed_verifies(night: Callable[..., tuple[Night, FakePost]]) -> None:
    made, post = night()
    made.until(at("2026-11-01T13:02"))
    sealed = list(post.sent[0][0].iter_attachments())[1].get_content()
    seal = Seal.parse(json.loads(sealed))
    assert seal.signed
    found = made.store.verify([seal])
    assert (found.whole, found.sealed) == (True, seal.seq)


def test_a_runner_that_was_down_sends_what_was_missed(night: Make) -> None:
    made, post = night()
    made.until(at("2026-11-01T12:30"))
    made.clock.to(at("2026-11-10T03:00"))  # nobody ran
    made.new_runner()
    made.until(at("2026-11-10T03:10"))
    assert [key.split("/")[1:3] for _, key in post.sent] == [
        ["monthly", "2026-10-01"], ["monthly", "2026-10-01"],
        ["weekly", "2026-10-26"], ["weekly", "2026-11-02"],
    ]  # fmt: skip


def test_killed_between_sending_and_writing_it_is_sent_again_with_the_same_key(night: Make) -> None:
    made, post = night()
    made.until(at("2026-11-01T12:30"))
    made.clock.to(at("2026-11-01T13:01"))
    made.runner.step()  # what was sent in this turn is not written down: the process dies
    assert [key for _, key in post.sent] == ["report/monthly/2026-10-01/anna@example.org"]
    made.clock.advance(300)
    made.new_runner()
    made.until(at("2026-11-01T13:30"))
    assert [key for _, key in post.sent] == [
        "report/monthly/2026-10-01/anna@example.org",
        "report/monthly/2026-10-01/anna@example.org",
        "report/monthly/2026-10-01/chief@example.org",
    ]
    once, again = (mail for mail, _ in post.sent[:2])
    assert once["Message-ID"] == again["Message-ID"]
    assert once.as_bytes() == again.as_bytes()  # nothing was closed in between


def test_a_server_that_is_down_gets_it_when_it_is_back(night: Make) -> None:
    made, post = night(Unreachable("refused"), Unreachable("refused"), Unreachable("x"), Accepted())
    made.until(at("2026-11-01T18:00"))
    tries = Counter(key.rsplit("/", 1)[1] for _, key in post.sent)
    assert (set(tries), tries.total()) == ({"anna@example.org", "chief@example.org"}, 5)


def test_a_report_that_is_refused_is_told_to_the_administrator(night: Make) -> None:
    made, post = night(Rejected("no such mailbox"), Accepted())
    made.until(at("2026-11-01T14:00"))
    assert len(post.sent) == 2
    (told,) = [alarm for _, to, alarm, _ in made.sent if alarm.kind == "report_rejected"]
    assert told.contact == "admin"
    assert "anna@example.org togs inte emot: no such mailbox" in told.text


def test_without_a_mail_server_it_waits_and_nothing_else_does(night: Make) -> None:
    made, post = night()

    def none(settings: object) -> FakePost:
        raise ValueError("no mail server is registered")

    made.world = replace(made.world, post=none)
    made.new_runner()
    made.until(at("2026-11-01T14:00"))
    with made.store.snapshot() as read:
        waiting = read.open_intents(made.clock.now() + timedelta(days=1), 10, ("report",))
    assert len(waiting) == 2
    made.until(at("2026-11-01T15:30"))  # after an hour, and once, somebody is told why
    told = [alarm.text for _, to, alarm, _ in made.sent if alarm.kind == "report_waits"]
    assert len(told) == 2
    assert "har inte kunnat skickas: no mail server is registered" in told[0]
    made.world = replace(made.world, post=lambda settings: post)
    made.new_runner()
    made.until(at("2026-11-01T17:30"))
    assert len(post.sent) == 2


def test_no_message_waits_behind_a_mail_server_that_hangs(night: Make) -> None:
    made, _ = night()
    hangs, told = threading.Event(), threading.Event()

    class Hanging(FakePost):
        def send(self, message: EmailMessage, key: str) -> Delivery:
            hangs.wait(60)
            return super().send(message, key)

    class Ringing(FakeChannel):
        def send(self, alarm: AlarmMessage, key: str) -> Delivery:
            told.set()
            return super().send(alarm, key)

    post, channel = Hanging(), Ringing()
    world = replace(made.world, post=lambda settings: post, channel=lambda contact: channel)
    made.clock.to(at("2026-11-01T13:01"))
    runner = Runner(made.store, world, made.clock)  # with its threads
    body = {"every": "weekly", "first": "2026-10-26", "last": "2026-11-01", "seal": None}
    now = made.clock.now()
    with made.store.transaction() as tx:
        for number in range(40):
            to = {"to": f"{number}@example.org", "due": now.isoformat()}
            tx.intend(f"report/{number}", "report", {**body, **to}, due=now)
    runner.start()
    try:
        runner.step()
        with made.store.transaction() as tx:
            tell(tx, "news", "administrator", "restored", "berit", now)
        runner.step()
        assert told.wait(30)
        assert post.sent == []
    finally:
        hangs.set()
        runner.finish()
    assert len(post.sent) == 1


def test_nobody_gets_what_was_before_anybody_asked_for_it(night: Make) -> None:
    made, post = night(start=datetime(2026, 11, 3, 12, tzinfo=UTC))
    made.until(at("2026-11-08T12:00"))
    assert post.sent == []


def test_who_gets_them_is_set_by_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDCHECK_STORE", str(tmp_path / "night.db"))
    monkeypatch.delenv("BEDCHECK_TOKEN", raising=False)
    run = CliRunner().invoke
    assert run(commands, ["init"]).exit_code == 0
    done = run(commands, ["reports", "--weekly", "a@b.se", "--weekly", "c@d.se", "--lang", "en"])
    assert done.stdout.splitlines()[1:] == [
        "The weekly report goes to: a@b.se, c@d.se", "The monthly report goes to: nobody",
    ]  # fmt: skip
    done = run(commands, ["reports", "--weekly", "-", "--monthly", "e@f.se", "--lang", "en"])
    assert "The weekly report goes to: nobody" in done.stdout
    assert run(commands, ["reports", "--lang", "en"]).stdout.splitlines() == [
        "The weekly report goes to: nobody", "The monthly report goes to: e@f.se",
    ]  # fmt: skip
    done = run(commands, ["reports", "--at", "03:00"])
    assert done.exit_code == 2
    assert "settings.reports.at: expected 12:00 or later" in done.output


@pytest.mark.parametrize(
    ("reports", "place", "message"),
    [
        ({"weekly": ("anna",)}, "weekly[0]", "expected a mail address, as anna@example.org"),
        ({"monthly": ("a@b.se", "a@b.se\nBcc: x@y.se")}, "monthly[1]", "expected a mail address"),
        ({"weekly": ("a" * 64 + "@" + "b" * 63 + ".se",)}, "weekly[0]", "expected a mail address"),
        ({"weekly": ("a@b.se",) * 21}, "weekly", "expected 20 receivers at most; got 21"),
        ({"at": "11:59"}, "at", "expected 12:00 or later, for the night before ends at noon"),
    ],
)
def test_settings_that_cannot_be(reports: dict[str, object], place: str, message: str) -> None:
    (fault,) = validate(registry(settings={"reports": reports}))
    assert fault.place == f"settings.reports.{place}"
    assert message in fault.message


@pytest.mark.parametrize(
    ("camera", "settings", "minutes"),
    [
        ({}, {}, 67),
        ({}, {"lines": {"interval_minutes": 120}}, 127),
        ({"line_minutes": 240}, {}, 247),  # one camera is tested less often than the others
        ({"line_minutes": 10}, {}, 17),
    ],
)
def test_the_report_states_the_longest_that_any_line_may_be_silent(
    camera: dict[str, object], settings: dict[str, object], minutes: int
) -> None:
    drawn = tables()
    drawn["camera"][0] |= camera
    drawn["settings"][0] |= settings
    assert undetected(Registry.read(drawn)) // timedelta(minutes=1) == minutes
