"""Values that tests of the night share: a resident's terms, a window, findings."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from bedcheck.night.contact import Contact, Hours
from bedcheck.night.window import Finding, Terms, Window

OPENS = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

NORTH = Contact(key="north", name="Night team north")
SOUTH = Contact(key="south", name="Night team south")
DAY = Contact(key="day", name="Day team", hours=(Hours(start=time(7), end=time(21)),))
DUTY = Contact(key="duty", name="Manager on call")
CHIEF = Contact(key="chief", name="Unit manager")

TERMS = Terms(
    look=25 * SECOND,
    retry=10 * MINUTE,
    telephone_first=False,
    edge_counts_as_up=False,
    answer=3 * MINUTE,
    acknowledge=8 * MINUTE,
    operator=5 * MINUTE,
    deadline=30 * MINUTE,
    outcome=120 * MINUTE,
    shadow=False,
    zone="Europe/Stockholm",
    contacts=(NORTH, DAY, SOUTH),
    crisis=(DUTY, CHIEF),
)

WINDOW = Window(
    key="berit@2026-03-10T22:00Z",
    agreement="berit",
    resident="berit",
    camera="C1",
    area="north",
    opens=OPENS,
    closes=OPENS + 30 * MINUTE,
    terms=TERMS,
    due=OPENS,
)


def finding(state: str, certain: bool = False, *causes: str, **more: Any) -> Finding:
    """A look's finding."""
    return Finding(state=state, certain=certain, causes=causes, **more)


IN_BED = finding("in_bed", True)
PERHAPS = finding("in_bed")
OUT = finding("not_in_bed")
LOW = finding("low_contrast", True, "same_hue")
COVERED = finding("obstructed", True, "covered")
EDGE = finding("in_bed", True, posture="edge")
