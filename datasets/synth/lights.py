"""Lamps, windows and the camera's own infrared, as the renderer takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datasets.synth.kernels import PANEL, POINT, SPOT

__all__ = ["Light", "bulb", "panel", "spot"]

NO = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Light:
    """One source; ``colour`` has a value for each channel that is rendered."""

    kind: int
    place: tuple[float, float, float]  # centre, metres
    colour: tuple[float, ...]
    power: float  # irradiance at one metre; of a panel, radiance
    along: tuple[float, float, float] = NO  # a panel's edges, metres
    up: tuple[float, float, float] = NO
    facing: tuple[float, float, float] = NO
    radius: float = 0.0  # of a bulb, metres
    cone: float = 1.0  # of a spot: where it has fallen to half, radians


def bulb(place, power: float, colour, radius: float = 0.06) -> Light:
    """A lamp that shines all ways."""
    return Light(kind=POINT, place=tuple(place), colour=tuple(colour), power=power, radius=radius)


def panel(place, along, up, power: float, colour) -> Light:
    """A window or a ceiling panel; it shines along ``along`` x ``up``."""
    facing = np.cross(along, up)
    facing = facing / np.linalg.norm(facing)
    return Light(
        kind=PANEL,
        place=tuple(place),
        colour=tuple(colour),
        power=power,
        along=tuple(along),
        up=tuple(up),
        facing=tuple(facing),
    )


def spot(place, facing, power: float, cone: float, colour=(1.0,), radius: float = 0.01) -> Light:
    """Diodes at the lens, all together."""
    return Light(
        kind=SPOT,
        place=tuple(place),
        colour=tuple(colour),
        power=power,
        facing=tuple(facing),
        cone=cone,
        radius=radius,
    )
