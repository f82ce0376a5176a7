"""One runner a store: a lock that the operating system holds, and lets go with the process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bedcheck.errors import RunnerError

__all__ = ["only_runner"]


@contextmanager
def only_runner(store: Path) -> Iterator[None]:
    """Holds the lock of the store at this path. Raises RunnerError where another process does."""
    path = store.with_name(store.name + ".runner")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise RunnerError(f"{path}: cannot be opened: {error.strerror or error}") from None
    try:
        if not _locked(handle):
            raise RunnerError(
                f"{store}: another runner runs on this store; stop it first. Two would look twice"
            )
        yield
    finally:
        os.close(handle)  # and with it the lock


if sys.platform == "win32":
    import msvcrt

    def _locked(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
