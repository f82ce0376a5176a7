"""What holds for the whole municipality."""

from __future__ import annotations

from dataclasses import dataclass, field

from bedcheck.night.reports.terms import Reports

__all__ = ["Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One a store."""

    key: str = "night"
    zone: str = "Europe/Stockholm"  # whose clock agreed times are read on
    operator: str = ""  # the contact that answers what the software cannot
    administrator: str = ""  # the contact that mends cameras and gets tasks
    language: str = "sv"  # of messages: sv or en
    heartbeat_url: str = ""  # called every minute, so that somebody notices when it stops
    concurrent_looks: int = 8  # at the same moment, at most
    link_base: str = ""  # where acknowledgement links lead; empty: alarms carry none
    reports: Reports = field(default_factory=Reports)  # who gets which by mail
