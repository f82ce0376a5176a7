"""What the commands share: errors told in one line, exit codes, the store and who acts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedcheck.errors import (
    AccessError,
    BedcheckError,
    ManifestError,
    MissingExtra,
    NoStore,
    PictureError,
    PlacementError,
    RecordError,
    RegistryError,
)
from bedcheck.extras import needs
from bedcheck.printing import printable
from bedcheck.texts import text

if TYPE_CHECKING:
    from bedcheck.history import Store

__all__ = [
    "DEFAULT_STORE",
    "FAILED",
    "NOT_JUDGED",
    "NOT_WHOLE",
    "USAGE",
    "Lang",
    "Language",
    "StoreFile",
    "Token",
    "actor",
    "opened",
    "told",
]

FAILED, USAGE, NOT_JUDGED, NOT_WHOLE = 1, 2, 3, 3  # exit codes


class Language(StrEnum):
    """What people are told in: the languages of `bedcheck.texts`."""

    SV = "sv"
    EN = "en"


DEFAULT_STORE = Path("night.db")
Lang = Annotated[Language, typer.Option(help="The language of what is told.")]
StoreFile = Annotated[
    Path,
    typer.Option(
        metavar="FILE", envvar="BEDCHECK_STORE", help="The store, made by `bedcheck night init`."
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        metavar="TOKEN",
        envvar="BEDCHECK_TOKEN",
        help="Who acts, where it is not the user of this computer. Better given as a variable.",
    ),
]


WRONG_USE = (
    AccessError | ManifestError | MissingExtra | NoStore | PlacementError | RecordError
    | RegistryError
)  # fmt: skip
"""What whoever gave the command can set right; the rest is a failure of ours or of the machine."""


@contextmanager
def told(lang: Language = Language.EN) -> Iterator[None]:
    """Tells an error of ours on stderr, a line for each fault, and exits with its code."""
    try:
        yield
    except typer.Abort:
        if sys.stdin.isatty():  # somebody is there, and does not wish to go on
            raise
        typer.echo(text("usage.no_answer", lang), err=True)
        raise typer.Exit(USAGE) from None
    except BedcheckError as error:
        lines = [printable(line) for line in str(error).splitlines()] or [error.kind]
        typer.echo("\n".join([f"bedcheck: {lines[0]}", *lines[1:]]), err=True)
        if isinstance(error, PictureError):
            raise typer.Exit(NOT_JUDGED) from None
        raise typer.Exit(USAGE if isinstance(error, WRONG_USE) else FAILED) from None


@contextmanager
def opened(path: Path, lang: Language = Language.EN) -> Iterator[Store]:
    """The store at ``path``; errors are told, the extra is named where it is missing."""
    with told(lang):
        with needs("night"):
            from bedcheck.history import Store
        with Store.open(path) as store:
            yield store


def actor(store: Store, token: str | None) -> str:
    """Who acts: the token's holder where one is given, else the user of this computer.

    Raises AccessError for a token that is not valid; it never falls back to the user.
    """
    from bedcheck.history.actor import holder, operating_system_user

    if not token:
        return operating_system_user()
    with store.snapshot() as read:
        name = holder(read, token, datetime.now(UTC))
    if name is None:
        raise AccessError("the token is unknown, withdrawn or has expired: ask for a new one")
    return name
