"""Importing again: the same file changes nothing, whatever was done since; nothing is revived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bedcheck.errors import RegistryError
from bedcheck.history.store import Store
from bedcheck.night.bars import bar_against
from bedcheck.night.changes import change, import_registry, remove, withdraw
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Service
from bedcheck.night.window import Bar
from tests.night.registering import registry

NOW = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
BY = "os:anna"
FILE = registry(
    camera={"state": "ordered"},
    agreement={"times": [{"at": "23:00", "earliest": "22:00", "latest": "01:00"}]},
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "night.db", create=True) as store:
        import_registry(store, FILE, BY, NOW)
        yield store


def registered(store: Store) -> Registry:
    with store.snapshot() as snapshot:
        return Registry.load(snapshot)


def withdrawn(store: Store) -> None:
    withdraw(store, "berit", BY, NOW)


def in_service(store: Store) -> None:
    unit = registered(store).units["C1"]
    change(store, [replace(unit, state=Service.ACTIVE)], BY, NOW)


def out_of_order(store: Store) -> None:
    change(store, [replace(registered(store).units["C1"], fault="covered")], BY, NOW)


def planned(store: Store) -> None:
    """Times moved, as `plan --apply` moves them."""
    agreement = registered(store).agreements["berit"]
    (wish,) = agreement.times
    moved = replace(wish, at=wish.at.replace(minute=10))
    change(store, [replace(agreement, times=(moved,))], BY, NOW)


def removed(store: Store) -> None:
    withdrawn(store)
    remove(store, "agreement", "berit", BY, NOW)
    remove(store, "consent", "berit-1", BY, NOW)


DONE_SINCE = [
    (withdrawn, ("consent berit-1", "camera C1", "agreement berit")),
    (in_service, ("camera C1",)),
    (out_of_order, ("camera C1",)),
    (planned, ("agreement berit",)),
    (removed, ("consent berit-1", "camera C1", "agreement berit")),
]


@pytest.mark.parametrize(("did", "kept"), DONE_SINCE, ids=lambda x: getattr(x, "__name__", ""))
def test_the_same_file_again_undoes_nothing(
    store: Store, did: Callable[[Store], None], kept: tuple[str, ...]
) -> None:
    did(store)
    before = registered(store)
    for _ in range(2):
        assert import_registry(store, FILE, BY, NOW) == (0, 0, kept)
        assert registered(store) == before


def test_after_a_withdrawal_and_the_same_file_no_window_may_look(store: Store) -> None:
    in_service(store)
    assert bar_against(registered(store), "berit", NOW) == (None, "")
    withdrawn(store)
    import_registry(store, FILE, BY, NOW)
    for hours in range(48):
        at = NOW + timedelta(hours=hours)
        assert bar_against(registered(store), "berit", at) == (Bar.NO_CONSENT, "")


def test_only_the_entries_that_were_corrected_change(store: Store) -> None:
    in_service(store)
    corrected = FILE.with_entries("resident", [replace(FILE.residents["berit"], name="Berit A")])
    assert import_registry(store, corrected, BY, NOW) == (0, 1, ("camera C1",))
    known = registered(store)
    assert known.residents["berit"].name == "Berit A"
    assert known.units["C1"].state is Service.ACTIVE
    assert import_registry(store, corrected, BY, NOW) == (0, 0, ("camera C1",))


def test_a_corrected_entry_becomes_as_in_the_file(store: Store) -> None:
    in_service(store)
    corrected = FILE.with_entries("camera", [replace(FILE.units["C1"], source="other.jpg")])
    assert import_registry(store, corrected, BY, NOW) == (0, 1, ())
    assert registered(store).units["C1"] == corrected.units["C1"]


def test_an_entry_added_by_command_and_then_imported_the_same_is_no_change(store: Store) -> None:
    change(store, [replace(FILE.contacts["duty"], key="chief")], BY, NOW)
    more = FILE.with_entries("contact", [replace(FILE.contacts["duty"], key="chief")])
    assert import_registry(store, more, BY, NOW) == (0, 0, ())


CONSENT = r"consent\[berit-1\]: was withdrawn on 2026-03-10; a new consent has a new key"
AGREEMENT = r"agreement\[berit\]: has ended; a new agreement has a new key"
REVIVALS: list[tuple[str, dict[str, Any], str]] = [
    ("consent", {"reference": "binder 4"}, CONSENT),
    ("consent", {"taken_by": "Bo"}, CONSENT),
    ("agreement", {"look_seconds": 20}, AGREEMENT),
    ("agreement", {"state": Service.PAUSED}, AGREEMENT),
]


@pytest.mark.parametrize("did", [withdrawn, removed])
@pytest.mark.parametrize("how", ["import", "add"])
@pytest.mark.parametrize(("kind", "fields", "fault"), REVIVALS)
def test_what_has_ended_is_never_revived_under_its_key(
    store: Store,
    did: Callable[[Store], None],
    how: str,
    kind: str,
    fields: dict[str, Any],
    fault: str,
) -> None:
    did(store)
    before = registered(store)
    (entry,) = FILE.of(kind).values()
    revived = replace(entry, **fields)
    puts = {
        "add": lambda: change(store, [revived], BY, NOW),
        "import": lambda: import_registry(store, FILE.with_entries(kind, [revived]), BY, NOW),
    }
    with pytest.raises(RegistryError, match=fault):
        puts[how]()
    assert registered(store) == before
    assert bar_against(before, "berit", NOW)[0] is not None


def test_a_store_that_nothing_was_imported_into_is_not_revived_either(tmp_path: Path) -> None:
    with Store.open(tmp_path / "other.db", create=True) as store:
        entries = [entry for kind in FILE.entries.values() for entry in kind.values()]
        change(store, entries, BY, NOW)
        withdrawn(store)
        with pytest.raises(RegistryError, match="2 faults"):
            import_registry(store, FILE, BY, NOW)


def test_a_new_consent_and_agreement_have_new_keys(store: Store) -> None:
    withdrawn(store)
    new = [
        replace(FILE.consents["berit-1"], key="berit-2"),
        replace(FILE.units["C1"], key="C2", state=Service.ACTIVE),
        replace(FILE.agreements["berit"], key="berit-2", camera="C2"),
    ]
    assert change(store, new, BY, NOW) == 3
    assert bar_against(registered(store), "berit-2", NOW) == (None, "")
    assert bar_against(registered(store), "berit", NOW) == (Bar.ENDED, "agreement")


def test_a_second_withdrawal_tells_nobody_again(store: Store) -> None:
    assert withdraw(store, "berit", BY, NOW) == ["administrator", "north"]
    with store.snapshot() as snapshot:
        version = snapshot.registry_version()
        queued = len(snapshot.open_intents(NOW, 99))
    assert withdraw(store, "berit", BY, NOW + timedelta(hours=1)) == []
    with store.snapshot() as snapshot:
        assert snapshot.registry_version() == version
        assert len(snapshot.open_intents(NOW + timedelta(days=1), 99)) == queued == 2


def test_a_field_that_a_later_version_has_added_is_no_change(store: Store) -> None:
    with store.transaction() as tx:  # as an earlier version wrote it, without the field
        body = tx.get("camera", "C1") or {}
        del body["router"]
        tx.put("camera", "C1", body, by=BY, at=NOW)
    assert import_registry(store, FILE, BY, NOW) == (0, 0, ())
