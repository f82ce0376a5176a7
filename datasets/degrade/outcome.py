"""What a degradation leaves: the picture, its label and what is known of it exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Cause, State
from datasets.degrade.recipe import Recipe

__all__ = ["CANT_TELL", "SNR_KEPT", "Degraded", "Draw", "Judged", "by_contrast", "by_share"]

CANT_TELL = "cant_tell"

SEEN_HIDDEN, SEEN_KEPT = 0.40, 0.75
"""Share of the bed still seen: under the first obstructed, over the second the label holds."""

SNR_LOST, SNR_KEPT = 3.0, 8.0
"""Detectability: under the first low_contrast, over the second the label holds."""

FRAME_PLAIN = 20.0
"""Detectability over the whole frame from which on it is plainly no covered lens."""

Judged = tuple[str | None, tuple[str, ...]]
"""A label (None: the picture's own still holds) and its causes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Degraded:
    """A degraded picture."""

    picture: NDArray[np.uint8]  # HxWx3 BGR
    label: str | None  # None: the picture's own label holds; else a state or cant_tell
    causes: tuple[str, ...] = ()
    kind: str
    strength: float  # in the unit of the kind; see `recipe`
    cover: NDArray[np.uint8] | None = None  # HxW, 255 where something opaque hides the scene
    facts: dict[str, float] = field(default_factory=dict)  # snr, bed_seen, sigma, ...


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What one degradation is made with."""

    kind: str
    strength: float  # in the unit of the kind
    recipe: Recipe
    rng: np.random.Generator

    def done(
        self,
        picture: NDArray[np.uint8],
        judged: Judged,
        facts: dict[str, float] | None = None,
        cover: NDArray[np.uint8] | None = None,
    ) -> Degraded:
        """The outcome."""
        label, causes = judged
        return Degraded(
            picture=picture,
            label=label,
            causes=causes,
            kind=self.kind,
            strength=self.strength,
            cover=cover,
            facts=facts or {},
        )


def by_share(seen: float, cause: Cause) -> Judged:
    """The label when ``seen``, the share 0..1 of the bed, is what is left in view."""
    if seen < SEEN_HIDDEN:
        return State.OBSTRUCTED.value, (cause.value,)
    if seen > SEEN_KEPT:
        return None, ()
    return CANT_TELL, (cause.value,)


def by_contrast(snr: float, cause: Cause, frame_snr: float = np.inf) -> Judged:
    """The label when ``snr`` is the bed's detectability and ``frame_snr`` the whole frame's.

    A frame in which nothing at all can be seen is obstructed: from one picture it cannot be
    told from a covered lens. Between that and a frame plainly seen the label is open.
    """
    if snr > SNR_KEPT:
        return None, ()
    if snr >= SNR_LOST:
        return CANT_TELL, (cause.value,)
    if frame_snr < SNR_LOST:
        return State.OBSTRUCTED.value, (Cause.COVERED.value,)
    if frame_snr < FRAME_PLAIN:
        return CANT_TELL, (cause.value,)
    return State.LOW_CONTRAST.value, (cause.value,)
