"""Channels: what is sent, that it can be believed, and what each answer means."""

from __future__ import annotations

import io
import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.errors import RecordError
from bedcheck.night.channels import (
    Accepted,
    AlarmMessage,
    FakeChannel,
    PrintChannel,
    Rejected,
    Unreachable,
    WebhookChannel,
)
from bedcheck.night.channels.webhook import SCHEMA, payload, signature
from bedcheck.night.events import Outcome, WriteOff
from bedcheck.night.links import Purpose
from bedcheck.night.window import AlarmCause
from tests.night.servers import Handler, listening, serving, unused_port

NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
SECRET = b"0123456789abcdef"
DOCUMENT = (Path(__file__).parents[2] / "docs" / "webhook.md").read_text(encoding="utf-8")
ALARM = AlarmMessage(
    alarm="w-17/alarm",
    kind="deviation",
    causes=("not_in_bed",),
    text="Åke Berg syns inte i sängen.",
    resident="r-17",
    name="Åke Berg",
    address="Storgatan 1, 4 tr, portkod via nyckelskåp",
    area="norr",
    window="w-17",
    camera="c-17",
    contact="natt-norr",
    raised=NOW,
    answer_by=NOW + timedelta(minutes=5),
    link="https://night.example/ack/canary-token",
)


def channel(url: str, **changes: object) -> WebhookChannel:
    given = {"url": url, "secret": SECRET, "now": lambda: 1793498400.7, **changes}
    return WebhookChannel(**given)  # type: ignore[arg-type]


# ---- webhook


def test_what_is_sent_can_be_believed() -> None:
    with serving(lambda handler: handler.reply(202, b'{"reference": 4711}')) as server:
        assert channel(server.url).send(ALARM, "w-17/call/1") == Accepted("4711")
    (request,) = server.requests
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == "w-17/call/1"
    assert request.headers["bedcheck-timestamp"] == "1793498400"
    assert request.headers["bedcheck-signature"] == signature(SECRET, "1793498400", request.body)
    assert json.loads(request.body) == payload(ALARM, "w-17/call/1")


def test_a_repetition_is_the_same_but_for_its_time() -> None:
    with serving(lambda handler: handler.reply(503)) as server:
        for seconds in (0, 60):
            channel(server.url, now=lambda at=seconds: at).send(ALARM, "w-17/call/1")
    first, second = server.requests
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.headers["bedcheck-signature"] != second.headers["bedcheck-signature"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Accepted), (201, Accepted), (202, Accepted), (204, Accepted),
        (301, Unreachable), (307, Unreachable),  # an alarm is not sent on
        (400, Rejected), (401, Rejected), (403, Rejected), (404, Rejected), (410, Rejected),
        (408, Unreachable), (409, Unreachable), (425, Unreachable), (429, Unreachable),
        (500, Unreachable), (502, Unreachable), (503, Unreachable),
    ],
)  # fmt: skip
def test_what_each_status_means(status: int, kind: type) -> None:
    def answer(handler: Handler) -> None:
        handler.reply(status, Location="/elsewhere") if status < 400 else handler.reply(status)

    with serving(answer) as server:
        assert isinstance(channel(server.url).send(ALARM, "k"), kind)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        (b'{"reference": "A-1"}', "A-1"),
        (b"", ""), (b"OK", ""), (b"[]", ""), (b'{"reference": {}}', ""), (b"\xff", ""),
        (b'{"reference": "\\u001b[2J"}', ""), (b"[" * 20_000, ""),
        (b'{"reference": "' + b"x" * 300 + b'"}', ""),
    ],
)  # fmt: skip
def test_a_receiver_may_answer_what_it_likes(body: bytes, reference: str) -> None:
    with serving(lambda handler: handler.reply(200, body)) as server:
        assert channel(server.url).send(ALARM, "k") == Accepted(reference)


def slow(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not handler.server.stopping.wait(0.02):
        handler.wfile.write(b"x")


def talkative(handler: Handler) -> None:
    handler.reply(200, bytes(10 * 2**20))


@pytest.mark.parametrize("answer", [slow, talkative])
def test_whether_it_arrived_is_not_known(answer: Callable[[Handler], None]) -> None:
    with serving(answer) as server:
        begun = time.monotonic()
        delivery = channel(server.url, seconds=0.4).send(ALARM, "k")
    assert isinstance(delivery, Unreachable)
    assert time.monotonic() - begun < 5


def test_nobody_is_there() -> None:
    assert isinstance(channel(f"http://127.0.0.1:{unused_port()}/").send(ALARM, "k"), Unreachable)
    with listening() as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert isinstance(channel(url, seconds=0.2).send(ALARM, "k"), Unreachable)


@pytest.mark.parametrize("key", ["säng/1", "a b", "x" * 200, "€;,:=\"'", "%"])
def test_any_key_fits_in_a_header(key: str) -> None:
    with serving(lambda handler: handler.reply()) as server:
        assert channel(server.url).send(ALARM, key) == Accepted()
    (request,) = server.requests
    assert request.headers["idempotency-key"].isascii()
    assert json.loads(request.body)["delivery"] == key


def test_a_wrong_set_up_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="url: expected an address"):
        channel("central.example/alarm")
    with pytest.raises(ValueError, match="secret: expected 16 bytes at least, got 5"):
        channel("https://central.example/", secret=b"short")


def test_no_secret_is_in_a_print_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(lambda handler: handler.reply(500)) as server:
        sender = channel(server.url + "?key=canary-query", secret=b"canary-secret-0123")
        told = f"{sender!r} {sender.send(ALARM, 'k')!r} {caplog.text}"
    assert "canary" not in told


# ---- docs/webhook.md


def test_the_document_shows_what_is_sent() -> None:
    (example,) = re.findall(r"```json\n(\{\s*\"schema\": \"bedcheck\.alarm.*?)```", DOCUMENT, re.S)
    assert json.loads(example) == payload(ALARM, "w-17/call/1") | {
        "acknowledge": json.loads(example)["acknowledge"]
    }
    assert f"`{SCHEMA}`" in DOCUMENT


def test_every_key_is_documented() -> None:
    sent = payload(ALARM, "k")
    for name in (*sent, *(f"resident.{name}" for name in sent["resident"])):
        assert f"`{name}`" in DOCUMENT, name


def test_every_word_is_documented() -> None:
    for word in (*Purpose, *Outcome, *WriteOff, *AlarmCause):
        assert f"`{word}`" in DOCUMENT, word


def test_its_receiver_believes_what_is_sent() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.S)
    scope: dict[str, object] = {}
    exec(code, scope)
    believed = scope["believed"]
    body = b'{"a": 1}'
    sign = signature(SECRET, "1000", body)
    assert believed(SECRET, "1000", sign, body, now=1200)  # type: ignore[operator]
    assert not believed(SECRET, "1000", sign, body, now=1301)  # type: ignore[operator]
    assert not believed(SECRET, "1001", sign, body, now=1200)  # type: ignore[operator]
    assert not believed(SECRET, "1000", sign, body + b" ", now=1200)  # type: ignore[operator]


# ---- print and fake


@pytest.mark.parametrize(
    ("kind", "word"), [("deviation", "ALARM"), ("test", "TEST"), ("restored", "MESSAGE")]
)
def test_what_is_printed_says_what_it_is(kind: str, word: str) -> None:
    out = io.StringIO()
    assert PrintChannel(out).send(replace(ALARM, kind=kind), "k") == Accepted()
    assert out.getvalue().startswith(f"{word} w-17/alarm -> natt-norr: ")


def test_the_printed_alarm() -> None:
    out = io.StringIO()
    assert PrintChannel(out).send(ALARM, "k") == Accepted()
    assert out.getvalue() == (
        "ALARM w-17/alarm -> natt-norr: Åke Berg syns inte i sängen.\n"
        "  Åke Berg, Storgatan 1, 4 tr, portkod via nyckelskåp, norr\n"
        "  https://night.example/ack/canary-token\n"
    )


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=50))
def test_no_text_steers_the_terminal(text: str) -> None:
    out = io.StringIO()
    changed = AlarmMessage(**{**vars(ALARM), "text": text, "name": text, "link": ""})
    PrintChannel(out).send(changed, "k")
    assert len(out.getvalue().splitlines()) == 2
    assert all(mark.isprintable() or mark == "\n" for mark in out.getvalue())


def test_a_printer_that_is_gone() -> None:
    out = io.StringIO()
    out.close()
    assert isinstance(PrintChannel(out).send(ALARM, "k"), Unreachable)


def test_a_fake_answers_as_told_and_keeps_what_was_sent() -> None:
    fake = FakeChannel([Unreachable("line down"), Accepted("7")])
    assert [fake.send(ALARM, f"k{n}") for n in range(3)] == [
        Unreachable("line down"), Accepted("7"), Accepted("7"),
    ]  # fmt: skip
    assert [key for _, key in fake.sent] == ["k0", "k1", "k2"]
    with pytest.raises(ValueError, match="expected one at least"):
        FakeChannel([])


def test_a_message_is_checked_when_it_is_made() -> None:
    for changes in ({"raised": NOW.replace(tzinfo=None)}, {"alarm": ""}, {"contact": "\n"}):
        with pytest.raises(RecordError):
            AlarmMessage(**{**vars(ALARM), **changes})
