"""The commands ``bedcheck history`` that read it: list, alarms, show, readers, export.

Exit codes: 0 done, 1 Bedcheck itself failed, 2 wrong usage, 3 the history is not whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bedcheck.errors import RecordError
from bedcheck.history_figures import counting
from bedcheck.history_keeping import keeping
from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import DEFAULT_STORE, Lang, Language, StoreFile, Token, actor, opened

if TYPE_CHECKING:
    from bedcheck.history import Filters, HistoryRow, Store

__all__ = ["history"]

history = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
history.add_typer(counting)
history.add_typer(keeping)

Resident = Annotated[str | None, typer.Option(metavar="KEY", help="Only this resident.")]
Camera = Annotated[str | None, typer.Option(metavar="KEY", help="Only this camera.")]
Window = Annotated[str | None, typer.Option(metavar="KEY", help="Only this supervision.")]
Alarm = Annotated[str | None, typer.Option(metavar="KEY", help="Only this alarm.")]
Who = Annotated[str | None, typer.Option(metavar="WHO", help="Only what this one did: os:anna.")]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help="Only this kind: look; may be repeated."),
]
Since = Annotated[
    str | None, typer.Option(metavar="TIME", help='From then on: 2026-11-01 or "2026-11-01 02:30".')
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Before then.")]
AsJson = Annotated[bool, typer.Option("--json", help="Lines of JSON, with every fact.")]


@history.command("list")
def list_rows(
    store: StoreFile = DEFAULT_STORE,
    resident: Resident = None,
    camera: Camera = None,
    window: Window = None,
    alarm: Alarm = None,
    who: Who = None,
    kind: Kinds = None,
    since: Since = None,
    until: Until = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only so many, the newest.")] = None,
    as_json: AsJson = False,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """What happened, oldest first. Who reads is noted in the history.

    Example: bedcheck history list --resident r-17 --since 2026-11-01
    """
    with opened(store, lang) as opening:
        zone = zone_of(opening)
        filters = filters_from(
            zone, resident=resident, camera=camera, window=window, alarm=alarm, who=who,
            kinds=kind, since=since, until=until,
        )  # fmt: skip
        rows = opening.rows(filters, by=actor(opening, token), last=last)
        if as_json:
            for row in rows:
                typer.echo(json.dumps(row.to_dict(), ensure_ascii=False))
        else:
            print_rows(rows, zone, names_of(opening), lang)


@history.command()
def alarms(
    store: StoreFile = DEFAULT_STORE,
    resident: Resident = None,
    since: Since = None,
    until: Until = None,
    unclosed: Annotated[bool, typer.Option("--open", help="Only those not closed.")] = False,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Every alarm and where it stands.

    Example: bedcheck history alarms --open
    """
    with opened(store, lang) as opening:
        from bedcheck.history.telling import who_text, word

        zone, names = zone_of(opening), names_of(opening)
        filters = filters_from(zone, resident=resident, since=since, until=until)
        stories = opening.alarm_stories(filters, by=actor(opening, token))
        table = columns("when", "who", "cause", "state", "taken", "alarm", lang=lang)
        for story in stories:
            if unclosed and story.closed is not None:
                continue
            at = story.raised or story.rows[0].at
            table.add_row(
                Text(f"{at.astimezone(zone):%Y-%m-%d %H:%M}"),
                Text(printable(named(story.resident, names))),
                Text(printable(word(story.cause, lang))),
                Text(text(f"history.state.{story.state}", lang)),
                Text(printable(who_text(story.acknowledged_by, lang))),
                Text(printable(story.alarm)),
            )
        show(table, lang)


@history.command("show", no_args_is_help=True)
def show_alarm(
    alarm: Annotated[str, typer.Argument(metavar="ALARM", help="Its key, as `alarms` tells it.")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """One alarm as a story: raised and why, sent to whom, taken by whom, how it ended.

    Example: bedcheck history show "r-17/2026-11-01T02:30/alarm"
    """
    with opened(store, lang) as opening:
        from bedcheck.history.telling import story_lines

        story = opening.alarm_story(alarm, by=actor(opening, token))
        if story is None:
            raise RecordError(text("history.list.no_alarm", lang, alarm=alarm))
        zone = zone_of(opening)
        typer.echo(printable(named(story.resident, names_of(opening)) or story.alarm))
        for line in story_lines(story, zone, lang):
            typer.echo(printable(line))


@history.command(no_args_is_help=True)
def readers(
    resident: Annotated[str, typer.Argument(metavar="RESIDENT", help="The resident's key.")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Who has read or taken out a resident's history, in a list of everybody's included.

    Example: bedcheck history readers r-17
    """
    with opened(store, lang) as opening:
        rows = opening.readings_of(resident, by=actor(opening, token))
        print_rows(rows, zone_of(opening), names_of(opening), lang)


@history.command(no_args_is_help=True)
def export(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv, .json or .xlsx.")],
    store: StoreFile = DEFAULT_STORE,
    resident: Resident = None,
    camera: Camera = None,
    window: Window = None,
    alarm: Alarm = None,
    who: Who = None,
    kind: Kinds = None,
    since: Since = None,
    until: Until = None,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Take rows out as CSV, JSON or Excel. That they were taken out is noted.

    The file is readable by its owner alone; what it says is about people.

    Example: bedcheck history export november.xlsx --since 2026-11-01 --until 2026-12-01
    """
    with opened(store, lang) as opening:
        from bedcheck.history.export import Format, write

        form = Format.of(out)
        zone = zone_of(opening)
        filters = filters_from(
            zone, resident=resident, camera=camera, window=window, alarm=alarm, who=who,
            kinds=kind, since=since, until=until,
        )  # fmt: skip
        rows = opening.rows(filters, by=actor(opening, token), export=form)
        count = write(out, rows, zone=zone, language=lang, names=names_of(opening))
    typer.echo(text("history.list.exported", lang, count=count, path=printable(str(out))), err=True)


# ---- what they share


def zone_of(store: Store) -> ZoneInfo:
    """The municipality's clock, from the settings; Sweden's where there are none."""
    from bedcheck.history.zone import zone_in

    with store.snapshot() as read:
        return zone_in(read)


def names_of(store: Store) -> dict[str, str]:
    """What residents are called, by key."""
    with store.snapshot() as read:
        return {key: str(body.get("name", "")) for key, body in read.all("resident").items()}


def named(resident: str | None, names: dict[str, str]) -> str:
    """The resident's name and key; the key alone where there is no name any more."""
    name = names.get(resident or "", "")
    return f"{name} ({resident})" if name else resident or ""


def filters_from(
    zone: ZoneInfo, *, kinds: list[str] | None = None, since: str | None = None,
    until: str | None = None, **keys: str | None,
) -> Filters:  # fmt: skip
    """The filters that the options say; RecordError for what no row can have."""
    from bedcheck.history import Filters
    from bedcheck.history.row import check_kind

    return Filters(
        kinds=tuple(check_kind(kind) for kind in kinds or ()),
        since=None if since is None else moment(since, zone, "since"),
        until=None if until is None else moment(until, zone, "until"),
        **keys,
    )


def moment(written: str, zone: ZoneInfo, name: str) -> datetime:
    """A time as people write it, on the municipality's clock unless it says which."""
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        raise RecordError(
            f'--{name}: expected 2026-11-01 or "2026-11-01 02:30", got {written!r:.40}'
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def columns(*names: str, lang: Language) -> Table:
    """A table for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(text(f"history.list.{name}", lang), overflow="fold")
    return table


def show(table: Table, lang: Language) -> None:
    """Prints it, or says that nothing is in it."""
    if table.row_count:
        Console(highlight=False).print(table)
    else:
        typer.echo(text("history.list.none", lang))


def print_rows(
    rows: Iterable[HistoryRow], zone: ZoneInfo, names: dict[str, str], lang: Language
) -> None:
    """Rows as a table: when, whom, what, by whom."""
    from bedcheck.history.telling import tell, who_text

    table = columns("when", "who", "what", "by", lang=lang)
    for row in rows:
        table.add_row(
            Text(f"{row.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"),
            Text(printable(named(row.resident, names))),
            Text(printable(tell(row, lang))),
            Text(printable(who_text(row.who, lang))),
        )
    show(table, lang)
