"""The commands of ``bench``: latency, store, stats, scaip, rtsp, kill and night."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from bedcheck.commands import told

__all__ = ["build"]

OUT = typer.Option(metavar="DIR", help="Where the result is written.")

Progress = Callable[[str], AbstractContextManager[Callable[..., None]]]
Needs = Callable[[str], AbstractContextManager[None]]


def build(needs: Needs, progress: Progress) -> typer.Typer:
    """The commands; ``needs`` names missing extras, ``progress`` gives a bar."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

    @app.command()
    def latency(
        out: Annotated[Path, OUT] = Path("benchmarks/results"),
        rounds: Annotated[int, typer.Option(min=1, help="Measured rounds of each case.")] = 50,
        peers_python: Annotated[
            Path | None,
            typer.Option(metavar="PATH", help="The Python of the environment that has the peers."),
        ] = None,
    ) -> None:
        """From picture to verdict: each stage, the whole, start-up, memory, and peers."""
        with told(), needs("bench"):
            from benchmarks.latency import run

            with progress("Measuring") as show:
                report = run(out, rounds=rounds, peers_python=peers_python, progress=show)
        for line in report.lines():
            typer.echo(line)

    @app.command()
    def stats(
        out: Annotated[Path, OUT] = Path("benchmarks/results"),
        residents: Annotated[int, typer.Option(min=1)] = 2000,
        nights: Annotated[int, typer.Option(min=1, max=3660)] = 365,
        folder: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help="On which disk [that of temporary files]."),
        ] = None,
    ) -> None:
        """How fast a year's statistics are told, however they are grouped."""
        with told(), needs("night"):
            from benchmarks.stats import run

            with progress("Living a week") as show:
                report = run(out, residents=residents, nights=nights, folder=folder, progress=show)
        for line in report.lines():
            typer.echo(line)

    @app.command()
    def store(
        out: Annotated[Path, OUT] = Path("benchmarks/results"),
        transactions: Annotated[int, typer.Option(min=16, help="Measured in each case.")] = 2000,
        folder: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help="On which disk [that of temporary files]."),
        ] = None,
    ) -> None:
        """Durable transactions of the night's store a second, beside bare SQLite."""
        with told(), needs("night"):
            from benchmarks.store import run

            with progress("Measuring") as show:
                report = run(out, transactions=transactions, folder=folder, progress=show)
        for line in report.lines():
            typer.echo(line)

    @app.command()
    def scaip(
        out: Annotated[Path, OUT] = Path("benchmarks/results"),
        alarms: Annotated[int, typer.Option(min=1, help="In each case.")] = 50,
    ) -> None:
        """From a SCAIP alarm to its acceptance by sipp, over UDP, TCP and where a third is lost."""
        program = shutil.which("sipp")
        if program is None:
            raise typer.BadParameter("expected sipp on the PATH: scripts/peers installs it")
        with told(), needs("scaip"):
            from benchmarks.scaip import run

            with progress("Measuring") as show:
                report = run(program, out, alarms=alarms, progress=show)
        for line in report.lines():
            typer.echo(line)

    @app.command()
    def kill(
        out: Annotated[
            Path | None, typer.Option(metavar="FILE.txt", help="Write the result here as well.")
        ] = None,
        windows: Annotated[int, typer.Option(min=1)] = 200,
        kills: Annotated[int, typer.Option(min=0)] = 50,
        speed: Annotated[float, typer.Option(min=1.0, help="Times real time.")] = 30.0,
        seed: Annotated[int, typer.Option(help="Of the moments at which it is killed.")] = 0,
    ) -> None:
        """Kill the night's runner again and again: nothing may be lost. Exit code 1 if it is."""
        with told(), needs("night"):
            from benchmarks.environment import Environment
            from benchmarks.kill import run as run_kills

            here = Environment.here()
            with TemporaryDirectory() as folder:
                found = run_kills(
                    Path(folder), windows=windows, kills=kills, speed=speed, seed=seed
                )
        lines = [*here.lines(), *found.lines()]
        for line in lines:
            typer.echo(line)
        if out is not None:
            out.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if not found.holds:
            raise typer.Exit(1)

    @app.command("night")
    def bench_night(
        out: Annotated[Path, OUT] = Path("benchmarks/results"),
        residents: Annotated[int, typer.Option(min=1)] = 2000,
        hours: Annotated[
            float, typer.Option(min=0.1, max=8.0, help="Of the night, from 21:00.")
        ] = 8.0,
        speed: Annotated[float, typer.Option(min=1.0, help="Times real time.")] = 60.0,
        folder: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help="On which disk [that of temporary files]."),
        ] = None,
    ) -> None:
        """How late the latest look is, with many residents and the clock run fast."""
        with told(), needs("night"):
            from benchmarks.night import run as run_night

            with progress("Running the night") as show:
                report = run_night(
                    out, residents=residents, hours=hours, speed=speed, folder=folder, progress=show
                )
        for line in report.lines():
            typer.echo(line)

    @app.command("rtsp")
    def bench_rtsp(
        out: Annotated[Path, OUT] = Path("benchmarks/results"),
        rounds: Annotated[int, typer.Option(min=1, help="Measured rounds of each case.")] = 20,
        failures: Annotated[
            int, typer.Option(min=1, help="Failing grabs, after which what is left is counted.")
        ] = 500,
    ) -> None:
        """From the decision to look to a stream's first frame; and what failures leave behind."""
        with told(), needs("rtsp"):
            from benchmarks.rtsp import run as run_rtsp

            with progress("Measuring") as show:
                report = run_rtsp(out, rounds=rounds, failures=failures, progress=show)
        for line in report.lines():
            typer.echo(line)

    return app
