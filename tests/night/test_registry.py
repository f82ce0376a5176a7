"""The registry as a file: read whole or refused whole, with every fault and its place."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.errors import RegistryError
from bedcheck.history.store import Store
from bedcheck.night.changes import import_registry
from bedcheck.night.registry import Registry, entry_from, table_of
from bedcheck.night.registry_file import dump, gather, parse
from tests.night.registering import registry, tables

NOW = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize("form", ["toml", "json"])
def test_what_is_written_is_read_back(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"registry.{form}"
    path.write_text(dump(registry(), form), encoding="utf-8")
    assert parse(path) == registry()


def test_five_faults_are_told_at_once_with_their_places() -> None:
    changed = tables()
    (agreement,) = changed["agreement"]
    agreement["look_second"] = 25
    agreement["times"].append({"at": "25:00"})
    agreement["starts"] = "2026-02-03T10:00:00"
    del agreement["ordered_by"]
    changed["contact"][0]["medium"] = "pigeon"
    with pytest.raises(RegistryError) as caught:
        Registry.read(changed)
    assert {fault.place for fault in caught.value.faults} == {
        "agreement[berit].look_second",
        "agreement[berit].times[2].at",
        "agreement[berit].starts",
        "agreement[berit].ordered_by",
        "contact[north].medium",
    }
    assert str(caught.value).startswith("5 faults, and nothing was changed:\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"resident": [{"key": "a", "name": "A", "area": "n"}] * 2}, "there twice"),
        ({"residents": []}, "residents: expected one of settings, contact"),
        ({"resident": "Berit"}, "resident: "),
        ({"resident": ["Berit"]}, "resident\\[0\\]: "),
        ({"resident": [{}]}, "resident\\[0\\].key: is missing"),
    ],
)
def test_what_is_no_registry_is_refused_by_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RegistryError, match=message):
        Registry.read({**tables(), **change})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.toml", b"[[resident]\n", "expected TOML"),
        ("a.json", b"{", "or JSON where the name ends in .json"),
        ("a.json", b"[]", "expected tables named settings"),
        ("a.json", b"[" * 100_000, "expected TOML, or JSON"),
        ("a.toml", b"\xff\xfe", "UTF-8"),
        ("missing.toml", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_none_is_told(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RegistryError, match=message):
        parse(path)


def test_every_entry_survives_being_a_table() -> None:
    for kind, entries in registry().entries.items():
        for entry in entries.values():
            assert entry_from(kind, table_of(entry)) == entry


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from([*tables(), "absence", "other"]), PLAIN | st.lists(PLAIN)),
)
def test_anything_is_read_or_refused(contents: dict[str, Any]) -> None:
    with suppress(RegistryError):
        Registry.read(contents)


def test_merging_puts_in_and_replaces() -> None:
    other = registry(resident={"name": "Berit A"}, consent={"key": "berit-2"})
    merged = registry().merged(other)
    assert merged.residents["berit"].name == "Berit A"
    assert set(merged.consents) == {"berit-1", "berit-2"}


def test_the_toml_is_for_people() -> None:
    text = dump(registry(), "toml")
    assert tomllib.loads(text)["agreement"][0]["times"][0]["at"] == "23:00:00"
    assert json.loads(dump(registry(), "json"))["resident"][0]["name"] == "Berit"


# ---- everything that is wrong with a file, at once


def faults_of(contents: dict[str, Any], tmp_path: Path) -> dict[str, str]:
    """By place, as `night import` tells them."""
    path = tmp_path / "registry.toml"
    path.write_text(tomli_w.dumps(contents), encoding="utf-8")
    read, faults = gather(path)
    with (
        Store.open(tmp_path / "night.db", create=True) as store,
        pytest.raises(RegistryError) as caught,
    ):
        import_registry(store, read, "os:test", NOW, faults)
    return {fault.place: fault.message for fault in caught.value.faults}


def test_faults_of_form_and_of_sense_are_told_together(tmp_path: Path) -> None:
    changed = tables()
    changed["agreement"][0] |= {"look_seconds": "long", "retry_minutes": 99}
    changed["agreement"].append(
        {**tables()["agreement"][0], "key": "two", "retry_minutes": 99, "camera": "C9"}
    )
    changed["contact"][0]["medium"] = "pigeon"
    changed["resident"][0]["area"] = "south"
    assert set(faults_of(changed, tmp_path)) == {
        "agreement[berit].look_seconds",
        "contact[north].medium",
        "agreement[two].camera",
        "agreement[two].retry_minutes",
        "resident[berit].area",
    }


@pytest.mark.parametrize("kind", [kind for kind in tables() if kind != "absence"])
def test_an_entry_that_cannot_be_read_makes_no_fault_of_the_others(
    kind: str, tmp_path: Path
) -> None:
    """Nobody is to look for a contact that stands in the file, three lines above."""
    changed = tables()
    changed[kind][0]["surplus"] = 1
    name = changed[kind][0].get("key", "0")
    assert set(faults_of(changed, tmp_path)) == {f"{kind}[{name}].surplus"}


@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        ("agreement", {"starts": time(3, 0)}, "expected a date and time with its zone, as"
         " 2026-03-10T22:00:00+01:00; got 03:00"),
        ("agreement", {"starts": datetime(2026, 2, 3, 10)}, "got 2026-02-03T10:00:00"),
        ("agreement", {"times": [{"at": date(2026, 2, 3)}]}, "expected a time of day, as 22:30;"
         " got 2026-02-03"),
        ("agreement", {"times": [{"at": time(23), "earliest": time(23, 30), "latest": time(1)}]},
         "expected 23:00 between earliest and latest, both given or neither; got 23:30 and 01:00"),
        ("agreement", {"times": [{"at": time(23), "earliest": time(22)}]}, "got 22:00 and nothing"),
        ("agreement", {"look_seconds": "x"}, "expected a whole number; got 'x'"),
        ("agreement", {"retry_minutes": 1.5}, "expected a whole number; got 1.5"),
        ("agreement", {"shadow": "maybe"}, "expected true or false; got 'maybe'"),
        ("agreement", {"contacts": "north"}, "expected a list, as [1, 2]; got 'north'"),
        ("agreement", {"state": "x"}, "expected one of ordered, active, paused, ended; got 'x'"),
        ("consent", {"taken_on": time(3, 0)}, "expected a date, as 2026-03-10; got 03:00"),
        ("camera", {"source": 5}, "expected text, in quotes; got 5"),
        ("camera", {"bed": [[0, 0], [1, 0, 1], [1, 1]]}, "expected 2 of them at most; got a list"),
        ("camera", {"clock": [0, 0, "x", 1]}, "expected a number; got 'x'"),
        ("contact", {"scaip": True}, "expected a table of fields; got true"),
        ("contact", {"hours": [{"start": "21:00", "end": {"a": 1}}]}, "time of day, as 22:30; got"
         " a table"),
    ],
)  # fmt: skip
def test_what_came_is_told_as_it_would_be_written(
    kind: str, change: dict[str, Any], told: str, tmp_path: Path
) -> None:
    changed = tables()
    changed[kind][0] |= change
    (message,) = faults_of(changed, tmp_path).values()
    assert told in message
    assert "datetime" not in message
    assert "valid" not in message
