"""The command ``bedcheck``: check, diagnose, place, and the groups night and history.

Results go to stdout, everything else to stderr. Exit codes: 0 every picture was judged,
1 Bedcheck itself failed, 2 wrong usage, 3 a picture could not be judged.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bedcheck import __version__
from bedcheck.checking import judge_all, tasks_from_manifest, tasks_from_paths
from bedcheck.detector import Detector
from bedcheck.diagnosis import diagnose as diagnose_picture
from bedcheck.history_commands import history
from bedcheck.night_commands import night
from bedcheck.placement import Placement, parse_polygon
from bedcheck.printing import (
    print_diagnosis,
    print_json,
    print_table,
    printable,
    with_progress,
)
from bedcheck.texts import number, text
from bedcheck.usage import NOT_JUDGED, Language, told
from bedcheck.verdict import State

__all__ = ["app", "build", "told"]

PICTURES = typer.Argument(metavar="PICTURE...", help="JPEG, PNG, WebP, TIFF or BMP.")
BED = typer.Option(
    metavar='"x,y x,y x,y ..."',
    help="The mattress's corners, in 0..1 of the picture's width and height.",
)
PLACEMENT = typer.Option(
    metavar="FILE", help="How the camera is placed, as `place` wrote it; goes before --bed."
)


def show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bedcheck {__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=show_version, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Does a picture show that the resident is in the bed?"""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal's encoding may lack a letter
        sys.stdout.reconfigure(errors="backslashreplace")


def check(
    pictures: Annotated[list[str] | None, PICTURES] = None,
    bed: Annotated[str | None, BED] = None,
    placement: Annotated[Path | None, PLACEMENT] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a picture.")] = False,
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Judge each row by its columns path, scene and bed."),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="What the manifest's paths start from [its own folder]."),
    ] = None,
) -> None:
    """Judge pictures: in_bed, not_in_bed, obstructed or low_contrast.

    Exit code 0: all were judged; 3: some could not be read, the others were judged.
    """
    if bool(pictures) == (manifest is not None):
        raise typer.BadParameter("expected pictures or --manifest, one of them")
    if root is not None and manifest is None:
        raise typer.BadParameter("expected together with --manifest", param_hint="--root")
    with told():
        placed = placement_from(placement, bed)
        if manifest is not None:
            tasks = tasks_from_manifest(manifest, root or manifest.parent, placed)
        else:
            tasks = tasks_from_paths(pictures or [], placed)
        results = with_progress(judge_all(tasks, Detector()), len(tasks), as_json)
        failed = print_json(results) if as_json else print_table(results, tasks)
    if failed:
        raise typer.Exit(NOT_JUDGED)


def diagnose(
    picture: Annotated[str, typer.Argument(metavar="PICTURE")],
    bed: Annotated[str | None, BED] = None,
    placement: Annotated[Path | None, PLACEMENT] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Write the annotated picture here.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="The findings' language.")] = Language.SV,
) -> None:
    """Tell what is wrong with a picture, who can set it right, and how."""
    if out is not None and out.suffix.lower() != ".png":
        raise typer.BadParameter(
            f"expected a name that ends in .png; got {out}", param_hint="--out"
        )
    with told(lang):
        diagnosis = diagnose_picture(picture, placement_from(placement, bed))
        print_diagnosis(diagnosis, lang)
        if out is not None:
            with writable(out):
                diagnosis.write_png(out, lang)
            typer.echo(f"wrote {printable(str(out))}", err=True)


def place(
    pictures: Annotated[list[str], PICTURES],
    bed: Annotated[str, BED],
    out: Annotated[Path, typer.Option(metavar="FILE.toml", help="Where to write it.")],
    lang: Annotated[Language, typer.Option(help="The warnings' language.")] = Language.SV,
) -> None:
    """Write down how a camera is placed, from pictures of the empty bed.

    A picture that is not judged as an empty bed is told; the placement is written all the same,
    since the network may be wrong. Look at the picture.
    """
    with told(lang):
        placement = Placement.fit(pictures, bed=parse_polygon(bed))
        with writable(out):
            placement.save(out)
        typer.echo(f"wrote {printable(str(out))}", err=True)
        warn_of_occupied(pictures, placement, lang)


def warn_of_occupied(pictures: list[str], placement: Placement, lang: Language) -> None:
    """Tells which reference pictures are not judged as an empty bed, by the bed alone."""
    detector, bed = Detector(), Placement(bed=placement.bed)
    for picture in pictures:
        verdict = detector.judge(picture, bed)
        if verdict.state is not State.NOT_IN_BED:
            share = verdict.probabilities[verdict.state]
            values = {"picture": printable(picture), "share": number(100 * share, lang, 0)}
            typer.echo(text(f"place.{verdict.state}", lang, **values), err=True)


def placement_from(file: Path | None, bed: str | None) -> Placement | None:
    """What the options say; both are checked, and the file goes before the bed."""
    drawn = None if bed is None else Placement(bed=parse_polygon(bed))
    return drawn if file is None else Placement.load(file)


@contextmanager
def writable(out: Path) -> Iterator[None]:
    """Tells why ``out`` cannot be written, as wrong usage."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise typer.BadParameter(
            f"{out}: cannot be written: {reason}", param_hint="--out"
        ) from None


def build(name: str) -> typer.Typer:
    """An application with the commands above, to which others may be added."""
    app = typer.Typer(
        name=name,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # plain text: for screen readers, logs, small terminals
        pretty_exceptions_enable=False,  # they would print a picture's values into a log
    )
    app.callback()(options)
    for command in (check, diagnose, place):
        app.command(no_args_is_help=True)(command)
    app.add_typer(night, name="night", help="Agreements, windows, looks and whom to call.")
    app.add_typer(history, name="history", help="What happened: every look, alarm and change.")
    return app


app = build("bedcheck")
