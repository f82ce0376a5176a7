"""Mail: what is sent, what each answer of the server means, and that no answer ends in time."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.night.channels import Accepted, AlarmMessage, Delivery, Rejected, Unreachable
from bedcheck.night.channels.mail import MailChannel, message_id
from bedcheck.night.reach import mailbox
from bedcheck.night.settings import Encryption, MailServer
from bedcheck.night.window import AlarmCause
from tests.night.servers import unused_port
from tests.night.sip import free_port
from tests.night.talking import talking
from tests.night.test_cameras import self_signed
from tests.night.test_channels import ALARM

KEY = "berit@2026-11-01T02:00:00Z/call/1"
SENDER = "nattillsyn@kommun.example"


class Receiver:
    """A mail server's rules: what it answers, and the mails that it took."""

    def __init__(
        self, *, sender: str = "", recipient: str = "", data: str = "", hangs: bool = False
    ) -> None:
        self.answers = {"sender": sender, "recipient": recipient, "data": data}
        self.hangs = hangs
        self.took: list[Any] = []

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        envelope.mail_from = address
        return self.answers["sender"] or "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers["recipient"] or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.took.append(envelope)
        if self.hangs:
            await asyncio.sleep(3600)
        return self.answers["data"] or "250 2.0.0 Ok: queued as 4XyZ-17"


@contextlib.contextmanager
def mail_server(receiver: Receiver, **options: Any) -> Iterator[int]:
    """aiosmtpd on loopback, in a thread of its own."""
    controller = Controller(receiver, hostname="127.0.0.1", port=free_port("tcp"), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def channel(port: int, **changes: Any) -> MailChannel:
    server = {"host": "127.0.0.1", "port": port, "sender": SENDER, "encryption": "none"}
    for name in ("encryption", "login"):
        if name in changes:
            server[name] = changes.pop(name)
    server["encryption"] = Encryption(server["encryption"])
    given = {"to": "natt@kommun.example", "seconds": 5.0, **changes}
    return MailChannel(server=MailServer(**server), **given)  # type: ignore[arg-type]


def mail(envelope: Any) -> EmailMessage:
    found = message_from_bytes(envelope.content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


# ---- what is sent


def test_the_mail_says_what_is_to_be_done() -> None:
    receiver = Receiver()
    with mail_server(receiver) as port:
        sender = channel(
            port,
            zone=ZoneInfo("Europe/Stockholm"),
            now=lambda: datetime(2026, 11, 1, 2, 0, 5, tzinfo=UTC),
        )
        assert sender.send(ALARM, KEY) == Accepted("4XyZ-17")
    (envelope,) = receiver.took
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["natt@kommun.example"])
    found = mail(envelope)
    assert found["Subject"] == "LARM från nattillsynen: agera nu"
    assert found["From"] == SENDER
    assert found["To"] == "natt@kommun.example"
    assert found["Date"] == "Sun, 01 Nov 2026 02:00:05 +0000"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Importance"] == "high"
    assert found.get_content().splitlines() == [
        "Åke Berg syns inte i sängen.",
        "",
        "Åke Berg",
        "Storgatan 1, 4 tr, portkod via nyckelskåp",
        "norr",
        "",
        "Ta larmet: https://night.example/ack/canary-token",
        "",
        "Den som har länken kan ta larmet. Skicka den inte vidare.",
        "",
        "Har ingen tagit det till 2026-11-01 03:05 larmas nästa på listan.",
        "",
        "Bedcheck, 2026-11-01 03:00. Ingen läser svar på detta brev.",
    ]


@pytest.mark.parametrize(
    ("kind", "language", "subject"),
    [
        *((cause.value, "en", "ALARM from night supervision: act now") for cause in AlarmCause),
        ("camera_to_mend", "en", "Message from night supervision"),
        ("test", "en", "TEST from night supervision: nobody need act"),
        ("test", "sv", "PROV från nattillsynen: ingen behöver göra något"),
    ],
)
def test_the_subject_says_nothing_about_anybody(kind: str, language: str, subject: str) -> None:
    alarm = AlarmMessage(**{**vars(ALARM), "kind": kind})
    found = channel(25, language=language).mail(alarm, KEY)
    assert found["Subject"] == subject
    headers = "".join(f"{name}: {value}\n" for name, value in found.items())
    for personal in ("Berg", "berit", "Storgatan", "r-17", "w-17", "canary"):
        assert personal not in headers


def test_a_repetition_has_the_same_message_id_and_another_delivery_another() -> None:
    one = channel(25)
    assert one.mail(ALARM, KEY)["Message-ID"] == one.mail(ALARM, KEY)["Message-ID"]
    assert message_id(KEY, SENDER) != message_id(KEY + "0", SENDER)
    assert message_id(KEY, SENDER).endswith("@kommun.example>")


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_can_be_mailed(text: str) -> None:
    alarm = AlarmMessage(**{**vars(ALARM), "text": text, "name": text, "address": text})
    found = message_from_bytes(bytes(channel(25).mail(alarm, KEY)), policy=default)
    assert found["Subject"] == "LARM från nattillsynen: agera nu"
    assert found["Message-ID"] == message_id(KEY, SENDER)
    assert set(found.keys()) == set(channel(25).mail(ALARM, KEY).keys())


@pytest.mark.parametrize(
    "address",
    ["", "natt", "@kommun.example", "natt@", "natt kommun@example", "natt@kommun.example\nBcc: x@y",
     "a@b, c@d", "<natt@kommun.example>", "natt@" + "x" * 300, "nått@kommun.example"],
)  # fmt: skip
def test_what_is_no_mailbox(address: str) -> None:
    with pytest.raises(ValueError, match="expected a mail address, as night@"):
        mailbox(address)


# ---- what each answer means


@pytest.mark.parametrize(
    ("rules", "delivery"),
    [
        ({"recipient": "550 5.1.1 no such user natt@kommun.example"},
         Rejected("the mail server refused the recipient: 550")),
        ({"recipient": "450 4.2.1 mailbox busy"},
         Unreachable("the mail server refused the recipient: 450")),
        ({"sender": "553 5.7.1 not yours"}, Rejected("the mail server refused the sender: 553")),
        ({"sender": "451 later"}, Unreachable("the mail server refused the sender: 451")),
        ({"data": "554 5.7.1 spam"}, Rejected("the mail server refused the message: 554")),
        ({"data": "452 full"}, Unreachable("the mail server refused the message: 452")),
        ({"data": "250 OK"}, Accepted("")),
    ],
)  # fmt: skip
def test_what_each_answer_means(rules: dict[str, str], delivery: Delivery) -> None:
    with mail_server(Receiver(**rules)) as port:  # type: ignore[arg-type]
        assert channel(port).send(ALARM, KEY) == delivery


def test_a_server_that_hangs_after_the_message_may_have_it() -> None:
    receiver = Receiver(hangs=True)
    with mail_server(receiver) as port:
        begun = time.monotonic()
        delivery = channel(port, seconds=0.5).send(ALARM, KEY)
        assert time.monotonic() - begun < 1.0
    assert isinstance(delivery, Unreachable)
    assert "whether it was taken is not known" in delivery.reason
    assert len(receiver.took) == 1


def slow(connection: socket.socket, stop: threading.Event) -> None:
    """One letter at a time, for ever."""
    for letter in b"220-" + b"welcome " * 10_000:
        if stop.wait(0.02):
            break
        connection.sendall(bytes([letter]))


def silent(connection: socket.socket, stop: threading.Event) -> None:
    stop.wait(5)


@pytest.mark.parametrize("talk", [slow, silent])
def test_a_server_that_takes_its_time_is_given_up(talk: Any) -> None:
    with talking(talk) as port:
        begun = time.monotonic()
        delivery = channel(port, seconds=0.4).send(ALARM, KEY)
        assert time.monotonic() - begun < 0.9
    assert delivery == Unreachable("the mail server was not done within 0.4 s")


def test_nobody_is_there() -> None:
    port = unused_port()
    assert channel(port).send(ALARM, KEY) == Unreachable("nobody listens at that port")


@pytest.mark.parametrize("after", ["EHLO", "MAIL", "RCPT", "DATA", "."])
def test_a_server_that_hangs_up(after: str) -> None:
    def talk(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(b"220 here\r\n")
        message = False
        with connection.makefile("rb") as lines:
            for line in lines:
                if (line == b".\r\n") if after == "." else line.startswith(after.encode()):
                    break
                message = line.startswith(b"DATA") or (message and line != b".\r\n")
                if line.startswith(b"DATA"):
                    connection.sendall(b"354 go on\r\n")
                elif not message:
                    connection.sendall(b"250 OK\r\n")

    with talking(talk) as port:
        delivery = channel(port).send(ALARM, KEY)
    assert isinstance(delivery, Unreachable)
    assert ("not known" in delivery.reason) == (after in ("DATA", "."))


WORDS = st.one_of(
    st.binary(max_size=60),
    st.tuples(st.integers(0, 999), st.binary(max_size=20)).map(lambda a: b"%d%s\r\n" % a),
    st.sampled_from([b"220 x\r\n", b"250 OK\r\n", b"354 x\r\n", b"250-AUTH PLAIN\r\n250 8\r\n"]),
)


@settings(max_examples=80, deadline=None)
@given(answers=st.lists(WORDS, min_size=1, max_size=7))
def test_any_answer_is_an_outcome(answers: list[bytes]) -> None:
    def talk(connection: socket.socket, stop: threading.Event) -> None:
        for answer in answers:
            connection.sendall(answer)
            connection.recv(65536)

    with talking(talk) as port:
        delivery = channel(port, seconds=0.1).send(ALARM, KEY)
    assert isinstance(delivery, Accepted | Rejected | Unreachable)


# ---- encryption and login


def server_context(folder: Path) -> tuple[ssl.SSLContext, str]:
    certificate, key = self_signed(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, str(certificate)


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_the_conversation_is_encrypted_and_the_server_is_who_it_says(
    encryption: str, tmp_path: Path
) -> None:
    context, trusted = server_context(tmp_path)
    options: dict[str, Any] = (
        {"ssl_context": context}
        if encryption == "tls"
        else {"tls_context": context, "require_starttls": True}
    )
    receiver = Receiver()
    with mail_server(receiver, **options) as port:
        good = channel(port, encryption=encryption, certificates=trusted)
        assert good.send(ALARM, KEY) == Accepted("4XyZ-17")
        assert len(receiver.took) == 1
        delivery = channel(port, encryption=encryption).send(ALARM, KEY)  # not one of the usual
    assert isinstance(delivery, Unreachable)
    assert delivery.reason.startswith("its certificate: ")
    assert len(receiver.took) == 1


def test_without_the_encryption_that_was_agreed_nothing_is_sent() -> None:
    receiver = Receiver()
    with mail_server(receiver) as port:
        delivery = channel(port, encryption="starttls").send(ALARM, KEY)
    assert delivery == Unreachable("the mail server does not offer encryption")
    assert not receiver.took


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # as meant here
def test_the_login(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own
    receiver = Receiver()

    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (b"bedcheck", b"canary-password")
        return AuthResult(success=right, handled=False)

    with mail_server(
        receiver, authenticator=known, auth_required=True, auth_require_tls=False
    ) as port:
        right = channel(port, login="bedcheck", password="canary-password")
        wrong = channel(port, login="bedcheck", password="canary-wrong")
        none = channel(port)
        assert right.send(ALARM, KEY) == Accepted("4XyZ-17")
        assert wrong.send(ALARM, KEY) == Rejected("the mail server refused the login: 535")
        assert none.send(ALARM, KEY) == Rejected("the mail server refused the sender: 530")
        told = f"{right!r} {wrong!r} {caplog.text}"
    assert "canary" not in told
    assert "natt@" not in told
    assert len(receiver.took) == 1


@pytest.mark.parametrize("garbage", [b"", b"\x16\x03\x01\x00\x02\x02\x28", b"250 OK\r\n" * 50])
@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_an_encryption_that_fails(encryption: str, garbage: bytes) -> None:
    def talk(connection: socket.socket, stop: threading.Event) -> None:
        if encryption == "starttls":
            for answer in (b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go on\r\n"):
                connection.sendall(answer)
                connection.recv(4096)
        connection.sendall(garbage)

    with talking(talk) as port:
        delivery = channel(port, encryption=encryption, seconds=2.0).send(ALARM, KEY)
    assert isinstance(delivery, Unreachable)
    assert "not known" not in delivery.reason  # nothing of the alarm was sent


def test_nothing_is_left_open_behind_a_server_that_says_nothing(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with talking(silent, certificate) as port, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sender = channel(port, encryption="tls", seconds=0.5, certificates=str(certificate[0]))
        assert sender.send(ALARM, KEY) == Unreachable("the mail server was not done within 0.5 s")
        gc.collect()
    assert not [str(one.message) for one in caught if one.category is ResourceWarning]
