"""The commands ``bedcheck history`` that keep it: verify, seal, purge, what is stored, tokens."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedcheck.errors import RecordError
from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import (
    DEFAULT_STORE,
    NOT_WHOLE,
    Lang,
    Language,
    StoreFile,
    Token,
    actor,
    opened,
)

if TYPE_CHECKING:
    from bedcheck.history.seal import Seal

__all__ = ["keeping"]

keeping = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
token = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
keeping.add_typer(token, name="token", help="Who acts where it is not a user of this computer.")


@keeping.command()
def verify(
    store: StoreFile = DEFAULT_STORE,
    seal: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A seal kept elsewhere; may be repeated."),
    ] = None,
    lang: Lang = Language.SV,
) -> None:
    """Is every row the one that was written? Exit code 3 where not.

    Example: bedcheck history verify --seal seal-2026-11-01.json
    """
    with opened(store, lang) as opening:
        found = opening.verify([read_seal(path) for path in seal or []])
    if found.whole:
        typer.echo(text("history.verify.whole", lang, rows=found.rows, purged=found.purged))
    else:
        number = len(found.faults)
        typer.echo(text("history.verify.faults", lang, rows=found.rows, faults=number))
        for fault in found.faults:
            typer.echo("  " + text(f"history.verify.{fault.what}", lang, row=fault.row))
    if seal and found.sealed:
        typer.echo(text("history.verify.sealed", lang, seals=found.seals, sealed=found.sealed))
    elif not seal:
        typer.echo(text("history.verify.unsealed", lang))
    if not found.whole:
        typer.echo(text("history.verify.advice", lang))
        raise typer.Exit(NOT_WHOLE)


@keeping.command()
def seal(
    store: StoreFile = DEFAULT_STORE,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it here, not to the screen.")
    ] = None,
    token: Token = None,
) -> None:
    """Seal the history as it stands. Keep the seal where the store's owner cannot change it.

    Example: bedcheck history seal --out seal-2026-11-01.json
    """
    with opened(store) as opening:
        written = json.dumps(opening.seal(datetime.now(UTC), by=actor(opening, token)), indent=2)
        if out is None:
            typer.echo(written)
            return
        try:
            out.write_text(written + "\n", encoding="utf-8")
        except OSError as error:
            raise RecordError(f"{out}: cannot be written: {error.strerror or error}") from None


@keeping.command()
def purge(
    store: StoreFile = DEFAULT_STORE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Erase what has been kept for its time; the rest can still be verified.

    Example: bedcheck history purge --dry-run
    """
    with opened(store, lang) as opening:
        now = datetime.now(UTC)
        due = opening.purge_due(now)
        if due:
            typer.echo(text("history.purge.due", lang, rows=due.total()))
            for retained, rows in due.items():
                name = text(f"history.retained.{retained}", lang)
                typer.echo("  " + text("history.purge.class", lang, retained=name, rows=rows))
        else:
            typer.echo(text("history.purge.nothing", lang))
        if dry_run:
            return
        if due and not yes and not typer.confirm(text("history.purge.ask", lang)):
            typer.echo(text("history.purge.kept", lang))
            return
        purged = opening.purge(now, by=actor(opening, token))
        counts: dict[str, Any] = {
            name: getattr(purged, name) for name in ("documents", "windows", "intents", "grants")
        }
        if purged.anything:
            typer.echo(text("history.purge.done", lang, rows=purged.rows.total(), **counts))
        if not purged.overwritten:
            typer.echo(text("history.purge.left", lang))


@keeping.command()
def what(store: StoreFile = DEFAULT_STORE, lang: Lang = Language.SV) -> None:
    """What is stored, why, for how long, and who may see it.

    Example: bedcheck history what --lang en
    """
    with opened(store, lang) as opening:
        from bedcheck.history import Retained
        from bedcheck.history.keys import key_file
        from bedcheck.history.retention import DOCUMENT, Retention

        with opening.snapshot() as read:
            retention = Retention.parse(read.get(*DOCUMENT))
        kept = opening.kept()
        typer.echo(text("history.what.title", lang, path=printable(str(store))))
        for retained in Retained:
            days = retention.days.get(retained)
            lasts = (
                text("history.what.for_good", lang)
                if days is None
                else text("history.what.days", lang, days=days)
            )
            now = text("history.what.now", lang, count=kept[retained])
            typer.echo(f"\n{text(f'history.what.{retained}.what', lang)} ({now})")
            why = text(f"history.what.{retained}.why", lang)
            typer.echo(f"  {text('history.what.line_why', lang)}: {why}")
            typer.echo(f"  {text('history.what.line_days', lang)}: {lasts}")
        who = text("history.what.who", lang)
        typer.echo(f"\n{text('history.what.line_who', lang).capitalize()}: {who}")
        typer.echo(text("history.what.figures", lang))
        typer.echo(text("history.what.never", lang))
        typer.echo(text("history.what.keys", lang, path=printable(str(key_file(store)))))


@keeping.command(no_args_is_help=True)
def retain(
    retained: Annotated[
        str, typer.Argument(metavar="CLASS", help="supervision, registry, access or operation.")
    ],
    days: Annotated[int, typer.Argument(metavar="DAYS", help="From 1 to 36525.")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Set for how long a class of records is kept; `what` shows what is set.

    Example: bedcheck history retain supervision 365
    """
    with opened(store, lang) as opening:
        from bedcheck.history import HistoryRow, Kind
        from bedcheck.history.retention import DOCUMENT, Retention

        now, by = datetime.now(UTC), actor(opening, token)
        with opening.transaction() as tx:
            table = {**(tx.get(*DOCUMENT) or {}), retained: days}
            Retention.parse(table)
            tx.put(*DOCUMENT, table, by=by, at=now)
            facts = {"of": f"retention {retained}", "what": "changed", "days": days}
            tx.append(HistoryRow(at=now, kind=Kind.CHANGE, who=by, facts=facts))
        due = opening.purge_due(now).total()
    if due:  # a word of warning: the next purge takes them
        typer.echo(text("history.purge.due", lang, rows=due))


@token.command("issue", no_args_is_help=True)
def issue(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who will act with it.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how long.")] = 365,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
) -> None:
    """Make a token and print it, this once. One of the same name ends.

    Example: bedcheck history token issue central --days 90
    """
    with opened(store) as opening:
        from bedcheck.history.actor import issue_token

        now, by = datetime.now(UTC), actor(opening, token)
        with opening.transaction() as tx:
            made = issue_token(tx, name, by=by, at=now, expires=now + timedelta(days=days))
        typer.echo(made)


@token.command("withdraw", no_args_is_help=True)
def withdraw(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
) -> None:
    """End a token at once.

    Example: bedcheck history token withdraw central
    """
    with opened(store) as opening:
        from bedcheck.history.actor import withdraw_token

        by = actor(opening, token)
        with opening.transaction() as tx:
            if not withdraw_token(tx, name, by=by, at=datetime.now(UTC)):
                raise RecordError(f"expected a token's name; there is none called {name!r:.70}")


def read_seal(path: Path) -> Seal:
    """The seal in a file. RecordError where there is none."""
    from bedcheck.history.seal import Seal

    try:
        with path.open("rb") as file:
            return Seal.parse(json.loads(file.read(64 * 2**10)))
    except OSError as error:
        raise RecordError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise RecordError(f"{path}: expected a seal, as `history seal` wrote it") from None
    except RecordError as error:
        raise RecordError(f"{path}: {error}") from None
