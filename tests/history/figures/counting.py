"""What is stored of the counts, and what the raw rows say they should be."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from bedcheck.history import Store
from bedcheck.history.figures.rollup import load, sums
from bedcheck.history.figures.tally import Group, recount

ZONE = ZoneInfo("Europe/Stockholm")
Counts = dict[tuple[date, str, Group], Counter[str]]


def recounted(store: Store) -> Counts:
    """By night, resident and group, from the rows."""
    with store.snapshot() as read:
        return recount(list(load(read.connection)), ZONE)


def rolled_up(store: Store) -> Counts:
    """The same, as stored."""
    total: Counts = {}
    with store.snapshot() as read:
        for resident in residents(store):
            for one in sums(read.connection, date(2000, 1, 1), date(2100, 1, 1), resident):
                total[date.fromisoformat(one.span[1:]), resident, one.group] = Counter(one.counts)
    return total


def residents(store: Store) -> list[str]:
    """Those of whom there are counts."""
    with store.snapshot() as read:
        found = read.connection.exec_driver_sql("SELECT DISTINCT resident FROM tallies")
        return [resident for (resident,) in found if resident]
