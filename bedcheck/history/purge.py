"""Erasing what has been kept long enough, so that the rest can still be verified.

A row keeps its number, its leaf and its link; content and salt are overwritten in the
file. What a purge erased is itself a row, else it would look like tampering.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bedcheck.history import statements as sql
from bedcheck.history import tables as t
from bedcheck.history.plain import instant
from bedcheck.history.retention import Retention
from bedcheck.history.row import HistoryRow, Kind, Retained
from bedcheck.history.transaction import Transaction

__all__ = ["Purged", "count_due", "count_kept", "purge_rows", "purge_working"]

BATCH = 5000  # rows of one transaction: other writers wait for it
MOST_RANGES = 500  # in one row that tells of a purge

_CONTENT = ("at", "kind", "resident", "camera", "window", "alarm", "who", "facts", "salt")


@dataclass(kw_only=True)
class Purged:
    """What was erased, or would be."""

    rows: Counter[Retained] = field(default_factory=Counter)
    documents: int = 0  # old versions of the registry's documents, and removed ones
    windows: int = 0
    intents: int = 0
    grants: int = 0  # grants and links that have ended
    overwritten: bool = True  # no older copy of it is left in the store's files

    @property
    def anything(self) -> bool:
        """Whether there was anything to erase."""
        return bool(
            self.rows.total() or self.documents or self.windows or self.intents or self.grants
        )


def due(retained: Retained, retention: Retention, now: datetime) -> sa.ColumnElement[bool] | None:
    """Which rows of a class have been kept long enough; None: the class is kept for good."""
    before = retention.before(retained, now)
    if before is None:
        return None
    kinds = [str(kind) for kind in Retention.kinds(retained)]
    return sa.and_(t.rows.c.kind.in_(kinds), t.rows.c.at < before)


def count_due(connection: sa.Connection, retention: Retention, now: datetime) -> Counter[Retained]:
    """How many rows of each class have been kept long enough."""
    counts: Counter[Retained] = Counter()
    for retained in Retained:
        if (condition := due(retained, retention, now)) is not None:
            query = sa.select(sa.func.count()).select_from(t.rows).where(condition)
            counts[retained] = connection.execute(query).scalar_one()
    return +counts


def count_kept(connection: sa.Connection) -> Counter[Retained]:
    """How many rows of each class are there, purged ones left out."""
    counts: Counter[Retained] = Counter()
    query = sa.select(t.rows.c.kind, sa.func.count()).group_by(t.rows.c.kind)
    for kind, count in connection.execute(query.where(t.rows.c.kind.is_not(None))):
        counts[Kind(kind).retained] += count
    return counts


def purge_rows(
    tx: Transaction, retained: Retained, retention: Retention, now: datetime, by: str
) -> int:
    """Erases a batch of rows of one class and returns how many; 0: none is left."""
    condition = due(retained, retention, now)
    before = retention.before(retained, now)
    if condition is None or before is None:
        return 0
    chosen = list(
        tx.connection.scalars(
            sa.select(t.rows.c.seq).where(condition).order_by(t.rows.c.seq).limit(BATCH)
        )
    )
    if not chosen:
        return 0
    tx.connection.execute(
        sa.update(t.rows)
        .where(condition, t.rows.c.seq <= chosen[-1])
        .values(dict.fromkeys(_CONTENT))
    )
    ranges = _ranges(chosen)
    for start in range(0, len(ranges), MOST_RANGES):
        facts = {
            "retained": str(retained),
            "before": instant(before),
            "rows": ranges[start : start + MOST_RANGES],
        }
        tx.append(HistoryRow(at=now, kind=Kind.PURGE, who=by, facts=facts))
    return len(chosen)


def purge_working(tx: Transaction, retention: Retention, now: datetime) -> Purged:
    """Erases what is no row and has been kept long enough."""
    purged = Purged()
    later = t.documents.alias()
    registry = retention.before(Retained.REGISTRY, now)
    supervision = retention.before(Retained.SUPERVISION, now)
    d, w, i = t.documents.c, t.windows.c, t.intents.c
    same = sa.and_(later.c.kind == d.kind, later.c.key == d.key)
    replaced = sa.exists().where(same, later.c.version == d.version + 1, later.c.at < registry)
    removed = sa.exists().where(
        same, later.c.current.is_(True), later.c.body.is_(None), later.c.at < registry
    )
    # Never the newest of all: its place in the table tells the runner that nothing changed.
    older = sa.literal_column("documents.rowid") < sql.REGISTRY_VERSION.scalar_subquery()
    purged.documents = _delete(
        tx, t.documents, older, sa.or_(d.current.is_(False) & replaced, removed)
    )
    # The state of a window is kept as long as a row tells of it.
    told = sa.exists().where(t.rows.c.window == w.key)
    purged.windows = _delete(tx, t.windows, w.closed.is_(True), ~told)
    purged.intents = _delete(tx, t.intents, i.settled < supervision)
    purged.grants = _delete(tx, t.grants, t.grants.c.expires < supervision)
    purged.grants += _delete(tx, t.links, t.links.c.expires < supervision)
    # Of routers' signs of life there are many, and nobody asks who sent which.
    beats = t.links.c.id.like("beat/%")
    purged.grants += _delete(tx, t.links, beats, t.links.c.expires < now)
    return purged


def _delete(tx: Transaction, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    return tx.connection.execute(sa.delete(table).where(*conditions)).rowcount


def _ranges(numbers: Iterable[int]) -> list[list[int]]:
    """[[first, last], ...] of runs without a gap."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges
