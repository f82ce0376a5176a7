"""Alarms by mail: SMTP with one deadline for all of it, over an encrypted connection.

Between the end of the message and the server's answer lies the moment that counts: when it
passes without an answer, whether the mail was taken is not known, and that is what is said.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import cast

from bedcheck.extras import needs
from bedcheck.history.plain import check_key
from bedcheck.night.channels.port import Accepted, AlarmMessage, Delivery, Rejected, Unreachable
from bedcheck.night.own_loop import reason_of, run
from bedcheck.night.reach import mailbox
from bedcheck.night.settings import Encryption, MailServer
from bedcheck.texts import text

with needs("night"):
    import aiosmtplib

__all__ = ["MailChannel", "deliver", "message_id"]

FAREWELL = 0.5  # seconds
REFERENCE = re.compile(r"queued as ([\w.-]{1,100})", re.ASCII)


def message_id(key: str, sender: str) -> str:
    """The same for the same delivery, whenever it is sent; says nothing about anybody."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


@dataclass(frozen=True, kw_only=True)
class MailChannel:
    """One mailbox, by the municipality's server. ValueError where an address is none."""

    to: str = field(repr=False)
    server: MailServer
    password: str = field(default="", repr=False)
    language: str = "sv"
    zone: tzinfo = UTC  # whose clock times are told on
    seconds: float = 20.0  # for the whole delivery; servers that look through mail take long
    certificates: str | None = None  # a PEM file to trust instead of the usual ones
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        mailbox(self.to)
        mailbox(self.server.sender)

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        """Mails the alarm; see `bedcheck.night.channels.Channel.send`."""
        check_key(key)
        return deliver(
            self.server,
            self.password,
            self.mail(alarm, key),
            [self.to],
            seconds=self.seconds,
            certificates=self.certificates,
        )

    def mail(self, alarm: AlarmMessage, key: str) -> EmailMessage:
        """The mail. Its subject says whom it is for and nothing about the resident."""
        kind = alarm.sort
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = text(f"mail.subject.{kind}", self.language)
        mail["From"] = self.server.sender
        mail["To"] = self.to
        mail["Date"] = format_datetime(self.now())
        mail["Message-ID"] = message_id(key, self.server.sender)
        mail["Auto-Submitted"] = "auto-generated"  # so that no machine answers it
        if kind == "alarm":
            mail["Importance"] = "high"
        mail.set_content("\n\n".join(self._paragraphs(alarm)) + "\n")
        return mail

    def _paragraphs(self, alarm: AlarmMessage) -> list[str]:
        """What the body says, in the order in which it is needed."""

        def said(name: str, **values: str) -> str:
            return text(f"mail.{name}", self.language, **values)

        def clock(at: datetime) -> str:
            return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

        where = "\n".join(part for part in (alarm.name, alarm.address, alarm.area) if part)
        found = [alarm.text]
        if where:
            found.append(where)
        if alarm.link:
            found += [said("take", link=alarm.link), said("secret")]
        if alarm.answer_by is not None:
            found.append(said("answer_by", at=clock(alarm.answer_by)))
        found.append(said("sent", at=clock(alarm.raised)))
        return found


def deliver(
    server: MailServer,
    password: str,
    mail: EmailMessage,
    to: list[str],
    *,
    seconds: float,
    certificates: str | None = None,
) -> Delivery:
    """Hands one mail to the server, within ``seconds``; never raises for the world.

    Rejected where any of the recipients is refused for good: then nobody gets it.
    """
    said = _Said()
    try:
        return run(_deliver(server, password, mail, to, seconds, certificates, said))
    except TimeoutError:
        if said.data:
            reason = "no answer after the whole message: whether it was taken is not known"
            return Unreachable(f"{reason} ({seconds:.0f} s)")
        return Unreachable(f"the mail server was not done within {seconds:.1f} s")
    except aiosmtplib.SMTPResponseException as error:
        return said.refused(error.code)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        if type(error) is aiosmtplib.SMTPException:  # as the library has it of what is not there
            return Unreachable(f"the mail server does not offer {said.step}")
        after = "; whether it was taken is not known" if said.data else ""
        return Unreachable((reason_of(error) or "the connection failed or broke off") + after)


@dataclass
class _Said:
    """How far the conversation has come."""

    step: str = "connection"
    data: bool = False  # the message is on its way

    def refused(self, code: int) -> Delivery:
        if not 200 <= code < 600:
            after = "; whether it was taken is not known" if self.data else ""
            return Unreachable(f"the mail server's answer is not SMTP{after}")
        reason = f"the mail server refused the {self.step}: {code}"
        return Rejected(reason) if code >= 500 else Unreachable(reason)


class _Client(aiosmtplib.SMTP):
    """Hangs up at once: TLS's own farewell may never be answered, and nobody waits for it."""

    def close(self) -> None:
        if self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).abort()
        super().close()


async def _deliver(
    server: MailServer,
    password: str,
    mail: EmailMessage,
    to: list[str],
    seconds: float,
    certificates: str | None,
    said: _Said,
) -> Delivery:
    client = _Client(
        hostname=server.host,
        port=server.port,
        use_tls=server.encryption is Encryption.TLS,
        start_tls=False,  # by hand, below: it is not to go on where none is offered
        tls_context=_context(certificates),
        local_hostname=server.sender.rpartition("@")[2],
        timeout=None,  # the one below holds for all
    )
    try:
        async with asyncio.timeout(seconds):
            await client.connect()
            if server.encryption is Encryption.STARTTLS:
                said.step = "encryption"
                await client.starttls()
            if server.login:
                said.step = "login"
                await client.login(server.login, password)
            said.step = "sender"
            await client.mail(server.sender)
            said.step = "recipient"
            for one in to:
                await client.rcpt(one)
            said.step, said.data = "message", True
            response = await client.data(mail.as_bytes(policy=SMTP))
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # it has the mail
            await client.quit(timeout=FAREWELL)
        found = REFERENCE.search(response.message)
        return Accepted(found[1] if found else "")
    finally:
        client.close()
        for _ in range(3):  # so that nothing of it is left open behind the loop
            await asyncio.sleep(0)


@cache
def _context(certificates: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificates)
