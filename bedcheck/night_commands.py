"""The commands ``bedcheck night`` that run it: init, plan, run, look, status.

Exit codes: 0 done, 1 Bedcheck itself failed, 2 wrong usage, 3 the camera cannot be used or
what was said came too late.
"""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bedcheck.detector import Detector
from bedcheck.extras import needs
from bedcheck.night_answering import answering
from bedcheck.night_installing import installing
from bedcheck.night_lines import lines_told, lining
from bedcheck.night_listening import listening
from bedcheck.night_probing import probing
from bedcheck.night_registering import registering
from bedcheck.night_reporting import reporting
from bedcheck.night_testing import testing
from bedcheck.printing import printable
from bedcheck.texts import said, text
from bedcheck.usage import (
    DEFAULT_STORE,
    NOT_JUDGED,
    Lang,
    Language,
    StoreFile,
    Token,
    actor,
    opened,
    told,
)

if TYPE_CHECKING:
    from bedcheck.history import Store
    from bedcheck.night.planning import Load
    from bedcheck.night.world import World

__all__ = ["night"]

night = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
night.add_typer(answering)
night.add_typer(installing)
night.add_typer(lining)
night.add_typer(listening)
night.add_typer(probing)
night.add_typer(registering)
night.add_typer(reporting)
night.add_typer(testing)

QUARTERS = 96


@night.command()
def init(store: StoreFile = DEFAULT_STORE, lang: Lang = Language.SV) -> None:
    """Make a store: one file for the registry, the night and its history.

    Beside it is a file of keys, which is not to be lost: keep a copy of it elsewhere.

    Example: bedcheck night init --store night.db
    """
    with told(lang):
        with needs("night"):
            from bedcheck.history import Store
        if store.exists():
            raise typer.BadParameter(f"{store}: is there already", param_hint="--store")
        with Store.open(store, create=True):
            pass
    typer.echo(text("night.made", lang, store=printable(str(store))))


@night.command()
def plan(
    store: StoreFile = DEFAULT_STORE,
    concurrent: Annotated[int, typer.Option(min=1, help="Looks at the same moment.")] = 8,
    spacing: Annotated[int, typer.Option(min=0, help="Seconds between two openings.")] = 5,
    alarms: Annotated[
        float, typer.Option(min=0.0, help="Alarms to expect by a team within a quarter-hour.")
    ] = 1.0,
    alarm_rate: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Alarms a window, from your own history.")
    ] = 0.02,
    apply: Annotated[bool, typer.Option("--apply", help="Write the times proposed.")] = False,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Propose times that flatten the load, within what each resident wished.

    Nothing is changed without --apply.

    Example: bedcheck night plan --concurrent 6 --apply
    """
    with opened(store, lang) as opening:
        from bedcheck.night.changes import change
        from bedcheck.night.planning import Limits, propose
        from bedcheck.night.registry import Registry

        with opening.snapshot() as snapshot:
            registry = Registry.load(snapshot)
        limits = Limits(
            concurrent=concurrent, spacing=spacing, alarms=alarms, alarm_rate=alarm_rate
        )
        proposal = propose(registry, limits)
        print_load(proposal.before, proposal.after, lang)
        for move in proposal.moves:
            name = printable(move.agreement)
            typer.echo(f"{name:<20} {move.before:%H:%M:%S} -> {move.after:%H:%M:%S}")
        for beyond in proposal.beyond:
            typer.echo(text("night.beyond", lang, limit=beyond))
        if apply and proposal.moves:
            changed = [proposal.applied(a) for a in registry.agreements.values()]
            count = change(opening, changed, actor(opening, token), datetime.now(UTC))
            typer.echo(text("night.changed", lang, count=count))
        elif proposal.moves:
            typer.echo(text("night.not_applied", lang))


@night.command()
def run(
    store: StoreFile = DEFAULT_STORE,
    metrics_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Serve figures for Prometheus here, on this machine."),
    ] = None,
    lang: Lang = Language.SV,
) -> None:
    """Run the night until stopped (Ctrl-C, or SIGTERM).

    One runner a store. It may be killed at any moment and started again: nothing is lost.

    Example: bedcheck night run --store night.db --metrics-port 9464
    """
    with opened(store, lang) as opening:
        from bedcheck.night.acts import linker
        from bedcheck.night.channels.making import without_a_way
        from bedcheck.night.clock import SystemClock
        from bedcheck.night.registry import Registry
        from bedcheck.night.runner import Runner
        from bedcheck.night.secrets import Secrets

        with opening.snapshot() as snapshot:
            registry = Registry.load(snapshot)
        settings, secrets = registry.settings, Secrets.beside(Path(store))
        for line in ways_told(without_a_way(registry.contacts.values(), secrets, settings), lang):
            typer.echo(line, err=True)
        clock = SystemClock()
        link = linker(opening, settings.link_base)
        runner = Runner(opening, world_of(opening), clock, link=link)
        for number in (signal.SIGINT, signal.SIGTERM):
            if threading.current_thread() is threading.main_thread():
                signal.signal(number, lambda *_: runner.stop())
        end = None
        if metrics_port is not None:
            from bedcheck.night.metrics import Metrics, serve

            end = serve(Metrics(opening, clock, runner), metrics_port)
        typer.echo(text("night.runs", lang, store=printable(str(store))), err=True)
        try:
            runner.run()
        finally:
            if end is not None:
                end()
    typer.echo(text("night.stopped", lang), err=True)


@night.command("look", no_args_is_help=True)
def look(
    camera: Annotated[str, typer.Argument(metavar="CAMERA", help="Its serial number.")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Test a camera, after it was installed or restored. At any hour, never without consent.

    A camera that sees the bed is in service from then on. No picture is kept.

    Example: bedcheck night look AXIS-0417
    """
    with opened(store, lang) as opening:
        from bedcheck.night import testlook
        from bedcheck.night.clock import SystemClock
        from bedcheck.night.events import Looked
        from bedcheck.night.messages import why_text

        by = actor(opening, token)
        event, sees = testlook.take_test_look(opening, world_of(opening), SystemClock(), camera, by)
    if isinstance(event, Looked):
        typer.echo(text(f"meaning.{event.finding.state}", lang))
        causes = why_text(event.finding.causes, lang)
    else:
        causes = why_text([event.kind], lang)
        if event.detail:
            typer.echo(f"bedcheck: {printable(event.detail)}", err=True)
    if causes:
        typer.echo(causes)
    typer.echo(text("night.in_service" if sees else "night.not_in_service", lang))
    if not sees:
        raise typer.Exit(NOT_JUDGED)


@night.command()
def status(
    store: StoreFile = DEFAULT_STORE,
    hours: Annotated[int, typer.Option(min=1, max=72, help="How far ahead.")] = 12,
    lang: Lang = Language.SV,
) -> None:
    """What is open now, what opens soon, which cameras are out of order, and the lines.

    Example: bedcheck night status --hours 24 --lang en
    """
    with opened(store, lang) as opening:
        from bedcheck.night.bars import bar_against
        from bedcheck.night.channels.making import without_a_way
        from bedcheck.night.engine import open_windows
        from bedcheck.night.registry import Registry
        from bedcheck.night.schedule import schedule
        from bedcheck.night.secrets import Secrets
        from bedcheck.night.window import Phase

        now = datetime.now(UTC)
        with opening.snapshot() as snapshot:
            registry = Registry.load(snapshot)
            windows = [w for w in open_windows(snapshot) if w.phase is not Phase.PLANNED]
            lines = lines_told(snapshot, registry, lang)
        zone = registry.zone
        for window in windows:
            name = registry.residents.get(window.resident)
            due = f"{window.due.astimezone(zone):%H:%M:%S}" if window.due else "-"
            typer.echo(
                text(
                    "night.open",
                    lang,
                    window=printable(window.key),
                    resident=printable(name.name if name else window.resident),
                    phase=text(f"night.phase.{window.phase}", lang),
                    opens=f"{window.opens.astimezone(zone):%H:%M}",
                    due=due,
                )
            )
        if not windows:
            typer.echo(text("night.nothing_open", lang))
        ahead = columns("opens", "resident", "bar", lang=lang)
        for planned in schedule(registry, now, now + timedelta(hours=hours)):
            bar, _ = bar_against(registry, planned.agreement, planned.opens)
            ahead.add_row(
                Text(weekday(planned.opens.astimezone(zone), lang)),
                Text(printable(registry.residents[planned.resident].name)),
                Text(text(f"night.bar.{bar}", lang) if bar else ""),
            )
        show(ahead, text("night.nothing_ahead", lang, hours=hours))
        for unit in registry.units.values():
            if unit.fault:
                typer.echo(
                    text(
                        "night.out_of_order",
                        lang,
                        camera=printable(unit.key),
                        resident=printable(registry.residents[unit.resident].name),
                    )
                )
        secrets = Secrets.beside(Path(store))
        ways = without_a_way(registry.contacts.values(), secrets, registry.settings)
        typer.echo("\n".join([*ways_told(ways, lang), *lines, text("line.see", lang)]))


# ---- what they share


def world_of(store: Store) -> World:
    """The world as the registry and the secrets beside the store describe it."""
    from bedcheck.night.registry import settings_of
    from bedcheck.night.secrets import Secrets
    from bedcheck.night.world import real_world

    return real_world(Secrets.beside(Path(store.path)), Detector(), lambda: settings_of(store))


def ways_told(ways: dict[str, str], lang: Language) -> list[str]:
    """To whom nothing can be sent, and why, a line for each; ``ways`` as `without_a_way` says."""
    return [
        text("night.no_way", lang, contact=printable(name), reason=printable(said(reason, lang)))
        for name, reason in ways.items()
    ]


def weekday(at: datetime, lang: Language) -> str:
    """ "Tue 23:00": the program's words, not those of the computer's language."""
    return f"{text(f'night.weekday.{at.isoweekday()}', lang)} {at:%H:%M}"


def print_load(before: Load, after: Load, lang: Language) -> None:
    """Openings a quarter-hour, before and after, as bars."""
    most = max(*before.openings, *after.openings, 1)
    table = columns("quarter", "before", "after", lang=lang)
    for n in range(QUARTERS):
        quarter = (n + QUARTERS // 2) % QUARTERS  # from noon, so that a night stays together
        if before.openings[quarter] or after.openings[quarter]:
            bars = [
                f"{load.openings[quarter]:>4} {'#' * round(30 * load.openings[quarter] / most)}"
                for load in (before, after)
            ]
            hour = f"{quarter // 4:02}:{quarter % 4 * 15:02}"
            table.add_row(Text(hour), *(Text(bar) for bar in bars))
    show(table, text("night.no_times", lang))
    for name in ("before", "after"):
        load = before if name == "before" else after
        typer.echo(
            text(
                f"night.load_{name}",
                lang,
                concurrent=load.concurrent,
                spacing=load.spacing,
                alarms=f"{load.alarms:.2f}",
            )
        )


def columns(*names: str, lang: Language) -> Table:
    """A table for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(text(f"night.column.{name}", lang), overflow="fold")
    return table


def show(table: Table, nothing: str) -> None:
    """Prints it, or says that nothing is in it."""
    if table.row_count:
        Console(highlight=False).print(table)
    else:
        typer.echo(nothing)
