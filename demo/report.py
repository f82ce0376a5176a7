"""How the demo ends: the night's report, in figures."""

from __future__ import annotations

import textwrap
from datetime import datetime

from bedcheck.history.figures import FIGURES, Part, Question, wording
from bedcheck.history.figures.statistics import By
from bedcheck.history.store import Store
from bedcheck.history.telling import word
from bedcheck.history.zone import night_of
from bedcheck.texts import text
from demo.municipality import START, ZONE

__all__ = ["report"]

NUMBERS = ("supervisions", "looks", "alarms", "wrong", "missed")


def report(store: Store, at: datetime, language: str) -> None:
    """Prints the figures of the night; who asked for them, at ``at``, is a row."""
    night = night_of(START, ZONE)
    asked = Question(first=night, last=night, by=By.CAUSE)
    found = store.statistics(asked, by="os:anna", at=at)
    counts, said = found.total.counts, []
    for name in NUMBERS:
        number = wording.whole(counts[name], language)
        said.append(f"{number} {wording.title(name, language, counts[name])}")
    print("\n== The night's report\n")
    print(f"  {', '.join(said)}.")
    causes = [f"{word(part.name, language)} {part.counts['alarms']}" for part in found.parts]
    told = f"{text('report.causes', language)}: {'; '.join(causes)}."
    print(textwrap.fill(told, 98, initial_indent="  ", subsequent_indent="    "))
    print("\n  Of one night the intervals (95 %) are wide: too few cases for conclusions.\n")
    print("\n".join(_lines(found.total, language)))


def _lines(total: Part, language: str) -> list[str]:
    lines = []
    for name in FIGURES:
        figure = total.figures[name]
        if figure.value is not None:
            value = wording.value(name, figure, language)
            interval = wording.interval(name, figure, language)
            basis = wording.basis(name, figure, language)
            title = wording.title(name, language)
            lines.append(f"  {title:<48}{value:>16}   {interval:<22} {basis}".rstrip())
    return lines
