"""What a look at one picture found: states, causes and the verdict itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

__all__ = ["SCHEMA", "Cause", "Point", "Polygon", "Posture", "State", "Verdict"]

SCHEMA = "bedcheck.verdict/1"
"""Version of `Verdict.to_dict`; it changes when a key changes its meaning."""

Point = tuple[float, float]
"""(x, y) in 0..1 of the picture's width and height."""

Polygon = tuple[Point, ...]
"""Three or more points, in order round the mattress."""


class State(StrEnum):
    """Does the picture show that the resident is in the bed?"""

    IN_BED = "in_bed"  # a person's pelvis rests on the mattress
    NOT_IN_BED = "not_in_bed"  # the bed is seen well enough, and nobody is on it
    OBSTRUCTED = "obstructed"  # something keeps the camera from seeing the bed
    LOW_CONTRAST = "low_contrast"  # in view, but a person would lie under the noise


class Cause(StrEnum):
    """Why a verdict is not a plain in_bed or not_in_bed, or is uncertain."""

    COVERED = "covered"  # nothing of the room is seen
    PARTLY_COVERED = "partly_covered"  # part of the bed is hidden by something near
    DEFOCUSED = "defocused"  # too blurred to tell a person from bedding
    MOVED = "moved"  # the camera no longer looks where it was placed
    BED_MOVED = "bed_moved"  # the camera stands still, the bed does not
    BED_CUT_OFF = "bed_cut_off"  # most of the bed lies outside the picture
    BED_NOT_FOUND = "bed_not_found"  # no placement given, and no bed was found
    SEVERAL_BEDS = "several_beds"  # no placement given; the largest bed was judged
    GLARE = "glare"  # a lamp or its reflection blinds the camera
    FROZEN = "frozen"  # the feed repeats itself
    NO_SIGNAL = "no_signal"  # the camera delivered no picture
    SAME_HUE = "same_hue"  # bedding, clothes and walls are too alike
    TOO_DARK = "too_dark"  # too little light on the bed
    OVEREXPOSED = "overexposed"  # the bed is blown out
    NOISY = "noisy"  # the sensor's noise hides what is on the bed


class Posture(StrEnum):
    """How the person is in the bed, where it can be told."""

    LYING = "lying"
    SITTING_UP = "sitting_up"
    EDGE = "edge"  # sitting on the edge, feet on the floor
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to one picture.

    ``state`` is always the most probable of ``probabilities``.
    """

    state: State
    probabilities: Mapping[State, float]  # one for each state, summing to 1
    certain: bool  # inside the calibrated domain and above the shown threshold
    causes: tuple[Cause, ...] = ()
    posture: Posture | None = None  # only with state in_bed, and where it can be told
    bed: Polygon | None = None  # where the bed was looked for; None: not found
    measures: Mapping[str, float | None] = field(default_factory=dict)
    network: str  # name@version
    elapsed_ms: float  # from picture to verdict, milliseconds

    def __post_init__(self) -> None:
        missing = [state for state in State if state not in self.probabilities]
        total = sum(self.probabilities.values())
        # Written so that NaN fails as well.
        if missing or not abs(total - 1) <= 1e-6 or not min(self.probabilities.values()) >= 0:
            raise ValueError(
                f"expected one probability a state, summing to 1; got {dict(self.probabilities)}"
            )
        if self.probabilities[self.state] < max(self.probabilities.values()):
            raise ValueError(f"expected the most probable state, got {self.state}")
        for name in ("probabilities", "measures"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def presence(self) -> float:
        """p(in bed) among pictures in which the bed is seen, 0..1; 0.5 where both are 0."""
        p_in = self.probabilities[State.IN_BED]
        p_out = self.probabilities[State.NOT_IN_BED]
        return p_in / (p_in + p_out) if p_in + p_out > 0 else 0.5

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON values, in the order in which they are documented."""
        return {
            "schema": SCHEMA,
            "state": self.state.value,
            "probabilities": {s.value: round(self.probabilities[s], 6) for s in State},
            "certain": self.certain,
            "causes": [cause.value for cause in self.causes],
            "posture": self.posture.value if self.posture else None,
            "bed": [[round(x, 4), round(y, 4)] for x, y in self.bed] if self.bed else None,
            "measures": {
                name: None if value is None else round(value, 4)
                for name, value in self.measures.items()
            },
            "network": self.network,
            "elapsed_ms": round(self.elapsed_ms, 3),
        }
