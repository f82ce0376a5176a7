"""The figures of a set of predictions, by source and room, each with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from bedcheck import polygon
from bedcheck.verdict import Polygon, Posture, State
from eval.metrics import Estimate, auc, auc_within, bootstrap, share
from eval.predictions import Prediction

__all__ = ["bed_figures", "degradation_figures", "headline", "infrared_cost", "presence_figures"]

GRID = 200  # side of the raster on which outlines are compared
FOUND = 0.5  # intersection over union from which a bed counts as found


def headline(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Rows of in_bed and not_in_bed, edge sitters left out."""
    return [
        p
        for p in predictions
        if p.row.label in (State.IN_BED, State.NOT_IN_BED) and p.row.posture != Posture.EDGE
    ]


def presence_figures(predictions: Sequence[Prediction]) -> dict[str, Estimate]:
    """AUC of the presence score and both error shares, for all rows given.

    ``auc`` pools all rows, ``auc_within_rooms`` compares only rows of the same room; ``seen``
    is the share of residents judged in_bed, ``missed`` that of empty beds judged in_bed.
    Intervals resample rooms, and scenes where the rooms are fewer than five.
    """
    rows = headline(predictions)
    score = np.array([p.presence for p in rows])
    truth = np.array([p.row.label == State.IN_BED for p in rows], bool)
    said = np.array([p.state is State.IN_BED for p in rows], bool)
    rooms = np.array([p.row.unit for p in rows])
    units = rooms if len(set(rooms)) >= 5 else np.array([p.row.scene for p in rows])

    def over(
        chosen: np.ndarray, figure: object = None
    ) -> Estimate:  # shares over one of the two truths
        return bootstrap(lambda i: share(said[chosen][i]), units[chosen])

    return {
        "auc": bootstrap(lambda i: auc(score[i], truth[i]), units),
        "auc_within_rooms": bootstrap(lambda i: auc_within(score[i], truth[i], rooms[i]), units),
        "seen": over(truth),
        "missed": over(~truth),
    }


def degradation_figures(predictions: Sequence[Prediction]) -> dict[str, dict[str, object]]:
    """For each kind of degradation and label: n and the share of each state."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for p in predictions:
        counts[f"{p.row.extras.get('kind', 'as taken')} → {p.row.label}"][p.state.value] += 1
    return {
        name: {"n": sum(states.values())}
        | {state.value: round(states[state.value] / sum(states.values()), 3) for state in State}
        for name, states in sorted(counts.items())
    }


def infrared_cost(predictions: Sequence[Prediction]) -> Estimate:
    """AUC as taken less AUC in the infrared look, over rows that have both (paired)."""
    pairs: dict[tuple[str, str], dict[str, Prediction]] = defaultdict(dict)
    for p in headline(predictions):
        kind = p.row.extras.get("kind", "")
        if kind in ("clean", "infrared"):
            pairs[p.row.extras["base_path"], p.row.scene][kind] = p
    both = [pair for pair in pairs.values() if len(pair) == 2]
    truth = np.array([pair["clean"].row.label == State.IN_BED for pair in both], bool)
    clean = np.array([pair["clean"].presence for pair in both])
    night = np.array([pair["infrared"].presence for pair in both])

    def cost(i: np.ndarray) -> float | None:
        before, after = auc(clean[i], truth[i]), auc(night[i], truth[i])
        return None if before is None or after is None else before - after

    rooms = [pair["clean"].row.unit for pair in both]
    units = rooms if len(set(rooms)) >= 5 else [pair["clean"].row.scene for pair in both]
    return bootstrap(cost, units)


def bed_figures(predictions: Sequence[Prediction]) -> dict[str, Estimate]:
    """Share of pictures in which the largest drawn bed was found, by IoU; by room and all."""
    largest: dict[str, Polygon] = {}
    for p in predictions:
        if p.row.bed:
            other = largest.get(p.row.path)
            if other is None or polygon.area(p.row.bed) > polygon.area(other):
                largest[p.row.path] = p.row.bed
    by_path = {p.row.path: p for p in predictions if p.row.path in largest}
    hits = np.array([_iou(largest[k], p.bed) >= FOUND for k, p in by_path.items()], bool)
    rooms = np.array([p.row.unit for p in by_path.values()])
    figures = {"all": bootstrap(lambda i: share(hits[i]), rooms)}
    for room in sorted(set(rooms)):
        inside = hits[rooms == room]
        figures[str(room)] = bootstrap(lambda i, h=inside: share(h[i]), range(len(inside)))
    return figures


def _iou(ours: Polygon, theirs: Polygon | None) -> float:
    if theirs is None:
        return 0.0
    a, b = polygon.mask(ours, GRID, GRID) > 0, polygon.mask(theirs, GRID, GRID) > 0
    return float((a & b).sum() / max((a | b).sum(), 1))
