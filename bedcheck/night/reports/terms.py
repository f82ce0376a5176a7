"""Who gets which report, and when: a part of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from bedcheck.night.fault import Fault

__all__ = ["Reports", "report_faults"]

LABEL = "[A-Za-z0-9-]{1,63}"
ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(\.{LABEL})+")
MOST = 20  # receivers of one report
LONGEST = 120  # characters of an address: it is a part of a key
NOON = time(12)  # when the night before is over


@dataclass(frozen=True, kw_only=True)
class Reports:
    """Mail addresses that get a report, and the time of day at which it is written."""

    weekly: tuple[str, ...] = ()  # on Mondays
    monthly: tuple[str, ...] = ()  # on the first of the month
    at: time = time(13)  # on a clock in the municipality; noon or later


def report_faults(reports: Reports) -> Iterator[Fault]:
    """Every fault of the settings for reports."""
    place = "settings.reports"
    for name in ("weekly", "monthly"):
        addresses = getattr(reports, name)
        if len(addresses) > MOST:
            message = f"expected {MOST} receivers at most; got {len(addresses)}"
            yield Fault(place=f"{place}.{name}", message=message)
        for number, address in enumerate(addresses):
            if len(address) > LONGEST or not ADDRESS.fullmatch(address):
                message = f"expected a mail address, as anna@example.org; got {address!r:.60}"
                yield Fault(place=f"{place}.{name}[{number}]", message=message)
    if reports.at.replace(tzinfo=None) < NOON or reports.at.tzinfo is not None:
        message = f"expected 12:00 or later, for the night before ends at noon; got {reports.at}"
        yield Fault(place=f"{place}.at", message=message)
