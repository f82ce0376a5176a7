"""What is counted of one supervision and of one camera's fault: rows in, counts out. Pure.

A supervision counts once it is closed, in the night in which it opened. What is told of it
later (a late outcome) changes what it counted, and never where.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bedcheck.history.row import Kind
from bedcheck.history.zone import night_of

__all__ = ["RECKONED", "Fact", "Group", "Tally", "mended", "opened_at", "recount", "supervision"]

RECKONED = (Kind.WINDOW_CLOSED, Kind.LATE)
"""Rows after which a supervision counts otherwise than before."""

PAUSED = frozenset({"absent", "no_consent", "ended"})
"""Endings of supervisions that nobody was to make."""

LEFT_IN_BED = frozenset({"in_bed", "well"})
"""Endings after which nobody drove."""

IN_BED, NOT_IN_BED = "in_bed_after_all", frozenset({"fallen", "up_and_well", "not_at_home"})


class Fact(NamedTuple):
    """A row of the history, with what figures need of it."""

    seq: int
    at: datetime
    kind: Kind
    resident: str
    camera: str
    window: str
    facts: Mapping[str, Any]


class Group(NamedTuple):
    """By what figures can be told apart; each may be empty."""

    area: str = ""
    network: str = ""  # name@version, of the last look that was judged
    software: str = ""  # of the runner that closed the supervision
    cause: str = ""  # of the alarm; empty: there was none


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What one supervision, or one fault, adds to the figures of its night."""

    night: date
    resident: str
    group: Group
    counts: Counter[str]
    seq: int  # of the row that made it count

    @property
    def wanted(self) -> bool:
        """Whether somebody was to be looked to."""
        return bool(self.counts["supervisions"])


def supervision(rows: Sequence[Fact], zone: ZoneInfo) -> Tally | None:
    """What the rows of one window, in their order, count; None where it is not closed."""
    closing = next((row for row in rows if row.kind is Kind.WINDOW_CLOSED), None)
    if closing is None:
        return None
    during = [row for row in rows if row.seq <= closing.seq]
    looks = [row.facts for row in during if row.kind is Kind.LOOK and not row.facts.get("late")]
    ending = _text(closing.facts, "outcome")
    counts: Counter[str] = Counter({f"ending/{ending}": 1})
    counts["paused" if ending in PAUSED else "supervisions"] += 1
    _count_looks(counts, looks, ending)
    for row in during:
        if row.kind is Kind.ANSWER:
            counts[f"asked/{_text(row.facts, 'question')}"] += 1
            counts[f"answer/{_text(row.facts, 'answer') or 'none'}"] += 1
    raised = next((row for row in during if row.kind is Kind.ALARM_RAISED), None)
    cause = _text(raised.facts, "cause") if raised else _text(closing.facts, "would_alarm")
    if raised:
        _count_alarm(counts, raised, during)
    elif cause:
        counts["would_alarm"] += 1
    _count_outcome(counts, rows, ending, alarmed=raised is not None)
    judged = [_text(look, "network") for look in looks if look.get("state")]
    return Tally(
        night=night_of(opened_at(closing), zone),
        resident=closing.resident,
        group=Group(
            area=_text(closing.facts, "area"),
            network=judged[-1] if judged else "",
            software=_text(closing.facts, "software"),
            cause=cause,
        ),
        counts=counts,
        seq=closing.seq,
    )


def _count_looks(counts: Counter[str], looks: list[Mapping[str, Any]], ending: str) -> None:
    for look in looks:
        counts["looks"] += 1
        counts[f"look/{_text(look, 'purpose')}"] += 1
        if state := _text(look, "state"):
            counts[f"state/{state}"] += 1
            counts["judged"] += 1
            counts["uncertain"] += look.get("certain") is False
        else:
            counts[f"failed/{_text(look, 'error') or 'unknown'}"] += 1
    judged = [_text(look, "purpose") for look in looks if look.get("state")]
    if ending not in PAUSED:
        counts["seen"] += bool(judged)
    if "second" in judged and "first" in judged:
        counts["second"] += 1
        counts["rescued"] += ending == "in_bed"


def _count_alarm(counts: Counter[str], raised: Fact, rows: list[Fact]) -> None:
    counts["alarms"] += 1
    firsts = {
        "acceptance": Kind.ALARM_ACCEPTED,
        "acknowledgement": Kind.ALARM_ACKNOWLEDGED,
    }
    for name, kind in firsts.items():
        first = next((row for row in rows if row.kind is kind), None)
        if first is not None:
            counts[f"seconds/{name}/{_seconds(raised.at, first.at)}"] += 1
    counts["crisis"] += any(row.kind is Kind.ALARM_CRISIS for row in rows)


def _count_outcome(
    counts: Counter[str], rows: Sequence[Fact], ending: str, *, alarmed: bool
) -> None:
    """What was found in the end; the last word counts, late ones too."""
    outcome = written_off = ""
    for row in rows:
        late = _text(row.facts, "event") if row.kind is Kind.LATE else ""
        if row.kind is Kind.ALARM_OUTCOME or late == "outcome":
            outcome, written_off = _text(row.facts, "outcome"), ""
        elif row.kind is Kind.ALARM_WRITTEN_OFF or late == "written_off":
            outcome, written_off = "", _text(row.facts, "reason")
    if alarmed and outcome:
        counts[f"outcome/{outcome}"] += 1
        if counts["judged"]:
            counts["outcomes"] += 1
            counts["wrong"] += outcome == IN_BED
    if alarmed and written_off:
        counts[f"written_off/{written_off}"] += 1
    if ending in LEFT_IN_BED:
        counts["left"] += 1
        counts["missed"] += outcome in NOT_IN_BED


def opened_at(closing: Fact) -> datetime:
    """When the window opened: the row says so; an older one by the window's name."""
    for written in (_text(closing.facts, "opens"), closing.window.rpartition("@")[2]):
        try:
            opens = datetime.fromisoformat(written)
        except ValueError:
            continue
        if opens.tzinfo is not None:
            return opens
    return closing.at


def mended(rows: Iterable[Fact], zone: ZoneInfo) -> Iterator[Tally]:
    """What the changes of cameras, in their order, count: each fault, and each that ended.

    A camera is out of order from a look that found it so until a test look has seen the bed.
    """
    since: dict[tuple[str, str], Fact] = {}
    for row in rows:
        if _text(row.facts, "of") != f"camera {row.camera}":
            continue
        fields = row.facts.get("fields")
        if row.facts.get("what") == "out_of_order":
            since[row.resident, row.camera] = row
            fault = _text(row.facts, "fault")
            yield _fault(row, row, zone, {"faults": 1, f"fault/{fault}": 1})
        elif isinstance(fields, list | tuple) and "fault" in fields:
            began = since.pop((row.resident, row.camera), None)
            if began is not None:
                seconds = f"seconds/restoration/{_seconds(began.at, row.at)}"
                yield _fault(row, began, zone, {"restored": 1, seconds: 1})


def _fault(row: Fact, began: Fact, zone: ZoneInfo, counts: Mapping[str, int]) -> Tally:
    return Tally(
        night=night_of(row.at, zone),
        resident=row.resident,
        group=Group(area=_text(began.facts, "area")),
        counts=Counter(counts),
        seq=row.seq,
    )


def recount(rows: Iterable[Fact], zone: ZoneInfo) -> dict[tuple[date, str, Group], Counter[str]]:
    """The counts of every night, resident and group from raw rows: what roll-ups must equal."""
    windows: dict[str, list[Fact]] = defaultdict(list)
    changes: list[Fact] = []
    for row in rows:
        if row.window:
            windows[row.window].append(row)
        if row.kind is Kind.CHANGE and row.camera:
            changes.append(row)
    found = [supervision(kept, zone) for kept in windows.values()]
    tallies = sorted((one for one in found if one is not None), key=lambda one: one.seq)
    total: dict[tuple[date, str, Group], Counter[str]] = defaultdict(Counter)
    nights: set[tuple[date, str]] = set()
    for tally in [*tallies, *mended(changes, zone)]:
        counts = total[tally.night, tally.resident, tally.group]
        counts.update(tally.counts)
        if tally.wanted and (tally.night, tally.resident) not in nights:
            nights.add((tally.night, tally.resident))
            counts["resident_nights"] += 1
    return {key: +counts for key, counts in total.items()}


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _seconds(start: datetime, end: datetime) -> int:
    """Whole seconds; 0 where the time of day was set back meanwhile."""
    return max(round((end - start).total_seconds()), 0)
