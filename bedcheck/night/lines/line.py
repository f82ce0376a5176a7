"""The line to one home: pure rules over frozen values.

A line is heard, doubted from its first test that failed, and silent once as many in a row
failed as were agreed and the grace has passed. One test that succeeds makes it heard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from bedcheck.night.cameras.port import Failure
from bedcheck.night.lines.port import ANSWERED, Asked
from bedcheck.night.lines.terms import RECHECK, LineTerms

__all__ = [
    "OWN",
    "OWN_LINE",
    "SOON",
    "Change",
    "Health",
    "Line",
    "Missed",
    "Where",
    "after_test",
    "beaten",
    "down",
    "missed",
    "suspected",
]

OWN = "own"  # told so: our own line is down, and this one is counted to it
OWN_LINE = "own_line"  # why no look is possible then
SOON = timedelta(minutes=1)  # between tests of a line that was well and is suspected
STALE = timedelta(minutes=10)  # after which what a test told says nothing of now
CLOCK = timedelta(minutes=5)  # that the home's clock may be off by before it is told


class Health(StrEnum):
    """What is known of a line."""

    UNTESTED = "untested"  # no test has come back yet
    HEARD = "heard"
    DOUBTED = "doubted"  # the latest test failed; it is tried again
    SILENT = "silent"


class Where(StrEnum):
    """What fell silent, as far as can be told from here."""

    HOME = "home"  # nothing of the home answers: power, line or router
    CAMERA = "camera_only"  # the home answers, its camera does not


class Change(StrEnum):
    """What a test changed."""

    DOUBT = "doubt"  # the first that failed
    SILENT = "silent"
    WORSE = "worse"  # the camera was silent, now the whole line is
    BACK = "back"


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A test that failed."""

    where: Where
    error: str  # a kind of `Failure`, or "no_beat"


@dataclass(frozen=True, kw_only=True)
class Line:
    """The line to one camera. Its key is the camera's serial number."""

    key: str
    area: str
    due: AwareDatetime  # of the next test
    health: Health = Health.UNTESTED
    misses: int = 0  # in a row
    tested: AwareDatetime | None = None  # when the latest test ended
    heard: AwareDatetime | None = None  # when the latest one that succeeded did
    since: AwareDatetime | None = None  # when the first failed of those in a row
    where: Where | None = None  # what does not answer
    error: str = ""
    told: str = ""  # who knows of this silence: a role, "incident", "own", "window"; "": nobody
    beat: AwareDatetime | None = None  # when its router's latest sign of life came, by our clock
    clock_off: bool = False  # the router's clock is wrong, which was told

    def shifted(self, by: timedelta) -> Line:
        """The line after our time of day jumped ``by``: what runs goes on for as long."""
        moved = {
            name: at + by
            for name in ("due", "tested", "heard", "since", "beat")
            if (at := getattr(self, name)) is not None
        }
        return replace(self, **moved)


def missed(asked: Asked, beat: bool) -> Missed | None:
    """What a test says; None: the home answers, and its camera where that was asked.

    ``beat``: its router has sent a sign of life lately. A connection that is refused was
    answered: by the camera's machine or by what stands before it, so the line is up.
    """
    if asked.camera == ANSWERED:
        return None
    router = asked.router in (ANSWERED, Failure.REFUSED) or beat
    if asked.camera is None:
        return None if router else Missed(where=Where.HOME, error=asked.router or "no_beat")
    if router or asked.camera == Failure.REFUSED:
        return Missed(where=Where.CAMERA, error=asked.camera)
    return Missed(where=Where.HOME, error=asked.camera)


def after_test(
    line: Line, found: Missed | None, terms: LineTerms, now: datetime
) -> tuple[Line, Change | None]:
    """The line after a test, and what changed by it."""
    if found is None:
        change = Change.BACK if line.health is Health.SILENT else None
        heard = replace(
            line,
            due=now + terms.interval,
            health=Health.HEARD,
            misses=0,
            tested=now,
            heard=now,
            since=None,
            where=None,
            error="",
            told="",
        )
        return heard, change
    since = line.since or now
    after = replace(
        line,
        misses=line.misses + 1,
        tested=now,
        since=since,
        where=found.where,
        error=found.error,
    )
    if line.health is Health.SILENT:
        worse = line.where is Where.CAMERA and found.where is Where.HOME
        told = "" if worse and line.told == "administrator" else line.told
        after = replace(after, due=now + RECHECK, told=told)
        return after, Change.WORSE if worse else None
    if after.misses >= terms.tries and now >= since + terms.grace:
        after = replace(after, health=Health.SILENT, due=now + RECHECK)
        return after, Change.SILENT
    change = None if line.health is Health.DOUBTED else Change.DOUBT
    return replace(after, health=Health.DOUBTED, due=now + terms.again), change


def suspected(line: Line, now: datetime) -> Line:
    """The line after a look failed, or after another of its area was missed: test it soon.

    One that is in doubt already is left as it is; one that was tested a moment ago has that
    moment's rest.
    """
    if line.health not in (Health.HEARD, Health.UNTESTED):
        return line
    soon = now if line.tested is None else max(now, line.tested + SOON)
    return replace(line, due=min(line.due, soon))


def beaten(
    line: Line, alone: bool, terms: LineTerms, now: datetime, off: timedelta
) -> tuple[Line, Change | None]:
    """The line after its router's sign of life came, at ``now`` by our clock.

    ``alone``: nothing else of the home can be asked, so that this is its test. ``off`` is how
    far the router's clock is from ours; it changes nothing but what is told of it.
    """
    after = replace(line, beat=now, clock_off=abs(off) > CLOCK)
    if alone:
        return after_test(after, None, terms, now)
    if after.health in (Health.DOUBTED, Health.SILENT):
        after = replace(after, due=min(after.due, now))  # the router lives; does the camera?
    return after, None


def fresh_beat(line: Line, terms: LineTerms, now: datetime) -> bool:
    """Whether a sign of life came lately enough to count for the router."""
    return line.beat is not None and now - line.beat < terms.interval


def down(line: Line | None, now: datetime) -> str:
    """The kind of failure of a line that is known to be down at ``now``; "": it is not.

    Of a camera that is silent alone, the look itself tells more; of one that fell silent
    with its area it would tell nothing. `OWN_LINE` where it is our own that is down.
    """
    if line is None or line.health is not Health.SILENT or line.tested is None:
        return ""
    if now - line.tested > STALE:
        return ""
    if line.told == OWN:
        return OWN_LINE
    return line.error if line.where is Where.HOME or line.told == "incident" else ""
