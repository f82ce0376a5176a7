"""What has ended for good: no entry under the same key brings it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bedcheck.history.transaction import Snapshot
from bedcheck.night.fault import Fault
from bedcheck.night.unit import Service

__all__ = ["revivals"]


def revivals(tx: Snapshot, tables: Mapping[str, Sequence[Any]]) -> Iterator[Fault]:
    """Entries that would revive a withdrawn consent or an ended agreement, removed or not."""
    for consent in tables.get("consent", ()):
        before = tx.last("consent", consent.key) or {}
        if (on := before.get("withdrawn_on")) and consent.withdrawn_on is None:
            message = f"was withdrawn on {on}; a new consent has a new key"
            yield Fault(place=f"consent[{consent.key}]", message=message)
    for agreement in tables.get("agreement", ()):
        before = tx.last("agreement", agreement.key) or {}
        if before.get("state") == Service.ENDED and agreement.state is not Service.ENDED:
            message = "has ended; a new agreement has a new key"
            yield Fault(place=f"agreement[{agreement.key}]", message=message)
