"""The registry as a file: read whole or refused whole, with every fault and its place."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.errors import RegistryError
from bedcheck.night.registry import Registry, entry_from, table_of
from bedcheck.night.registry_file import dump, parse
from tests.night.registering import registry, tables


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
