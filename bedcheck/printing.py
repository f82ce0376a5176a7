"""What the commands write to a terminal or a pipe: JSON lines, tables, findings, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from bedcheck.checking import Result, Task
from bedcheck.diagnosis import Diagnosis
from bedcheck.errors import BedcheckError
from bedcheck.texts import text
from bedcheck.verdict import Verdict

__all__ = ["print_diagnosis", "print_json", "print_table", "printable", "with_progress"]

MANY = 5  # pictures from which on a progress bar is worth its line


def printable(text: str) -> str:
    """The text with what a terminal would obey, or cannot encode, spelled out."""
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text
    )


def with_progress(results: Iterable[Result], total: int, as_json: bool) -> Iterator[Result]:
    """The same results, with a bar on stderr where there is a terminal to see it."""
    console = Console(stderr=True)
    mixed = as_json and sys.stdout.isatty()  # lines and bar would overwrite each other
    if total < MANY or mixed or not console.is_terminal:
        yield from results
        return
    # Without redirection, which could draw results from stdout into the bar's stderr.
    bar = Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
    with bar:
        yield from bar.track(results, total, description="Judging")


def print_json(results: Iterable[Result]) -> int:
    """One line a result, as soon as it is there. Returns how many were not judged."""
    failed = 0
    for result in results:
        failed += isinstance(result.outcome, BedcheckError)
        typer.echo(json.dumps(result.to_dict(), allow_nan=False))
    return failed


def print_table(results: Iterable[Result], tasks: Sequence[Task]) -> int:
    """A table for people; what failed is told below it. Returns how many were not judged."""
    scenes = any(task.scene for task in tasks)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("picture", *(["scene"] if scenes else []), "state", "prob.", "certain"):
        table.add_column(name, overflow="fold")
    table.add_column("why", overflow="fold")
    failures = []
    for result in results:
        outcome, task = result.outcome, result.task
        if isinstance(outcome, Verdict):
            probability = f"{outcome.probabilities[outcome.state]:.2f}"
            certain = "yes" if outcome.certain else "no"
            cells = [outcome.state.value, probability, certain, ", ".join(outcome.causes)]
        else:
            failures.append(str(outcome))
            cells = ["not judged", "", "", outcome.kind]
        origin = [task.path, task.scene or ""] if scenes else [task.path]
        table.add_row(*(Text(printable(cell)) for cell in origin + cells))
    Console(highlight=False).print(table)
    for failure in failures:
        typer.echo(f"bedcheck: {printable(failure)}", err=True)
    return len(failures)


def print_diagnosis(diagnosis: Diagnosis, language: str) -> None:
    """The verdict, and each finding with who acts, what to do and what it rests on."""
    state = diagnosis.verdict.state
    typer.echo(f"{text(f'state.{state}', language)}: {text(f'meaning.{state}', language)}")
    for finding in diagnosis.findings:
        severity = text(f"severity.{finding.severity}", language)
        lines = [
            finding.title(language),
            text(finding.advice, language),
            f"{severity}. {text(f'who.{finding.who}', language)}.",
            finding.measured(language),
        ]
        typer.echo("\n" + "\n  ".join(line for line in lines if line))
