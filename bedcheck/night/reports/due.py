"""When a report is due, and which: a pure rule, and the intents that follow from it.

The intent stands in the outbox with the week's or month's name and the receiver as its key:
whoever is killed, whenever, the report is sent, and what is sent twice has the same key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bedcheck.history.plain import instant
from bedcheck.history.report.content import Every, nights_before
from bedcheck.history.transaction import Transaction
from bedcheck.night.registry import Registry
from bedcheck.night.walltime import instant_of

__all__ = ["KIND", "MARK", "Owed", "intend_reports", "owed"]

KIND = "report"  # of the intents
MARK = "reports"  # an intent whose time is until when reports have been thought of
DAY = timedelta(days=1)
OLDEST = timedelta(days=100)  # a runner that was down for longer sends nothing older


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A report that is due."""

    every: Every
    first: date  # the evening of its first night
    last: date
    at: datetime  # when it was due, UTC

    @property
    def key(self) -> str:
        """Its name in the outbox; the receiver is added to it."""
        return f"report/{self.every}/{self.first}"


def owed(since: datetime, until: datetime, at: time, zone: ZoneInfo) -> list[Owed]:
    """Reports due after ``since`` and until ``until``, in their order.

    The week's is due on Monday, the month's on the first, at ``at`` on a clock in ``zone``;
    the nights that it tells of are over by then.
    """
    since = max(since, until - OLDEST)
    found = []
    day = since.astimezone(zone).date() - DAY
    last = until.astimezone(zone).date() + DAY
    while day <= last:
        due = instant_of(day, at, zone)
        if since < due <= until:
            found += [_owed(every, day, due) for every in _on(day)]
        day += DAY
    return found


def _on(day: date) -> Iterator[Every]:
    if day.weekday() == 0:
        yield Every.WEEKLY
    if day.day == 1:
        yield Every.MONTHLY


def _owed(every: Every, day: date, due: datetime) -> Owed:
    first, last = nights_before(every, day)
    return Owed(every=every, first=first, last=last, at=due)


def intend_reports(tx: Transaction, registry: Registry, now: datetime) -> None:
    """Write down the reports that are due, for each receiver; what was missed too.

    The history is sealed as it stands then, and each mail carries that seal.
    """
    mark = tx.intent(MARK)
    if mark is None:  # the first time: nothing was promised before
        tx.intend(MARK, MARK, {}, due=now)
        return
    reports = registry.settings.reports
    found = owed(mark.due, now, reports.at, registry.zone)
    for one in found:
        receivers = reports.weekly if one.every is Every.WEEKLY else reports.monthly
        if not receivers:
            continue
        seal = tx.seal(now)
        for receiver in dict.fromkeys(receivers):
            body = {
                "every": str(one.every),
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
                "due": instant(one.at),
                "to": receiver,
                "seal": seal,
            }
            tx.intend(f"{one.key}/{receiver}", KIND, body, due=now)
    if found:
        tx.postpone(MARK, now)
