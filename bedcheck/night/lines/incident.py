"""An area whose lines fall silent together: one incident, not thirty messages. Pure rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import AwareDatetime

from bedcheck.night.lines.line import Health, Line, Where
from bedcheck.night.lines.terms import HOLD, LineTerms

__all__ = ["Area", "Closed", "Grown", "Incident", "Joined", "Opened", "TellOne", "survey"]


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Lines of one area that are silent at the same time."""

    key: str
    opened: AwareDatetime
    cameras: tuple[str, ...]  # all that were ever part of it, in the order in which they came
    told: int  # of them the operator has been told of so many
    told_at: AwareDatetime


@dataclass(frozen=True, kw_only=True)
class Area:
    """What is known of an area. ``due`` is when it is to be surveyed again; None: at a change."""

    key: str
    incident: Incident | None = None
    due: AwareDatetime | None = None
    pulled: AwareDatetime | None = None  # when its lines were last tested out of turn


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Lines fell silent together: tell the operator once."""

    incident: Incident


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Further lines are part of the incident from now on."""

    incident: Incident
    cameras: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Grown:
    """Tell the operator which lines have joined since they were last told."""

    incident: Incident
    cameras: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Every line of the incident is heard again, or is looked after no longer."""

    incident: Incident


@dataclass(frozen=True, kw_only=True)
class TellOne:
    """One line is silent, and its area is not: tell who can act."""

    camera: str
    to: str  # "operator", or "administrator" where only the camera is silent


Act = Opened | Joined | Grown | Closed | TellOne


def survey(
    area: Area,
    lines: Sequence[Line],
    terms: LineTerms,
    now: datetime,
    known: Collection[str] = (),
) -> tuple[Area, tuple[Line, ...], tuple[Act, ...]]:
    """The area, its lines of which somebody is told now, and what is to be done.

    ``lines`` are all lines of the area. ``known``: cameras of which a window has told the
    operator that they cannot be reached: nobody is told of those again, one by one.
    """
    silent = {line.key: line for line in lines if line.health is Health.SILENT}
    acts: list[Act] = []
    told: dict[str, str] = {}
    incident = area.incident
    if incident is not None and not any(key in silent for key in incident.cameras):
        acts.append(Closed(incident=incident))
        incident = None
    if incident is None:
        incident = _opened(area, silent, terms, now)
        if incident is not None:
            acts.append(Opened(incident=incident))
            told = dict.fromkeys(incident.cameras, "incident")
    else:
        new = tuple(
            line.key for line in silent.values() if _joins(line, incident, terms)
        )  # those that came back and fell silent again are part of it already
        told = dict.fromkeys(new, "incident")
        added = tuple(key for key in new if key not in incident.cameras)
        if added:
            incident = replace(incident, cameras=(*incident.cameras, *added))
            acts.append(Joined(incident=incident, cameras=added))
        untold = incident.cameras[incident.told :]
        if untold and now >= incident.told_at + HOLD:
            incident = replace(incident, told=len(incident.cameras), told_at=now)
            acts.append(Grown(incident=incident, cameras=untold))
    alone = [line for line in silent.values() if not line.told and line.key not in told]
    for line in alone:
        if line.key in known:
            told[line.key] = "window"
        elif now >= _tell_at(line, terms):
            to = "administrator" if line.where is Where.CAMERA else "operator"
            told[line.key] = to
            acts.append(TellOne(camera=line.key, to=to))
    waits = [_tell_at(line, terms) for line in alone if line.key not in told]
    if incident is not None and incident.told < len(incident.cameras):
        waits.append(incident.told_at + HOLD)
    area = replace(area, incident=incident, due=min(waits, default=None))
    changed = tuple(replace(silent[key], told=to) for key, to in told.items())
    return area, changed, tuple(acts)


def _tell_at(line: Line, terms: LineTerms) -> datetime:
    assert line.since is not None  # of a silent line
    return line.since + terms.grace + HOLD


def _joins(line: Line, incident: Incident, terms: LineTerms) -> bool:
    """Whether a silent line belongs to the open incident and is not part of it yet.

    One that somebody was told of long before is a fault of its own.
    """
    if line.told == "incident":
        return False
    assert line.since is not None
    return not line.told or line.since >= incident.opened - terms.grace - terms.together


def _opened(
    area: Area, silent: dict[str, Line], terms: LineTerms, now: datetime
) -> Incident | None:
    """The incident of lines that fell silent together; None: too few.

    It is opened when one of them would be told alone: by then the others are silent too.
    """
    by_time = sorted(
        ((line.since, line) for line in silent.values() if line.since is not None),
        key=lambda item: (item[0], item[1].key),
    )
    ripe = [not line.told and now >= _tell_at(line, terms) for _, line in by_time]
    best: list[Line] = []
    end = ready = 0
    for start, (first, _) in enumerate(by_time):
        while end < len(by_time) and by_time[end][0] <= first + terms.together:
            ready += ripe[end]
            end += 1
        if ready and end - start > len(best):
            best = [line for _, line in by_time[start:end]]
        ready -= ripe[start]
    if len(best) < terms.area_cameras:
        return None
    cameras = tuple(line.key for line in best)
    key = f"incident/{area.key}/{now:%Y-%m-%dT%H:%M:%SZ}"
    return Incident(key=key, opened=now, cameras=cameras, told=len(cameras), told_at=now)
