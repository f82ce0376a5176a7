"""What asks a home for a sign of life, without asking for a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bedcheck.night.unit import Unit

__all__ = ["ANSWERED", "Asked", "FakeTester", "LineTester"]

ANSWERED = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked: `ANSWERED`, the kind of a failure, or None where it was not asked."""

    camera: str | None = None  # a kind of `bedcheck.night.cameras.Failure`
    router: str | None = None


class LineTester(Protocol):
    """Asks a home. No picture is fetched and nobody is seen, so it needs no grant."""

    def asks(self, unit: Unit) -> bool:
        """Whether there is anything at this unit that can be asked."""
        ...

    def ask(self, unit: Unit) -> Asked:
        """Ask now; takes two times `SECONDS` at most and raises nothing for the world."""
        ...


@dataclass
class FakeTester:
    """Answers as it was told: for tests, demonstrations and simulations.

    ``down``: what is asked of a camera's home, by serial number; others answer. ``asked``
    lists who was asked.
    """

    down: Mapping[str, Asked] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def asks(self, unit: Unit) -> bool:
        """Every unit."""
        return True

    def ask(self, unit: Unit) -> Asked:
        """What was told."""
        self.asked.append(unit.key)
        return self.down.get(unit.key, Asked(camera=ANSWERED))
