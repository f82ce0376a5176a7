"""Signs of life that routers send: over real HTTP, with clocks that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bedcheck.history.row import Kind
from bedcheck.night.channels.webhook import signature
from bedcheck.night.inbox import inbox, serving
from bedcheck.night.lines.line import Health
from bedcheck.night.lines.tcp import TcpTester
from bedcheck.night.lines.terms import LineTerms, longest_undetected
from bedcheck.night.lines.watching import line_at
from tests.night.nights import Night, night_of
from tests.night.registering import tables

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECRET = b"0123456789abcdef"


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A home whose camera leaves files: its router's sign of life is all that is heard of it."""
    changed = tables()
    changed["camera"][0]["beats"] = "router"
    changed["settings"][0]["language"] = "en"
    with night_of(tmp_path, changed, START, TcpTester()) as night:
        night.until(START + timedelta(seconds=1))
        yield night


@pytest.fixture
def client(night: Night) -> Iterator[httpx.Client]:
    app = inbox(
        night.store,
        secret_of=lambda contact: None,
        now=night.clock.now,
        language="en",
        beat_secret_of=lambda camera: SECRET if camera == "C1" else None,
    )
    with (
        serving(app, "127.0.0.1", 0) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


def send(
    client: httpx.Client, at: datetime, camera: str = "C1", body: bytes = b"C1"
) -> httpx.Response:
    """A beat that says it is ``at``."""
    stamp = str(int(at.timestamp()))
    headers = {"Bedcheck-Timestamp": stamp, "Bedcheck-Signature": signature(SECRET, stamp, body)}
    return client.post(f"/beat/{camera}", content=body, headers=headers)


def health(night: Night) -> Health:
    with night.store.snapshot() as snapshot:
        line = line_at(snapshot, "C1")
    assert line is not None
    return line.health


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_clock_an_hour_off_is_tolerated_and_told_once(
    client: httpx.Client, night: Night, hours: int
) -> None:
    for _ in range(5):
        answer = send(client, night.clock.now() + hours * HOUR)
        assert (answer.status_code, answer.json()) == (200, {"heard": True})
        night.until(night.clock.now() + 59 * MINUTE)
        assert health(night) is Health.HEARD
    assert night.told() == ([("admin", "line_clock")] if hours else [])
    assert len(night.rows(Kind.LINE)) == abs(hours)
    if hours:
        (text,) = [alarm.text for *_, alarm, _ in night.sent if alarm.kind == "line_clock"]
        assert f"{60 * hours} minutes off" in text
        send(client, night.clock.now())  # somebody has set it
        assert [row.facts["what"] for row in night.rows(Kind.LINE)] == ["clock_off", "clock_right"]


def test_a_router_that_falls_silent_is_told_in_time_and_so_is_its_return(
    client: httpx.Client, night: Night
) -> None:
    send(client, night.clock.now())
    night.until(night.clock.now() + longest_undetected(LineTerms()))
    assert night.told() == [("operator", "line_silent")]
    send(client, night.clock.now())
    night.until(night.clock.now() + MINUTE)
    assert night.told()[1:] == [("operator", "line_back")]
    assert health(night) is Health.HEARD


def test_what_is_forged_old_or_repeated_keeps_no_line_alive(
    client: httpx.Client, night: Night
) -> None:
    now = night.clock.now()
    assert send(client, now).status_code == 200
    assert send(client, now).status_code == 409
    assert send(client, now + 26 * HOUR).status_code == 401
    assert send(client, now - 26 * HOUR).status_code == 401
    assert send(client, now + MINUTE, camera="C2").status_code == 401
    assert send(client, now + MINUTE, body=b"C2").status_code == 400  # another home's
    assert client.post("/beat/C1", content=b"C1").status_code == 401
    stamp = str(int(now.timestamp()) + 7)
    forged = {"Bedcheck-Timestamp": stamp, "Bedcheck-Signature": signature(b"x", stamp, b"C1")}
    assert client.post("/beat/C1", content=b"C1", headers=forged).status_code == 401
    assert client.get("/beat/C1").status_code == 405


def test_after_a_reboot_an_earlier_time_is_no_repetition(
    client: httpx.Client, night: Night
) -> None:
    now = night.clock.now()
    for minutes in (0, 1, -600, 2):
        assert send(client, now + minutes * MINUTE).status_code == 200
