"""Is the history what was written? Every row is read, and what does not hang together is told."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bedcheck.errors import RecordError
from bedcheck.history import statements as sql
from bedcheck.history.chain import Content, first_link, head_message, leaf_of, link_of
from bedcheck.history.keys import Keys
from bedcheck.history.row import Kind
from bedcheck.history.seal import Seal

__all__ = ["Fault", "Tampering", "Verification", "verify"]

PURGE, SEAL = (kind.encode() for kind in (Kind.PURGE, Kind.SEAL))  # as bytes, as all is read
MOST_FAULTS = 100  # told one by one; more do not help


class Tampering(StrEnum):
    """In what way a row is not what was written."""

    CHANGED = "changed"  # its content is not what its digest says
    REMOVED = "removed"  # its number is missing
    INSERTED = "inserted"  # it does not follow from the row before it
    CUT_OFF = "cut_off"  # the history ends before its last row
    ERASED = "erased"  # its content is gone, and no purge says so
    SEALED_OTHERWISE = "sealed_otherwise"  # a seal says that another row stood here
    FORGED_SEAL = "forged_seal"  # a seal that this store's key did not sign
    FORGED_END = "forged_end"  # the note of the last row was not written with this key


@dataclass(frozen=True)
class Fault:
    """One thing that does not hang together."""

    what: Tampering
    row: int  # where


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was read, and what is wrong with it. ``whole`` where nothing is."""

    rows: int  # that are there, purged ones included
    purged: int  # whose content a purge erased
    seals: int  # that were checked, those in the chain and those kept elsewhere
    sealed: int  # up to this row one kept elsewhere holds; 0: none was given, or none holds
    faults: tuple[Fault, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every row is the one that was written, as far as can be shown."""
        return not self.faults


@dataclass
class _Reading:
    """What is known while the rows go by."""

    keys: Keys
    link: bytes
    kept: dict[int, list[Seal]]  # seals from elsewhere, by the row that they seal
    store: str
    seq: int = 0
    rows: int = 0
    seals: int = 0
    sealed: int = 0
    faults: list[Fault] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    purges: list[tuple[int, int]] = field(default_factory=list)  # first and last row of each

    def blame(self, what: Tampering, row: int) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(what, row))

    def take(self, row: Any) -> None:
        self.rows += 1
        if not isinstance(row.leaf, bytes) or not isinstance(row.link, bytes) or row.seq < 1:
            self.blame(Tampering.CHANGED, row.seq)
            self.seq = max(row.seq, 0)
            return
        if row.seq != self.seq + 1:
            self.blame(Tampering.REMOVED, self.seq + 1)
        elif row.link != link_of(self.link, row.seq, row.leaf):
            self.blame(Tampering.INSERTED, row.seq)
        if row.salt is None:
            if row.kind is not None or row.facts is not None:
                self.blame(Tampering.CHANGED, row.seq)
            self.erased.append(row.seq)
        elif not isinstance(row.salt, bytes) or row.leaf != leaf_of(row.salt, _content(row)):
            self.blame(Tampering.CHANGED, row.seq)
        elif row.kind == PURGE:
            self.take_purge(row)
        elif row.kind == SEAL:
            self.check_seal(row)
        self.seq, self.link = row.seq, row.link
        for seal in self.kept.pop(row.seq, []):
            self.compare(seal)

    def take_purge(self, row: Any) -> None:
        """A purge names earlier rows, as [[first, last], ...]."""
        for pair in _facts(row).get("rows", []):
            match pair:
                case [int(first), int(last)] if first <= last < row.seq:
                    self.purges.append((first, last))
                case _:
                    self.blame(Tampering.CHANGED, row.seq)

    def check_seal(self, row: Any) -> None:
        """A seal in the chain seals the row before it."""
        try:
            seal = Seal.parse(_facts(row))
        except RecordError:
            self.blame(Tampering.FORGED_SEAL, row.seq)
            return
        if seal.seq == self.seq:
            self.compare(seal, row.seq)  # shows tampering, but not that of the store's owner
        else:
            self.blame(Tampering.SEALED_OTHERWISE, row.seq)

    def compare(self, seal: Seal, in_row: int | None = None) -> None:
        """``in_row``: the row that holds the seal; None: it was kept elsewhere."""
        self.seals += 1
        if seal.store != self.store or seal.public != self.keys.public or not seal.signed:
            self.blame(Tampering.FORGED_SEAL, in_row or seal.seq)
        elif seal.link != self.link:
            self.blame(Tampering.SEALED_OTHERWISE, seal.seq)
        elif in_row is None:
            self.sealed = max(self.sealed, seal.seq)


def verify(connection: sa.Connection, keys: Keys, seals: Iterable[Seal] = ()) -> Verification:
    """Reads every row and says what is not as it was written.

    ``seals`` are those kept elsewhere; without them nobody can tell a history that was
    rewritten as a whole by someone who has the store's secrets.
    """
    head = connection.execute(sql.HEAD).one()
    kept: dict[int, list[Seal]] = {}
    for seal in seals:
        kept.setdefault(seal.seq, []).append(seal)
    reading = _Reading(keys=keys, link=first_link(head.store), kept=kept, store=head.store)
    for seal in kept.pop(0, []):  # of a history that had no row yet
        reading.compare(seal)
    result = connection.execution_options(yield_per=1000).execute(sql.CHAIN)
    for row in result:
        reading.take(row)
    _check_end(reading, head)
    for seq in _uncovered(reading.erased, reading.purges):
        reading.blame(Tampering.ERASED, seq)
    return Verification(
        rows=reading.rows,
        purged=len(reading.erased),
        seals=reading.seals,
        sealed=reading.sealed,
        faults=tuple(sorted(reading.faults, key=lambda fault: fault.row)),
    )


def _check_end(reading: _Reading, head: Any) -> None:
    mac = reading.keys.mac("head", head_message(head.store, head.seq, head.link))
    if not hmac.compare_digest(mac, head.mac):
        reading.blame(Tampering.FORGED_END, head.seq)
    if head.seq > reading.seq:
        reading.blame(Tampering.CUT_OFF, reading.seq + 1)
    elif head.seq < reading.seq:
        reading.blame(Tampering.INSERTED, head.seq + 1)
    elif head.link != reading.link:
        reading.blame(Tampering.INSERTED, head.seq)
    for seq in reading.kept:  # seals of rows that are not there
        reading.blame(Tampering.CUT_OFF, seq)


def _uncovered(erased: Iterable[int], purges: Iterable[tuple[int, int]]) -> list[int]:
    """The erased rows that no purge names; both are gone through once."""
    ranges = sorted(purges)
    alone, number, reach = [], 0, 0
    for seq in erased:
        while number < len(ranges) and ranges[number][0] <= seq:
            reach = max(reach, ranges[number][1])
            number += 1
        if seq > reach:
            alone.append(seq)
    return alone


def _content(row: Any) -> Content:
    return tuple(
        None if value is None else value.decode("utf-8", "surrogateescape")
        for value in (
            row.at, row.kind, row.resident, row.camera, row.window, row.alarm, row.who, row.facts,
        )
    )  # fmt: skip


def _facts(row: Any) -> dict[str, Any]:
    try:
        facts = json.loads(row.facts)
    except (ValueError, RecursionError):  # of one who can make digests, but writes no JSON
        return {}
    return facts if isinstance(facts, dict) else {}
