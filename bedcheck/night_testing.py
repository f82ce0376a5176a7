"""The command ``bedcheck night test-channel``: can a contact be reached?"""

from __future__ import annotations

from typing import Annotated

import typer

from bedcheck.printing import printable
from bedcheck.texts import said, text
from bedcheck.usage import DEFAULT_STORE, Lang, Language, StoreFile, Token, actor, opened

__all__ = ["testing"]

testing = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NOT_REACHED = 3  # exit code


@testing.command("test-channel", no_args_is_help=True)
def try_channel(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Its key.")],
    heartbeat: Annotated[
        bool, typer.Option("--heartbeat", help="SCAIP: a sign of life, which disturbs nobody.")
    ] = False,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Send a contact a message marked as a test, and tell what came of it.

    That a receiver has it does not say that a person has read it: ask them.

    Example: bedcheck night test-channel north
    """
    with opened(store, lang) as opening:
        from bedcheck.night.channel_test import send_test
        from bedcheck.night.channels import Accepted, NotSent, Rejected
        from bedcheck.night.channels.making import channel_for
        from bedcheck.night.clock import SystemClock
        from bedcheck.night.registry import settings_of
        from bedcheck.night.secrets import Secrets

        secrets, settings = Secrets.beside(opening.path), settings_of(opening)
        known, delivery = send_test(
            opening,
            lambda contact: channel_for(contact, secrets, settings),
            SystemClock(),
            contact,
            actor(opening, token),
            heartbeat=heartbeat,
        )
    values = {"name": printable(known.name), "medium": text(f"history.word.{known.medium}", lang)}
    if isinstance(delivery, Accepted):
        key = "channel.heard" if heartbeat else "channel.accepted"
        typer.echo(text(key, lang, **values))
        if delivery.reference:
            number = printable(delivery.reference)
            typer.echo(text("channel.reference", lang, reference=number))
        return
    key = {NotSent: "not_sent", Rejected: "rejected"}.get(type(delivery), "unreachable")
    typer.echo(
        text(f"channel.{key}", lang, **values, reason=printable(said(delivery.reason, lang)))
    )
    raise typer.Exit(NOT_REACHED)
