"""The camera as a unit with a serial number, at a resident's home."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bedcheck import placement_file
from bedcheck.night.frozen import Box
from bedcheck.placement import Placement
from bedcheck.verdict import Polygon

__all__ = ["Service", "Unit"]


class Service(StrEnum):
    """Where a camera or an agreement is in its life."""

    ORDERED = "ordered"  # asked for; no look yet
    ACTIVE = "active"
    PAUSED = "paused"  # by a person, until further notice
    ENDED = "ended"  # for good; kept for the history


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One camera. Its key is its serial number."""

    key: str
    resident: str
    source: str  # http://…, https://…, rtsp://…, or the path of a picture or a folder of them
    login: str = ""  # user name at the camera
    scheme: Literal["digest", "basic"] = "digest"  # how the camera wants the password
    secret: str = ""  # the name that the password has among the secrets, never the password
    state: Service = Service.ORDERED
    bed: Polygon | None = None  # the mattress in the picture, where it was drawn
    placement: str = ""  # the text of a placement file; goes before `bed`
    clock: Box | None = None  # where the camera writes the time into its picture
    fault: str = ""  # why it is out of order; empty: it is armed
    router: str = ""  # host:port of the home's router, which answers there; empty: not asked
    beats: str = ""  # the name of the key of its router's signs of life; empty: it sends none
    line_minutes: int | None = None  # between tests of its line; None: as the settings say
    grace_minutes: int | None = None  # before its silence is told; None: as the settings say
    parked: str = ""  # like `source`, of a picture without the bed in view; empty: there is none

    @property
    def streams(self) -> bool:
        """Whether it sends a film, of which a picture can begin only now and then."""
        return self.source.startswith("rtsp://")

    @property
    def live(self) -> bool:
        """Whether each of its pictures is a new one, never the same to the bit."""
        return self.streams or self.source.startswith("http")

    def placed(self) -> Placement | None:
        """How the camera is placed; None: the bed is to be found. Raises PlacementError."""
        if self.placement:
            return Placement(**placement_file.parse(self.placement)._asdict())
        return Placement(bed=self.bed, name=self.key) if self.bed else None
