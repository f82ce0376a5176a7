"""One row of the history: what happened, to whom, when and by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bedcheck.errors import RecordError
from bedcheck.history.plain import MOST_FACTS, check_key, dump, utc

__all__ = ["HistoryRow", "Kind", "Retained", "check_kind"]


class Retained(StrEnum):
    """For how long a row is kept goes by one of these; see `bedcheck.history.retention`."""

    SUPERVISION = "supervision"  # looks, windows and alarms
    REGISTRY = "registry"  # residents, consents, agreements and changes of them
    ACCESS = "access"  # who read, exported, or was refused
    OPERATION = "operation"  # the runner itself
    SEAL = "seal"  # what the chain rests on; holds nothing about anybody


class Kind(StrEnum):
    """What a row tells. Beside each: the facts that `alarm_story` and the texts look for."""

    # Looks and windows
    LOOK = "look"  # one access to the camera, whatever came of it
    WINDOW_CLOSED = "window_closed"  # outcome, looked; exactly one for every due window
    ANSWER = "answer"  # question, answer: the operator's; None: none came in time
    LATE = "late"  # event, phase: what somebody said when nothing followed from it any more
    # An alarm, from raised to closed
    ALARM_RAISED = "alarm_raised"  # cause
    ALARM_SENT = "alarm_sent"  # to, channel, key
    ALARM_ACCEPTED = "alarm_accepted"  # to, channel, reference: the receiver has it
    ALARM_NOT_SENT = "alarm_not_sent"  # to, reason: it never left, a secret or a part is missing
    ALARM_REJECTED = "alarm_rejected"  # to, channel, reason
    ALARM_UNREACHABLE = "alarm_unreachable"  # to, channel, reason
    ALARM_UNANSWERED = "alarm_unanswered"  # to: the agreed time ran out
    ALARM_ACKNOWLEDGED = "alarm_acknowledged"  # a person has taken it: who, and how (via)
    ALARM_OUTCOME = "alarm_outcome"  # outcome, note
    ALARM_WRITTEN_OFF = "alarm_written_off"  # reason
    ALARM_CRISIS = "alarm_crisis"  # to: the crisis list was reached
    ALARM_CLOSED = "alarm_closed"  # how
    # People's tasks and what concerns many
    TASK = "task"  # for, what
    INCIDENT = "incident"  # area, what (opened, grown, closed), cameras, incident (its key)
    LINE = "line"  # what (silent, back, clock_off, clock_right), where, error, since, minutes
    # The registry
    CHANGE = "change"  # of (kind and key), what
    INSTALLED = "installed"  # result, problems, findings: what installing a camera found
    # Who saw or asked for what
    READ = "read"  # what, filters
    EXPORT = "export"  # what, filters, format, rows
    TOKEN = "token"  # name, what: issued, withdrawn
    GRANT_REFUSED = "grant_refused"  # reason, purpose
    LINK_REFUSED = "link_refused"  # reason
    # The runner and its machine
    RUNNER = "runner"  # what: started, stopped, caught_up
    CLOCK = "clock"  # jump, in seconds
    HEARTBEAT = "heartbeat"  # what
    # What the chain rests on
    PURGE = "purge"  # rows: [[first, last], ...], before
    SEAL = "seal"  # the sealed row, its link, the signature

    @property
    def retained(self) -> Retained:
        """Which retention time the row goes by."""
        return _RETAINED.get(self, Retained.SUPERVISION)


_RETAINED = {
    Kind.CHANGE: Retained.REGISTRY,
    Kind.INSTALLED: Retained.REGISTRY,
    Kind.READ: Retained.ACCESS,
    Kind.EXPORT: Retained.ACCESS,
    Kind.TOKEN: Retained.ACCESS,
    Kind.GRANT_REFUSED: Retained.ACCESS,
    Kind.LINK_REFUSED: Retained.ACCESS,
    Kind.RUNNER: Retained.OPERATION,
    Kind.CLOCK: Retained.OPERATION,
    Kind.HEARTBEAT: Retained.OPERATION,
    Kind.PURGE: Retained.SEAL,
    Kind.SEAL: Retained.SEAL,
}


def check_kind(kind: str) -> Kind:
    """``kind`` as one of `Kind`; RecordError where it is none."""
    try:
        return Kind(kind)
    except ValueError:
        raise RecordError(f"kind: expected one of {', '.join(Kind)}; got {kind!r:.60}") from None


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """What happened. Checked when made; times come back in UTC.

    Raises RecordError for a naive time, an unknown kind, a key that is not printable and
    facts that are not plain values or exceed 16 KiB of JSON.
    """

    at: datetime  # when it happened; aware
    kind: Kind | str
    resident: str | None = None
    camera: str | None = None
    window: str | None = None
    alarm: str | None = None
    who: str = "runner"  # "os:anna", "token:central", "contact:night-north", "runner"
    facts: Mapping[str, Any] = field(default_factory=dict)
    seq: int | None = None  # its number, from 1; None: not yet appended

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at))
        object.__setattr__(self, "kind", check_kind(self.kind))
        for name in ("resident", "camera", "window", "alarm"):
            if (key := getattr(self, name)) is not None:
                check_key(key, name)
        check_key(self.who, "who")
        dump(self.facts, "facts", MOST_FACTS)
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON values; the time in UTC, as ISO 8601."""
        return {
            "seq": self.seq,
            "at": re.sub(r"\+00:00$", "Z", self.at.isoformat(timespec="seconds")),
            "kind": str(self.kind),
            "resident": self.resident,
            "camera": self.camera,
            "window": self.window,
            "alarm": self.alarm,
            "who": self.who,
            "facts": dict(self.facts),
        }
