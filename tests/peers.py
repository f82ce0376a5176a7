"""The real peers of the tests: programs of Debian's, which `scripts/peers` installs."""

from __future__ import annotations

import os
import shutil

import pytest

__all__ = ["need"]


def need(program: str) -> str:
    """The path of ``program``; skips the test by name where it is missing.

    With BEDCHECK_PEERS=required, as in CI, a missing one fails the test.
    """
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin:/sbin")
    if path is None:
        missing(program)
    return str(path)


def missing(what: str) -> None:
    """Ends the test: ``what`` is not here."""
    reason = f"{what} is not installed: scripts/peers installs it where apt-get is to be had"
    if os.environ.get("BEDCHECK_PEERS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)
