"""Rooms: walls, windows, doors, and where beds and furniture stand in them.

A room spans x0..x1 and y0..y1 (metres); the first bed's head is at the wall y1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from datasets.synth.beds import Bed
from datasets.synth.mesh import Part, turned

__all__ = ["Place", "Room"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """A bed in the room."""

    bed: Bed
    x: float
    y: float
    turn: float  # radians

    def put(self, part: Part, number: int) -> Part:
        """A part in the bed's frame, moved into the room."""
        return part.moved(self.x, self.y, 0.0, self.turn).of(part.kind, number)

    def point(self, x: float, y: float, z: float) -> np.ndarray:
        """A point of the bed's frame in the room."""
        return turned(np.array([[x, y, z]]), self.turn)[0] + [self.x, self.y, 0]

    def footprint(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """x0, x1, y0, y1 that the bed takes."""
        w, n = self.bed.width / 2 + 0.08 + margin, self.bed.length / 2 + 0.12 + margin
        c, s = abs(np.cos(self.turn)), abs(np.sin(self.turn))
        half = (c * w + s * n, s * w + c * n)
        return self.x - half[0], self.x + half[0], self.y - half[1], self.y + half[1]


@dataclass(kw_only=True, eq=False)
class Room:
    """A furnished room with bare beds."""

    x0: float
    x1: float
    y0: float
    y1: float
    high: float
    ward: bool
    places: list[Place] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    windows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    lamps: list[tuple[float, float, float]] = field(default_factory=list)
    shades: list[int] = field(default_factory=list)  # index of each lamp's shade in parts
    ceiling_lamps: list[tuple[float, float, float]] = field(default_factory=list)
    panes: list[int] = field(default_factory=list)  # index of each window's pane in parts
    curtains: list[int] = field(default_factory=list)  # index of each in parts
    drab: bool = False  # linen, clothes and walls are of one hue
    seats: list[tuple[float, float, float, float]] = field(default_factory=list)  # x, y, z, turn

    def free(self, x: float, y: float, half: tuple[float, float], margin: float = 0.03) -> bool:
        """Whether a thing of these half sizes can stand at x, y."""
        a, b = x - half[0] - margin, x + half[0] + margin
        c, d = y - half[1] - margin, y + half[1] + margin
        if a < self.x0 or b > self.x1 or c < self.y0 or d > self.y1:
            return False
        return all(b < t[0] or a > t[1] or d < t[2] or c > t[3] for t in self.taken)

    def spot(
        self, rng: np.random.Generator, half=(0.3, 0.3), tries: int = 30
    ) -> tuple[float, float] | None:
        """A free place on the floor."""
        for _ in range(tries):
            x, y = rng.uniform(self.x0, self.x1), rng.uniform(self.y0, self.y1)
            if self.free(x, y, half):
                return float(x), float(y)
        return None
