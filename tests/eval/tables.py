"""Tables of predictions that tests make."""

from __future__ import annotations

from collections.abc import Mapping

from bedcheck.verdict import State
from datasets.manifest import Row
from eval.predictions import Prediction


def prediction(
    number: int = 0,
    *,
    label: str = "in_bed",
    state: str = "in_bed",
    sure: float = 0.9,
    certain: bool = True,
    room: str = "",
    scene: str = "",
    extras: Mapping[str, str] | None = None,
    **columns: str,
) -> Prediction:
    """One row judged ``state`` with probability ``sure``; the rest is shared by the others."""
    p = {s: sure if s == state else (1 - sure) / 3 for s in State}
    return Prediction(
        number=number,
        row=Row(
            path=f"{number}.png",
            label=label,
            scene=scene or f"scene{number}",
            room=room,
            extras=extras or {},
            **columns,
        ),
        state=State(state),
        probabilities=p,
        presence=p[State.IN_BED] / (p[State.IN_BED] + p[State.NOT_IN_BED]),
        certain=certain,
        bed=None,
        elapsed_ms=5.0,
        network="drawn@1",
    )
