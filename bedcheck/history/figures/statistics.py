"""Statistics of a time: asked for by somebody, told in groups, as values and as plain JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bedcheck.errors import RecordError
from bedcheck.history.figures.figures import NUMBERS, figures_of
from bedcheck.history.figures.intervals import Estimate
from bedcheck.history.figures.rollup import Sum, sums, sums_by_resident
from bedcheck.history.plain import check_key
from bedcheck.history.transaction import Snapshot

__all__ = ["SCHEMA", "By", "Part", "Question", "Statistics", "answer"]

SCHEMA = "bedcheck.statistics/1"
LONGEST = timedelta(days=3660)


class By(StrEnum):
    """What the figures are told apart by."""

    ALL = "all"
    AREA = "area"
    RESIDENT = "resident"
    CAUSE = "cause"  # of the alarm
    NETWORK = "network"
    SOFTWARE = "software"
    NIGHT = "night"


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which nights, of whom, told apart by what. RecordError where it cannot be answered."""

    first: date  # the evening of the first night
    last: date  # of the last night, which is among them
    by: By = By.ALL
    resident: str | None = None
    area: str | None = None

    def __post_init__(self) -> None:
        if not self.first <= self.last <= self.first + LONGEST:
            raise RecordError(
                f"expected a first night, a last one and ten years at most;"
                f" got {self.first} to {self.last}"
            )
        for name in ("resident", "area"):
            if (key := getattr(self, name)) is not None:
                check_key(key, name)

    @property
    def nights(self) -> list[date]:
        """Each of them."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for the row that says what was asked for."""
        asked = {"first": self.first.isoformat(), "last": self.last.isoformat(), "by": self.by}
        given = {"resident": self.resident, "area": self.area}
        return {**asked, **{name: value for name, value in given.items() if value is not None}}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One group: what was counted, and the figures that gives."""

    name: str  # "north", "r-17", "deviation", "2026-03-10"; empty: of all, or of none named
    counts: Counter[str] = field(repr=False)
    figures: dict[str, Estimate]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values; the seconds are told by the figures only."""
        counts = {n: c for n, c in sorted(self.counts.items()) if not n.startswith("seconds/")}
        return {
            "name": self.name,
            "counts": {**dict.fromkeys(NUMBERS, 0), **counts},
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
        }


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """The answer: everything together, and each group by name."""

    question: Question
    total: Part
    parts: tuple[Part, ...]  # by name; none where all was asked for
    open: int  # supervisions that are not closed yet, and not counted
    alarms: tuple[tuple[date, dict[str, int]], ...] = ()  # of each night, by cause

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "schema": SCHEMA,
            **self.question.to_dict(),
            "open": self.open,
            "total": self.total.to_dict(),
            "parts": [part.to_dict() for part in self.parts],
        }


def answer(read: Snapshot, question: Question) -> Statistics:
    """The figures as they were last rolled up; `Store.statistics` does that first."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    alarms: dict[str, Counter[str]] = defaultdict(Counter)
    for one in _sums(read.connection, question):
        if question.area is None or one.group.area == question.area:
            total = groups[_name(one, question.by)]
            for name, count in one.counts.items():  # Counter.update takes thrice as long
                total[name] += count
            if one.group.cause:
                alarms[one.span[1:]][one.group.cause] += one.counts.get("alarms", 0)
    total = Counter()
    for counts in groups.values():
        total.update(counts)
    parts: tuple[Part, ...] = ()
    if question.by is not By.ALL:
        # A cause has no nights of its own: its rates are over everybody's.
        over = total if question.by is By.CAUSE else None
        parts = tuple(
            Part(name=name, counts=counts, figures=figures_of(counts, over))
            for name, counts in sorted(groups.items())
            if name or question.by is not By.CAUSE
        )
    return Statistics(
        question=question,
        total=Part(name="", counts=total, figures=figures_of(total)),
        parts=parts,
        open=_open(read, question),
        alarms=tuple((night, dict(alarms[night.isoformat()])) for night in question.nights),
    )


def _open(read: Snapshot, question: Question) -> int:
    """How many supervisions have begun and are not closed."""
    wanted = {"resident": question.resident, "area": question.area}
    return sum(
        body.get("phase", "planned") != "planned"
        and all(value in (None, body.get(name)) for name, value in wanted.items())
        for body in read.open_windows().values()
    )


def _sums(read: sa.Connection, question: Question) -> Iterator[Sum]:
    first, last = question.first, question.last
    if question.by is By.RESIDENT and question.resident is None:
        return sums_by_resident(read, first, last)
    return sums(read, first, last, question.resident or "")


def _name(one: Sum, by: By) -> str:
    match by:
        case By.ALL:
            return ""
        case By.RESIDENT:
            return one.resident
        case By.NIGHT:
            return one.span[1:]
        case _:
            return str(getattr(one.group, by.value))
