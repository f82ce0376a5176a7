"""The runner's rounds of the lines: which are tested now, and what came of those that were."""

from __future__ import annotations

import sys
from collections.abc import Collection
from datetime import datetime

from bedcheck.history.transaction import Transaction
from bedcheck.night.lines.port import LineTester
from bedcheck.night.lines.watching import LineResult, due_lines, enrol, survey_areas
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Unit
from bedcheck.night.work import Job

__all__ = ["Rounds"]


class Rounds:
    """Makes the work of testing lines, in the runner's transaction."""

    def __init__(self, tester: LineTester | None) -> None:
        """``tester`` None: no line is tested."""
        self._tester = tester
        self._enrolled: Registry | None = None

    def turn(
        self, tx: Transaction, registry: Registry, now: datetime, busy: Collection[str], free: int
    ) -> list[Job]:
        """Tests that are due, ``free`` at most, of lines that are not ``busy`` being tested."""
        if self._tester is None:
            return []
        if registry is not self._enrolled:
            enrol(tx, registry, self._tester, now)
            self._enrolled = registry
        survey_areas(tx, registry, now)
        jobs: list[Job] = []
        for line in due_lines(tx, now, free + len(busy)) if free > 0 else ():
            unit = registry.units.get(line.key)
            key = f"line/{line.key}"
            if unit is not None and key not in busy and len(jobs) < free:
                jobs.append(_job(key, unit, self._tester))
        return jobs


def _job(key: str, unit: Unit, tester: LineTester) -> Job:
    def do() -> LineResult:
        try:
            return LineResult(key=key, camera=unit.key, asked=tester.ask(unit))
        except Exception as error:  # a fault of ours must not end a thread in silence
            print(f"bedcheck: {key}: {type(error).__name__}: {error}", file=sys.stderr)
            return LineResult(key=key, camera=unit.key, asked=None)

    return Job(key=key, kind="line", do=do)
