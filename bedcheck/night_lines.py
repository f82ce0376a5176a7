"""The commands ``bedcheck night lines`` and ``parked``: how the homes are heard."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import (
    DEFAULT_STORE,
    NOT_JUDGED,
    Lang,
    Language,
    StoreFile,
    Token,
    actor,
    opened,
)

if TYPE_CHECKING:
    from bedcheck.history.transaction import Snapshot
    from bedcheck.night.registry import Registry

__all__ = ["lines_told", "lining"]

lining = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

COLUMNS = ("camera", "resident", "area", "health", "why", "since", "heard")


@lining.command()
def lines(
    store: StoreFile = DEFAULT_STORE,
    all_: Annotated[
        bool, typer.Option("--all", help="Also those that are heard, not only the others.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    lang: Lang = Language.SV,
) -> None:
    """How the lines to the homes are: which are silent, since when, and which outages last.

    Example: bedcheck night lines --all --lang en
    """
    with opened(store, lang) as opening:
        from bedcheck.night.lines.watching import lines_of
        from bedcheck.night.registry import Registry

        now = datetime.now(UTC)
        with opening.snapshot() as snapshot:
            registry = Registry.load(snapshot)
            found = lines_of(snapshot)
            told = lines_told(snapshot, registry, lang)
            content = _content(snapshot, registry)
    if as_json:
        typer.echo(json.dumps(content, ensure_ascii=False))
        return
    shown = [line for line in found if all_ or line.health not in ("heard", "untested")]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in COLUMNS:
        table.add_column(text(f"line.column.{name}", lang), overflow="fold")
    for line in sorted(shown, key=lambda line: (line.area, line.since or now, line.key)):
        table.add_row(*(Text(printable(cell)) for cell in _cells(registry, line, lang)))
    if table.row_count:
        Console(highlight=False).print(table)
    for sentence in told:
        typer.echo(sentence)


@lining.command(no_args_is_help=True)
def parked(
    camera: Annotated[str, typer.Argument(metavar="CAMERA", help="Its serial number.")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Test a camera that is parked, pointing at ceiling or floor: does it live, does it see?

    Only a camera whose entry says where such a picture is to be had. No picture is kept.

    Example: bedcheck night parked AXIS-0417
    """
    with opened(store, lang) as opening:
        from bedcheck.detector import Detector
        from bedcheck.night.clock import SystemClock
        from bedcheck.night.messages import why_text
        from bedcheck.night.parking import take_parked_test
        from bedcheck.night.secrets import Secrets
        from bedcheck.night.world import real_world

        by = actor(opening, token)
        world = real_world(Secrets.beside(Path(opening.path)), Detector())
        found = take_parked_test(opening, world, SystemClock(), camera, by)
    if found.detail:
        typer.echo(f"bedcheck: {printable(found.detail)}", err=True)
    if not found.wrong:
        typer.echo(text("parked.well", lang))
        return
    typer.echo(text("parked.wrong", lang, why=why_text(found.wrong, lang)))
    raise typer.Exit(NOT_JUDGED)


def lines_told(snapshot: Snapshot, registry: Registry, lang: Language) -> list[str]:
    """How the lines are, in sentences: outages, how many are silent, and the longest unseen."""
    from bedcheck.night.lines.terms import longest_undetected
    from bedcheck.night.lines.watching import lines_of, open_incidents, own_line, terms_for

    found = lines_of(snapshot)
    if not found:
        return [text("line.none", lang)]
    silent = {line.key for line in found if line.health == "silent"}
    told = []
    if since := own_line(snapshot).since:
        at = f"{since.astimezone(registry.zone):%Y-%m-%d %H:%M}"
        told.append(text("line.own", lang, since=at))
    for area in open_incidents(snapshot):
        assert area.incident is not None
        of = area.incident.cameras
        told.append(
            text(
                "line.incident",
                lang,
                area=printable(area.key),
                opened=f"{area.incident.opened.astimezone(registry.zone):%Y-%m-%d %H:%M}",
                silent=len(silent.intersection(of)),
                total=len(of),
            )
        )
    told.append(text("line.silent", lang, count=len(silent), total=len(found)))
    longest = max(longest_undetected(terms_for(registry, registry.units.get(line.key)))
                  for line in found)  # fmt: skip
    minutes = -(-int(longest.total_seconds()) // 60)
    told.append(text("line.longest", lang, minutes=minutes))
    return told


def _cells(registry: Registry, line: Any, lang: Language) -> tuple[str, ...]:
    from bedcheck.night.messages import why_text

    unit = registry.units.get(line.key)
    resident = registry.residents.get(unit.resident) if unit else None
    zone = registry.zone
    where = text(f"history.word.{line.where}", lang) if line.where else ""
    why = ", ".join(part for part in (where, why_text([line.error], lang)) if part)
    return (
        line.key,
        resident.name if resident else "",
        line.area,
        text(f"line.health.{line.health}", lang),
        why if line.error else "",
        f"{line.since.astimezone(zone):%Y-%m-%d %H:%M}" if line.since else "",
        f"{line.heard.astimezone(zone):%Y-%m-%d %H:%M}" if line.heard else text("line.never", lang),
    )


def _content(snapshot: Snapshot, registry: Registry) -> dict[str, Any]:
    from bedcheck.night.lines.terms import longest_undetected
    from bedcheck.night.lines.watching import lines_of, open_incidents, own_line, terms_for

    lines = []
    for line in lines_of(snapshot):
        unit = registry.units.get(line.key)
        lines.append(
            {
                "camera": line.key,
                "resident": unit.resident if unit else None,
                "area": line.area,
                "health": line.health.value,
                "where": line.where.value if line.where else None,
                "error": line.error or None,
                "since": _time(line.since),
                "tested": _time(line.tested),
                "heard": _time(line.heard),
                "beat": _time(line.beat),
                "clock_off": line.clock_off,
                "next_test": _time(line.due),
                "longest_undetected_seconds": longest_undetected(
                    terms_for(registry, unit)
                ).total_seconds(),
            }
        )
    incidents = [
        {"area": area.key, "opened": _time(area.incident.opened), "cameras": area.incident.cameras}
        for area in open_incidents(snapshot)
        if area.incident is not None
    ]
    return {
        "schema": "bedcheck.lines/1",
        "lines": lines,
        "incidents": incidents,
        "own_line_down_since": _time(own_line(snapshot).since),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
