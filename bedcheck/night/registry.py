"""Everything that is registered, as values; from and to plain tables, faults with places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bedcheck.errors import RegistryError
from bedcheck.night.absence import Absence
from bedcheck.night.agreement import Agreement
from bedcheck.night.contact import Contact, CrisisList, TemporaryNumber
from bedcheck.night.fault import Fault
from bedcheck.night.resident import Consent, Resident
from bedcheck.night.settings import Settings
from bedcheck.night.unit import Unit
from bedcheck.night.wording import form_fault

if TYPE_CHECKING:
    from bedcheck.history.store import Store

__all__ = ["KINDS", "Entry", "Registry", "entry_from", "settings_of", "table_of"]

Entry = (
    Resident
    | Consent
    | Unit
    | Agreement
    | Absence
    | Contact
    | CrisisList
    | TemporaryNumber
    | Settings
)

KINDS: dict[str, type] = {
    "settings": Settings,
    "contact": Contact,
    "crisis_list": CrisisList,
    "resident": Resident,
    "consent": Consent,
    "camera": Unit,
    "agreement": Agreement,
    "absence": Absence,
    "temporary_number": TemporaryNumber,
}
"""What there is, in the order in which a file lists it."""


class Documents(Protocol):
    """Where entries are kept: a snapshot of the store."""

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every document of a kind, by key."""
        ...


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Everything that is registered, by kind and key.

    ``unread``: kind and key of entries that a file has and that could not be read; "" for a
    key that is not known. `lacks` says whether something may be missing because of it.
    """

    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unread: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def load(cls, store: Documents) -> Registry:
        """What the store holds. Raises RegistryError where it holds what this version cannot."""
        return cls.read({kind: list(store.all(kind).values()) for kind in KINDS})

    @classmethod
    def read(cls, tables: Mapping[str, Any]) -> Registry:
        """From plain tables, as a file has them. Raises RegistryError with every fault."""
        registry, faults = cls.gather(tables)
        if faults:
            raise RegistryError(faults)
        return registry

    @classmethod
    def gather(cls, tables: Mapping[str, Any]) -> tuple[Registry, list[Fault]]:
        """What of plain tables can be read, and every fault of the form of the rest."""
        faults = [
            Fault(place=str(kind), message=f"expected one of {', '.join(KINDS)}")
            for kind in tables
            if kind not in KINDS
        ]
        entries: dict[str, dict[str, Any]] = {}
        unread: set[tuple[str, str]] = set()
        for kind in KINDS:
            rows = tables.get(kind, [])
            found, wrong, lost = _read(kind, [rows] if isinstance(rows, dict) else rows)
            entries[kind] = found
            faults += wrong
            unread |= {(kind, key) for key in lost}
        return cls(entries=entries, unread=frozenset(unread)), faults

    def with_entries(self, kind: str, added: Iterable[Entry]) -> Registry:
        """The same with entries put in, in place of those of the same keys."""
        merged = {**self.of(kind), **{entry.key: entry for entry in added}}
        return replace(self, entries={**self.entries, kind: merged})

    def merged(self, other: Registry) -> Registry:
        """The same with every entry of ``other``."""
        result = self
        for kind in KINDS:
            result = result.with_entries(kind, other.of(kind).values())
        return result

    def of(self, kind: str) -> Mapping[str, Any]:
        """The entries of one kind, by key."""
        return self.entries.get(kind, {})

    def lacks(self, kind: str, key: str | None = None) -> bool:
        """Whether an entry of ``kind``, that of ``key`` if given, was there and not readable."""
        if key is None:
            return any(one == kind for one, _ in self.unread)
        return (kind, key) in self.unread or (kind, "") in self.unread

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """As plain tables, the inverse of `read`; kinds without an entry are left out."""
        return {
            kind: [table_of(entry) for entry in self.of(kind).values()]
            for kind in KINDS
            if self.of(kind)
        }

    @property
    def residents(self) -> Mapping[str, Resident]:
        """By key."""
        return self.of("resident")

    @property
    def consents(self) -> Mapping[str, Consent]:
        """By key."""
        return self.of("consent")

    @cached_property
    def consents_by_resident(self) -> Mapping[str, tuple[Consent, ...]]:
        """Who has consents has them here."""
        return _by_resident(self.consents.values())

    @cached_property
    def absences_by_resident(self) -> Mapping[str, tuple[Absence, ...]]:
        """Who has absences has them here."""
        return _by_resident(self.absences.values())

    @property
    def units(self) -> Mapping[str, Unit]:
        """Cameras, by serial number."""
        return self.of("camera")

    @property
    def agreements(self) -> Mapping[str, Agreement]:
        """By key."""
        return self.of("agreement")

    @property
    def absences(self) -> Mapping[str, Absence]:
        """By key."""
        return self.of("absence")

    @property
    def contacts(self) -> Mapping[str, Contact]:
        """By key."""
        return self.of("contact")

    @property
    def crisis_lists(self) -> Mapping[str, CrisisList]:
        """By area."""
        return self.of("crisis_list")

    @property
    def temporary_numbers(self) -> Mapping[str, TemporaryNumber]:
        """By key."""
        return self.of("temporary_number")

    @property
    def settings(self) -> Settings:
        """The municipality's; the defaults where none were registered."""
        return next(iter(self.of("settings").values()), Settings())

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock agreed times are read on."""
        return ZoneInfo(self.settings.zone)


def settings_of(store: Store) -> Settings:
    """The municipality's settings as they are now, without reading the rest."""
    with store.snapshot() as snapshot:
        return Registry.read({"settings": list(snapshot.all("settings").values())}).settings


def _by_resident(entries: Iterable[Any]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for entry in entries:
        found[entry.resident] = (*found.get(entry.resident, ()), entry)
    return found


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    """Reads and writes a tuple of entries; in a tuple, the settings reach the classes in it."""
    several: Any = tuple.__class_getitem__((KINDS[kind], ...))
    return TypeAdapter(several, config=ConfigDict(extra="forbid", str_strip_whitespace=True))


def _read(kind: str, rows: Any) -> tuple[dict[str, Any], list[Fault], set[str]]:
    """The entries of a kind by key, the faults of form, and the keys of what cannot be read."""
    faults: list[Fault] = []
    lost: set[str] = set()
    try:
        entries = _adapter(kind).validate_python(rows)
    except ValidationError as error:
        told = error.errors(include_url=False)
        faults = [form_fault(kind, rows, fault) for fault in told]
        wrong = {fault["loc"][0] if fault["loc"] else None for fault in told}
        if None in wrong or not isinstance(rows, list):
            return {}, faults, {""}
        lost = {_key(rows[number]) for number in wrong if isinstance(number, int)}
        right = [row for number, row in enumerate(rows) if number not in wrong]
        entries = _adapter(kind).validate_python(right)
    found: dict[str, Any] = {}
    for entry in entries:
        if entry.key in found:
            message = f"expected each key once; {entry.key!r} is there twice"
            faults.append(Fault(place=f"{kind}[{entry.key}]", message=message))
        found[entry.key] = entry
    return found, faults, lost


def _key(row: Any) -> str:
    key = row.get("key") if isinstance(row, dict) else None
    return key if isinstance(key, str) else ""


def entry_from(kind: str, table: Mapping[str, Any]) -> Entry:
    """One entry from a plain table. Raises RegistryError with every fault."""
    found, faults, _ = _read(kind, [dict(table)])
    if faults:
        raise RegistryError(faults)
    entry: Entry = next(iter(found.values()))
    return entry


def table_of(entry: Entry, *, defaults: bool = True) -> dict[str, Any]:
    """An entry as plain JSON values; fields that are None, or no defaults, are left out."""
    kind = next(name for name, cls in KINDS.items() if isinstance(entry, cls))
    (table,) = _adapter(kind).dump_python(
        (entry,), mode="json", exclude_none=True, exclude_defaults=not defaults
    )
    return dict(table)
