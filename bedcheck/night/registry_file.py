"""The registry as one file, TOML or JSON."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import tomli_w

from bedcheck.errors import RegistryError
from bedcheck.night.fault import Fault
from bedcheck.night.registry import KINDS, Registry

__all__ = ["dump", "gather", "parse"]

MOST_BYTES = 64 * 2**20


def dump(registry: Registry, form: str) -> str:
    """The registry as text: ``form`` is "toml" or "json"."""
    tables = registry.tables()
    if form == "json":
        return json.dumps(tables, ensure_ascii=False, indent=2) + "\n"
    return tomli_w.dumps(tables)


def parse(path: Path) -> Registry:
    """The registry in a TOML or JSON file. Raises RegistryError with every fault of its form."""
    registry, faults = gather(path)
    if faults:
        raise RegistryError(faults)
    return registry


def gather(path: Path) -> tuple[Registry, list[Fault]]:
    """What of a TOML or JSON file can be read, and every fault of the form of the rest.

    Raises RegistryError where it is no such file.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RegistryError([Fault(place=str(path), message="is too large: split it")])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        raise RegistryError([Fault(place=str(path), message=f"cannot be read: {reason}")]) from None
    except UnicodeDecodeError:
        message = "expected text in UTF-8: save it so"
        raise RegistryError([Fault(place=str(path), message=message)]) from None
    try:
        tables = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"expected TOML, or JSON where the name ends in .json: {error}"
        raise RegistryError([Fault(place=str(path), message=message)]) from None
    if not isinstance(tables, dict):
        message = f"expected tables named {', '.join(KINDS)}"
        raise RegistryError([Fault(place=str(path), message=message)])
    return Registry.gather(tables)
