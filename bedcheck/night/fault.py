"""What is wrong with the registry, and where: all of it at once."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Fault"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault."""

    place: str  # agreement[berit].times[1]
    message: str  # what was expected, what came, what to do

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
