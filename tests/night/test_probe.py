"""What an installer is told of an address: the rule as a table, then against real servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from click.testing import Result
from numpy.typing import NDArray
from typer.testing import CliRunner

from bedcheck import commands, texts
from bedcheck.finding import Severity
from bedcheck.history import Kind, Store
from bedcheck.night.cameras import Failure
from bedcheck.night.cameras.clock import clock_ahead
from bedcheck.night.probe import Probed, lines
from tests.night.grabbing import encoded
from tests.night.registering import tables
from tests.night.servers import Handler, digest_guard, serving, unused_port
from tests.night.streams import PASSWORD, USER, streaming

OK, NOTE, PROBLEM, UNKNOWN = Severity.OK, Severity.NOTE, Severity.PROBLEM, Severity.NOT_CHECKED
GOOD: dict[str, Any] = {"streams": False, "waits": (0.1, 0.2, 0.1), "size": (1280, 720)}
STREAM = {**GOOD, "streams": True, "codec": "h264", "gap": 1.0}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        # a snapshot camera that does all it should
        ({"clock_ahead": 0.4}, [(OK, "picture"), (OK, "again"), (OK, "clock")]),
        # its clock
        ({}, [(OK, "picture"), (OK, "again"), (UNKNOWN, "clock_unknown")]),
        ({"clock_ahead": 5.5}, [(NOTE, "clock_ahead"), (OK, "picture"), (OK, "again")]),
        ({"clock_ahead": -3600.0}, [(PROBLEM, "clock_behind"), (OK, "picture"), (OK, "again")]),
        # slow, unsteady, frozen
        ({"waits": (5.1,), "clock_ahead": 0.0}, [(NOTE, "slow"), (OK, "clock")]),
        (
            {"waits": (0.1,), "failure": "timed_out", "clock_ahead": 0.0},
            [(PROBLEM, "unsteady"), (PROBLEM, "fix.timed_out"), (OK, "picture"), (OK, "clock")],
        ),
        (
            {"frozen": "every frame was the same to the bit", "clock_ahead": 0.0},
            [(PROBLEM, "fix.same"), (OK, "picture"), (OK, "clock")],  # perhaps no camera at all
        ),
        (
            {**STREAM, "frozen": "every frame was the same to the bit", "clock_ahead": 0.0},
            [
                (PROBLEM, "fix.frozen"),
                (NOTE, "snapshot"),
                (OK, "picture"),
                (OK, "key_frames"),
                (OK, "clock"),
            ],
        ),
        (
            {"frozen": "the clock in the picture stands still", "clock_ahead": 0.0},
            [(PROBLEM, "fix.frozen"), (OK, "picture"), (OK, "clock")],
        ),
        # nothing came
        (
            {"waits": (), "failure": "unauthorised"},
            [(PROBLEM, "nothing"), (PROBLEM, "fix.unauthorised")],
        ),
        ({"waits": (), "failure": "refused"}, [(PROBLEM, "fix.refused")]),  # once is enough
        # streams
        (
            {**STREAM, "clock_ahead": 0.0},
            [(NOTE, "snapshot"), (OK, "picture"), (OK, "again"), (OK, "key_frames"), (OK, "clock")],
        ),
        (
            {**STREAM, "gap": 8.0, "clock_ahead": 0.0},
            [
                (PROBLEM, "far_apart"),
                (NOTE, "snapshot"),
                (OK, "picture"),
                (OK, "again"),
                (OK, "clock"),
            ],
        ),
    ],
)
def test_what_is_told(changes: dict[str, Any], told: list[tuple[Severity, str]]) -> None:
    found = lines(Probed(**{**GOOD, **changes}))
    assert [(line.severity, line.key.removeprefix("probe.")) for line in found] == told
    for language in texts.LANGUAGES:
        assert all(line.text(language) for line in found)


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_failure_is_told_with_what_to_do(failure: Failure, language: str) -> None:
    found = lines(Probed(streams=False, failure=failure))
    *why, fix = (line.text(language) for line in found)
    assert (failure == Failure.REFUSED) == (not why)  # said once, with what to do
    assert all(failure.value not in said for said in why)
    assert len(fix) > 20


def test_figures_are_written_as_the_language_does() -> None:
    picture, *_ = lines(Probed(**GOOD))
    assert picture.text("sv") == "En bild om 1280x720 kom efter 0,1 s."
    assert picture.text("en") == "A picture of 1280x720 came after 0.1 s."


# ---- against real servers


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDCHECK_STORE", str(tmp_path / "night.db"))
    monkeypatch.setattr("bedcheck.night.probe.APART", 0.01)
    return tmp_path / "night.db"


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    with streaming() as found:
        yield found


def probe(*words: str, asked: str | None = None) -> Result:
    return CliRunner().invoke(commands.app, ["night", "probe", *words, "--lang", "en"], input=asked)


class Snapshots:
    """Gives a room with fresh noise each time."""

    def __init__(self, room: NDArray[np.uint8]) -> None:
        self.room, self.random = room, np.random.default_rng(1)

    def __call__(self, handler: Handler) -> None:
        noise = self.random.normal(0, 2, self.room.shape)
        picture = np.clip(self.room + noise, 0, 255).astype(np.uint8)
        handler.reply(200, encoded(picture), Content_Type="image/jpeg")


def test_a_snapshot_camera_that_works(bedroom: NDArray[np.uint8]) -> None:
    with serving(Snapshots(bedroom)) as server:
        result = probe(server.url)
    assert result.exit_code == 0, result.output
    assert "Good: A picture of 640x480 came after 0" in result.stdout
    assert "Good: The camera's clock is right." in result.stdout
    assert f"night add camera SERIAL --resident KEY --source {server.url}" in result.stdout


def test_a_password_is_asked_for_unseen_and_told_nowhere(bedroom: NDArray[np.uint8]) -> None:
    with serving(digest_guard("anna", "s3cret", Snapshots(bedroom))) as server:
        right = probe(server.url, "--login", "anna", asked="s3cret\n")
        wrong = probe(server.url, "--login", "anna", "--json", asked="canary\n")
    assert right.exit_code == 0, right.output
    assert wrong.exit_code == 3
    assert json.loads(wrong.stdout)["failure"] == "unauthorised"
    assert "s3cret" not in right.output
    assert "canary" not in wrong.output


def test_a_feed_that_stands_still_does_not_work(bedroom: NDArray[np.uint8]) -> None:
    still = encoded(bedroom)
    with serving(lambda handler: handler.reply(200, still, Content_Type="image/jpeg")) as server:
        result = probe(server.url)
    assert result.exit_code == 3
    assert "Fault: Every picture was the same to the bit. Either this is no camera" in result.stdout
    assert "Further pictures" not in result.stdout


def test_a_stream(servers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDCHECK_SECRET_CAM", PASSWORD)
    result = probe(servers["digest"] + "/one", "--login", USER, "--secret", "cam")
    assert result.exit_code == 0, result.output
    assert "The stream (h264) can begin a picture every" in result.stdout
    assert "Good: The camera's clock is right." in result.stdout


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://host/x", "http:// or https:// or rtsp://; got 'ftp://host/x'"),
        ("picture.jpg", "begins with"),
        ("rtsp://a:b@host/", "give the user's name and password apart"),
        ("http://a:b@host/", "give the user's name and password apart"),
    ],
)
def test_what_is_no_address_is_wrong_usage(url: str, says: str) -> None:
    result = probe(url)
    assert result.exit_code == 2
    assert says in " ".join(result.output.replace("│", " ").split())


def test_nobody_there() -> None:
    result = probe(f"http://127.0.0.1:{unused_port()}/")
    assert result.exit_code == 3
    fault, end = result.stdout.splitlines()
    assert fault.startswith("Fault: The machine answers, but nobody listens at that port")
    assert "Check the port" in fault
    assert end == "The address does not work yet."


def test_a_registered_camera_is_probed_by_grants_and_with_consent_alone(
    bedroom: NDArray[np.uint8], store: Path
) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(commands.app, ["night", *words])

    assert run("init").exit_code == 0
    with serving(Snapshots(bedroom)) as server:
        registered = tables()
        registered["camera"][0]["source"] = server.url
        file = store.with_name("a.toml")
        file.write_text(tomli_w.dumps(registered), encoding="utf-8")
        assert run("import", str(file)).exit_code == 0
        asked = len(server.requests)
        result = probe(server.url)
        assert result.exit_code == 0, result.output
        assert "belongs to camera C1" in result.output
        other_path = probe(server.url.replace("picture", "other"))
        assert other_path.exit_code == 0
        assert run("withdraw", "berit").exit_code == 0
        looked = len(server.requests)
        assert looked > asked
        for url in (server.url, server.url.replace("picture", "other")):
            refused = probe(url)
            assert refused.exit_code == 1
            assert "there is no consent" in refused.output
        assert len(server.requests) == looked  # and nothing was asked of the camera
    with Store.open(store) as opened:
        rows = list(opened.rows(by="os:test"))
    looks = [row for row in rows if row.kind == Kind.LOOK]
    assert [(row.camera, row.facts["purpose"], row.facts["frames"]) for row in looks] == [
        ("C1", "probe", 3), ("C1", "probe", 3),
    ]  # fmt: skip
    refusals = [row.facts["purpose"] for row in rows if row.kind == Kind.GRANT_REFUSED]
    assert refusals == ["probe", "probe"]


# ---- its clock


@pytest.mark.parametrize("ahead", [0, 90, -7200])
def test_a_clock_by_the_head_of_an_answer(ahead: int) -> None:
    now = datetime.now(UTC)
    said = format_datetime(now + timedelta(seconds=ahead), usegmt=True)

    def answer(handler: Handler) -> None:
        handler.send_response_only(404)
        handler.send_header("Date", said)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(answer) as server:
        found = clock_ahead(server.url + "?secret=1", now)
    assert found == pytest.approx(ahead, abs=2)
    assert server.requests[0].path == "/"


@pytest.mark.parametrize("said", ["", "yesterday", "Tue, 99 Nov 2026 99:00:00 GMT", "1"])
def test_a_clock_that_says_nothing_is_not_known(said: str) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response_only(200)
        handler.send_header("Date", said)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(answer) as server:
        assert clock_ahead(server.url, datetime.now(UTC)) is None
    assert clock_ahead(f"http://127.0.0.1:{unused_port()}/", datetime.now(UTC)) is None
    assert clock_ahead(f"rtsp://127.0.0.1:{unused_port()}/", datetime.now(UTC)) is None
