"""What holds for the whole municipality."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bedcheck.night.lines.terms import LineTerms
from bedcheck.night.reports.terms import Reports

__all__ = ["Encryption", "MailServer", "Settings"]


class Encryption(StrEnum):
    """How a conversation with the mail server is kept from others."""

    STARTTLS = "starttls"  # from the server's offer on; without one, nothing is sent
    TLS = "tls"  # from the first byte
    NONE = "none"  # not at all: for a server on the same machine


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """By whom mail is sent, and in whose name."""

    host: str
    port: int = 587
    encryption: Encryption = Encryption.STARTTLS
    sender: str  # a mail address
    login: str = ""  # empty: the server asks for none
    secret: str = ""  # the name that the login's password has among the secrets


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One a store."""

    key: str = "night"
    zone: str = "Europe/Stockholm"  # whose clock agreed times are read on
    operator: str = ""  # the contact that answers what the software cannot
    administrator: str = ""  # the contact that mends cameras and gets tasks
    language: str = "sv"  # of messages: sv or en
    heartbeat_url: str = ""  # called every minute, so that somebody notices when it stops
    concurrent_looks: int = 8  # at the same moment, at most
    link_base: str = ""  # where acknowledgement links lead; empty: alarms carry none
    mail: MailServer | None = None  # for contacts who are reached by mail
    lines: LineTerms = field(default_factory=LineTerms)  # how the lines to the homes are tested
    reports: Reports = field(default_factory=Reports)  # who gets which by mail
