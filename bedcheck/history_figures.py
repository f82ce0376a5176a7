"""The commands ``bedcheck history`` that count: stats, report, labels."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bedcheck.errors import RecordError
from bedcheck.extras import needs
from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import DEFAULT_STORE, Lang, Language, StoreFile, Token, actor, opened

if TYPE_CHECKING:
    from bedcheck.history import Store
    from bedcheck.history.figures import Part, Statistics
    from bedcheck.history.report import Content

__all__ = ["counting"]

counting = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

USUAL = 30  # nights
PREVIEW = ("bedcheck@example.org", "receiver@example.org")  # of a mail that is not sent
COUNTED = ("resident_nights", "supervisions", "alarms", "wrong", "missed")
OF_GROUPS = ("resident_nights", "alarms", "wrong", "wrong_rate", "missed", "could_not_tell")
OF_CAUSES = ("resident_nights", "alarms", "wrong", "wrong_rate", "acknowledgement")

Since = Annotated[
    str | None, typer.Option(metavar="DATE", help="The evening of the first night [30 nights].")
]
Until = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="That of the last night [the latest over]."),
]
Resident = Annotated[str | None, typer.Option(metavar="KEY", help="Only this resident.")]
Area = Annotated[str | None, typer.Option(metavar="KEY", help="Only this area.")]


class Every(StrEnum):
    """How often a report comes."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class By(StrEnum):
    """What the figures are told apart by."""

    ALL = "all"
    AREA = "area"
    RESIDENT = "resident"
    CAUSE = "cause"
    NETWORK = "network"
    SOFTWARE = "software"
    NIGHT = "night"


@counting.command()
def stats(
    store: StoreFile = DEFAULT_STORE,
    since: Since = None,
    until: Until = None,
    by: Annotated[By, typer.Option(help="One line for each of these.")] = By.ALL,
    resident: Resident = None,
    area: Area = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Draw it too; needs the extra `report`.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, with every count.")] = False,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """What happened, in figures: each with its 95 % interval and what it was counted over.

    Nights go from noon to noon and are named by their evening. Who asks is noted in the
    history. What each figure means: docs/figures.md.

    Example: bedcheck history stats --since 2026-11-01 --until 2026-11-30 --by area
    """
    with opened(store, lang) as opening:
        from bedcheck.history.figures import By as Groups
        from bedcheck.history.figures import Question

        first, last = nights_of(opening, since, until)
        question = Question(
            first=first, last=last, by=Groups(by.value), resident=resident, area=area
        )
        who = actor(opening, token)
        form = "json" if as_json else "png" if plot else ""
        found = opening.statistics(question, by=who, export=form)
        if plot is not None:
            draw(found, plot, lang)
        with opening.snapshot() as read:
            names = {key: str(body.get("name", "")) for key, body in read.all("resident").items()}
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        print_statistics(found, names, lang)
    if plot is not None:
        typer.echo(text("figures.plotted", lang, path=printable(str(plot))), err=True)


@counting.command()
def report(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Where it is written.")],
    store: StoreFile = DEFAULT_STORE,
    every: Annotated[Every, typer.Option(help="Of a week or of a month.")] = Every.MONTHLY,
    of: Annotated[
        str | None, typer.Option(metavar="DATE", help="A night of it [the latest that is over].")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="The mail too, as .eml, with the seal that is newest.")
    ] = False,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Write the week's or the month's report: a page of HTML, its plots, and a PDF sheet.

    The runner mails it by itself to whom the settings name; this is for looking at it, and
    sends nothing. No resident is named in it.

    Example: bedcheck history report out --every weekly --preview
    """
    with opened(store, lang) as opening:
        with needs("report"):
            from bedcheck.history.report.letter import letter, render
        content = content_for(opening, every, of, actor(opening, token), lang)
        rendered = render(content)
        files = rendered.files
        if preview:
            mail = letter(rendered, f"preview/{content.stem}", *PREVIEW)
            files[f"{content.stem}.eml"] = mail.as_bytes()
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name, data in files.items():
                (out / name).write_bytes(data)
        except OSError as error:
            raise RecordError(f"{out}: cannot be written: {error.strerror or error}") from None
    paths = ", ".join(str(out / name) for name in files)
    typer.echo(text("report.written", lang, paths=printable(paths)))


@counting.command(no_args_is_help=True)
def labels(
    out: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Where the table is written.")],
    store: StoreFile = DEFAULT_STORE,
    since: Since = None,
    until: Until = None,
    told: Annotated[
        bool, typer.Option("--told", help="Only where somebody said what was found.")
    ] = False,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Looks with what people found, as a table that the evaluation harness reads.

    `python cli.py eval nights FILE.csv` plays years from it, to be laid beside the figures of
    `stats`. Residents and supervisions have names there that lead back to nobody without the
    store's key. What is presumed, and what is not known: docs/figures.md.

    Example: bedcheck history labels october.csv --since 2026-10-01 --until 2026-10-31
    """
    with opened(store, lang) as opening:
        from bedcheck.history.figures import Question
        from bedcheck.history.labels import labelled, write_labels

        first, last = nights_of(opening, since, until)
        asked = Question(first=first, last=last)
        found = labelled(opening, asked, by=actor(opening, token), at=datetime.now(UTC))
        kept = [label for label in found if label.certainty != "presumed" or not told]
        write_labels(out, kept)
    key = "figures.labelled" if kept else "figures.unlabelled"
    values = {"count": len(kept), "first": first, "last": last, "path": printable(str(out))}
    typer.echo(text(key, lang, **values), err=True)


# ---- what they share


def content_for(store: Store, every: Every, of: str | None, who: str, lang: Language) -> Content:
    """The report as it would be sent; that it was taken out is a row."""
    from bedcheck.history import Filters, Kind
    from bedcheck.history import report as reports
    from bedcheck.history.figures import Question
    from bedcheck.history.reading import newest
    from bedcheck.history.zone import night_of, zone_in
    from bedcheck.night.registry import Registry
    from bedcheck.night.reports.send import undetected

    now = datetime.now(UTC)
    with store.snapshot() as read:
        zone = zone_in(read)
    kind, tonight = reports.Every(every.value), night_of(now, zone)
    if of is None:
        first, last = reports.nights_before(kind, tonight)
    else:
        first, last = reports.nights_with(kind, day(of, "of"))
    if first >= tonight:
        raise RecordError(
            f"--of: expected a night of a time that has begun; the nights asked for begin on"
            f" {first}, and {tonight} is not over"
        )
    if last >= tonight:
        typer.echo(text("report.not_over", lang), err=True)
    store.statistics(Question(first=first, last=last), by=who, at=now, export="report")
    last_row = store.last_row()
    with store.snapshot() as read:
        seals = newest(read.connection, Filters(kinds=(Kind.SEAL,)), last_row, 1)
        return reports.gather(
            read, kind, first, last, written=now.astimezone(zone), language=lang,
            seal=seals[0].facts if seals else None,
            undetected=undetected(Registry.load(read)),
        )  # fmt: skip


def nights_of(store: Store, since: str | None, until: str | None) -> tuple[date, date]:
    """The first and last night that the options say; the latest 30 that are over by default."""
    from bedcheck.history.zone import night_of, zone_in

    with store.snapshot() as read:
        over = night_of(datetime.now(UTC), zone_in(read)) - timedelta(days=1)
    last = over if until is None else day(until, "until")
    return (last - timedelta(days=USUAL - 1) if since is None else day(since, "since")), last


def day(written: str, name: str) -> date:
    """A date as people write it."""
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise RecordError(
            f"--{name}: expected a date, as 2026-11-01; got {written!r:.40}"
        ) from None


def print_statistics(found: Statistics, names: dict[str, str], lang: Language) -> None:
    """The figures as a table: all of them, or some for each group; ``names`` of residents."""
    from bedcheck.history.figures import By, wording

    asked, total = found.question, found.total
    nights = (asked.last - asked.first).days + 1
    typer.echo(text("figures.nights", lang, first=asked.first, last=asked.last, nights=nights))
    if found.open:
        typer.echo(text("figures.open", lang, count=found.open))
    if not total.counts:
        typer.echo(text("figures.nothing", lang))
    elif asked.by is By.ALL:
        counts = {name: total.counts[name] for name in COUNTED}
        counted = [f"{wording.whole(count, lang)} {wording.title(name, lang, count)}"
                   for name, count in counts.items()]  # fmt: skip
        typer.echo(", ".join(counted) + "\n")
        Console(highlight=False).print(table_of_all(total, lang))
    else:
        Console(highlight=False).print(table_of_groups(found, names, lang))


def table_of_all(total: Part, lang: Language) -> Table:
    """Every figure with its interval and what it rests on."""
    from bedcheck.history.figures import FIGURES, wording

    table = columns("figure", "value", "interval", "basis", lang=lang)
    for name in FIGURES:
        figure = total.figures[name]
        told = (wording.value, wording.interval, wording.basis)
        table.add_row(wording.title(name, lang), *(tell(name, figure, lang) for tell in told))
    return table


def table_of_groups(found: Statistics, names: dict[str, str], lang: Language) -> Table:
    """A line for each group, and one of all; intervals are in `--json`."""
    from bedcheck.history.figures import NUMBERS, By, wording
    from bedcheck.history.telling import word

    shown = OF_CAUSES if found.question.by is By.CAUSE else OF_GROUPS
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(text("figures.name", lang), overflow="fold", min_width=24)
    for name in shown:
        table.add_column(text(f"figures.short.{name}", lang), no_wrap=True, justify="right")
    for part in (*found.parts, found.total):
        called = part.name or text("figures.unnamed", lang)
        if part is found.total:
            called = text("figures.all", lang)
        elif found.question.by is By.CAUSE:
            called = word(part.name, lang)
        elif found.question.by is By.RESIDENT and names.get(part.name):
            called = f"{names[part.name]} ({part.name})"
        cells = []
        for name in shown:
            if name in NUMBERS:
                cells.append(wording.whole(part.counts[name], lang))
            else:
                cells.append(wording.value(name, part.figures[name], lang, bare=True))
        table.add_row(Text(printable(called)), *cells, style="bold" if part is found.total else "")
    return table


def columns(*names: str, lang: Language) -> Table:
    """A table for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(text(f"figures.{name}", lang), overflow="fold")
    return table


def draw(found: Statistics, path: Path, lang: Language) -> None:
    """Alarms by night as a plot in a file."""
    from bedcheck.history.figures.plot import alarms_by_night
    from bedcheck.history.telling import word

    if path.suffix.lower() != ".png":
        raise RecordError(f"{path}: expected a name that ends in .png")
    names = {cause: word(cause, lang) for _, causes in found.alarms for cause in causes}
    try:
        path.write_bytes(alarms_by_night(found.alarms, names, text("report.plot_nights", lang)))
    except OSError as error:
        raise RecordError(f"{path}: cannot be written: {error.strerror or error}") from None
