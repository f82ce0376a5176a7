"""What can happen to a window. Frozen values; the runner and the commands make them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bedcheck.night.window import Bar, Finding

__all__ = [
    "Acknowledged",
    "Answer",
    "Answered",
    "Barred",
    "CallAccepted",
    "CallFailed",
    "Due",
    "Event",
    "LookFailed",
    "Looked",
    "Outcome",
    "OutcomeGiven",
    "WriteOff",
    "WrittenOff",
]


class Answer(StrEnum):
    """What the operator says."""

    WELL = "well"  # in bed, or answered the telephone and is well
    NOT_WELL = "not_well"  # not in bed, or did not answer the telephone
    CANNOT_TELL = "cannot_tell"


class Outcome(StrEnum):
    """What the night staff found."""

    IN_BED_AFTER_ALL = "in_bed_after_all"
    UP_AND_WELL = "up_and_well"
    FALLEN = "fallen"
    NOT_AT_HOME = "not_at_home"
    CAMERA_FAULT = "camera_fault"
    OTHER = "other"


class WriteOff(StrEnum):
    """Why an alarm is closed without a visit."""

    KNOWN_ABSENCE = "known_absence"
    SEEN_OTHERWISE = "seen_otherwise"  # another visit or call has just met the resident
    TEST = "test"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Due:
    """The time has come. ``bar`` is what stands against a look at this moment."""

    bar: Bar | None = None
    detail: str = ""  # of the bar: the fault's kind


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A look gave something to go by."""

    key: str  # of the look
    finding: Finding
    seconds: float  # for how long the camera was open


@dataclass(frozen=True, kw_only=True)
class LookFailed:
    """A look gave no picture."""

    key: str
    kind: str  # of GrabError, or "judgement", "no_grant", "frozen"
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CallAccepted:
    """The receiver has the alarm. No person has acknowledged it yet."""

    key: str  # of the call
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class CallFailed:
    """The receiver did not take the alarm, or it was never sent."""

    key: str
    kind: str  # "not_sent", "rejected" or "unreachable"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """A person takes the alarm."""

    by: str
    via: str = "command"  # or "link", "webhook"


@dataclass(frozen=True, kw_only=True)
class OutcomeGiven:
    """A person says what was found. Acknowledges too, where nobody has."""

    outcome: Outcome
    by: str
    note: str = ""
    via: str = "command"


@dataclass(frozen=True, kw_only=True)
class WrittenOff:
    """A person closes the alarm without a visit."""

    reason: WriteOff
    by: str
    note: str = ""
    via: str = "command"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The operator answers the question."""

    answer: Answer
    by: str


@dataclass(frozen=True, kw_only=True)
class Barred:
    """An absence, a withdrawal or an end arrived that covers this window."""

    bar: Bar
    by: str


Event = (
    Due
    | Looked
    | LookFailed
    | CallAccepted
    | CallFailed
    | Acknowledged
    | OutcomeGiven
    | WrittenOff
    | Answered
    | Barred
)
