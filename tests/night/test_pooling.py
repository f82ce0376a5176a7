"""Several frames as one finding: a table of what they show and what follows."""

from __future__ import annotations

import pytest

from bedcheck.night.pooling import pool
from bedcheck.verdict import Cause, Posture, State, Verdict

IN, OUT, OBSTRUCTED, LOW = State


def verdict(
    state: State, p: float = 0.97, certain: bool = True, posture: Posture | None = None
) -> Verdict:
    causes = {OBSTRUCTED: (Cause.COVERED,), LOW: (Cause.SAME_HUE,)}.get(state, ())
    return Verdict(
        state=state,
        probabilities={s: p if s is state else (1 - p) / 3 for s in State},
        certain=certain,
        causes=causes,
        posture=posture,
        network="n@1",
        elapsed_ms=1.0,
    )


@pytest.mark.parametrize(
    ("frames", "state", "certain", "causes"),
    [
        ([verdict(IN)] * 3, IN, True, ()),
        ([verdict(OUT)] * 3, OUT, True, ()),
        ([verdict(LOW)] * 3, LOW, True, ("same_hue",)),
        ([verdict(OBSTRUCTED)] * 3, OBSTRUCTED, True, ("covered",)),
        # A passer-by, a moth: the frames that nothing stood before decide.
        ([verdict(OBSTRUCTED), verdict(IN), verdict(IN)], IN, True, ()),
        ([verdict(OBSTRUCTED), verdict(OBSTRUCTED), verdict(OUT)], OUT, True, ()),
        # Frames that disagree are never certain, however sure each is of itself.
        ([verdict(IN), verdict(IN), verdict(OUT)], IN, False, ()),
        ([verdict(OUT), verdict(OUT), verdict(IN)], OUT, False, ()),
        ([verdict(IN), verdict(LOW), verdict(LOW)], LOW, False, ("same_hue",)),
        # One that is not certain is enough.
        ([verdict(IN), verdict(IN), verdict(IN, certain=False)], IN, False, ()),
        ([verdict(OBSTRUCTED, certain=False)] * 3, OBSTRUCTED, False, ("covered",)),
        # The mean decides, not the number of frames.
        ([verdict(IN, 0.99), verdict(OUT, 0.4), verdict(OUT, 0.4)], IN, False, ()),
        ([verdict(IN)], IN, True, ()),
    ],
)
def test_what_follows_from_the_frames(
    frames: list[Verdict], state: State, certain: bool, causes: tuple[str, ...]
) -> None:
    found = pool(frames)
    assert (found.state, found.certain, found.causes) == (state, certain, causes)
    assert (found.frames, found.network) == (len(frames), "n@1")


def test_the_posture_is_the_one_most_often_seen() -> None:
    edge, lying = verdict(IN, posture=Posture.EDGE), verdict(IN, posture=Posture.LYING)
    assert pool([edge, edge, lying]).posture == "edge"
    assert pool([verdict(IN)] * 2).posture is None
