"""ONVIF against a small camera of our own on loopback that speaks SOAP as onvif-zeep asks."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from bedcheck import commands
from bedcheck.errors import GrabError
from bedcheck.night.cameras import Failure
from bedcheck.night.cameras.onvif import Found, Profile, ask, discover
from tests.night.servers import Handler, Server, listening, serving, unused_port

USER, PASSWORD = "viewer", "s3cret"
NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
ENVELOPE = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    ' xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>{}</s:Body></s:Envelope>'
)
FAULT = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason>"
    '<s:Text xml:lang="en">{}</s:Text></s:Reason></s:Fault>'
)


class Camera:
    """What the camera answers, by the name of what it is asked."""

    def __init__(self, **changes: str) -> None:
        self.changes = changes
        self.asked: list[str] = []
        self.bodies: list[str] = []

    def answers(self, port: int) -> dict[str, str]:
        profile = (
            '<trt:Profiles token="{token}" fixed="true"><tt:Name>{token}</tt:Name>'
            '<tt:VideoEncoderConfiguration token="e"><tt:Name>e</tt:Name>'
            "<tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width>"
            "<tt:Height>{height}</tt:Height></tt:Resolution></tt:VideoEncoderConfiguration>"
            "</trt:Profiles>"
        )
        uri = "<trt:{0}Response><trt:MediaUri><tt:Uri>{1}</tt:Uri></trt:MediaUri></trt:{0}Response>"
        day = NOW - timedelta(seconds=90)
        return {
            "GetSystemDateAndTime": (
                "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP"
                "</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>"
                f"<tt:Time><tt:Hour>{day.hour}</tt:Hour><tt:Minute>{day.minute}</tt:Minute>"
                f"<tt:Second>{day.second}</tt:Second></tt:Time><tt:Date><tt:Year>{day.year}</tt:Year>"
                f"<tt:Month>{day.month}</tt:Month><tt:Day>{day.day}</tt:Day></tt:Date>"
                "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
            ),
            "GetDeviceInformation": (
                "<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer>"
                "<tds:Model>Night 3</tds:Model><tds:FirmwareVersion>1</tds:FirmwareVersion>"
                "<tds:SerialNumber>AC-0417</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>"
                "</tds:GetDeviceInformationResponse>"
            ),
            "GetCapabilities": (
                "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media>"
                # an address of its own, behind a router, that leads nowhere from here
                f"<tt:XAddr>http://192.0.2.9:{port}/onvif/media_service</tt:XAddr>"
                "</tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>"
            ),
            "GetProfiles": "<trt:GetProfilesResponse>"
            + profile.format(token="main", width=1920, height=1080)
            + profile.format(token="sub", width=640, height=480)
            + "</trt:GetProfilesResponse>",
            "GetSnapshotUri": uri.format(
                "GetSnapshotUri", "http://viewer:s3cret@192.0.2.9/snap.jpg?channel=1"
            ),
            "GetStreamUri": uri.format("GetStreamUri", "rtsp://192.0.2.9:8554/main"),
            **self.changes,
        }

    def __call__(self, handler: Handler) -> None:
        body = handler.server.requests[-1].body.decode()
        found = re.search(r"<(?:[\w-]+:)?Body>\s*<(?:[\w-]+:)?(\w+)", body)
        assert found is not None
        self.asked.append(found[1])
        self.bodies.append(body)
        answer = self.answers(handler.server.server_address[1])[found[1]]
        if found[1] != "GetSystemDateAndTime" and not self.known(body):
            answer = FAULT.format("Sender not Authorized")
        status = 500 if "Fault" in answer else 200
        text = ENVELOPE.format(answer).encode()
        handler.reply(status, text, Content_Type="application/soap+xml; charset=utf-8")

    @staticmethod
    def known(body: str) -> bool:
        """Whether the digest of nonce, time and password is right."""
        parts = {
            name: match[1]
            for name in ("Username", "Password", "Nonce", "Created")
            if (match := re.search(rf"<[\w-]+:{name}\b[^>]*>([^<]*)<", body))
        }
        nonce = base64.b64decode(parts.get("Nonce", ""))
        wanted = hashlib.sha1(nonce + parts.get("Created", "").encode() + PASSWORD.encode())
        digest = base64.b64encode(wanted.digest()).decode()
        return parts.get("Username") == USER and parts.get("Password") == digest


@contextlib.contextmanager
def serving_camera(camera: Callable[[Handler], None]) -> Iterator[tuple[str, Server]]:
    with serving(camera) as server:
        yield urlsplit(server.url).netloc, server


def found(host: str, **changes: str) -> Found:
    return ask(host, **{"user": USER, "password": PASSWORD, **changes}, now=NOW, seconds=20)


def test_what_a_camera_says_of_itself() -> None:
    camera = Camera()
    with serving_camera(camera) as (host, _):
        got = found(host)
    port = host.partition(":")[2]
    assert port
    snapshot = "http://127.0.0.1/snap.jpg?channel=1"  # on the machine asked, without a password
    stream = "rtsp://127.0.0.1:8554/main"
    profile = {"codec": "H264", "snapshot": snapshot, "stream": stream}
    assert got == Found(
        maker="Acme",
        model="Night 3",
        serial="AC-0417",
        clock_ahead=-90.0,
        profiles=(
            Profile(name="main", size=(1920, 1080), **profile),  # type: ignore[arg-type]
            Profile(name="sub", size=(640, 480), **profile),  # type: ignore[arg-type]
        ),
    )
    assert not any(PASSWORD in body for body in camera.bodies)


def test_a_camera_without_a_snapshot_has_its_stream_told_all_the_same() -> None:
    camera = Camera(GetSnapshotUri=FAULT.format("Optional Action Not Implemented"))
    with serving_camera(camera) as (host, _):
        got = found(host)
    assert (got.profiles[0].snapshot, got.profiles[0].stream) == ("", "rtsp://127.0.0.1:8554/main")


def test_an_address_that_is_none_is_not_told() -> None:
    camera = Camera(
        GetStreamUri="<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>javascript:alert(1)</tt:Uri>"
        "</trt:MediaUri></trt:GetStreamUriResponse>"
    )
    with serving_camera(camera) as (host, _):
        assert found(host).profiles[0].stream == ""


@pytest.mark.parametrize(
    "wrong", [{"password": "other"}, {"user": "bo"}, {"user": "", "password": ""}]
)
def test_a_wrong_password(wrong: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving_camera(Camera()) as (host, _), pytest.raises(GrabError) as caught:
        found(host, **wrong)
    assert caught.value.kind == Failure.UNAUTHORISED
    assert "name or password" in str(caught.value)
    assert PASSWORD not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda handler: handler.reply(404, b"<html>Not found</html>"), Failure.NOT_FOUND),
        (lambda handler: handler.reply(200, b"<html>Log in</html>"), Failure.REFUSED),
        (lambda handler: handler.reply(200, b"\x00\xff"), Failure.REFUSED),
        (lambda handler: handler.reply(401), Failure.UNAUTHORISED),
        (lambda handler: handler.reply(302, Location="http://192.0.2.1/"), Failure.UNREACHABLE),
        (Camera(GetCapabilities="<tds:GetCapabilitiesResponse/>"), Failure.REFUSED),
        (Camera(GetProfiles=FAULT.format("Action Failed")), Failure.NOT_FOUND),
    ],
)
def test_each_answer_has_its_kind(answer: Callable[[Handler], None], kind: Failure) -> None:
    with serving_camera(answer) as (host, _), pytest.raises(GrabError) as caught:
        found(host)
    assert caught.value.kind == kind


def test_one_that_says_nothing_is_given_up_in_time() -> None:
    with listening() as listener:
        begun = time.monotonic()
        with pytest.raises(GrabError) as caught:
            ask(f"127.0.0.1:{listener.getsockname()[1]}", "", "", NOW, 1.0)
    assert caught.value.kind == Failure.TIMED_OUT
    assert time.monotonic() - begun < 15  # the schema files are read first


def test_nobody_listens() -> None:
    with pytest.raises(GrabError) as caught:
        found(f"127.0.0.1:{unused_port()}")
    assert caught.value.kind == Failure.UNREACHABLE


@pytest.mark.parametrize("host", ["", "a b", "http://h", "h/x", "u:p@h", "h:x", "h\n", "[::1"])
def test_what_is_no_machine_is_refused_at_once(host: str) -> None:
    with pytest.raises(ValueError, match="expected a camera's machine"):
        found(host)


@pytest.mark.parametrize(("words", "missing"), [(["127.0.0.1"], "zeep"), ([], "wsdiscovery")])
def test_without_the_extra_it_is_named(
    monkeypatch: pytest.MonkeyPatch, words: list[str], missing: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    result = CliRunner().invoke(commands.app, ["night", "find", *words])
    assert result.exit_code == 2
    assert "pip install 'bedcheck[onvif]'" in result.output


def test_asking_sets_up_no_logging() -> None:
    with serving_camera(Camera()) as (host, _):
        before = list(logging.getLogger().handlers)
        found(host)
    assert logging.getLogger().handlers == before


# Its publisher sends an answer from its IPv4 socket to an IPv6 address, and dies of it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_discovery_finds_a_camera_that_answers() -> None:
    from wsdiscovery import QName, Scope
    from wsdiscovery.publishing import ThreadedWSPublishing

    publishing = ThreadedWSPublishing()
    publishing.start()
    try:
        kind = QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")
        publishing.publishService(
            types=[kind],
            scopes=[Scope("onvif://www.onvif.org/name/Acme")],
            xAddrs=["http://192.0.2.7:80/onvif/device_service", "http://192.0.2.8:8080/onvif/x"],
        )
        hosts = discover(4.0)
    finally:
        publishing.stop()
    assert set(hosts) == {"192.0.2.7", "192.0.2.8:8080"}


def test_the_command_tells_addresses_and_a_wrong_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDCHECK_SECRET_CAM", PASSWORD)
    words = ["night", "find", "--login", USER, "--secret", "cam", "--lang", "en"]
    with serving_camera(Camera()) as (host, _):
        told = CliRunner().invoke(commands.app, [*words, host])
        as_json = CliRunner().invoke(commands.app, [*words, "--json", host])
        wrong = CliRunner().invoke(commands.app, [*words[:-4], "--secret", "none", host])
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("Acme Night 3  AC-0417\nmain  H264 1920x1080\n")
    assert "  Snapshot: http://127.0.0.1/snap.jpg?channel=1\n" in told.stdout
    assert "behind" in told.stdout or "ahead" in told.stdout
    assert json.loads(as_json.stdout)["serial"] == "AC-0417"
    assert wrong.exit_code == 2
    refused = CliRunner().invoke(
        commands.app, ["night", "find", f"127.0.0.1:{unused_port()}", "--lang", "en"]
    )
    assert refused.exit_code == 3
    assert "Check that the camera has power" in refused.output
    bad = CliRunner().invoke(commands.app, ["night", "find", "http://x/"])
    assert bad.exit_code == 2
