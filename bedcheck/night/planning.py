"""Flatten the load: propose when windows open, each within the span that its resident wished.

No two windows of one resident overlap. Three things are kept low, in this order: looks at
the same moment, alarms that one team is to expect within a quarter of an hour, and how far
a time is moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bedcheck.night.agreement import WINDOW, Agreement, Wish
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Service

__all__ = ["Limits", "Move", "Plan", "propose"]

DAY = 86400  # seconds
QUARTER = 900  # seconds
QUARTERS = DAY // QUARTER


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the load is to stay under. A limit that cannot be kept is told, not hidden."""

    concurrent: int = 8  # looks at the same moment
    spacing: int = 5  # seconds between the openings of two windows
    alarms: float = 1.0  # that one team is to expect within a quarter of an hour
    alarm_rate: float = 0.02  # alarms a window; set it from your own history


@dataclass(frozen=True, kw_only=True)
class Move:
    """One time, moved."""

    agreement: str
    number: int  # which of the agreement's times, from 0
    before: time
    after: time


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a set of times asks for."""

    openings: tuple[int, ...]  # in each quarter of an hour of the day, from midnight
    concurrent: int  # the most looks at the same moment
    spacing: int  # the least seconds between two openings
    closest: str  # which two those are, "berit 23:00:00 and carl 23:00:02"; empty: no two
    busiest: str  # when the most looks are made, "23:00:00"
    alarms: float  # the most that one team is to expect within a quarter of an hour
    loaded: str  # which team that is and when, "north from 23:15"; empty: nobody


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A proposal; nothing is changed until somebody applies it."""

    moves: tuple[Move, ...]
    before: Load
    after: Load
    beyond: tuple[str, ...]  # limits that cannot be kept, each in a sentence

    def applied(self, agreement: Agreement) -> Agreement:
        """``agreement`` with its times as proposed."""
        times = list(agreement.times)
        for move in self.moves:
            if move.agreement == agreement.key:
                times[move.number] = replace(times[move.number], at=move.after)
        return replace(agreement, times=tuple(times))


@dataclass(frozen=True, kw_only=True)
class _Item:
    agreement: str
    number: int
    resident: str
    team: str
    at: int  # seconds since midnight
    first: int  # where it may open, seconds since midnight
    span: int  # seconds, from `first`; 0: it is not to be moved
    look: int  # seconds
    alarm_after: int  # seconds from opening to a call


def propose(registry: Registry, limits: Limits | None = None) -> Plan:
    """Times for every running agreement, within the spans wished.

    Those with the least room choose first; each takes the moment that adds least to the
    load, the nearest to its present time where several do.
    """
    limits = limits or Limits()
    items = sorted(_items(registry), key=lambda item: (item.span, item.at, item.agreement))
    spread = _Spread(limits)
    placed = {(item.agreement, item.number): spread.place(item) for item in items}
    moves = tuple(
        Move(
            agreement=item.agreement,
            number=item.number,
            before=_time(item.at),
            after=_time(placed[item.agreement, item.number]),
        )
        for item in items
        if placed[item.agreement, item.number] != item.at
    )
    before = _load(items, [item.at for item in items], limits)
    after = _load(items, [placed[item.agreement, item.number] for item in items], limits)
    return Plan(moves=moves, before=before, after=after, beyond=tuple(_beyond(after, limits)))


def _items(registry: Registry) -> Iterator[_Item]:
    for agreement in registry.agreements.values():
        if agreement.state not in (Service.ORDERED, Service.ACTIVE):
            continue
        resident = registry.residents.get(agreement.resident)
        for number, wish in enumerate(agreement.times):
            first, span = _span(wish)
            yield _Item(
                agreement=agreement.key,
                number=number,
                resident=agreement.resident,
                team=resident.area if resident else "",
                at=_seconds(wish.at),
                first=first,
                span=span,
                look=agreement.look_seconds,
                alarm_after=int(agreement.looks_take().total_seconds()),
            )


def _span(wish: Wish) -> tuple[int, int]:
    if wish.earliest is None or wish.latest is None:
        return _seconds(wish.at), 0
    first = _seconds(wish.earliest)
    return first, (_seconds(wish.latest) - first) % DAY


class _Spread:
    """Where windows have been put so far, by the second of the day."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.looks = np.zeros(DAY, np.int32)  # under way at each second
        self.opened = np.zeros(DAY, np.int32)  # windows that open at each second
        self.alarms: dict[str, NDArray[np.float64]] = {}  # by team and quarter
        self.of_resident: dict[str, list[int]] = {}  # where its windows open, so far

    def place(self, item: _Item) -> int:
        """The second at which ``item`` is to open."""
        team = self.alarms.setdefault(item.team, np.zeros(QUARTERS))
        grid = max(self.limits.spacing, 1)
        offsets = np.arange(0, item.span + 1, grid)
        present = (item.at - item.first) % DAY
        if present % grid:
            offsets = np.sort(np.append(offsets, present))
        seconds = (item.first + offsets) % DAY
        busy = np.stack([self.looks[(seconds + s) % DAY] for s in (0, item.look - 1)]).max(axis=0)
        near = np.zeros(len(seconds), np.int32)
        for s in range(-grid + 1, grid):
            near += self.opened[(seconds + s) % DAY]
        expected = team[(seconds + item.alarm_after) % DAY // QUARTER]
        over = np.maximum(expected + self.limits.alarm_rate - self.limits.alarms, 0)
        full = np.maximum(busy + 1 - self.limits.concurrent, 0)
        overlaps = np.zeros(len(seconds), np.int32)
        for other in self.of_resident.setdefault(item.resident, []):
            apart = np.abs(seconds - other)
            overlaps += np.minimum(apart, DAY - apart) < WINDOW.total_seconds()
        # np.lexsort takes its last key first.
        keys = (np.abs(offsets - present), expected, busy, near, over, full, overlaps)
        best = int(seconds[np.lexsort(keys)[0]])
        self.of_resident[item.resident].append(best)
        self.opened[best] += 1
        self.looks[(best + np.arange(item.look)) % DAY] += 1
        team[(best + item.alarm_after) % DAY // QUARTER] += self.limits.alarm_rate
        return best


def _load(items: list[_Item], seconds: list[int], limits: Limits) -> Load:
    looks = np.zeros(DAY, np.int32)
    openings = [0] * QUARTERS
    alarms: dict[tuple[str, int], float] = {}
    for item, at in zip(items, seconds, strict=True):
        looks[(at + np.arange(item.look)) % DAY] += 1
        openings[at // QUARTER] += 1
        quarter = (item.team, (at + item.alarm_after) % DAY // QUARTER)
        alarms[quarter] = alarms.get(quarter, 0.0) + limits.alarm_rate
    most = max(alarms, key=lambda quarter: alarms[quarter], default=("", 0))
    ordered = sorted((at, item.agreement) for item, at in zip(items, seconds, strict=True))
    around = [*ordered, *((at + DAY, agreement) for at, agreement in ordered[:1])]
    one, other = min(
        pairwise(around), key=lambda two: two[1][0] - two[0][0], default=((0, ""), (DAY, ""))
    )
    return Load(
        openings=tuple(openings),
        concurrent=int(looks.max(initial=0)),
        spacing=other[0] - one[0],
        closest=" and ".join(f"{key} {_time(at % DAY)}" for at, key in (one, other) if key),
        busiest=str(_time(int(looks.argmax()))),
        alarms=alarms.get(most, 0.0),
        loaded=f"{most[0]} from {_time(most[1] * QUARTER):%H:%M}" if alarms else "",
    )


def _beyond(load: Load, limits: Limits) -> Iterator[str]:
    if load.concurrent > limits.concurrent:
        yield (
            f"{load.concurrent} looks at the same moment ({load.busiest}), over {limits.concurrent}"
        )
    if load.spacing < limits.spacing:
        yield f"{load.closest} open {load.spacing} s apart, under {limits.spacing} s"
    if load.alarms > limits.alarms + 1e-9:
        yield (
            f"{load.alarms:.1f} alarms to be expected by one team within a quarter of an hour,"
            f" over {limits.alarms:g}: {load.loaded}"
        )


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _time(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
