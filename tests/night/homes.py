"""Many homes of one area, as plain tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from bedcheck.night.lines.port import Asked, FakeTester
from tests.night.registering import tables

__all__ = ["Homes", "homes"]


def homes(
    names: Sequence[str],
    *,
    sources: Mapping[str, str] | None = None,
    times: Mapping[str, Sequence[str]] | None = None,
    **lines: Any,
) -> dict[str, Any]:
    """A municipality of ``names``, each with a camera of the same name; ``lines`` are settings.

    ``times``: when their windows open; without it nobody is looked to.
    """
    changed = tables()
    changed["settings"][0]["lines"] = lines
    changed["settings"][0]["language"] = "en"
    for kind in ("resident", "consent", "camera", "agreement"):
        (one,) = changed.pop(kind)
        changed[kind] = []
        for name in names:
            entry = {**deepcopy(one), "key": name}
            if kind == "resident":
                entry["name"] = name.capitalize()
            else:
                entry["resident"] = name
            if kind == "camera":
                entry["source"] = (sources or {}).get(name, f"{name}.jpg")
            if kind == "agreement":
                at = (times or {}).get(name, ())
                if not at:
                    continue
                entry |= {"camera": name, "times": [{"at": t} for t in at]}
            changed[kind].append(entry)
    return changed


class Homes(FakeTester):
    """Answers unless it was put ``down``."""

    def __init__(self) -> None:
        self.down = {}
        self.asked = []

    down: dict[str, Asked]  # type: ignore[assignment]
