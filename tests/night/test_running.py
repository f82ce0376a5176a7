"""What surrounds a runner: clocks, secrets, figures, the sign of life."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from bedcheck.errors import RecordError, RegistryError
from bedcheck.history.row import Kind
from bedcheck.night.beat import Beat
from bedcheck.night.clock import ScaledClock, SimulatedClock, SystemClock
from bedcheck.night.metrics import Metrics, serve
from bedcheck.night.secrets import Secrets
from tests.night.nights import night_of
from tests.night.registering import tables

START = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)


def test_a_simulated_clock_goes_on_when_it_is_told() -> None:
    clock = SimulatedClock(START)
    clock.wait(5, threading.Event())
    clock.to(START + timedelta(seconds=20))
    clock.to(START)  # has been
    assert (clock.now() - START, clock.monotonic()) == (timedelta(seconds=20), 20.0)
    clock.jump(-3600)
    assert (clock.now() - START, clock.monotonic()) == (timedelta(seconds=-3580), 20.0)
    with pytest.raises(RecordError, match="a time with its zone"):
        SimulatedClock(datetime(2026, 3, 10))


def test_two_scaled_clocks_of_one_beginning_agree() -> None:
    one = ScaledClock(START, 1000.0)
    other = ScaledClock(START, 1000.0, one.began)
    assert abs(one.now() - other.now()) < timedelta(minutes=5)
    before = time.monotonic()
    one.wait(100, threading.Event())
    assert time.monotonic() - before < 60


def test_the_system_clock_wakes_when_asked() -> None:
    wake = threading.Event()
    wake.set()
    SystemClock().wait(3600, wake)
    assert SystemClock().now().tzinfo is UTC


def test_a_secret_comes_from_the_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "night.db"
    assert Secrets.beside(store).get("door") == ""
    path = tmp_path / "night.db.secrets.toml"
    path.write_text('door = "sesame"\n')
    path.chmod(0o600)
    secrets = Secrets.beside(store)
    assert secrets.get("door") == "sesame"
    assert "sesame" not in repr(secrets)
    monkeypatch.setenv("BEDCHECK_SECRET_DOOR", "open")
    assert secrets.get("door") == "open"


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ('door = "sesame"', 0o644, "others may read it: chmod 600"),
        ("door = sesame", 0o600, "expected lines of the form"),
        ("door = 3", 0o600, "expected lines of the form"),
    ],
)
def test_a_file_of_secrets_that_is_wrong_is_told_without_what_it_says(
    tmp_path: Path, text: str, mode: int, message: str
) -> None:
    path = tmp_path / "night.db.secrets.toml"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(RegistryError, match=message) as caught:
        Secrets.beside(tmp_path / "night.db")
    assert "sesame" not in str(caught.value)


@contextmanager
def listener(status: list[int]) -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/alive", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_sign_of_life_is_sent_each_minute_and_its_answer_noted_when_it_changes() -> None:
    clock, status = SimulatedClock(START), [200]
    with listener(status) as (url, heard):
        beat = Beat(url, clock)
        told = []
        for _ in range(6):
            if beat.due():
                beat.send()
            told.append(beat.changed())
            clock.advance(30)
            if len(told) == 3:
                status[0] = 500
        assert heard == ["/alive"] * 3
    assert told == [True, None, None, None, False, None]
    beat.send()  # nobody listens any more: nothing is raised
    assert Beat("", clock).due() is False


def test_a_runner_notes_that_its_sign_of_life_goes_unheard(tmp_path: Path) -> None:
    changed = tables()
    with listener([500]) as (url, heard):
        changed["settings"][0]["heartbeat_url"] = url
        with night_of(tmp_path, changed, START) as night:
            night.until(START + timedelta(minutes=5))
            (row,) = night.rows(Kind.HEARTBEAT)
    assert row.facts["what"] == "not_answered"
    assert heard


@dataclass
class Turning:
    last_turn: float = 0.0


def test_the_figures_for_prometheus(tmp_path: Path) -> None:
    pytest.importorskip("prometheus_client")
    with night_of(tmp_path, tables(), START) as night:
        night.shows["C1"] = "out"
        night.until(START + timedelta(minutes=71))
        night.clock.advance(90)
        metrics = Metrics(night.store, night.clock, Turning(night.clock.monotonic() - 90))
        end = serve(metrics, port := _free_port())
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                shown = answer.read().decode()
        finally:
            end()
    assert "bedcheck_seconds_since_last_turn 90.0" in shown
    assert "bedcheck_alarms_unacknowledged 1.0" in shown
    assert "bedcheck_windows_overdue 0.0" in shown


def _free_port() -> int:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return int(server.server_address[1])
