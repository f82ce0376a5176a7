"""What is written and told of lines: rows of the history, and messages to those who act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.transaction import Transaction
from bedcheck.night.bars import bar_against
from bedcheck.night.lines.incident import Incident
from bedcheck.night.lines.line import Change, Line, Where
from bedcheck.night.looking import CLOSES
from bedcheck.night.planner import tell
from bedcheck.night.registry import Registry
from bedcheck.night.schedule import schedule
from bedcheck.night.unit import Service
from bedcheck.texts import text

__all__ = [
    "back",
    "clock",
    "closed",
    "incident",
    "joined",
    "next_looks",
    "own_down",
    "own_up",
    "row",
    "silent",
]

AHEAD = timedelta(hours=24)  # in which a home's next window is looked for
MOST_HOMES = 40  # named in one message
MOST_ROW = 300  # serial numbers in one row; the rest are counted
WORD = {Change.SILENT: "silent", Change.WORSE: "silent", Change.BACK: "back"}


def row(tx: Transaction, registry: Registry, line: Line, change: Change, now: datetime) -> None:
    """The row of a line that fell silent, or, ``line`` being as it was then, is back."""
    since = line.since or now
    facts: dict[str, Any] = {
        "what": WORD[change],
        "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "area": line.area,
    }
    if change is Change.BACK:
        facts["minutes"] = round((now - since).total_seconds() / 60)
    else:
        facts |= {"where": line.where.value if line.where else "", "error": line.error}
    _append(tx, registry, line, facts, now)


def silent(tx: Transaction, registry: Registry, line: Line, to: str, now: datetime) -> None:
    """Tell that one line is silent: the operator, or, of its camera alone, the administrator."""
    if not _told_of(registry, [line.key]):
        return
    what = "line_silent" if to == "operator" else "camera_silent"
    ((_, when),) = next_looks(registry, [line.key], now)
    tell(
        tx,
        f"{_key(line)}/{what}",
        to,
        what,
        _resident(registry, line.key),
        now,
        error=line.error,
        since=_clock(registry, line.since or now, now),
        next=when or "–",
    )


def back(tx: Transaction, registry: Registry, line: Line, now: datetime) -> None:
    """Tell who knows of a silence that it is over; ``line`` is as it was then."""
    if not _told_of(registry, [line.key]):
        return
    to = line.told
    if to == "window":
        to = "administrator" if line.where is Where.CAMERA else "operator"
    tell(
        tx,
        f"{_key(line)}/back",
        to,
        "line_back",
        _resident(registry, line.key),
        now,
        since=_clock(registry, line.since or now, now),
    )


def clock(tx: Transaction, registry: Registry, line: Line, off: timedelta, now: datetime) -> None:
    """A home's clock is wrong, or right again. Our own counts; the administrator is told."""
    minutes = round(off.total_seconds() / 60)
    what = "clock_off" if line.clock_off else "clock_right"
    _append(tx, registry, line, {"what": what, "minutes": minutes}, now)
    if line.clock_off:
        key = f"line/{line.key}/clock/{now:%Y-%m-%dT%H:%M:%SZ}"
        resident = _resident(registry, line.key)
        tell(tx, key, "administrator", "line_clock", resident, now, minutes=str(minutes))


def incident(
    tx: Transaction,
    registry: Registry,
    area: str,
    found: Incident,
    cameras: Sequence[str],
    now: datetime,
    *,
    grown: bool = False,
) -> None:
    """Tell the operator of an incident, or of the homes that have joined it, all at once."""
    key = f"{found.key}/{found.told}" if grown else found.key
    if not grown:
        _incident_row(tx, area, found, "opened", cameras, now)
    homes = next_looks(registry, _told_of(registry, cameras), now)
    if not homes:
        return
    tell(
        tx,
        key,
        "operator",
        "incident_grown" if grown else "incident",
        "",
        now,
        area=area,
        count=str(len(homes)),
        total=str(len(_told_of(registry, found.cameras))),
        homes=_listed(registry, homes),
    )


def joined(
    tx: Transaction, area: str, found: Incident, cameras: Sequence[str], now: datetime
) -> None:
    """The row of homes that are part of the incident from now on."""
    _incident_row(tx, area, found, "grown", cameras, now)


def closed(tx: Transaction, registry: Registry, area: str, found: Incident, now: datetime) -> None:
    """Tell the operator that all are back."""
    _incident_row(tx, area, found, "closed", found.cameras, now)
    homes = _told_of(registry, found.cameras)
    if not homes:
        return
    minutes = str(round((now - found.opened).total_seconds() / 60))
    tell(
        tx,
        f"{found.key}/closed",
        "operator",
        "incident_over",
        "",
        now,
        area=area,
        total=str(len(homes)),
        minutes=minutes,
    )


def own_down(
    tx: Transaction, registry: Registry, lines: Sequence[Line], since: datetime, now: datetime
) -> None:
    """Tell operator and administrator that no home can be reached from here."""
    _own_row(tx, "own_down", lines, since, now)
    homes = next_looks(registry, _told_of(registry, [line.key for line in lines]), now)
    for to in ("operator", "administrator") if homes else ():
        tell(
            tx,
            f"own/{since:%Y-%m-%dT%H:%M:%SZ}/down/{to}",
            to,
            "own_down",
            "",
            now,
            since=_clock(registry, since, now),
            count=str(len(homes)),
            homes=_listed(registry, homes),
        )


def own_up(
    tx: Transaction, registry: Registry, lines: Sequence[Line], since: datetime, now: datetime
) -> None:
    """Tell the same that it is over."""
    _own_row(tx, "own_up", lines, since, now)
    minutes = str(round((now - since).total_seconds() / 60))
    told = _told_of(registry, [line.key for line in lines])
    for to in ("operator", "administrator") if told else ():
        key = f"own/{since:%Y-%m-%dT%H:%M:%SZ}/up/{to}"
        tell(tx, key, to, "own_up", "", now, minutes=minutes)


def next_looks(registry: Registry, cameras: Iterable[str], now: datetime) -> list[tuple[str, str]]:
    """Who lives there and when their next window opens, "23:15" or "": the soonest first."""
    wanted = set(cameras)
    agreements = {a.key: a for a in registry.agreements.values() if a.camera in wanted}
    few = replace(registry, entries={**registry.entries, "agreement": agreements})
    first: dict[str, datetime] = {}
    for planned in schedule(few, now, now + AHEAD):
        bar, _ = bar_against(few, planned.agreement, planned.opens)
        if bar not in CLOSES:
            first.setdefault(agreements[planned.agreement].camera, planned.opens)
    far = now + 2 * AHEAD
    order = sorted(wanted, key=lambda key: (first.get(key, far), key))
    return [
        (_name(registry, key), _clock(registry, first[key], now) if key in first else "")
        for key in order
    ]


def _listed(registry: Registry, homes: Sequence[tuple[str, str]]) -> str:
    listed = ", ".join(f"{name} {when}".strip() for name, when in homes[:MOST_HOMES])
    if len(homes) > MOST_HOMES:
        more = str(len(homes) - MOST_HOMES)
        listed = text("line.more", registry.settings.language, homes=listed, count=more)
    return listed


def _own_row(
    tx: Transaction, what: str, lines: Sequence[Line], since: datetime, now: datetime
) -> None:
    facts = {
        "what": what,
        "count": len(lines),
        "areas": sorted({line.area for line in lines})[:MOST_ROW],
        "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
    }
    tx.append(HistoryRow(at=now, kind=Kind.INCIDENT, facts=facts))


def _incident_row(
    tx: Transaction,
    area: str,
    found: Incident,
    what: str,
    cameras: Sequence[str],
    now: datetime,
) -> None:
    facts = {
        "area": area,
        "what": what,
        "incident": found.key,
        "count": len(cameras),
        "cameras": list(cameras[:MOST_ROW]),
        "opened": f"{found.opened:%Y-%m-%dT%H:%M:%SZ}",
    }
    tx.append(HistoryRow(at=now, kind=Kind.INCIDENT, facts=facts))


def _append(
    tx: Transaction, registry: Registry, line: Line, facts: dict[str, Any], now: datetime
) -> None:
    resident = _resident(registry, line.key) or None
    tx.append(HistoryRow(at=now, kind=Kind.LINE, resident=resident, camera=line.key, facts=facts))


def _key(line: Line) -> str:
    return f"line/{line.key}/{line.since:%Y-%m-%dT%H:%M:%SZ}"


def _told_of(registry: Registry, cameras: Sequence[str]) -> list[str]:
    """Those of which somebody is told: not of homes that are in shadow mode."""
    shadows: dict[str, bool] = {}
    for agreement in registry.agreements.values():
        if agreement.state is not Service.ENDED:
            before = shadows.get(agreement.camera, True)
            shadows[agreement.camera] = before and agreement.shadow
    return [camera for camera in cameras if not shadows.get(camera, False)]


def _resident(registry: Registry, camera: str) -> str:
    unit = registry.units.get(camera)
    return unit.resident if unit else ""


def _name(registry: Registry, camera: str) -> str:
    resident = registry.residents.get(_resident(registry, camera))
    return resident.name if resident else camera


def _clock(registry: Registry, at: datetime, now: datetime) -> str:
    """The time of day in the municipality, with the date where that is not today's."""
    there, here = at.astimezone(registry.zone), now.astimezone(registry.zone)
    form = "%H:%M" if abs(there - here) < timedelta(hours=12) else "%Y-%m-%d %H:%M"
    return there.strftime(form)
