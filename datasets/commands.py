"""The workshop's commands under ``manifest``: check one, make one from a public format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bedcheck.commands import told
from bedcheck.errors import ManifestError

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

FORMATS = ("coco", "folders", "slp", "video", "yolo")

ROOT = typer.Option(metavar="DIR", help="What its paths start from [its folder].")


@app.command(no_args_is_help=True)
def check(
    manifest: Annotated[Path, typer.Argument(metavar="CSV", help="The manifest.")],
    root: Annotated[Path | None, ROOT] = None,
) -> None:
    """Tell everything that is wrong with a manifest and its pictures' paths."""
    with told():
        from datasets.checks import check as check_manifest

        rows, faults = check_manifest(manifest, root or manifest.parent)
    if faults:
        typer.echo("row 0 is the line after the header")
    for fault in faults:
        typer.echo(fault.message)
    typer.echo(f"{len(rows)} rows are well, {len({f.row for f in faults})} are not")
    if faults:
        raise typer.Exit(2)


@app.command(no_args_is_help=True)
def make(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help=", ".join(FORMATS) + ".")],
    source: Annotated[Path, typer.Argument(metavar="PATH", help="Its folder, JSON or video.")],
    out: Annotated[Path, typer.Option(metavar="CSV", help="The manifest to write.")],
    split: Annotated[str, typer.Option(help="Split of the rows; YOLO has its own.")] = "",
    images: Annotated[
        str, typer.Option(metavar="DIR", help="COCO: where its pictures lie under the root.")
    ] = "",
    track: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Video: start,end,label in seconds.")
    ] = None,
    every: Annotated[float, typer.Option(help="Video: seconds between frames.")] = 1.0,
    bed: Annotated[str, typer.Option(help='Video: the bed, "x,y x,y x,y …".')] = "",
    room: Annotated[str, typer.Option(help="Video: its room.")] = "",
) -> None:
    """Make a manifest from a public format; see datasets/README.md."""
    with told():
        from bedcheck.polygon import parse_polygon
        from datasets import readers
        from datasets.manifest import write

        wrong: list[str] = []
        match form:
            case "coco":
                rows, wrong = readers.read_coco(source, split=split, images=images)
            case "yolo":
                rows, wrong = readers.read_yolo(source)
            case "folders":
                rows = readers.read_folders(source, split=split)
            case "slp":
                rows = readers.read_slp(source, split=split)
            case "video":
                if track is None:
                    raise typer.BadParameter("a video needs its labels", param_hint="--track")
                rows = readers.read_video(
                    source,
                    track,
                    out.parent,
                    every=every,
                    bed=parse_polygon(bed) if bed else None,
                    room=room,
                    split=split,
                )
            case _:
                raise typer.BadParameter(
                    f"expected one of {', '.join(FORMATS)}; got {form!r}", param_hint="FORMAT"
                )
        if not rows:
            raise ManifestError(f"{source}: expected pictures with a bed; got none")
        write(out, rows)
    for message in wrong:
        typer.echo(f"left out: {message}", err=True)
    typer.echo(f"{out}: {len(rows)} rows")
