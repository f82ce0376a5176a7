"""Reading the history: which rows, in pages, so that no reader holds the file for long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bedcheck.errors import RecordError, StoreError
from bedcheck.history.plain import check_key, instant, utc
from bedcheck.history.row import HistoryRow, Kind, check_kind
from bedcheck.history.tables import rows

__all__ = ["Filters", "newest", "page"]

PAGE = 500  # rows of one short reading


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which rows are wanted; None: whatever it is. RecordError for what no row can have."""

    resident: str | None = None
    camera: str | None = None
    window: str | None = None
    alarm: str | None = None
    who: str | None = None
    kinds: tuple[Kind, ...] = ()  # any of these; none: all
    since: datetime | None = None  # rows of this instant or later
    until: datetime | None = None  # rows before this instant

    def __post_init__(self) -> None:
        for name in ("resident", "camera", "window", "alarm", "who"):
            if (key := getattr(self, name)) is not None:
                check_key(key, name)
        object.__setattr__(self, "kinds", tuple(check_kind(kind) for kind in self.kinds))
        for name in ("since", "until"):
            if (at := getattr(self, name)) is not None:
                object.__setattr__(self, name, utc(at))

    def to_dict(self) -> dict[str, Any]:
        """Those that are given, as plain values."""
        given: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, datetime):
                value = instant(value)
            elif isinstance(value, tuple):
                value = [str(kind) for kind in value]
            if value:
                given[field.name] = value
        return given

    def clauses(self) -> Iterator[sa.ColumnElement[bool]]:
        """The same as conditions on the rows; a purged row meets none."""
        yield rows.c.kind.is_not(None)
        for name in ("resident", "camera", "window", "alarm", "who"):
            if (key := getattr(self, name)) is not None:
                yield rows.c[name] == key
        if self.kinds:
            yield rows.c.kind.in_([str(kind) for kind in self.kinds])
        if self.since is not None:
            yield rows.c.at >= self.since
        if self.until is not None:
            yield rows.c.at < self.until


def page(
    connection: sa.Connection,
    filters: Filters,
    after: int,
    up_to: int,
    *,
    of_alarms: bool = False,
    most: int = PAGE,
) -> list[HistoryRow]:
    """The first ``most`` rows whose number is in (``after``, ``up_to``], in their order.

    ``of_alarms``: only those that belong to an alarm.
    """
    alarms = [rows.c.alarm.is_not(None)] if of_alarms else []
    found = connection.execute(
        sa.select(rows)
        .where(rows.c.seq > after, rows.c.seq <= up_to, *alarms, *filters.clauses())
        .order_by(rows.c.seq)
        .limit(most)
    )
    return [_read(row) for row in found]


def newest(connection: sa.Connection, filters: Filters, up_to: int, most: int) -> list[HistoryRow]:
    """The last ``most`` rows whose number is ``up_to`` at most, in their order."""
    found = connection.execute(
        sa.select(rows)
        .where(rows.c.seq <= up_to, *filters.clauses())
        .order_by(rows.c.seq.desc())
        .limit(most)
    )
    return [_read(row) for row in found][::-1]


def _read(row: Any) -> HistoryRow:
    try:
        return HistoryRow(
            at=row.at,
            kind=row.kind,
            resident=row.resident,
            camera=row.camera,
            window=row.window,
            alarm=row.alarm,
            who=row.who,
            facts=json.loads(row.facts),
            seq=row.seq,
        )
    except (RecordError, TypeError, ValueError, RecursionError):
        raise StoreError(
            f"row {row.seq} of the history cannot be read, for it is not as it was written:"
            " run `bedcheck history verify`"
        ) from None
