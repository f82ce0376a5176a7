"""What was last imported for each entry, so that the same file again changes nothing.

Kept as a check sum under the store's key, beside the entries: it says whether an entry of the
file is other than it was, and holds nothing of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bedcheck.history.plain import MOST_DOCUMENT, dump
from bedcheck.history.transaction import Snapshot, Transaction
from bedcheck.night.registry import KINDS, Registry, table_of

__all__ = ["MARK", "as_imported", "kept_since", "mark_imported"]

MARK = "imported"  # the kind of these documents; the key is kind/key of the entry


def as_imported(tx: Transaction, registry: Registry) -> dict[str, list[Any]]:
    """The entries of ``registry``, by kind, that are other than when last imported."""
    marks = tx.all(MARK)
    return {
        kind: [
            entry
            for key, entry in registry.of(kind).items()
            if marks.get(f"{kind}/{key}") != _mark(tx, kind, entry)
        ]
        for kind in KINDS
    }


def kept_since(tx: Snapshot, registry: Registry, taken: dict[str, list[Any]]) -> list[str]:
    """The entries of ``registry`` beside ``taken`` that commands, or the runner, have changed."""
    # As entries, not as they were written: a field that a later version adds is no change.
    current = Registry.load(tx)
    kept = []
    for kind in KINDS:
        now = current.of(kind)
        keys = {entry.key for entry in taken[kind]}
        kept += [
            f"{kind} {key}"
            for key, entry in registry.of(kind).items()
            if key not in keys and now.get(key) != entry
        ]
    return kept


def mark_imported(tx: Transaction, taken: dict[str, list[Any]], by: str, now: datetime) -> None:
    """Remember ``taken`` as what was last imported."""
    for kind, entries in taken.items():
        for entry in entries:
            tx.put(MARK, f"{kind}/{entry.key}", _mark(tx, kind, entry), by=by, at=now)


def _mark(tx: Transaction, kind: str, entry: Any) -> dict[str, str]:
    # Without defaults: a field that a later version adds does not make every entry another.
    table = table_of(entry, defaults=False)
    written = dump(table, f"{kind} {entry.key}", MOST_DOCUMENT)
    return {"sum": tx.keys.mac(MARK, f"{kind} {written}".encode()).hex()}
