"""Passwords and keys by name: from a file beside the store, or the environment. Never stored."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bedcheck.errors import RegistryError
from bedcheck.night.fault import Fault

__all__ = ["Secrets"]

MOST_BYTES = 2**20


@dataclass(frozen=True)
class Secrets:
    """What the names in `Unit.secret` and `Contact.secret` stand for."""

    known: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def beside(cls, store: Path) -> Secrets:
        """Those of the store at this path: ``<store>.secrets.toml``, one ``name = "text"`` a line.

        A variable BEDCHECK_SECRET_NAME of the environment goes before the file. Raises
        RegistryError where the file is wrong or others may read it.
        """
        path = store.with_name(store.name + ".secrets.toml")
        if not path.exists():
            return cls()
        message = ""
        known: dict[str, str] = {}
        try:
            status = path.stat()
            if os.name == "posix" and status.st_mode & 0o077:
                message = f"others may read it: chmod 600 {path}"
            elif status.st_size > MOST_BYTES:
                message = "is too large"
            else:
                known = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # what it says may be a secret, so it is not told
            message = 'expected lines of the form name = "secret"'
        if not message and not all(isinstance(value, str) for value in known.values()):
            message = 'expected lines of the form name = "secret"'
        if message:
            raise RegistryError([Fault(place=str(path), message=message)])
        return cls(known)

    def get(self, name: str) -> str:
        """The secret of this name; "" where there is none of it."""
        variable = "BEDCHECK_SECRET_" + re.sub(r"\W", "_", name).upper()
        return os.environ.get(variable) or self.known.get(name, "")
