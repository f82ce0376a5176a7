"""The mail through a real server: what comes out is what went in."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from bedcheck.history import Store
from bedcheck.history.report.content import Every, gather
from bedcheck.history.report.letter import letter, render
from bedcheck.night.channels.port import Accepted
from bedcheck.night.reports.post import ServerPost
from bedcheck.night.secrets import Secrets
from bedcheck.night.settings import Encryption, MailServer, Settings
from demo.town import Town


class Mailbox:
    """Keeps what it is handed."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        return "250 queued"


@pytest.fixture
def server() -> Iterator[tuple[Controller, Mailbox]]:
    mailbox = Mailbox()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield controller, mailbox
    controller.stop()


def test_every_part_arrives_whole(server: tuple[Controller, Mailbox], tmp_path: Path) -> None:
    controller, mailbox = server
    with Store.open(tmp_path / "night.db", create=True) as store:
        Town(residents=4, up=0.2).live(store, date(2026, 10, 5), 7)
        store.roll_up()
        seal = store.seal(datetime(2026, 10, 12, 13, tzinfo=ZoneInfo("Europe/Stockholm")))
        with store.snapshot() as read:
            content = gather(
                read, Every.WEEKLY, date(2026, 10, 5), date(2026, 10, 11), language="sv", seal=seal,
                written=datetime(2026, 10, 12, 13, tzinfo=ZoneInfo("Europe/Stockholm")),
            )  # fmt: skip
    sent = letter(render(content), "report/weekly/2026-10-05/a@b.se", "c@d.se", "a@b.se")
    server_at = MailServer(
        host="127.0.0.1", port=controller.port, encryption=Encryption.NONE, sender="c@d.se"
    )
    post = ServerPost(Settings(mail=server_at), Secrets())
    assert isinstance(post.send(sent, "report/weekly/2026-10-05/a@b.se"), Accepted)
    (raw,) = mailbox.mails
    mail = message_from_bytes(raw, policy=default)
    assert mail["Message-ID"] == sent["Message-ID"]
    assert mail["Date"].datetime == datetime.fromisoformat("2026-10-12T13:00:00+02:00")
    parts = list(zip(mail.walk(), sent.walk(), strict=True))
    for arrived, went in parts:
        assert arrived.get_content_type() == went.get_content_type()
        if not arrived.is_multipart():
            came, left = (part.get_payload(decode=True) for part in (arrived, went))
            assert came.replace(b"\r\n", b"\n") == left.replace(b"\r\n", b"\n")


def test_without_a_server_it_says_what_to_register() -> None:
    with pytest.raises(ValueError, match="no mail server is registered"):
        ServerPost(Settings(), Secrets())
