"""From a contact of the registry to its channel; the test message; apprise; missing libraries."""

from __future__ import annotations

import json
import logging
import sys
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bedcheck import commands
from bedcheck.errors import MissingExtra, RegistryError
from bedcheck.extras import BRINGS, needs
from bedcheck.history.row import Kind
from bedcheck.history.store import Store
from bedcheck.history.telling import tell
from bedcheck.night.changes import import_registry
from bedcheck.night.channel_test import send_test
from bedcheck.night.channels import (
    Accepted,
    Delivery,
    FakeChannel,
    NotSent,
    PrintChannel,
    Rejected,
    Unreachable,
    WebhookChannel,
)
from bedcheck.night.channels.mail import MailChannel
from bedcheck.night.channels.making import channel_for
from bedcheck.night.channels.notify import NotifyChannel
from bedcheck.night.channels.scaip import ScaipChannel
from bedcheck.night.clock import SystemClock
from bedcheck.night.contact import Contact, Medium, Scaip
from bedcheck.night.registry import settings_of
from bedcheck.night.secrets import Secrets
from bedcheck.night.settings import Encryption, MailServer, Settings
from bedcheck.night.work import call_job
from bedcheck.night.world import World, real_world
from tests.night.registering import registry
from tests.night.servers import Handler, serving, unused_port
from tests.night.sip import sipp
from tests.night.test_channels import ALARM
from tests.night.test_mail import Receiver, mail, mail_server

SECRETS = Secrets({"north": "0123456789abcdef", "mail": "password"})
SERVER = MailServer(host="mail.example", sender="natt@kommun.example", login="x", secret="mail")


def contact(medium: str, **fields: Any) -> Contact:
    return Contact(key="north", name="Night team north", medium=Medium(medium), **fields)


# ---- which channel


def test_each_medium_has_its_channel() -> None:
    made = [
        channel_for(one, SECRETS, Settings(mail=SERVER, language="en"))
        for one in (
            contact("print"),
            contact("webhook", address="https://receiver.example", secret="north"),
            contact("mail", address="team@kommun.example"),
            contact("scaip", address="sip:alarm@host", scaip=Scaip(controller="1")),
            contact("notify", secret="north"),
        )
    ]
    expected = [PrintChannel, WebhookChannel, MailChannel, ScaipChannel, NotifyChannel]
    assert [type(one) for one in made] == expected
    assert {one.language for one in made if isinstance(one, MailChannel | NotifyChannel)} == {"en"}
    told = repr(made)
    assert "0123456789abcdef" not in told
    assert "password='" not in told


@pytest.mark.parametrize(
    ("one", "settings", "message"),
    [
        (contact("webhook", address="https://x", secret="y"), Settings(), "no secret named 'y'"),
        (contact("notify", secret="y"), Settings(), "no secret named 'y'"),
        (contact("mail", address="a@b"), Settings(), "no mail server is registered"),
        (contact("mail", address="a@b"), Settings(mail=MailServer(
            host="h", sender="a@b", login="x", secret="y")), "no secret named 'y'"),
        (contact("mail", address="a"), Settings(mail=SERVER), "expected a mail address"),
        (contact("scaip", address="sip:a@b"), Settings(), "no profile of its receiver"),
        (contact("scaip", address="x", scaip=Scaip(controller="1")), Settings(), "as sip:alarm@"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(one: Contact, settings: Settings, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        channel_for(one, SECRETS, settings)


# ---- the test message


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDCHECK_STORE", str(tmp_path / "night.db"))
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "night.db", create=True):
        pass
    return tmp_path / "night.db"


def registered(store: Path, settings: dict[str, Any], **fields: Any) -> None:
    with Store.open(store) as opened:
        now = datetime.now(UTC)
        import_registry(opened, registry(contact=fields, settings=settings), "os:test", now)


def bedcheck(*words: str) -> Result:
    return CliRunner().invoke(commands.app, ["night", *words, "--lang", "en"])


def sent_tests(store: Path) -> list[dict[str, Any]]:
    with Store.open(store) as opened:
        rows = [r for r in opened.rows(by="os:test") if r.facts.get("what") == "channel_test"]
    assert {row.kind for row in rows} <= {Kind.TASK}
    return [dict(row.facts) for row in rows]


def test_a_test_message_by_mail(store: Path) -> None:
    receiver = Receiver()
    with mail_server(receiver) as port:
        server = {"host": "127.0.0.1", "port": port, "encryption": "none", "sender": "n@k.example"}
        registered(store, {"mail": server}, medium="mail", address="team@k.example")
        result = bedcheck("test-channel", "north")
    assert result.exit_code == 0, result.output
    assert result.output == (
        "The receiver of Night team north has the test message (mail). Whether a person has seen"
        " it, only that person can tell: ask.\nThe receiver's own number for it: 4XyZ-17\n"
    )
    found = mail(receiver.took[0])
    assert found["Subject"] == "PROV från nattillsynen: ingen behöver göra något"
    assert "DETTA ÄR ETT PROV" in found.get_content()
    (facts,) = sent_tests(store)
    assert (facts["for"], facts["channel"], facts["why"]) == ("north", "mail", "channel_accepted")


def test_a_test_message_that_is_refused_says_so(store: Path) -> None:
    with mail_server(Receiver(recipient="550 no such user")) as port:
        server = {"host": "127.0.0.1", "port": port, "encryption": "none", "sender": "n@k.example"}
        registered(store, {"mail": server}, medium="mail", address="team@k.example")
        result = bedcheck("test-channel", "north")
    assert result.exit_code == 3
    assert (
        "Night team north was NOT reached (mail), and repeating it would not change"
        in result.output
    )
    assert "the mail server refused the recipient: 550." in result.output
    assert sent_tests(store)[0]["error"] == "the mail server refused the recipient: 550"


def test_a_test_message_and_a_heartbeat_by_scaip(store: Path, tmp_path: Path) -> None:
    with sipp("body", tmp_path, transport="tcp") as peer:
        registered(
            store, {}, medium="scaip", scaip={"controller": "4711"},
            address=f"sip:alarm@127.0.0.1:{peer.port};transport=tcp",
        )  # fmt: skip
        alarm = bedcheck("test-channel", "north")
        beat = bedcheck("test-channel", "north", "--heartbeat")
        assert len(peer.references()) == 2
    assert (alarm.exit_code, beat.exit_code) == (0, 0)
    assert "has the test message (SCAIP)" in alarm.output
    assert beat.output == "The receiver of Night team north answered the sign of life (SCAIP).\n"
    assert [facts["why"] for facts in sent_tests(store)] == ["channel_accepted"] * 2


def test_a_test_message_that_reaches_nobody(store: Path) -> None:
    address = f"sip:alarm@127.0.0.1:{unused_port()};transport=tcp"
    registered(store, {}, medium="scaip", scaip={"controller": "4711"}, address=address)
    result = bedcheck("test-channel", "north")
    assert result.exit_code == 3
    assert (
        "NOT reached (SCAIP), or may not have been: nobody listens at that port." in result.output
    )
    (facts,) = sent_tests(store)
    assert facts["why"] == "channel_unreachable"
    with Store.open(store) as opened:
        (row,) = [r for r in opened.rows(by="os:test") if r.facts.get("what") == "channel_test"]
    assert tell(row, "en") == (
        "Message: north, test message, not reached, nobody listens at that port"
    )


def test_wrong_use_of_the_test_message(store: Path) -> None:
    registered(store, {})
    nobody = bedcheck("test-channel", "x")
    assert nobody.exit_code == 2
    assert "contact[x]: there is no such contact" in nobody.output
    beat = bedcheck("test-channel", "north", "--heartbeat")
    assert beat.exit_code == 2
    assert "a heartbeat is for the medium scaip; it is print" in beat.output
    assert sent_tests(store) == []


def test_a_contact_without_its_secret_is_told_before_an_alarm_needs_it(store: Path) -> None:
    registered(store, {}, medium="webhook", address="http://127.0.0.1:9/a", secret="lost")
    tried = bedcheck("test-channel", "north")
    assert tried.exit_code == 3
    assert "Nothing was sent to Night team north (webhook): there is no secret" in tried.output
    assert sent_tests(store)[0]["why"] == "channel_not_sent"
    shown = bedcheck("status").output
    assert "Alarms to Night team north cannot be sent: there is no secret named 'lost'" in shown


@pytest.mark.parametrize(
    ("delivery", "why"),
    [(Accepted("7"), "channel_accepted"), (NotSent("no"), "channel_not_sent"),
     (Rejected("no"), "channel_rejected"),
     (Unreachable("line"), "channel_unreachable")],
)  # fmt: skip
def test_each_outcome_is_in_the_history(store: Path, delivery: Delivery, why: str) -> None:
    registered(store, {})
    fake = FakeChannel([delivery])
    with Store.open(store) as opened:
        found = send_test(opened, lambda _: fake, SystemClock(), "north", "os:anna")
        assert found[1] == delivery
        with pytest.raises(RegistryError, match="there is no such contact"):
            send_test(opened, lambda _: fake, SystemClock(), "x", "os:anna")
    ((message, key),) = fake.sent
    assert (message.kind, message.resident, message.link) == ("test", "", "")
    assert sent_tests(store)[0] | {"why": why, "key": key} == sent_tests(store)[0]


def test_contacts_by_commands(store: Path) -> None:
    for words in (
        ("set", "--mail-server", "mail.example:465", "--mail-encryption", "tls",
         "--mail-from", "natt@kommun.example", "--mail-login", "natt", "--mail-secret", "mail"),
        ("add", "contact", "a", "--name", "A", "--mail", "a@kommun.example"),
        ("add", "contact", "b", "--name", "B", "--scaip", "sips:b.example", "--controller", "12",
         "--reply", "message"),
        ("add", "contact", "b", "--name", "B2", "--scaip", "sips:b.example"),
        ("add", "contact", "c", "--name", "C", "--notify", "--secret", "c"),
        ("add", "resident", "berit", "--name", "Berit", "--area", "north", "--controller", "99"),
    ):  # fmt: skip
        if words[1] == "resident":
            assert bedcheck("add", "crisis-list", "north", "a").exit_code == 0
        result = bedcheck(*words)
        assert result.exit_code == 0, (words, result.output)
    exported = tomllib.loads(CliRunner().invoke(commands.app, ["night", "export"]).output)
    contacts = {one["key"]: one for one in exported["contact"]}
    assert {key: one["medium"] for key, one in contacts.items()} == {
        "a": "mail", "b": "scaip", "c": "notify",
    }  # fmt: skip
    assert contacts["b"]["scaip"]["controller"] == "12"
    assert contacts["b"]["scaip"]["reply"] == "message"
    assert exported["resident"][0]["controller"] == "99"
    with Store.open(store) as opened:
        assert settings_of(opened).mail == MailServer(
            host="mail.example", port=465, encryption=Encryption.TLS,
            sender="natt@kommun.example", login="natt", secret="mail",
        )  # fmt: skip
    for words, message in (
        (("--mail", "a@b", "--webhook", "https://x"), "--webhook, --mail"),
        (("--scaip", "sip:b.example"), "controller: is missing"),
        (("--mail", "a b"), "expected a mail address"),
    ):
        result = bedcheck("add", "contact", "d", "--name", "D", *words)
        assert result.exit_code == 2
        assert message in " ".join(result.output.split()), result.output


# ---- apprise


def notify(port: int, path: str = "", **changes: Any) -> NotifyChannel:
    return NotifyChannel(address=f"json://anna:canary-word@127.0.0.1:{port}/{path}", **changes)


def test_a_service_that_apprise_knows() -> None:
    with serving(lambda handler: handler.reply(200)) as server:
        assert notify(server.server_address[1]).send(ALARM, "k") == Accepted()
    (request,) = server.requests
    told = json.loads(request.body)
    assert told["title"] == "LARM från nattillsynen: agera nu"
    assert told["message"].split("\n") == [ALARM.text, (
        "Åke Berg, Storgatan 1, 4 tr, portkod via nyckelskåp, norr"
    ), ALARM.link]  # fmt: skip
    assert told["type"] == "warning"


def test_a_service_that_does_not_take_it() -> None:
    with serving(lambda handler: handler.reply(500)) as server:
        delivery = notify(server.server_address[1]).send(ALARM, "k")
    assert delivery == Unreachable("the service did not take it, or could not be reached")


def test_a_service_that_never_answers_is_ended() -> None:
    def hang(handler: Handler) -> None:
        handler.server.stopping.wait(30)

    with serving(hang) as server:
        begun = time.monotonic()
        delivery = notify(server.server_address[1], seconds=2.0).send(ALARM, "k")
        assert time.monotonic() - begun < 8
    assert delivery == Unreachable("the service did not answer within 2 s")


@pytest.mark.parametrize("address", ["", "canary", "canary://word", "json://"])
def test_an_address_that_apprise_does_not_know(address: str) -> None:
    delivery = NotifyChannel(address=address).send(ALARM, "k")
    assert delivery == NotSent("its secret is no address that apprise knows")


def test_the_address_is_told_to_nobody(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    sender = notify(unused_port(), "canary-path")
    told = f"{sender!r} {sender.send(ALARM, 'k')!r} {caplog.text} {capfd.readouterr()}"
    assert "canary" not in told


# ---- what is not installed


@pytest.mark.parametrize(("library", "extra"), sorted(BRINGS.items()))
def test_a_missing_library_is_named_by_the_extra_that_brings_it(library: str, extra: str) -> None:
    wanted = rf"needs {library}, .*'bedcheck\[{extra}\]'"
    with pytest.raises(MissingExtra, match=wanted), needs("night"):
        raise ModuleNotFoundError(name=f"{library}.part")


def test_every_extra_named_brings_its_library_and_no_other_does() -> None:
    written = Path(__file__).parents[2] / "pyproject.toml"
    extras = tomllib.loads(written.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    names = {"fpdf": "fpdf2", "onvif": "onvif-zeep", "prometheus_client": "prometheus-client"}
    with_it = {
        library: {
            extra
            for extra, needed in extras.items()
            if extra != "test"
            and any(one.startswith(names.get(library, library)) for one in needed)
        }
        for library in BRINGS
        if library != "zeep"  # comes with onvif-zeep
    }
    assert with_it == {library: {BRINGS[library]} for library in with_it}


@pytest.mark.parametrize(
    ("one", "library"),
    [
        (contact("scaip", address="sip:a@b", scaip=Scaip(controller="1")), "sipmessage"),
        (contact("notify", secret="north"), "apprise"),
    ],
)
def test_a_night_goes_on_without_a_library_and_says_which(
    one: Contact, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    for name in ("sip", "scaip"):
        monkeypatch.delitem(sys.modules, f"bedcheck.night.channels.{name}", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    real = real_world(SECRETS, judge=None)  # type: ignore[arg-type]
    intent: Any = type("Intent", (), {"key": "k", "body": {"window": "w"}})
    world = World(camera=real.camera, channel=real.channel, judge=real.judge)
    event: Any = call_job(intent, ALARM, one, world).do().event
    assert event.kind == "not_sent"
    assert event.reason.endswith(f"pip install 'bedcheck[{BRINGS[library]}]'")
