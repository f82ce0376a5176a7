"""Parts that need more than the library: a missing one is named by the extra that brings it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bedcheck.errors import MissingExtra

__all__ = ["needs"]


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Turns a missing library into a MissingExtra that says what to install.

    Put round the imports of a part whose libraries are in ``extra`` of the package.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name == "bedcheck":  # a fault of ours, which no installing mends
            raise
        raise MissingExtra(
            f"this needs {name}, which is not installed: pip install 'bedcheck[{extra}]'"
        ) from None
