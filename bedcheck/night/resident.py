"""The resident: who is supervised, and what has been consented to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

__all__ = ["Consent", "Party", "Resident"]


@dataclass(frozen=True, kw_only=True)
class Resident:
    """The person supervised, at home."""

    key: str
    name: str
    area: str  # whose night staff drive out
    telephone: str = ""  # for a call before anyone drives
    address: str = ""  # where the night staff drive
    co_living: tuple[str, ...] = ()  # who else lives there permanently, by name
    controller: str = ""  # the number that alarm receivers know the equipment here by, in SCAIP


class Party(StrEnum):
    """Whose consent it is."""

    RESIDENT = "resident"
    CO_LIVING = "co_living"  # somebody who lives in the same home permanently


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A written consent, as the paper says. Without it there is no look."""

    key: str
    resident: str
    party: Party = Party.RESIDENT
    person: str = ""  # the name, where it is somebody who lives there too
    taken_by: str  # the member of staff who collected it
    taken_on: date
    reference: str  # where the paper is kept
    withdrawn_on: date | None = None  # looks stop at once
    withdrawn_by: str = ""  # who registered that
