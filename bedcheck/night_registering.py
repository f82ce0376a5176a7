"""The commands ``bedcheck night`` that change what is registered: set, withdraw, import …"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bedcheck.errors import RecordError
from bedcheck.night_adding import add, put
from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import DEFAULT_STORE, Lang, Language, StoreFile, Token, actor, opened

__all__ = ["registering"]

registering = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
registering.add_typer(
    add, name="add", help="Register somebody or something; the same key again changes it."
)

MOST_NAMES = 10  # of entries in one line

Key = Annotated[str, typer.Argument(metavar="KEY")]


class Encryption(StrEnum):
    """Of mail, as `bedcheck.night.settings.Encryption` has it."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@registering.command("set", no_args_is_help=True)
def settings(
    operator: Annotated[str | None, typer.Option(metavar="CONTACT")] = None,
    administrator: Annotated[str | None, typer.Option(metavar="CONTACT")] = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="As Europe/Stockholm.")] = None,
    messages: Annotated[Language | None, typer.Option(help="Language of messages.")] = None,
    heartbeat_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Called every minute while it runs.")
    ] = None,
    link_base: Annotated[
        str | None, typer.Option(metavar="URL", help="Where acknowledgement links lead.")
    ] = None,
    mail_server: Annotated[
        str | None, typer.Option(metavar="HOST[:PORT]", help="Who sends mail; port 587 if none.")
    ] = None,
    mail_from: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="In whose name mail is sent.")
    ] = None,
    mail_encryption: Annotated[
        Encryption | None, typer.Option(help="Of the way to the mail server [starttls].")
    ] = None,
    mail_login: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where the mail server asks for one.")
    ] = None,
    mail_secret: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of its password among the secrets.")
    ] = None,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """What holds for the whole municipality.

    Example: bedcheck night set --operator alarm-centre --administrator anna
    """
    with opened(store, lang) as opening, opening.snapshot() as snapshot:
        known = snapshot.get("settings", "night") or {"key": "night"}
    given: dict[str, Any] = {
        "operator": operator,
        "administrator": administrator,
        "zone": zone,
        "language": messages.value if messages else None,
        "heartbeat_url": heartbeat_url,
        "link_base": link_base,
    }
    mail: dict[str, Any] = {
        "sender": mail_from,
        "encryption": mail_encryption.value if mail_encryption else None,
        "login": mail_login,
        "secret": mail_secret,
    }
    if mail_server is not None:
        host, colon, port = mail_server.rpartition(":")
        mail["host"] = host if colon else mail_server
        mail["port"] = port if colon else None
    mail = {name: value for name, value in mail.items() if value is not None}
    if mail:
        given["mail"] = {**(known.get("mail") or {}), **mail}
    fields = {**known, **{name: value for name, value in given.items() if value is not None}}
    put(store, "settings", fields, token, lang)


@registering.command(no_args_is_help=True)
def remove(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="absence, contact, camera …")],
    key: Key,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Take one entry out. Its old versions stay in the store for their retention time.

    Example: bedcheck night remove absence trip
    """
    with opened(store, lang) as opening:
        from bedcheck.night.changes import remove as take_out

        take_out(opening, kind, key, actor(opening, token), datetime.now(UTC))
    typer.echo(text("night.changed", lang, count=1))


@registering.command(no_args_is_help=True)
def withdraw(
    resident: Annotated[str, typer.Argument(metavar="RESIDENT")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Consent is withdrawn or the supervision ended: no look from this moment on.

    Example: bedcheck night withdraw berit
    """
    with opened(store, lang) as opening:
        from bedcheck.night.changes import withdraw as end

        told = end(opening, resident, actor(opening, token), datetime.now(UTC))
    if told:
        typer.echo(text("night.withdrawn", lang, told=printable(", ".join(told))))
    else:
        typer.echo(text("night.withdrawn_already", lang))


@registering.command("import", no_args_is_help=True)
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml|.json")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Register everything in a file: all of it, or with a fault nothing. Twice is as once.

    An entry that is the same in the file as when it was last imported keeps what commands
    did to it since. What is not in the file stays as it is.

    Example: bedcheck night import municipality.toml
    """
    with opened(store, lang) as opening:
        from bedcheck.night.changes import import_registry
        from bedcheck.night.registry_file import gather

        registry, faults = gather(file)
        by = actor(opening, token)
        done = import_registry(opening, registry, by, datetime.now(UTC), faults)
    typer.echo(text("night.imported", lang, added=done.added, changed=done.changed))
    if done.kept:
        names = ", ".join(done.kept[:MOST_NAMES])
        more = f" … ({len(done.kept)})" if len(done.kept) > MOST_NAMES else ""
        typer.echo(text("night.kept", lang, entries=printable(names) + more))


@registering.command("export")
def export_file(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.toml|.json", help="[on the screen, as TOML]")
    ] = None,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
) -> None:
    """Everything that is registered, as one file that `import` reads. No secrets are in it.

    Example: bedcheck night export --out municipality.toml
    """
    with opened(store) as opening:
        from bedcheck.history import HistoryRow, Kind
        from bedcheck.night.registry import Registry
        from bedcheck.night.registry_file import dump

        with opening.transaction() as tx:
            registry = Registry.load(tx)
            facts = {"what": "registry"}
            by = actor(opening, token)
            tx.append(HistoryRow(at=datetime.now(UTC), kind=Kind.EXPORT, who=by, facts=facts))
        written = dump(registry, "json" if out and out.suffix.lower() == ".json" else "toml")
        if out is None:
            typer.echo(written, nl=False)
            return
        try:
            out.write_text(written, encoding="utf-8")
            out.chmod(0o600)
        except OSError as error:
            raise RecordError(f"{out}: cannot be written: {error.strerror or error}") from None
