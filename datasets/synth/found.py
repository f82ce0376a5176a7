"""What a bed holds and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from datasets.synth.mesh import Part

__all__ = ["Found"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """What the bed holds, in the bed's frame, and what is true of it."""

    parts: list[Part] = field(default_factory=list)
    what: str  # a key of OCCUPIED or EMPTY
    occupied: bool
    posture: str = ""
    cover: str = ""  # none, part or full
    pose: str = ""
