"""The agreement: what was agreed for one resident. When to look, what then, whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from pydantic import AwareDatetime

from bedcheck.night.unit import Service

__all__ = ["NOTICE", "WINDOW", "Agreement", "Wish"]

WINDOW = timedelta(minutes=30)  # for which the camera is unlocked
NOTICE = timedelta(hours=24)  # that an activation needs


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One agreed time, and within what span it may be moved to flatten the load."""

    at: time  # on a clock in the municipality
    earliest: time | None = None  # None: it is not to be moved
    latest: time | None = None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What was agreed. Times of day are those of a clock in the municipality."""

    key: str
    resident: str
    camera: str  # its serial number
    times: tuple[Wish, ...]  # when the windows open
    contacts: tuple[str, ...]  # whom to call, in this order
    ordered_at: AwareDatetime
    ordered_by: str
    starts: AwareDatetime  # the first window opens at this time or later
    exception_by: str = ""  # who allowed a start sooner than 24 hours after the order
    state: Service = Service.ORDERED
    look_seconds: int = 25
    retry_minutes: int = 10  # from the end of the first look; 0: no second look
    telephone_first: bool = False  # the resident is telephoned before anyone drives
    edge_counts_as_up: bool = False  # sitting on the edge of the bed is a deviation
    answer_minutes: int = 3  # for a channel to accept; then the next contact
    acknowledge_minutes: int = 8  # for a person to acknowledge; then the next contact
    operator_minutes: int = 5  # for the operator to answer or telephone; then night staff
    deadline_minutes: int = 30  # from raised to acknowledged, written off or crisis list
    outcome_minutes: int = 120  # from acknowledged to a reminder of the outcome
    shadow: bool = False  # looks are judged and logged, and nobody is called

    def looks_take(self) -> timedelta:
        """From the window's opening to the end of the last look agreed."""
        look = timedelta(seconds=self.look_seconds)
        if not self.retry_minutes:
            return look
        return look + timedelta(minutes=self.retry_minutes) + look
