"""Changes of the registry: checked as a whole, written in one go, and obeyed at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bedcheck.errors import RegistryError
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.history.transaction import Transaction
from bedcheck.night.endings import revivals
from bedcheck.night.engine import bar_what_is_barred, put_entry
from bedcheck.night.fault import Fault
from bedcheck.night.imported import as_imported, kept_since, mark_imported
from bedcheck.night.planner import tell
from bedcheck.night.registry import KINDS, Entry, Registry
from bedcheck.night.unit import Service
from bedcheck.night.validate import checked, validate

__all__ = ["Imported", "change", "import_registry", "remove", "withdraw"]


class Imported(NamedTuple):
    """What an import did."""

    added: int  # entries that there were none of before
    changed: int  # entries other than before
    kept: tuple[str, ...]  # "camera C1": the same in the file, and changed by others since


def change(store: Store, entries: Iterable[Entry], by: str, now: datetime) -> int:
    """Put entries in the registry; returns how many were new or other than before.

    Raises RegistryError with every fault that the registry would then have, and changes
    nothing; to revive a withdrawn consent or an ended agreement is such a fault. Looks that
    are forbidden from now on end at once.
    """
    tables: dict[str, list[Entry]] = {}
    for entry in entries:
        tables.setdefault(_kind(entry), []).append(entry)
    with store.transaction() as tx:
        return _put(tx, tables, by, now)


def import_registry(
    store: Store, registry: Registry, by: str, now: datetime, faults: Sequence[Fault] = ()
) -> Imported:
    """Put in what of ``registry`` is other than when it was last imported; see `change`.

    An entry that is the same as then keeps what commands, and the runner, did to it since.
    What is not in ``registry`` stays as it is. ``faults`` of what could not be read: they are
    told with those of the rest, all at once, and nothing is changed.
    """
    with store.transaction() as tx:
        tables = as_imported(tx, registry)
        kept = kept_since(tx, registry, tables)
        new = sum(
            tx.get(kind, entry.key) is None for kind, entries in tables.items() for entry in entries
        )
        count = _put(tx, tables, by, now, faults, registry.unread)
        mark_imported(tx, tables, by, now)
        return Imported(new, count - new, tuple(kept))


def _put(
    tx: Transaction,
    tables: dict[str, list[Entry]],
    by: str,
    now: datetime,
    faults: Sequence[Fault] = (),
    unread: frozenset[tuple[str, str]] = frozenset(),
) -> int:
    registry = replace(Registry.load(tx), unread=unread)
    for kind, entries in tables.items():
        registry = registry.with_entries(kind, entries)
    if found := [*faults, *revivals(tx, tables), *validate(registry)]:
        raise RegistryError(found)
    count = sum(
        put_entry(tx, kind, entry, by, now) for kind in KINDS for entry in tables.get(kind, ())
    )
    if count:
        bar_what_is_barred(tx, registry, by, now)
    return count


def remove(store: Store, kind: str, key: str, by: str, now: datetime) -> None:
    """Take one entry out. Raises RegistryError where there is none, or others need it."""
    with store.transaction() as tx:
        registry = Registry.load(tx)
        if key not in registry.of(kind):
            raise RegistryError([Fault(place=f"{kind}[{key}]", message="there is none")])
        kept = {k: v for k, v in registry.of(kind).items() if k != key}
        without = replace(registry, entries={**registry.entries, kind: kept})
        checked(without)
        tx.remove(kind, key, by=by, at=now)
        facts = {"of": f"{kind} {key}", "what": "removed"}
        tx.append(HistoryRow(at=now, kind=Kind.CHANGE, who=by, facts=facts))
        bar_what_is_barred(tx, without, by, now)


def withdraw(store: Store, resident: str, by: str, now: datetime) -> list[str]:
    """Consent was withdrawn, or the supervision ended: no look from this moment on.

    Consents are marked, agreements and cameras ended, and those concerned told; returns
    whom. Nobody, where all of that was so already: then nothing is written. Raises
    RegistryError where there is no such resident.
    """
    with store.transaction() as tx:
        registry = Registry.load(tx)
        if resident not in registry.residents:
            message = "there is no such resident: see `bedcheck night status`"
            raise RegistryError([Fault(place=f"resident[{resident}]", message=message)])
        today = now.astimezone(registry.zone).date()
        told = ["administrator"]
        ended = False
        for consent in registry.consents_by_resident.get(resident, ()):
            if consent.withdrawn_on is None:
                day = max(today, consent.taken_on)
                withdrawn = replace(consent, withdrawn_on=day, withdrawn_by=by)
                ended |= put_entry(tx, "consent", withdrawn, by, now)
        for agreement in registry.agreements.values():
            if agreement.resident == resident and agreement.state is not Service.ENDED:
                over = replace(agreement, state=Service.ENDED)
                ended |= put_entry(tx, "agreement", over, by, now)
                told += [key for key in agreement.contacts if key not in told]
        for unit in registry.units.values():
            if unit.resident == resident and unit.state is not Service.ENDED:
                ended |= put_entry(tx, "camera", replace(unit, state=Service.ENDED), by, now)
        if not ended:
            return []
        bar_what_is_barred(tx, Registry.load(tx), by, now, [resident])
        for to in told:
            key = f"withdrawn/{resident}/{to}/{now:%Y-%m-%dT%H:%M:%SZ}"
            tell(tx, key, to, "withdrawn", resident, now, by)
        return told


def _kind(entry: Entry) -> str:
    return next(name for name, cls in KINDS.items() if isinstance(entry, cls))
