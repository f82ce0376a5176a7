"""What a report says: the figures of a week or a month, as values and as words. No person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from bedcheck.history.figures import wording
from bedcheck.history.figures.statistics import By, Part, Question, Statistics, answer
from bedcheck.history.telling import word
from bedcheck.history.transaction import Snapshot
from bedcheck.texts import text

__all__ = ["Content", "Every", "Line", "gather", "nights_before", "nights_with"]

KEY_FIGURES = (
    "wrong_rate", "wrong_share", "missed_share", "could_not_tell", "rescue", "availability",
    "acceptance", "acknowledgement", "restoration", "mttr",
)  # fmt: skip
TILES = ("resident_nights", "supervisions", "alarms", "wrong", "missed")


class Every(StrEnum):
    """How often a report comes."""

    WEEKLY = "weekly"  # the nights from Monday evening to the next Monday's noon
    MONTHLY = "monthly"  # the nights that begin in a month


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a table: its name, and its cells."""

    name: str
    cells: tuple[str, ...]
    note: str = ""  # what it rests on


@dataclass(frozen=True, kw_only=True)
class Content:
    """A report: the same content gives the same page, letter and sheet, to the byte."""

    every: Every
    question: Question
    written: datetime  # the date it carries; aware
    total: Part
    before: Part  # of the time before, as long
    causes: tuple[Part, ...]
    areas: tuple[Part, ...]
    networks: tuple[str, ...]
    software: tuple[str, ...]
    alarms: tuple[tuple[date, dict[str, int]], ...]  # of each night, by cause
    open: int  # supervisions not counted yet
    language: str
    seal: Mapping[str, Any] | None = None  # of the history, as `Store.seal` gives it
    undetected: timedelta | None = None  # longest time a fault may have gone unseen

    @property
    def name(self) -> str:
        """ "Week 45 2026" or "October 2026"."""
        return text(f"report.{self.every}", self.language, **self._when()).capitalize()

    @property
    def subject(self) -> str:
        """Of the mail; says nothing of anybody."""
        return text(f"report.subject_{self.every}", self.language, **self._when())

    @property
    def stem(self) -> str:
        """What its files are called: "bedcheck-2026-10" or "bedcheck-2026-w45"."""
        first = self.question.first
        if self.every is Every.MONTHLY:
            return f"bedcheck-{first:%Y-%m}"
        year, week, _ = first.isocalendar()
        return f"bedcheck-{year}-w{week:02}"

    def _when(self) -> dict[str, Any]:
        first = self.question.first
        if self.every is Every.MONTHLY:
            month = text(f"report.month.{first.month}", self.language)
            return {"month": month, "year": first.year}
        year, week, _ = first.isocalendar()
        return {"week": week, "year": year}

    def nights(self) -> str:
        """Which nights it is of."""
        first, last = (self._day(day) for day in (self.question.first, self.question.last))
        return text("report.nights", self.language, first=first, last=last)

    def _day(self, day: date) -> str:
        return f"{day.day} {text(f'report.month.{day.month}', self.language)}"

    def lead(self) -> list[str]:
        """What happened, in two or three sentences."""
        counts = self.total.counts
        if not counts["supervisions"]:
            return [text("report.empty", self.language)]
        told = {name: wording.whole(counts[name], self.language) for name in TILES}
        said = [text("report.lead", self.language, **told)]
        if counts["alarms"]:
            said.append(text("report.lead_wrong", self.language, **told))
        missed = "lead_missed" if counts["missed"] else "lead_missed_none"
        return [*said, text(f"report.{missed}", self.language, **told)]

    def tiles(self) -> list[tuple[str, str]]:
        """The largest numbers: what they are of, and they."""
        return [
            (
                wording.title(name, self.language, self.total.counts[name]),
                wording.whole(self.total.counts[name], self.language),
            )
            for name in TILES
        ]

    def figures(self) -> list[Line]:
        """Each figure: now, its interval, before, and what it rests on."""
        lines = []
        for name in KEY_FIGURES:
            now, then = self.total.figures[name], self.before.figures[name]
            lines.append(
                Line(
                    name=wording.title(name, self.language),
                    cells=(
                        wording.value(name, now, self.language),
                        wording.interval(name, now, self.language),
                        wording.value(name, then, self.language),
                    ),
                    note=wording.basis(name, now, self.language),
                )
            )
        return lines

    def by_cause(self) -> list[Line]:
        """Each cause: alarms, outcomes, wrong, until acknowledged."""
        lines = []
        for part in sorted(self.causes, key=lambda part: -part.counts["alarms"]):
            if part.counts["alarms"]:
                outcomes = sum(self._outcomes(part).values())
                counts = (part.counts["alarms"], outcomes, part.counts["wrong"])
                taken = part.figures["acknowledgement"]
                cells = [wording.whole(count, self.language) for count in counts]
                cells.append(wording.value("acknowledgement", taken, self.language))
                lines.append(Line(name=self.cause(part.name), cells=tuple(cells)))
        return lines

    def by_area(self) -> list[Line]:
        """Each area: supervisions, alarms, wrong, could not tell."""
        return [
            Line(
                name=part.name or text("report.unnamed", self.language),
                cells=(
                    *(
                        wording.whole(part.counts[name], self.language)
                        for name in ("supervisions", "alarms", "wrong")
                    ),
                    wording.value("could_not_tell", part.figures["could_not_tell"], self.language),
                ),
            )
            for part in self.areas
        ]

    def found(self) -> list[Line]:
        """What the night staff found, and how often; the rest of the alarms too."""
        counts = self._outcomes(self.total)
        lines = [
            Line(name=word(name, self.language), cells=(wording.whole(count, self.language),))
            for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
        off = sum(c for name, c in self.total.counts.items() if name.startswith("written_off/"))
        none = self.total.counts["alarms"] - sum(counts.values()) - off
        for name, count in (("written_off", off), ("not_told", none)):
            if count > 0:
                called = text(f"report.{name}", self.language)
                lines.append(Line(name=called, cells=(wording.whole(count, self.language),)))
        return lines

    def cause(self, name: str) -> str:
        """The cause in words."""
        return word(name, self.language)

    def notes(self) -> list[str]:
        """What stands below: what is missing, what it was made with, how to read it."""
        lines = []
        if self.open:
            lines.append(text("report.open", self.language, count=self.open))
        if self.undetected is not None:
            time = wording.time_text(self.undetected.total_seconds(), self.language)
            lines.append(text("report.undetected", self.language, time=time))
        else:
            lines.append(text("report.undetected_none", self.language))
        none = text("report.none", self.language)
        networks, software = (", ".join(names) or none for names in (self.networks, self.software))
        lines.append(text("report.networks", self.language, networks=networks, software=software))
        before = text(f"report.before_{self.every}", self.language)
        lines.append(text("report.reading", self.language, before=before))
        lines.append(text("report.persons", self.language))
        if self.seal is not None:
            link = str(self.seal["link"])
            lines.append(text("report.seal", self.language, seq=self.seal["seq"], link=link[:16]))
        return lines

    @staticmethod
    def _outcomes(part: Part) -> Counter[str]:
        start = "outcome/"
        return Counter(
            {n.removeprefix(start): c for n, c in part.counts.items() if n.startswith(start)}
        )


def gather(
    read: Snapshot,
    every: Every,
    first: date,
    last: date,
    *,
    written: datetime,
    language: str,
    seal: Mapping[str, Any] | None = None,
    undetected: timedelta | None = None,
) -> Content:
    """The report of the nights from ``first`` to ``last``, as they were last rolled up."""

    def asked(by: By) -> Statistics:
        return answer(read, Question(first=first, last=last, by=by))

    before_first, before_last = nights_before(every, first)
    before = answer(read, Question(first=before_first, last=before_last))
    total = asked(By.ALL)
    return Content(
        every=every,
        question=total.question,
        written=written,
        total=total.total,
        before=before.total,
        causes=asked(By.CAUSE).parts,
        areas=asked(By.AREA).parts,
        networks=tuple(part.name for part in asked(By.NETWORK).parts if part.name),
        software=tuple(part.name for part in asked(By.SOFTWARE).parts if part.name),
        alarms=total.alarms,
        open=total.open,
        language=language,
        seal=seal,
        undetected=undetected,
    )


def nights_before(every: Every, day: date) -> tuple[date, date]:
    """The first and last night of the latest week or month that ended before ``day``."""
    first, _ = nights_with(every, day)
    return nights_with(every, first - timedelta(days=1))


def nights_with(every: Every, night: date) -> tuple[date, date]:
    """The first and last night of the week or month that ``night`` is in."""
    if every is Every.WEEKLY:
        monday = night - timedelta(days=night.weekday())
        return monday, monday + timedelta(days=6)
    first = night.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
