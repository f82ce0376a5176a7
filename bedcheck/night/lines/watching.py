"""The lines in the store: which are tested when, what came of it, and who is told.

A line's due time is the intent to test it; its result is written with the next due time, in
one transaction with the rows and messages that follow. A process that dies in between has
tested a line once more than was needed, and told nobody twice: each message's key is made of
when the silence began.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from pydantic import TypeAdapter

from bedcheck.history.transaction import Snapshot, Transaction
from bedcheck.night.engine import open_windows
from bedcheck.night.lines import telling
from bedcheck.night.lines.incident import Area, Closed, Grown, Joined, Opened, TellOne, survey
from bedcheck.night.lines.line import (
    OWN,
    SOON,
    Change,
    Health,
    Line,
    after_test,
    beaten,
    down,
    fresh_beat,
    missed,
    suspected,
)
from bedcheck.night.lines.own import Own, Turn, survey_own
from bedcheck.night.lines.port import Asked, LineTester
from bedcheck.night.lines.terms import RECHECK, SURVEY, LineTerms
from bedcheck.night.looking import LINE as LOOKS_UNHEARD
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Service, Unit
from bedcheck.night.window import AlarmCause, Phase

__all__ = [
    "LineResult",
    "area_at",
    "down_at",
    "due_lines",
    "enrol",
    "heard_beat",
    "line_at",
    "lines_of",
    "move_lines",
    "open_incidents",
    "own_line",
    "postpone",
    "survey_areas",
    "suspect",
    "terms_for",
    "write_test",
]

LINE, AREA, OURS = "line", "area", "own"  # kinds of what is watched
UNHEARD = LOOKS_UNHEARD | {"refused"}  # why a look failed that a silent line explains
SAID = timedelta(minutes=10)  # before a silence was found, a window may have told of it


@dataclass(frozen=True, kw_only=True)
class LineResult:
    """What came of a test."""

    key: str  # of the work
    camera: str
    asked: Asked | None  # None: a fault of ours kept it from being asked


@cache
def _lines() -> TypeAdapter[Line]:
    return TypeAdapter(Line)


@cache
def _areas() -> TypeAdapter[Area]:
    return TypeAdapter(Area)


@cache
def _own() -> TypeAdapter[Own]:
    return TypeAdapter(Own)


def own_line(tx: Snapshot) -> Own:
    """What is known of our own line."""
    body = tx.watched(OURS, OURS)
    return Own() if body is None else _own().validate_python(body)


def line_at(tx: Snapshot, camera: str) -> Line | None:
    """The line to a camera; None: it is not tested."""
    body = tx.watched(LINE, camera)
    return None if body is None else _lines().validate_python(body)


def lines_of(tx: Snapshot, area: str | None = None) -> list[Line]:
    """Every line, or those of one area, by serial number."""
    return [_lines().validate_python(body) for body in tx.all_watched(LINE, area).values()]


def area_at(tx: Snapshot, area: str) -> Area:
    """What is known of an area."""
    body = tx.watched(AREA, area)
    return Area(key=area) if body is None else _areas().validate_python(body)


def open_incidents(tx: Snapshot) -> list[Area]:
    """The areas that have an incident now."""
    areas = [_areas().validate_python(body) for body in tx.all_watched(AREA).values()]
    return [area for area in areas if area.incident is not None]


def due_lines(tx: Snapshot, now: datetime, limit: int) -> list[Line]:
    """Lines whose test is due, the longest overdue first."""
    return [_lines().validate_python(body) for body in tx.due_watched(LINE, now, limit).values()]


def down_at(tx: Snapshot, camera: str, now: datetime) -> str:
    """The kind of failure of a line that is known to be down now; "": it is not."""
    return down(line_at(tx, camera), now)


def terms_for(registry: Registry, unit: Unit | None) -> LineTerms:
    """What holds for one camera's line."""
    return terms_of_line(registry.settings.lines, unit)


def terms_of_line(terms: LineTerms, unit: Unit | None) -> LineTerms:
    """The municipality's terms as one camera has them."""
    if unit is not None and unit.line_minutes is not None:
        terms = replace(terms, interval_minutes=unit.line_minutes)
    if unit is not None and unit.grace_minutes is not None:
        terms = replace(terms, grace_minutes=unit.grace_minutes)
    return terms


def put_line(tx: Transaction, line: Line) -> None:
    """Write the line's state."""
    body = _lines().dump_python(line, mode="json", exclude_defaults=True)
    tx.watch(LINE, line.key, body, area=line.area, due=line.due)


def put_area(tx: Transaction, area: Area) -> None:
    """Write the area's state."""
    body = _areas().dump_python(area, mode="json", exclude_defaults=True)
    tx.watch(AREA, area.key, body, area=area.key, due=area.due)


def enrol(tx: Transaction, registry: Registry, tester: LineTester, now: datetime) -> None:
    """After a change of the registry: the lines of all cameras in service are tested, no others.

    First tests are spread over the interval, so that they never come all at once.
    """
    known = {line.key: line for line in lines_of(tx)}
    for unit in registry.units.values():
        resident = registry.residents.get(unit.resident)
        if unit.state is not Service.ACTIVE or resident is None:
            continue
        if not (tester.asks(unit) or unit.beats):
            continue
        line = known.pop(unit.key, None)
        if line is None:
            digest = hashlib.sha256(unit.key.encode()).digest()
            share = int.from_bytes(digest[:4]) / 2**32
            due = now + share * terms_for(registry, unit).interval
            put_line(tx, Line(key=unit.key, area=resident.area, due=due))
        elif line.area != resident.area:
            put_line(tx, replace(line, area=resident.area))
    for gone in known.values():
        tx.unwatch(LINE, gone.key)
        _survey_soon(tx, gone.area, now)


def move_lines(tx: Transaction, by: timedelta) -> None:
    """After the time of day jumped: tests come after as long as they would have."""
    for line in lines_of(tx):
        put_line(tx, line.shifted(by))


def postpone(tx: Transaction, camera: str, due: datetime) -> None:
    """Test the line to a camera at ``due``, not before."""
    line = line_at(tx, camera)
    if line is not None:
        put_line(tx, replace(line, due=due))


def suspect(tx: Transaction, camera: str, now: datetime) -> None:
    """A look could not reach the camera: test its line now."""
    line = line_at(tx, camera)
    if line is not None:
        put_line(tx, suspected(line, now))


def heard_beat(
    tx: Transaction, unit: Unit, lines: LineTerms, alone: bool, off: timedelta, now: datetime
) -> bool:
    """A router's sign of life came, its clock ``off`` from ours; False: no line to hear it for.

    ``lines`` are the municipality's settings. ``alone``: nothing else of that home can be
    asked. The registry is read as a whole only where something is to be told: signs of life
    are many.
    """
    line = line_at(tx, unit.key)
    if line is None:
        return False
    after, change = beaten(line, alone, terms_of_line(lines, unit), now, off)
    put_line(tx, after)
    turned = after.clock_off is not line.clock_off
    if change is not None or turned:
        registry = Registry.load(tx)
        if turned:
            telling.clock(tx, registry, after, off, now)
        _write(tx, registry, line, after, change, now)
    return True


def write_test(tx: Transaction, registry: Registry, test: LineResult, now: datetime) -> None:
    """Write what came of a test, and what follows."""
    line = line_at(tx, test.camera)
    if line is None:  # taken out of service meanwhile
        return
    terms = terms_for(registry, registry.units.get(test.camera))
    if test.asked is None:  # which says nothing of the line
        postpone(tx, test.camera, now + RECHECK)
        return
    found = missed(test.asked, fresh_beat(line, terms, now))
    after, change = after_test(line, found, terms, now)
    _write(tx, registry, line, after, change, now)


def _write(
    tx: Transaction,
    registry: Registry,
    before: Line,
    after: Line,
    change: Change | None,
    now: datetime,
) -> None:
    put_line(tx, after)
    if change is None:
        return
    if change is Change.DOUBT:
        _test_the_others(tx, after, now)
        return
    telling.row(tx, registry, before if change is Change.BACK else after, change, now)
    if change is Change.BACK and before.told not in ("", "incident", OWN):
        telling.back(tx, registry, before, now)
    _survey_soon(tx, after.area, now)


def _test_the_others(tx: Transaction, doubted: Line, now: datetime) -> None:
    """A line was missed: are the others of its area heard? Asked once a minute at most.

    And one line of every other area: if none of those is, the fault is on our side.
    """
    area = area_at(tx, doubted.area)
    if area.pulled is not None and timedelta() <= now - area.pulled < SOON:
        return
    put_area(tx, replace(area, pulled=now))
    asked: list[Line] = []
    witnesses: dict[str, Line] = {}
    for other in lines_of(tx):
        if other.area == doubted.area:
            asked.append(other)
        elif other.heard is not None and other.health is Health.HEARD:
            known = witnesses.get(other.area)
            if known is None or known.heard is None or known.heard < other.heard:
                witnesses[other.area] = other  # the one that is surest to be there
    for other in (*asked, *witnesses.values()):
        sooner = suspected(other, now)
        if sooner != other and other.key != doubted.key:
            put_line(tx, sooner)


def _survey_soon(tx: Transaction, key: str, now: datetime) -> None:
    area = area_at(tx, key)
    soon = now + SURVEY
    put_area(tx, replace(area, due=min(area.due, soon) if area.due else soon))


def survey_areas(tx: Transaction, registry: Registry, now: datetime) -> None:
    """Look at the areas where something changed, and tell who is to be told."""
    due = tx.due_watched(AREA, now, 100)
    own = _survey_own(tx, registry, now) if due else Own()
    for body in due.values():
        area = _areas().validate_python(body)
        if own.covers(now):  # of homes nobody is told until it is known which are silent
            put_area(tx, replace(area, due=own.rest))
            continue
        lines = lines_of(tx, area.key)
        known = _known(tx, (line for line in lines if line.health is Health.SILENT))
        area, told, acts = survey(area, lines, registry.settings.lines, now, known)
        put_area(tx, area)
        by_key = {line.key: line for line in lines} | {line.key: line for line in told}
        for line in told:
            put_line(tx, line)
        for act in acts:
            match act:
                case Opened(incident=incident):
                    telling.incident(tx, registry, area.key, incident, incident.cameras, now)
                case Grown(incident=incident, cameras=cameras):
                    telling.incident(tx, registry, area.key, incident, cameras, now, grown=True)
                case Joined(incident=incident, cameras=cameras):
                    telling.joined(tx, area.key, incident, cameras, now)
                case Closed(incident=incident):
                    telling.closed(tx, registry, area.key, incident, now)
                case TellOne(camera=camera, to=to):
                    telling.silent(tx, registry, by_key[camera], to, now)


def _survey_own(tx: Transaction, registry: Registry, now: datetime) -> Own:
    before, lines = own_line(tx), lines_of(tx)
    own, changed, turn = survey_own(before, lines, registry.settings.lines, now)
    for line in changed:
        put_line(tx, line)
    if own != before:
        body = _own().dump_python(own, mode="json", exclude_defaults=True)
        tx.watch(OURS, OURS, body, area="", due=None)
    if turn is Turn.DOWN and own.since is not None:
        telling.own_down(tx, registry, lines, own.since, now)
    elif turn is Turn.UP and before.since is not None:
        for key in {line.area for line in lines}:
            put_area(tx, replace(area_at(tx, key), due=own.rest))
        telling.own_up(tx, registry, lines, before.since, now)
    return own


def _known(tx: Snapshot, silent: Iterable[Line]) -> set[str]:
    """The silent lines of which a window has told the operator already."""
    since = {line.key: line.since for line in silent if line.since and not line.told}
    if not since:
        return set()
    return {
        window.camera
        for window in open_windows(tx)
        if window.camera in since
        and window.alarm is not None
        and window.alarm.cause is AlarmCause.CAMERA
        and set(window.alarm.why) & UNHEARD
        and window.phase is not Phase.CLOSED
        and window.alarm.raised >= since[window.camera] - SAID
    }
