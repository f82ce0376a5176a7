"""The workshop's commands under ``eval``: measure, join, compare, nights, sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from bedcheck.commands import told

__all__ = ["build"]

MANIFEST = typer.Option(metavar="CSV", help="Labelled pictures.")
ROOT = typer.Option(metavar="DIR", help="What its paths start from [the manifest's folder].")
OUT = typer.Option(metavar="DIR", help="Where the result is written.")
SPLIT = typer.Option(help="Rows of this split; empty for all.")
ROOM = typer.Option(metavar="ROOM", help="Only this room; may be repeated.")
WEIGHTS = typer.Option(metavar="DIR", help="The network and its sheet [the one that ships].")
DETECTOR = typer.Option(
    metavar="MODULE:CALLABLE",
    help="Another detector: called with an HxWx3 uint8 BGR array and the bed or None, it returns"
    " a Verdict or a mapping from states to probabilities.",
)
SKIP_BAD = typer.Option("--skip-bad", help="Go on without rows that are wrong, and say which.")
WORKERS = typer.Option(min=1, help="Processes that judge [one a processor].")
CLUSTER = typer.Option(metavar="ADDRESS", help="Judge on the dask scheduler at this address.")

Show = Callable[..., None]
Progress = Callable[[str], AbstractContextManager[Show]]
Needs = Callable[[str], AbstractContextManager[None]]


def build(needs: Needs, progress: Progress) -> typer.Typer:
    """The commands; ``needs`` names missing extras, ``progress`` gives a bar."""
    app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)

    @app.callback()
    def measure(
        context: typer.Context,
        manifest: Annotated[Path | None, MANIFEST] = None,
        out: Annotated[Path | None, OUT] = None,
        root: Annotated[Path | None, ROOT] = None,
        split: Annotated[str, SPLIT] = "dev",
        room: Annotated[list[str] | None, ROOM] = None,
        find_beds: Annotated[
            bool, typer.Option("--find-beds", help="Keep the drawn beds from the detector.")
        ] = False,
        weights: Annotated[Path | None, WEIGHTS] = None,
        detector: Annotated[str, DETECTOR] = "",
        skip_bad: Annotated[bool, SKIP_BAD] = False,
        workers: Annotated[int | None, WORKERS] = None,
        cluster: Annotated[str | None, CLUSTER] = None,
    ) -> None:
        """Judge labelled pictures; write predictions.csv, report.json and report.html."""
        if context.invoked_subcommand:
            return
        if manifest is None or out is None:
            if manifest is None and out is None:
                typer.echo(context.get_help())
                raise typer.Exit(2)
            name = "--manifest" if manifest is None else "--out"
            raise typer.BadParameter("expected one; it is missing", param_hint=name)
        with told(), needs("eval"):
            from eval.judges import Spec
            from eval.run import evaluate, lines

            with progress("Judging") as show:
                report, _ = evaluate(
                    manifest,
                    root or manifest.parent,
                    out,
                    spec=Spec(detector=detector, weights=weights),
                    split=split,
                    rooms=room or (),
                    find_beds=find_beds,
                    skip_bad=skip_bad,
                    workers=workers,
                    cluster=cluster,
                    progress=show,
                )
            _tell(lines(report))

    @app.command(no_args_is_help=True)
    def join(
        tables: Annotated[
            list[Path], typer.Argument(metavar="PREDICTIONS...", help="Each a predictions.csv.")
        ],
        out: Annotated[Path, OUT],
    ) -> None:
        """Join tables of networks that were each judged on rooms left out of their training."""
        with told(), needs("eval"):
            from eval.run import join as join_tables
            from eval.run import lines

            report, _ = join_tables(tables, out)
            _tell(lines(report))

    return app


def _tell(lines: Iterator[str] | list[str]) -> None:
    for line in lines:
        typer.echo(line)
