"""The command ``bedcheck night inbox``: acknowledgements by link and call back, over HTTP."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from typing import Annotated

import typer

from bedcheck.extras import needs
from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import DEFAULT_STORE, Lang, Language, StoreFile, opened

__all__ = ["listening"]

listening = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

PORTS = range(65536)


@listening.command()
def inbox(
    store: StoreFile = DEFAULT_STORE,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where; port 0: any that is free.")
    ] = "127.0.0.1:8765",
    lang: Lang = Language.SV,
) -> None:
    """Serve the pages that links open, take receivers' calls back and routers' signs of life.

    It runs beside `night run`. Put a server that encrypts before it, and give the address of
    that, with /ack, as link_base in the settings. See docs/webhook.md.

    Example: bedcheck night inbox --listen 127.0.0.1:8765
    """
    host, port = address_of(listen)
    with opened(store, lang) as opening:
        with needs("night"):
            from bedcheck.night.inbox import inbox as application
            from bedcheck.night.inbox import serving
            from bedcheck.night.lines.beats import key_name
            from bedcheck.night.secrets import Secrets
        secrets = Secrets.beside(opening.path)

        def secret_of(contact: str) -> bytes | None:
            with opening.snapshot() as read:
                entry = read.get("contact", contact) or {}
            # notify's secret is an address, and signs nothing
            name = entry.get("secret", "") if entry.get("medium") != "notify" else ""
            return (secrets.get(name).encode() or None) if name else None

        def beat_secret_of(camera: str) -> bytes | None:
            with opening.snapshot() as read:
                name = key_name(read, camera)
            return (secrets.get(name).encode() or None) if name else None

        app = application(
            opening,
            secret_of=secret_of,
            now=lambda: datetime.now(UTC),
            language=lang,
            beat_secret_of=beat_secret_of,
        )
        ended = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: ended.set())
        try:
            with serving(app, host, port) as chosen:
                place = printable(f"{host}:{chosen}")
                typer.echo(text("inbox.listens", lang, place=place), err=True)
                ended.wait()
        except OSError as error:
            raise typer.BadParameter(
                f"{listen}: {error.strerror or error}", param_hint="--listen"
            ) from None


def address_of(listen: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``; an IPv6 host in square brackets."""
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdecimal() and int(port[:6]) in PORTS):
        raise typer.BadParameter(
            f"expected HOST:PORT, as 127.0.0.1:8765; got {listen!r:.60}", param_hint="--listen"
        )
    return host, int(port)
