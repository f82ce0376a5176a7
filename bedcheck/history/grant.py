"""The right to one look: single use, expiring, for one camera, window and purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Grant", "Redeem"]


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Issued and redeemed by the store; made by hand it opens nothing."""

    id: str
    secret: str = field(repr=False)  # the store keeps its digest only
    camera: str
    window: str
    purpose: str  # "first", "second", "test"
    expires: datetime  # UTC


Redeem = Callable[[Grant, str], None]
"""Takes a grant and the camera it is used at; raises GrantError where it opens nothing."""
