"""How often lines are tested, and what follows from it: the longest time a fault is unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["HOLD", "RECHECK", "SECONDS", "SURVEY", "LineTerms", "longest_undetected"]

SECONDS = 5  # for one connection; a test makes two at most, to the camera and to the router
RECHECK = timedelta(minutes=2)  # between tests of a line that is silent
SURVEY = timedelta(seconds=5)  # in which what changed in an area is looked at together
HOLD = timedelta(minutes=2)  # before one silent line is told alone: others may be silent too


@dataclass(frozen=True, kw_only=True)
class LineTerms:
    """What the municipality has set; a camera may have its own interval and grace."""

    interval_minutes: int = 60  # between tests of a line that is well
    grace_minutes: int = 5  # of silence, before anybody is told
    tries: int = 3  # tests in a row that fail within the grace, before a line counts as silent
    area_minutes: int = 10  # lines of one area that fall silent within them are one incident
    area_cameras: int = 3  # that many at least
    parked_hours: int = 4  # before a window, a parked camera is tested; 0: never by itself

    @property
    def interval(self) -> timedelta:
        """Between tests of a line that is well."""
        return timedelta(minutes=self.interval_minutes)

    @property
    def grace(self) -> timedelta:
        """Of silence, before anybody is told."""
        return timedelta(minutes=self.grace_minutes)

    @property
    def again(self) -> timedelta:
        """Between tests within the grace."""
        return self.grace / max(self.tries - 1, 1)

    @property
    def together(self) -> timedelta:
        """Within which lines fall silent together."""
        return timedelta(minutes=self.area_minutes)


def longest_undetected(terms: LineTerms) -> timedelta:
    """The longest time from a line's failing until somebody is told, while the runner runs.

    It fails just after a test has found it well; the next begins an interval after that one's
    end. Every test takes as long as it may. Then others of its area are waited for, so that
    they are told together. A message that cannot be delivered, and a machine too busy to
    begin its tests in time, come on top.
    """
    test = timedelta(seconds=2 * SECONDS)
    rest = (terms.tries - 1) * test
    return terms.interval + 2 * test + terms.grace + max(HOLD, rest) + SURVEY
