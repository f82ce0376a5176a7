"""The workshop's commands under ``eval``: measure, join, compare, nights, sweep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedcheck.commands import told, writable
from bedcheck.errors import ManifestError, MissingExtra

if TYPE_CHECKING:
    from eval.peers import Peer

__all__ = ["build"]

MANIFEST = typer.Option(metavar="CSV", help="Labelled pictures.")
ROOT = typer.Option(metavar="DIR", help="What its paths start from [the manifest's folder].")
OUT = typer.Option(metavar="DIR", help="Where the result is written.")
SPLIT = typer.Option(help='Rows of this split; "" for all.')
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
PEERS = typer.Option("--peers", help="Judge with others too: always in bed, HOG and logistic.")
PEERS_PYTHON = typer.Option(
    metavar="PATH",
    envvar="BEDCHECK_PEERS_PYTHON",
    help="The Python that has YOLO11n (benchmarks/README.md); implies --peers.",
)
BASELINE = typer.Option(metavar="CSV", help="Predictions to compare with, in the report too.")
LANG = typer.Option(help="Language of the report's first page: en or sv.")
SHOW_PICTURES = typer.Option(
    "--show-pictures", help="Put the worst errors' pictures into report.html, not only their paths."
)

WORSE = 3  # exit code of a broken guard
YOLO = "yolo11n-640"

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
        beds: Annotated[
            Path | None,
            typer.Option(
                metavar="CSV", help="With --find-beds: path and bed of beds left undrawn."
            ),
        ] = None,
        weights: Annotated[Path | None, WEIGHTS] = None,
        detector: Annotated[str, DETECTOR] = "",
        skip_bad: Annotated[bool, SKIP_BAD] = False,
        workers: Annotated[int | None, WORKERS] = None,
        cluster: Annotated[str | None, CLUSTER] = None,
        peers: Annotated[bool, PEERS] = False,
        peers_python: Annotated[Path | None, PEERS_PYTHON] = None,
        baseline: Annotated[Path | None, BASELINE] = None,
        lang: Annotated[str, LANG] = "en",
        show_pictures: Annotated[bool, SHOW_PICTURES] = False,
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
            from eval.peers import always_in_bed, hog
            from eval.run import evaluate, finish, lines
            from eval.words import LANGUAGES

            _one_of(lang, LANGUAGES, "--lang")
            before = read_table(baseline) if baseline else None
            start = root or manifest.parent
            with ExitStack() as stack:
                others: dict[str, Peer] = {}
                if peers or peers_python:  # made first: what is missing is told before the work
                    others["always in bed"] = always_in_bed
                    others["HOG and logistic regression"] = hog(manifest, start)
                    others |= stack.enter_context(detectors(peers_python))
                with progress("Judging") as show:
                    report, predictions = evaluate(
                        manifest,
                        start,
                        out,
                        spec=Spec(detector=detector, weights=weights),
                        split=split,
                        rooms=room or (),
                        find_beds=find_beds,
                        beds=beds,
                        skip_bad=skip_bad,
                        workers=workers,
                        cluster=cluster,
                        progress=show,
                    )
                with progress("Peers and nights") as show:
                    finish(
                        out,
                        report,
                        predictions,
                        root=start,
                        peers=others,
                        baseline=before,
                        language=lang,
                        show_pictures=show_pictures,
                        progress=show,
                    )
            _tell(lines(report))
            typer.echo(out / "report.html")

    @app.command(no_args_is_help=True)
    def join(
        tables: Annotated[
            list[Path], typer.Argument(metavar="PREDICTIONS...", help="Each a predictions.csv.")
        ],
        out: Annotated[Path, OUT],
    ) -> None:
        """Join tables of networks that were each judged on rooms left out of their training."""
        with told(), needs("eval"):
            from eval.run import finish, lines
            from eval.run import join as join_tables

            report, predictions = join_tables(tables, out)
            finish(out, report, predictions)
            _tell(lines(report))

    @app.command(no_args_is_help=True)
    def compare(
        before: Annotated[Path, typer.Argument(metavar="A", help="predictions.csv or its folder.")],
        after: Annotated[Path, typer.Argument(metavar="B", help="The same rows judged anew.")],
        guard: Annotated[
            list[str] | None,
            typer.Option(
                metavar="FIGURE",
                help="Exit 3 if this figure is worse beyond its interval; may be repeated.",
            ),
        ] = None,
        out: Annotated[
            Path | None, typer.Option(metavar="JSON", help="Write the comparison here too.")
        ] = None,
    ) -> None:
        """What got better and worse from A to B, paired, with tests that respect rooms."""
        with told(), needs("eval"):
            from eval.compare import GUARDS, difference_lines, worse
            from eval.compare import compare as compare_tables

            for name in guard or ():
                _one_of(name, GUARDS, "--guard")
            found, report = compare_tables(read_table(before), read_table(after))
            if missing := [name for name in guard or () if name not in found]:
                raise ManifestError(
                    f"the guard {missing[0]} cannot be checked: the tables have no row for it"
                )
            _tell(difference_lines(found, report))
            if out:
                with writable(out):
                    out.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
            broken = [name for name in guard or () if worse(found[name])]
            for name in broken:
                sure = found[name].told == "worse"
                why = "beyond its interval" if sure else "and there is no interval to excuse it"
                typer.echo(f"guard: {name} is worse {why}", err=True)
            if broken:
                raise typer.Exit(WORSE)

    @app.command(no_args_is_help=True)
    def nights(
        table: Annotated[
            Path, typer.Argument(metavar="PREDICTIONS", help="predictions.csv, or its folder.")
        ],
        repeat: Annotated[
            float | None,
            typer.Option(
                min=0, max=1, help="P(second look wrong | first wrong) [measured on its scenes]."
            ),
        ] = None,
        independent: Annotated[
            bool, typer.Option("--independent", help="The second look owes nothing to the first.")
        ] = False,
        residents: Annotated[int, typer.Option(min=1)] = 32,
        supervisions: Annotated[int, typer.Option(min=1, help="A night, over all.")] = 68,
        years: Annotated[int, typer.Option(min=1, help="Years to play.")] = 10,
        out_of_bed: Annotated[
            float, typer.Option(min=0, max=1, help="Share of supervisions with nobody in bed.")
        ] = 0.02,
        operator_right: Annotated[
            float, typer.Option(min=0, max=1, help="Share of the operator's answers that are.")
        ] = 1.0,
        seed: Annotated[int, typer.Option(help="The same seed gives the same years.")] = 0,
        beside: Annotated[
            Path | None,
            typer.Option(
                metavar="JSON", help="Counted in a real town: `bedcheck history stats --json`."
            ),
        ] = None,
    ) -> None:
        """Play years of nights in a town from a table: needless visits, absences missed.

        `bedcheck history labels` makes a table of real looks and what was found.
        """
        with told(), needs("eval"):
            from eval.town import Town, night_lines
            from eval.town import nights as play_nights

            counted = counted_lines(beside) if beside else []
            with progress("Nights") as show:
                figures = play_nights(
                    read_table(table),
                    Town(
                        residents=residents,
                        supervisions=supervisions,
                        years=years,
                        out_of_bed=out_of_bed,
                        operator_right=operator_right,
                    ),
                    repeat=repeat,
                    independent=independent,
                    seed=seed,
                    progress=show,
                )
            _tell([*night_lines(figures), *counted])

    @app.command(no_args_is_help=True)
    def sweep(
        manifest: Annotated[Path, MANIFEST],
        out: Annotated[Path, OUT],
        root: Annotated[Path | None, ROOT] = None,
        split: Annotated[str, SPLIT] = "dev",
        kind: Annotated[
            list[str] | None, typer.Option(help="Only this corruption; may be repeated.")
        ] = None,
        count: Annotated[int, typer.Option(min=1, help="Pictures of each step.")] = 48,
        weights: Annotated[Path | None, WEIGHTS] = None,
        detector: Annotated[str, DETECTOR] = "",
        skip_bad: Annotated[bool, SKIP_BAD] = False,
        workers: Annotated[int | None, WORKERS] = None,
        cluster: Annotated[str | None, CLUSTER] = None,
        card: Annotated[
            Path | None,
            typer.Option(
                metavar="MD",
                help="Also judge the split as it is, and renew this model card's section"
                " “Robustness and slices” and the plot beside it.",
            ),
        ] = None,
    ) -> None:
        """Spoil pictures in five steps, kind by kind; write sweep.csv, sweep.json, sweep.png."""
        with told(), needs("eval"):
            from eval.card import renew
            from eval.corruptions import CORRUPTIONS
            from eval.judges import Spec
            from eval.run import evaluate
            from eval.sweep import run, sweep_lines

            for name in kind or ():
                _one_of(name, tuple(CORRUPTIONS), "--kind")
            spec = Spec(detector=detector, weights=weights)
            start = root or manifest.parent
            shared: dict[str, Any] = {
                "split": split, "skip_bad": skip_bad, "workers": workers, "cluster": cluster
            }  # fmt: skip
            with progress("Sweeping") as show:
                figures = run(
                    manifest, start, out, spec,
                    kinds=kind or tuple(CORRUPTIONS), count=count, progress=show, **shared,
                )  # fmt: skip
            _tell(sweep_lines(figures))
            if card:
                with progress("Judging as taken") as show:
                    report, _ = evaluate(manifest, start, out, spec=spec, progress=show, **shared)
                renew(card, report, figures, count=count)
                typer.echo(card)

    return app


def counted_lines(path: Path) -> list[str]:
    """What a real town counted, in the figures that nights are played for."""
    from eval.counted import counted_lines as lines

    return lines(path)


def read_table(path: Path) -> Any:
    """The predictions at ``path``, a file or the folder that holds it."""
    from eval.predictions import read_predictions

    return read_predictions(path)


@contextmanager
def detectors(python: Path | None) -> Iterator[dict[str, Any]]:
    """YOLO11n as a peer, where ``python`` is an interpreter that has it."""
    if python is None:
        yield {}
        return
    from benchmarks.peers import Peers
    from eval.peers import LEAST, person_in_bed

    try:
        with Peers(python) as there:
            names = [peer.name for peer in there.found if peer.name == YOLO]
            if not names:
                raise MissingExtra(f"{python} has no {YOLO}: see benchmarks/README.md")
            yield {
                f"{name}, a person over the bed": person_in_bed(
                    lambda picture, name=name: there.boxes(name, picture, LEAST)  # type: ignore[misc]
                )
                for name in names
            }
    except RuntimeError as error:
        raise MissingExtra(str(error)) from None


def _one_of(word: str, known: Sequence[str], option: str) -> None:
    if word not in known:
        raise typer.BadParameter(
            f"expected one of {', '.join(known)}; got {word!r}", param_hint=option
        )


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
