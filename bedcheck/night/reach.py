"""What may be wrong with the way to a contact: addresses, profiles, the mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bedcheck.night.contact import Contact, Medium
from bedcheck.night.fault import Fault
from bedcheck.night.settings import Encryption, Settings

__all__ = ["CONTROLLER", "mail_faults", "mailbox", "reach_faults"]

HOST = r"(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}"
MAILBOX = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{HOST}")
MACHINE = re.compile(rf"{HOST}|[0-9A-Fa-f:]{{2,39}}")
SIP = re.compile(
    rf"sips?:(?:[\w.!~*'()&=+$,;?/%-]{{1,64}}@)?(?:{HOST}|\[[0-9A-Fa-f:.]{{2,45}}\])(?::[0-9]{{1,5}})?"
    r"(?:;transport=(?:udp|tcp|tls))?",
    re.ASCII | re.IGNORECASE,
)
MOST_MINUTES = 24 * 60
CONTROLLER = re.compile(r"[0-9]{1,16}", re.ASCII)
TOKEN = r"[A-Za-z0-9.+_-]{1,64}"
PROFILE = {  # a field of the profile, what it may be, and that in words
    "controller": (CONTROLLER, "1 to 16 digits: the number that the receiver knows us by"),
    "root": (re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}"), "the name of an XML element, as mrq"),
    "content_type": (re.compile(f"{TOKEN}/{TOKEN}"), "a content type, as application/scaip+xml"),
    "device_type": (re.compile("[0-9]{1,4}", re.ASCII), "1 to 4 digits, as 0012"),
    "system": (re.compile("[0-3]?"), "0 to 3, or nothing"),
    "caller": (re.compile("[ -~]{0,256}"), "at most 256 plain letters, as no-voice:"),
    "domain": (re.compile(f"(?:{HOST})?"), "a machine's or a domain's name, or nothing"),
}


def mailbox(address: str) -> str:
    """``address`` itself, as name@machine in ASCII. ValueError where it is none."""
    if len(address) > 254 or not MAILBOX.fullmatch(address):
        raise ValueError("expected a mail address, as night@municipality.example")
    return address


def reach_faults(contact: Contact, settings: Settings) -> Iterator[Fault]:
    """Every fault of the way to ``contact``, webhooks apart."""
    place = f"contact[{contact.key}]"
    if contact.medium is Medium.MAIL:
        if fault := _mailbox_fault(contact.address):
            yield Fault(place=f"{place}.address", message=fault)
        if settings.mail is None:
            yield Fault(
                place="settings.mail",
                message=f"expected the mail server, for {contact.key} is reached by mail:"
                " `bedcheck night set --mail-server`",
            )
    if contact.medium is Medium.NOTIFY and not contact.secret:
        yield Fault(
            place=f"{place}.secret",
            message="expected the name that the service's address has among the secrets",
        )
    if contact.medium is not Medium.SCAIP:
        if contact.scaip is not None:
            message = f"a profile is for the medium scaip; it is {contact.medium}"
            yield Fault(place=f"{place}.scaip", message=message)
        return
    if not SIP.fullmatch(contact.address) or not _port_is(contact.address):
        yield Fault(
            place=f"{place}.address",
            message="expected an address as sip:alarm@receiver.example:5060;transport=tcp,"
            " or sips: for TLS",
        )
    if contact.scaip is None:
        message = 'expected the receiver\'s profile, as scaip = { controller = "0012345678" }'
        yield Fault(place=f"{place}.scaip", message=message)
        return
    if not 0 <= contact.scaip.heartbeat_minutes <= MOST_MINUTES:
        yield Fault(
            place=f"{place}.scaip.heartbeat_minutes",
            message=f"expected 0 to {MOST_MINUTES}; got {contact.scaip.heartbeat_minutes}",
        )
    for name, (pattern, words) in PROFILE.items():
        value = getattr(contact.scaip, name)
        if not pattern.fullmatch(value):
            message = f"expected {words}; got {value!r:.40}"
            yield Fault(place=f"{place}.scaip.{name}", message=message)


def mail_faults(settings: Settings) -> Iterator[Fault]:
    """Every fault of the municipality's mail server."""
    server = settings.mail
    if server is None:
        return
    if not MACHINE.fullmatch(server.host):
        yield Fault(
            place="settings.mail.host",
            message=f"expected a machine's name or number; got {server.host!r:.60}",
        )
    if not 0 < server.port < 65536:
        yield Fault(place="settings.mail.port", message=f"expected 1 to 65535; got {server.port}")
    if fault := _mailbox_fault(server.sender):
        yield Fault(place="settings.mail.sender", message=fault)
    if server.login and not server.secret:
        message = "expected the name that the login's password has among the secrets"
        yield Fault(place="settings.mail.secret", message=message)
    if server.login and server.encryption is Encryption.NONE:
        message = "expected starttls or tls where there is a login: a password is not sent readable"
        yield Fault(place="settings.mail.encryption", message=message)


def _mailbox_fault(address: str) -> str:
    try:
        mailbox(address)
    except ValueError as error:
        return f"{error}; got {address!r:.60}"
    return ""


def _port_is(address: str) -> bool:
    port = re.search(r":([0-9]+)(?:;|$)", address)
    return port is None or 0 < int(port[1]) < 65536
