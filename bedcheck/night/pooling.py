"""Several frames of one look as one finding: a pure rule.

The frames of one look repeat each other's errors: more of them are not more evidence. They
are there so that a passer-by or a moth does not decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bedcheck.night.window import Finding
from bedcheck.verdict import State, Verdict

__all__ = ["pool"]


def pool(verdicts: Sequence[Verdict]) -> Finding:
    """The finding of a look from the verdicts on its frames, one at least.

    Frames that something stood before count only where all are so. Of the others the mean
    probability decides; certain it is where every one of them gave that state for certain.
    """
    free = [verdict for verdict in verdicts if verdict.state is not State.OBSTRUCTED]
    counted = free or list(verdicts)
    mean = {
        state: sum(verdict.probabilities[state] for verdict in counted) / len(counted)
        for state in State
        if state is not State.OBSTRUCTED or not free
    }
    state = max(mean, key=lambda s: mean[s]) if free else State.OBSTRUCTED
    agreeing = [verdict for verdict in counted if verdict.state is state]
    causes = dict.fromkeys(cause.value for verdict in agreeing for cause in verdict.causes)
    postures = Counter(v.posture.value for v in agreeing if v.posture is not None)
    return Finding(
        state=state.value,
        certain=len(agreeing) == len(counted) and all(v.certain for v in counted),
        causes=tuple(causes),
        posture=postures.most_common(1)[0][0] if postures else None,
        presence=sum(verdict.presence for verdict in counted) / len(counted),
        frames=len(verdicts),
        network=verdicts[-1].network,
    )
