"""A small municipality, as plain tables that a test may change."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from bedcheck.night.registry import Registry

TABLES: dict[str, list[dict[str, Any]]] = {
    "settings": [{"operator": "operator", "administrator": "admin"}],
    "contact": [
        {"key": "north", "name": "Night team north", "hours": [{"start": "21:00", "end": "08:00"}]},
        {"key": "operator", "name": "Alarm centre"},
        {"key": "admin", "name": "Administrator"},
        {"key": "duty", "name": "Manager on call", "telephone": "+46 70 000 00 01"},
    ],
    "crisis_list": [{"key": "north", "contacts": ["duty"]}],
    "resident": [{"key": "berit", "name": "Berit", "area": "north"}],
    "consent": [
        {
            "key": "berit-1",
            "resident": "berit",
            "taken_by": "Anna",
            "taken_on": "2026-02-01",
            "reference": "binder 3",
        }
    ],
    "camera": [{"key": "C1", "resident": "berit", "source": "berit.jpg", "state": "active"}],
    "agreement": [
        {
            "key": "berit",
            "resident": "berit",
            "camera": "C1",
            "times": [{"at": "23:00"}, {"at": "03:00", "earliest": "02:00", "latest": "04:00"}],
            "contacts": ["north"],
            "ordered_at": "2026-02-01T10:00:00+01:00",
            "ordered_by": "Care manager",
            "starts": "2026-02-03T10:00:00+01:00",
            "state": "active",
        }
    ],
}


def tables() -> dict[str, list[dict[str, Any]]]:
    """A copy that may be changed."""
    return deepcopy(TABLES)


def registry(**changes: dict[str, Any]) -> Registry:
    """The registry; `agreement={"shadow": True}` changes fields of the first agreement."""
    changed = tables()
    for kind, fields in changes.items():
        changed[kind][0].update(fields)
    return Registry.read(changed)
