"""The command ``bedcheck night reports``: who gets which report by mail."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bedcheck.night_adding import put
from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import DEFAULT_STORE, Lang, Language, StoreFile, Token, opened

__all__ = ["reporting"]

reporting = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NOBODY = "-"


@reporting.command()
def reports(
    weekly: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help='May be repeated; "-": nobody.')
    ] = None,
    monthly: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help='May be repeated; "-": nobody.')
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="12:00 or later.")] = None,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Who gets the week's report on Mondays and the month's on the first; tells who does.

    Example: bedcheck night reports --weekly anna@municipality.example --at 13:00
    """
    with opened(store, lang) as opening, opening.snapshot() as snapshot:
        known = snapshot.get("settings", "night") or {"key": "night"}
    told: dict[str, Any] = dict(known.get("reports") or {})
    for name, addresses in (("weekly", weekly), ("monthly", monthly)):
        if addresses is not None:
            told[name] = [address for address in addresses if address != NOBODY]
    if at is not None:
        told["at"] = at
    if told != known.get("reports", {}):
        put(store, "settings", {**known, "reports": told}, token, lang)
    nobody = text("night.reports.nobody", lang)
    for name in ("weekly", "monthly"):
        who = printable(", ".join(told.get(name, ())))
        typer.echo(f"{text(f'night.reports.{name}', lang)}: {who or nobody}")
