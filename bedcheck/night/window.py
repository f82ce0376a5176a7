"""The window: one supervision of one resident, from planned to closed. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from bedcheck.night.contact import Contact

__all__ = [
    "Alarm",
    "AlarmCause",
    "Bar",
    "Call",
    "Ending",
    "Finding",
    "Phase",
    "Question",
    "Terms",
    "Window",
]


class Phase(StrEnum):
    """Where a window is. What follows from which event is in `bedcheck.night.transition`."""

    PLANNED = "planned"  # not yet open, or open and nothing done
    LOOKING = "looking"  # a look is under way
    WAITING = "waiting"  # for the second look, or for another try after a fault
    ASKING = "asking"  # the operator is to answer
    CALLING = "calling"  # an alarm is out, nobody has acknowledged it
    CRISIS = "crisis"  # the contacts have failed: the crisis list is called, round and round
    ACKNOWLEDGED = "acknowledged"  # somebody has taken the alarm; its outcome is awaited
    CLOSED = "closed"


class Bar(StrEnum):
    """Why the camera may not be looked through, or why it would be no use."""

    ABSENT = "absent"  # no look is wanted
    NO_CONSENT = "no_consent"  # never given, or withdrawn
    ENDED = "ended"  # the agreement or the camera was paused or ended
    OUT_OF_ORDER = "out_of_order"  # a fault was found, and no test look has cleared it
    LINE_DOWN = "line_down"  # the line to the home is known to be down
    OWN_LINE = "own_line"  # our own is: no home can be reached from here


class AlarmCause(StrEnum):
    """Why somebody is called. Each is told in its own words, since each asks another thing."""

    DEVIATION = "deviation"  # the bed was seen, the resident was not in it
    UNSURE = "unsure"  # perhaps in bed; the operator who was asked could not or did not answer
    CANNOT_SEE = "cannot_see"  # nothing in the way, yet too little contrast to tell
    CAMERA = "camera"  # covered, moved, dead: the camera shows nothing to go by
    NO_LOOK_POSSIBLE = "no_look_possible"  # it was known before that no look could be made
    NO_LOOK_MADE = "no_look_made"  # the operator's side failed to look in time


class Question(StrEnum):
    """What the operator is asked."""

    PICTURE = "picture"  # is the resident in bed? The software is not certain of it
    TELEPHONE = "telephone"  # ring the resident before anybody drives


class Ending(StrEnum):
    """How a window was closed."""

    IN_BED = "in_bed"  # seen in bed for certain
    WELL = "well"  # the operator answered so
    OUTCOME = "outcome"  # the alarm was acknowledged and its outcome told
    NO_OUTCOME = "no_outcome"  # acknowledged; no outcome came, for all reminding
    WRITTEN_OFF = "written_off"  # the alarm was closed without a visit, with a reason
    ABSENT = "absent"
    NO_CONSENT = "no_consent"
    ENDED = "ended"
    MISSED = "missed"  # found so long afterwards that no visit would be of use
    SHADOW = "shadow"  # somebody would have been called or asked


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one look gave, pooled over its frames. Words of `bedcheck.verdict`; no picture."""

    state: str  # of State
    certain: bool
    causes: tuple[str, ...] = ()
    posture: str | None = None
    presence: float | None = None  # 0..1
    frames: int = 1  # judged
    network: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the window goes by: the agreement as it was when the window was planned."""

    look: timedelta
    retry: timedelta | None
    telephone_first: bool
    edge_counts_as_up: bool
    answer: timedelta
    acknowledge: timedelta
    operator: timedelta
    deadline: timedelta
    outcome: timedelta
    shadow: bool
    zone: str
    contacts: tuple[Contact, ...]
    crisis: tuple[Contact, ...]

    @property
    def tz(self) -> ZoneInfo:
        """Whose clock the contacts' hours are read on."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One delivery of the alarm to one contact."""

    key: str
    contact: str
    placed: AwareDatetime
    accepted: bool = False  # by the channel's other end; nobody has acknowledged yet


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """What the night staff are called about."""

    key: str
    cause: AlarmCause
    why: tuple[str, ...]  # the looks' causes, or the fault's kind
    raised: AwareDatetime
    deadline: AwareDatetime  # acknowledged, written off or on the crisis list by then
    call: Call | None = None  # the latest; None: nobody yet
    called: tuple[str, ...] = ()  # everybody who was
    unsent: tuple[str, ...] = ()  # of them, those to whom there was no way; the administrator knows
    turn: int = 0  # how many of the list have had their turn, rounds counted on
    acknowledged_by: str = ""
    reminders: int = 0


@dataclass(frozen=True, kw_only=True)
class Window:
    """One supervision. ``due`` is when a `Due` is owed to it; None once it is closed."""

    key: str
    agreement: str
    resident: str
    camera: str
    area: str
    opens: AwareDatetime
    closes: AwareDatetime
    terms: Terms = field(repr=False)
    phase: Phase = Phase.PLANNED
    due: AwareDatetime | None
    step: int = 0  # numbers the actions; a key is made of it
    look: int = 0  # 1: the first is under way or done; 2: the second
    look_key: str = ""  # of the look under way
    tries: int = 0  # at this look, that gave no picture
    finding: Finding | None = None  # of the latest look that gave one
    question: Question | None = None
    alarm: Alarm | None = None
    ending: Ending | None = None

    def shifted(self, by: timedelta) -> Window:
        """The window after the time of day jumped ``by``: what runs goes on for as long.

        A window that has not begun stays at its time of day, which is what was agreed.
        """
        if self.phase in (Phase.PLANNED, Phase.CLOSED):
            return self
        alarm = self.alarm
        if alarm is not None:
            call = alarm.call and replace(alarm.call, placed=alarm.call.placed + by)
            alarm = replace(
                alarm, raised=alarm.raised + by, deadline=alarm.deadline + by, call=call
            )
        due: datetime | None = self.due and self.due + by
        return replace(self, due=due, closes=self.closes + by, alarm=alarm)
