"""Our own line: when no home of any area answers, it is hardly the homes. Pure rules.

An outage is one area's. Where every area falls silent within the same round, and nothing has
answered since, what they have in common is this end: the network, the firewall or the tunnel of
the machine that the software runs on. With one area alone the two cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from bedcheck.night.lines.line import OWN, Health, Line, Where
from bedcheck.night.lines.terms import HOLD, LineTerms

__all__ = ["Own", "Turn", "down_since", "survey_own"]

AREAS = 2  # at least, before all of them are more than one


@dataclass(frozen=True, kw_only=True)
class Own:
    """What is known of our own line."""

    since: AwareDatetime | None = None  # when the first home fell silent; None: it is up
    rest: AwareDatetime | None = None  # until when homes may come back before they are told

    def covers(self, now: datetime) -> bool:
        """Whether nobody is told of homes: our own line is down, or has just come back."""
        return self.since is not None or (self.rest is not None and now < self.rest)


class Turn(StrEnum):
    """What is to be told."""

    DOWN = "own_down"
    UP = "own_up"


def down_since(lines: Sequence[Line], terms: LineTerms) -> datetime | None:
    """Since when no home at all answers; None: one does, or too few are asked to say.

    Lines that were dead before the last answer came, and those not tested yet, say nothing.
    """
    last = _last_answer(lines)
    gone = [
        (line.since, line.area)
        for line in lines
        if line.since is not None
        and line.where is Where.HOME
        and (last is None or line.since >= last)
    ]
    heard = {line.area for line in lines if line.health is Health.HEARD}
    areas = heard | {area for _, area in gone}
    if len(gone) < terms.area_cameras or len(areas) < AREAS:
        return None
    first = min(since for since, _ in gone)
    together = {area for since, area in gone if since <= first + terms.together}
    return first if together == areas else None


def survey_own(
    own: Own, lines: Sequence[Line], terms: LineTerms, now: datetime
) -> tuple[Own, tuple[Line, ...], Turn | None]:
    """Our own line, the lines that are counted to it or no longer, and what is to be told.

    ``lines`` are those of every area. It is told when the first line would be told alone. When
    anything answers again, the homes have as long to come back before they are told.
    """
    silent = [line for line in lines if line.health is Health.SILENT]
    if own.since is None:
        since = down_since(lines, terms)
        ripe = any(line.since == since for line in silent)
        if since is None or not ripe or now < since + terms.grace + HOLD:
            return (own if own.covers(now) else Own()), (), None
        return Own(since=since), _counted(silent), Turn.DOWN
    last = _last_answer(lines)
    if (last is None or last <= own.since) and any(line.misses for line in lines):
        return own, _counted(silent), None
    again = tuple(replace(line, told="", due=now) for line in silent if line.told == OWN)
    return Own(rest=now + terms.grace + HOLD), again, Turn.UP


def _counted(silent: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(replace(line, told=OWN) for line in silent if not line.told)


def _last_answer(lines: Sequence[Line]) -> datetime | None:
    """When something of any home last answered: its camera, its router, or by itself."""
    answers = [at for line in lines for at in (line.heard, line.beat) if at is not None]
    answers += [
        line.tested for line in lines if line.where is Where.CAMERA and line.tested is not None
    ]
    return max(answers, default=None)
