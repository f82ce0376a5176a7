"""Counts by night, kept beside the rows: a year of figures in no time.

Rolling up goes on where it ended: rows that came since are read, and what a supervision now
counts, less what it counted before, is added to its night. So a late outcome restates a night
long past. Three sums are kept: of a night without persons, which stays when its rows are
purged, and of each resident's night and month, which go when the resident's rows go.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bedcheck.errors import StoreError
from bedcheck.history.figures.tally import RECKONED, Fact, Group, Tally, mended, supervision
from bedcheck.history.row import Kind
from bedcheck.history.tables import head, rows, tallied, tallies
from bedcheck.history.transaction import Transaction
from bedcheck.history.zone import night_of, zone_in

if TYPE_CHECKING:
    from bedcheck.history.store import Store

__all__ = [
    "Sum",
    "counts_text",
    "forget",
    "load",
    "roll_up",
    "sums",
    "sums_by_resident",
    "whole_months",
]

BATCH = 1000  # rows of one transaction: other writers wait for it
MOST_KEYS = 500  # in one question to the database
DAY = timedelta(days=1)

Key = tuple[str, str, Group]  # resident, span, group


class Sum(NamedTuple):
    """What was counted in one span, of one resident or (empty) of all."""

    resident: str
    span: str
    group: Group
    counts: Mapping[str, int]


def roll_up(store: Store) -> int:
    """Count every row that was not counted yet; returns how many rows were gone through."""
    done = 0
    while True:
        with store.transaction() as tx:
            count = _step(tx, BATCH)
        done += count
        if count < BATCH:
            return done


def _step(tx: Transaction, most: int) -> int:
    read = tx.connection
    seq, frozen = _mark(read)
    up_to: int = min(seq + most, read.execute(sa.select(head.c.seq)).scalar_one())
    if up_to <= seq:
        return 0
    zone = zone_in(tx)
    since = rows.c.seq > seq, rows.c.seq <= up_to
    touched = set(
        read.scalars(
            sa.select(rows.c.window).where(
                *since, rows.c.window.is_not(None), rows.c.kind.in_([str(k) for k in RECKONED])
            )
        )
    )
    before: list[Tally] = []
    after: list[Tally] = []
    for kept in _windows(read, touched, up_to):
        if (now := supervision(kept, zone)) is None:
            continue
        after.append(now)
        if (was := supervision([row for row in kept if row.seq <= seq], zone)) is not None:
            before.append(was)
    new = {tally.seq for tally in after} - {tally.seq for tally in before}
    after += _repairs(read, seq, up_to, zone)
    after = [tally for tally in after if tally.night.isoformat() > frozen]
    before = [tally for tally in before if tally.night.isoformat() > frozen]
    _add(read, before, after, new)
    _set_mark(read, up_to, frozen)
    return up_to - seq


def _windows(read: sa.Connection, keys: Collection[str], up_to: int) -> Iterator[list[Fact]]:
    for some in _chunks(sorted(keys)):
        windows: dict[str, list[Fact]] = defaultdict(list)
        for fact in load(read, rows.c.window.in_(some), rows.c.seq <= up_to):
            windows[fact.window].append(fact)
        yield from windows.values()


def _repairs(read: sa.Connection, seq: int, up_to: int, zone: ZoneInfo) -> Iterator[Tally]:
    """What the new changes of cameras count: those of their residents are read from the start."""
    change = rows.c.kind == str(Kind.CHANGE), rows.c.camera.is_not(None)
    new = sa.select(rows.c.resident).where(rows.c.seq > seq, rows.c.seq <= up_to, *change)
    for resident in sorted({key for key in read.scalars(new) if key}):
        changes = load(read, rows.c.resident == resident, rows.c.seq <= up_to, *change)
        yield from (tally for tally in mended(changes, zone) if tally.seq > seq)


def load(read: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Iterator[Fact]:
    """Rows that are not purged as facts, by their number."""
    c = rows.c
    query = (
        sa.select(c.seq, c.at, c.kind, c.resident, c.camera, c.window, c.facts)
        .where(c.kind.is_not(None), *conditions)
        .order_by(c.seq)
    )
    for row in read.execute(query):
        try:
            yield Fact(
                row.seq, row.at, Kind(row.kind), row.resident or "", row.camera or "",
                row.window or "", json.loads(row.facts),
            )  # fmt: skip
        except (TypeError, ValueError, RecursionError):
            raise StoreError(
                f"row {row.seq} of the history cannot be read, for it is not as it was written:"
                " run `bedcheck history verify`"
            ) from None


# ---- adding up


def _add(
    read: sa.Connection, before: Iterable[Tally], after: Iterable[Tally], new: Collection[int]
) -> None:
    changes: dict[Key, Counter[str]] = defaultdict(Counter)
    for tally in before:
        for key in _keys(tally):
            changes[key].subtract(tally.counts)
    ordered = sorted(after, key=lambda tally: tally.seq)
    nights = _resident_nights(read, ordered)
    for tally in ordered:
        counts = Counter(tally.counts)
        night = (tally.resident, _night(tally.night))
        if tally.wanted and tally.seq in new and night not in nights:
            nights.add(night)
            counts["resident_nights"] += 1
        for key in _keys(tally):
            changes[key].update(counts)
    _write(read, {key: counts for key, counts in changes.items() if any(counts.values())})


def _keys(tally: Tally) -> tuple[Key, ...]:
    night, month = _night(tally.night), _month(tally.night)
    of_all: Key = ("", night, tally.group)
    if not tally.resident:
        return (of_all,)
    return (of_all, (tally.resident, night, tally.group), (tally.resident, month, tally.group))


def _resident_nights(read: sa.Connection, after: Iterable[Tally]) -> set[tuple[str, str]]:
    """Which of the residents' nights count as one already."""
    found = set()
    by_night: dict[str, set[str]] = defaultdict(set)
    for tally in after:
        by_night[_night(tally.night)].add(tally.resident)
    c = tallies.c
    for span, residents in by_night.items():
        for some in _chunks(sorted(residents - {""})):
            query = sa.select(c.resident, c.counts).where(c.span == span, c.resident.in_(some))
            for resident, counts in read.execute(query):
                if "resident_nights" in _counts(counts):
                    found.add((resident, span))
    return found


def _write(read: sa.Connection, changes: Mapping[Key, Counter[str]]) -> None:
    c = tallies.c
    stored: dict[Key, Mapping[str, int]] = {}
    spans: dict[str, set[str]] = defaultdict(set)
    for resident, span, _ in changes:
        spans[span].add(resident)
    for span, residents in spans.items():
        for some in _chunks(sorted(residents)):
            query = sa.select(tallies).where(c.span == span, c.resident.in_(some))
            stored |= {
                (one.resident, one.span, one.group): one.counts for one in _sums(read, query)
            }
    values = []
    for (resident, span, group), change in changes.items():
        counts = Counter(stored.get((resident, span, group), {}))
        counts.update(change)
        row = {"resident": resident, "span": span, **group._asdict(), "counts": counts_text(counts)}
        values.append(row)
    if values:
        read.execute(sa.insert(tallies).prefix_with("OR REPLACE"), values)


def counts_text(counts: Counter[str]) -> str:
    """The counts as they are stored."""
    kept = {name: count for name, count in counts.items() if count}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"))


# ---- reading


def sums(read: sa.Connection, first: date, last: date, resident: str = "") -> Iterator[Sum]:
    """What was counted of each night from ``first`` to ``last``, both among them."""
    c = tallies.c
    nights = c.span.between(_night(first), _night(last))
    yield from _sums(read, sa.select(tallies).where(c.resident == resident, nights))


def sums_by_resident(read: sa.Connection, first: date, last: date) -> Iterator[Sum]:
    """What was counted of every resident in all those nights together; the span is empty."""
    c = tallies.c
    months, nights = whole_months(first, last)
    spans = [c.span.in_(months), *(c.span.between(*ends) for ends in nights)]
    same = (c.resident, c.area, c.network, c.software, c.cause, c.counts)
    query = sa.select(*same, sa.func.count()).where(c.resident != "", sa.or_(*spans))
    # Most nights of a resident count the same: they are multiplied, not added one by one.
    for resident, *group, text, times in read.execute(query.group_by(*same)):
        counts = _counts(text)
        if times > 1:
            counts = {name: times * count for name, count in counts.items()}
        yield Sum(resident, "", Group(*group), counts)


def whole_months(first: date, last: date) -> tuple[list[str], list[tuple[str, str]]]:
    """The months that lie whole within those nights, and the first and last of the others."""
    months, nights = [], []
    day = first
    while day <= last:
        after = (day.replace(day=1) + 31 * DAY).replace(day=1)  # the first of the next month
        if day.day == 1 and after - DAY <= last:
            months.append(_month(day))
        else:
            nights.append((_night(day), _night(min(after - DAY, last))))
        day = after
    return months, nights


def _sums(read: sa.Connection, query: sa.Select[Any]) -> Iterator[Sum]:
    for resident, span, area, network, software, cause, counts in read.execute(query):
        yield Sum(resident, span, Group(area, network, software, cause), _counts(counts))


@lru_cache(maxsize=20_000)  # most nights of most residents count the same
def _counts(text: str) -> Mapping[str, int]:
    try:
        counts: Mapping[str, int] = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise StoreError(
            "the counts of the history are damaged: bring back the store's copy"
        ) from None
    return counts


# ---- the purge


def forget(tx: Transaction, before: datetime) -> None:
    """Erase what was counted of each resident in nights whose rows of ``before`` are purged.

    From then on these nights stay as they are: their rows can be counted no more. The sums
    without persons are kept.
    """
    read, c = tx.connection, tallies.c
    seq, frozen = _mark(read)
    night = night_of(before, zone_in(tx))
    erased = read.execute(
        sa.delete(tallies).where(c.resident != "", c.span.between("n", _night(night - DAY)))
    ).rowcount
    if erased:
        read.execute(sa.delete(tallies).where(c.resident != "", c.span.between("m", _month(night))))
        left: dict[Key, Counter[str]] = defaultdict(Counter)
        next_month = (night.replace(day=1) + 31 * DAY).replace(day=1)
        kept = c.span.between(_night(night), _night(next_month - DAY))
        for one in list(_sums(read, sa.select(tallies).where(c.resident != "", kept))):
            left[one.resident, _month(night), one.group].update(one.counts)
        _write(read, left)
    if night.isoformat() > frozen:
        _set_mark(read, seq, night.isoformat())


def _mark(read: sa.Connection) -> tuple[int, str]:
    row = read.execute(sa.select(tallied.c.seq, tallied.c.frozen)).first()
    return (0, "") if row is None else (row.seq, row.frozen)


def _set_mark(read: sa.Connection, seq: int, frozen: str) -> None:
    values = {"id": 1, "seq": seq, "frozen": frozen}
    read.execute(sa.insert(tallied).prefix_with("OR REPLACE").values(values))


def _night(night: date) -> str:
    return f"n{night.isoformat()}"


def _month(night: date) -> str:
    return f"m{night:%Y-%m}"


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), MOST_KEYS):
        yield keys[start : start + MOST_KEYS]
