"""The figures of a set of predictions, by source and room, each with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from bedcheck import polygon
from bedcheck.verdict import Polygon, Posture, State
from eval.metrics import (
    Estimate,
    Figure,
    auc,
    auc_within,
    bootstrap,
    calibration_error,
    share,
)
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
    ``calibration_error`` is the score's. Intervals resample rooms, and scenes where the rooms
    are fewer than five: then too narrow, since scenes of one room are alike.
    """
    rows = headline(predictions)
    score = np.array([p.presence for p in rows])
    truth = np.array([p.row.label == State.IN_BED for p in rows], bool)
    said = np.array([p.state is State.IN_BED for p in rows], bool)
    rooms = np.array([p.row.unit for p in rows])
    unit, units = _units(rows)

    def over(chosen: np.ndarray) -> Estimate:
        return bootstrap(lambda i: share(said[chosen][i]), units[chosen], unit=unit)

    def of_all(figure: Figure) -> Estimate:
        return bootstrap(figure, units, unit=unit)

    return {
        "auc": of_all(lambda i: auc(score[i], truth[i])),
        "auc_within_rooms": of_all(lambda i: auc_within(score[i], truth[i], rooms[i])),
        "calibration_error": of_all(lambda i: calibration_error(score[i], truth[i])),
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

    unit, units = _units([pair["clean"] for pair in both])
    return bootstrap(cost, units, unit=unit)


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
        pictures = range(len(inside))
        figures[str(room)] = bootstrap(lambda i, h=inside: share(h[i]), pictures, unit="picture")
    return figures


def _units(rows: Sequence[Prediction]) -> tuple[str, np.ndarray]:
    """What an interval over ``rows`` resamples, and each row's own."""
    rooms = np.array([p.row.unit for p in rows])
    if len(set(rooms)) >= 5:
        return "room", rooms
    return "scene", np.array([p.row.scene for p in rows])


def _iou(ours: Polygon, theirs: Polygon | None) -> float:
    if theirs is None:
        return 0.0
    a, b = polygon.mask(ours, GRID, GRID) > 0, polygon.mask(theirs, GRID, GRID) > 0
    return float((a & b).sum() / max((a | b).sum(), 1))
