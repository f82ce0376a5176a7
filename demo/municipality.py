"""Twelve residents who exist only here, and who acts for them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bedcheck.night.registry import Registry
from bedcheck.placement import parse_polygon

__all__ = ["ABOUT", "SAMPLES", "SCENES", "START", "ZONE", "municipality"]

ZONE = ZoneInfo("Europe/Stockholm")
START = datetime(2026, 3, 10, 21, 30, tzinfo=ZONE).astimezone(UTC)
SAMPLES = Path(__file__).parent.parent / "samples"

SCENES = {  # what each camera shows when the night begins
    "alva": "in_bed_lamp.jpg",
    "berit": "empty_daylight.jpg",
    "carl": "covered_dark.jpg",
    "doris": "same_hue.jpg",
    "folke": "in_bed_infrared.jpg",
    "greta": "in_bed_under_duvet.jpg",
    "harry": "empty_daylight.jpg",
    "inga": "person_on_the_floor.jpg",
    "lars": "in_bed_lamp.jpg",
    "maj": "in_bed_infrared.jpg",
}

ABOUT = {
    "alva": "lies in bed",
    "berit": "is up in the kitchen and back in bed before the second look",
    "carl": "lies in bed; a towel hangs over the camera",
    "doris": "has bedding of the same hue as her nightgown and wall",
    "erik": "lies in bed; the camera's plug was pulled out, the home's line is up",
    "folke": "is away until tomorrow, which was registered",
    "greta": "withdraws her consent at midnight",
    "harry": "is at his sister's, which nobody has been told",
    "inga": "has fallen beside the bed",
    "karin": "lives by the lake, where the power fails from 23:40 until 01:35",
    "lars": "lives by the lake too, and is looked to when the power is back",
    "maj": "likewise",
}

TIMES = {
    "alva": ["22:00"],
    "berit": ["22:15"],
    "carl": ["22:30", "03:00"],
    "doris": ["22:45"],
    "erik": ["23:00"],
    "folke": ["23:15"],
    "greta": ["23:30", "02:00"],
    "harry": ["01:00"],
    "inga": ["01:30"],
    "karin": ["01:10"],
    "lars": ["04:00"],
    "maj": ["02:30"],
}
LAKE = ("karin", "lars", "maj")


def municipality(address: str, dead: str, lake: str = "http://lake.example") -> Registry:
    """The registry; cameras are at ``address``, those by the lake at ``lake``.

    Erik's is at ``dead``: something refuses there, as a router does for a camera that is off.
    """
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as file:
        beds = {row["path"]: parse_polygon(row["bed"]) for row in csv.DictReader(file)}
    tables: dict[str, list[dict[str, Any]]] = {
        "settings": [{"operator": "centre", "administrator": "anna", "language": "en"}],
        "contact": [
            {"key": "north", "name": "Night team north"},
            {"key": "south", "name": "Night team south"},
            {"key": "centre", "name": "Alarm centre"},
            {"key": "anna", "name": "Anna, administrator"},
            {"key": "duty", "name": "Manager on call"},
        ],
        "crisis_list": [{"key": area, "contacts": ["duty"]} for area in ("town", "lake")],
        "absence": [
            {
                "key": "folke-trip",
                "resident": "folke",
                "start": "2026-03-09T12:00:00+01:00",
                "end": "2026-03-11T12:00:00+01:00",
                "reason": "at the hospital",
            }
        ],
    }
    for kind in ("resident", "consent", "camera", "agreement"):
        tables[kind] = [
            _entry(kind, name, lake if name in LAKE else address, dead, beds) for name in TIMES
        ]
    return Registry.read(tables)


def _entry(kind: str, name: str, address: str, dead: str, beds: dict[str, Any]) -> dict[str, Any]:
    if kind == "resident":
        area = "lake" if name in LAKE else "town"
        return {"key": name, "name": name.capitalize(), "area": area, "telephone": "08-123 45"}
    if kind == "consent":
        return {
            "key": name,
            "resident": name,
            "taken_by": "Anna",
            "taken_on": "2026-02-01",
            "reference": "binder 3",
        }
    if kind == "camera":
        return {
            "key": f"cam-{name}",
            "resident": name,
            "source": f"{dead if name == 'erik' else address}/{name}.jpg",
            "login": "viewer",
            "scheme": "basic",
            "secret": "cameras",
            "state": "active",
            "bed": beds[SCENES.get(name, "in_bed_lamp.jpg")],
        }
    return {
        "key": name,
        "resident": name,
        "camera": f"cam-{name}",
        "times": [{"at": at} for at in TIMES[name]],
        "contacts": ["north", "south"],
        "ordered_at": "2026-02-01T10:00:00+01:00",
        "ordered_by": "Care manager",
        "starts": "2026-02-03T10:00:00+01:00",
        "state": "active",
    }
