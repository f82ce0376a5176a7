"""The inbox over real HTTP: pages that links open, receivers' calls back, and those of others."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bedcheck.history import Filters, Kind
from bedcheck.night import inbox as module
from bedcheck.night.channels.webhook import signature
from bedcheck.night.inbox import inbox, serving
from bedcheck.night.links import CALLBACK, make_link
from bedcheck.night.window import Phase
from tests.night.nights import Night, night_of
from tests.night.registering import tables

OPENS = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)
FIRST = "berit@2026-03-10T22:00:00Z"
SECRET = b"0123456789abcdef"


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A night in which Berit's alarm is out and nobody has taken it."""
    with night_of(tmp_path, tables(), OPENS - timedelta(hours=1)) as night:
        night.shows["C1"] = "out"
        night.until(OPENS + timedelta(minutes=11))
        assert night.window(FIRST).phase is Phase.CALLING
        yield night


@pytest.fixture
def client(night: Night) -> Iterator[httpx.Client]:
    app = inbox(
        night.store,
        secret_of=lambda contact: SECRET if contact == "north" else None,
        now=night.clock.now,
        language="en",
    )
    with (
        serving(app, "127.0.0.1", 0) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


def link(night: Night, **changes: object) -> str:
    given = {
        "alarm": f"{FIRST}/alarm", "contact": "north", "key": "k1",
        "expires": OPENS + timedelta(hours=12), **changes,
    }  # fmt: skip
    return make_link(night.store.keys, "/ack", **given)  # type: ignore[arg-type]


def refusals(night: Night) -> list[object]:
    rows = night.store.rows(Filters(kinds=(Kind.LINK_REFUSED,)), by="test")
    return [row.facts["reason"] for row in rows]


def post(
    client: httpx.Client, night: Night, contact: str = "north", **changes: object
) -> httpx.Response:
    table = {"schema": CALLBACK, "alarm": f"{FIRST}/alarm", "what": "acknowledge", **changes}
    body = json.dumps(table).encode()
    stamp = str(int(night.clock.now().timestamp()))
    headers = {"Bedcheck-Timestamp": stamp, "Bedcheck-Signature": signature(SECRET, stamp, body)}
    return client.post(f"/hook/{contact}", content=body, headers=headers)


# ---- links


def test_opening_a_link_takes_nothing_and_the_button_does(
    client: httpx.Client, night: Night
) -> None:
    sent = link(night)
    for _ in range(2):
        page = client.get(sent)
        assert (page.status_code, "I take the alarm" in page.text) == (200, True)
        assert "was not seen in bed" in page.text
    assert night.window(FIRST).phase is Phase.CALLING
    page = client.post(sent)
    assert (page.status_code, "The alarm is yours" in page.text) == (200, True)
    assert night.window(FIRST).phase is Phase.ACKNOWLEDGED
    story = night.store.alarm_story(f"{FIRST}/alarm", by="test")
    assert story is not None
    assert story.acknowledged_by == "contact:north"
    page = client.get(sent)
    assert ("need not drive" in page.text, "I take the alarm" in page.text) == (True, False)
    again = client.post(sent)
    assert (again.status_code, "used already" in again.text) == (409, True)
    assert refusals(night) == ["used"]


def test_who_comes_second_is_told_so(client: httpx.Client, night: Night) -> None:
    client.post(link(night))
    page = client.post(link(night, contact="south", key="k2"))
    assert (page.status_code, "need not drive" in page.text) == (200, True)


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"expires": OPENS}, 401, "expired"),
        ({"alarm": "x/alarm"}, 404, None),  # signed by us, of a window that was purged
    ],
)
def test_a_link_that_leads_nowhere(
    client: httpx.Client, night: Night, changes: dict[str, object], status: int, reason: str | None
) -> None:
    for method in ("GET", "POST"):
        assert client.request(method, link(night, **changes)).status_code == status
    assert refusals(night) == ([reason] if reason else [])


def test_forged_links_are_refused_and_not_all_of_them_fill_the_history(
    client: httpx.Client, night: Night
) -> None:
    for number in range(module.REFUSALS + 5):
        assert client.post(f"/ack/forged.{number}").status_code == 401
    assert client.get("/ack/forged.x").status_code == 401
    assert refusals(night) == ["forged"] * module.REFUSALS
    assert client.post(link(night)).status_code == 200  # and a true one is heard all the same


def test_pages_keep_the_token_to_themselves(client: httpx.Client, night: Night) -> None:
    page = client.get(link(night))
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "server" not in page.headers
    assert "<script" not in page.text


# ---- calls back


def test_a_receiver_acknowledges_and_tells_the_outcome(client: httpx.Client, night: Night) -> None:
    answer = post(client, night)
    assert (answer.status_code, answer.json()) == (200, {"window": FIRST, "late": False})
    answer = post(client, night, what="outcome", outcome="fallen", who="Anna")
    assert answer.json() == {"window": FIRST, "late": False}
    story = night.store.alarm_story(f"{FIRST}/alarm", by="test")
    assert story is not None
    assert (story.state, story.outcome) == ("closed", "fallen")
    assert post(client, night, what="write_off", reason="other").json()["late"] is True


@pytest.mark.parametrize(
    ("contact", "changes", "status", "kind"),
    [
        ("south", {}, 401, "forged"),  # shares no secret
        ("north", {"what": "outcome", "outcome": "asleep"}, 400, "malformed"),
        ("north", {"alarm": "x/alarm"}, 404, "unknown"),
        ("north", {"note": "x" * 70_000}, 400, "malformed"),
    ],
)
def test_what_is_not_heard_says_why(
    client: httpx.Client, night: Night, contact: str, changes: dict[str, object],
    status: int, kind: str,
) -> None:  # fmt: skip
    answer = post(client, night, contact, **changes)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (status, kind)
    assert night.window(FIRST).phase is Phase.CALLING


def test_a_repetition_and_an_old_one(client: httpx.Client, night: Night) -> None:
    assert post(client, night).status_code == 200
    assert post(client, night).status_code == 409
    stamp = str(int(night.clock.now().timestamp()) - 600)
    headers = {"Bedcheck-Timestamp": stamp, "Bedcheck-Signature": signature(SECRET, stamp, b"{}")}
    assert client.post("/hook/north", content=b"{}", headers=headers).status_code == 401
    assert refusals(night) == ["used", "expired"]


# ---- others


def test_other_ways_in_there_are_none(client: httpx.Client) -> None:
    for path in ("/", "/ack/", "/hook/", "/docs", "/ack/a/b", "/hook/../ack"):
        assert client.get(path).status_code in (404, 405)
    assert client.get("/hook/north").status_code == 405
    assert client.delete("/ack/x").status_code == 405


def test_a_body_that_never_ends_is_broken_off(
    client: httpx.Client, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS", 0.2)
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as raw:
        raw.sendall(b"POST /hook/north HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        begun = time.monotonic()
        raw.settimeout(8)
        assert raw.recv(100).startswith(b"HTTP/1.1 400")
    assert time.monotonic() - begun < 5


def test_a_store_that_is_busy_is_told(client: httpx.Client, night: Night) -> None:
    night.store._patience = 0.1
    with night.store.transaction():
        assert client.post(link(night)).status_code == 503
        assert post(client, night).status_code == 503
    assert client.post(link(night)).status_code == 200


def test_an_address_that_is_taken() -> None:
    app = inbox(None, secret_of=lambda contact: None, now=lambda: OPENS, language="sv")  # type: ignore[arg-type]
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match="in use"),
        serving(app, "127.0.0.1", taken.getsockname()[1]),
    ):
        pass
