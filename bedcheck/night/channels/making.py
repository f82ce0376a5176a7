"""Which channel a contact of the registry stands for."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from bedcheck.errors import MissingExtra
from bedcheck.night.channels.port import Channel
from bedcheck.night.channels.printed import PrintChannel
from bedcheck.night.channels.webhook import WebhookChannel
from bedcheck.night.contact import Contact, Medium
from bedcheck.night.secrets import Secrets
from bedcheck.night.settings import Settings

__all__ = ["channel_for", "without_a_way"]

_PRINTED = PrintChannel()


def channel_for(contact: Contact, secrets: Secrets, settings: Settings) -> Channel:
    """The way to ``contact``.

    Raises ValueError where a secret, an address or the mail server is missing or cannot be
    used, MissingExtra where a library is.
    """
    if contact.medium is Medium.PRINT:
        return _PRINTED
    if contact.medium is Medium.WEBHOOK:
        return WebhookChannel(url=contact.address, secret=_secret(secrets, contact.secret).encode())
    if contact.medium is Medium.MAIL:
        from bedcheck.night.channels.mail import MailChannel

        server = settings.mail
        if server is None:
            raise ValueError("no mail server is registered: `bedcheck night set --mail-server`")
        return MailChannel(
            to=contact.address,
            server=server,
            password=_secret(secrets, server.secret) if server.login else "",
            language=settings.language,
            zone=ZoneInfo(settings.zone),
        )
    if contact.medium is Medium.SCAIP:
        from bedcheck.night.channels.scaip import ScaipChannel

        if contact.scaip is None:
            raise ValueError("no profile of its receiver is registered: see docs/channels.md")
        return ScaipChannel(address=contact.address, profile=contact.scaip)
    from bedcheck.night.channels.notify import NotifyChannel

    return NotifyChannel(address=_secret(secrets, contact.secret), language=settings.language)


def without_a_way(
    contacts: Iterable[Contact], secrets: Secrets, settings: Settings
) -> dict[str, str]:
    """Why nothing can be sent to a contact, by its name; those to whom it can are left out."""
    found = {}
    for contact in contacts:
        try:
            channel_for(contact, secrets, settings)
        except (ValueError, MissingExtra) as error:
            found[contact.name] = str(error)
    return found


def _secret(secrets: Secrets, name: str) -> str:
    secret = secrets.get(name)
    if not secret:
        raise ValueError(f"there is no secret named {name!r}: put it among the secrets")
    return secret
