"""The figures of a set of predictions, by source and room, each with its interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bedcheck import polygon
from bedcheck.verdict import Polygon, Posture, State
from datasets.manifest import CANT_TELL
from eval.intervals import FEWEST, Estimate, Figure, bootstrap, ratio
from eval.metrics import (
    auc,
    auc_of_rooms,
    auc_within,
    average_precision,
    calibration_error,
    coverage_at,
    recalibrated,
)
from eval.predictions import Prediction

__all__ = [
    "answered_figures",
    "bed_figures",
    "error_figures",
    "headline",
    "infrared_cost",
    "outcomes",
    "presence_figures",
    "recalibration",
    "scores",
    "state_figures",
    "units_of",
]

GRID = 200  # side of the raster on which outlines are compared
RISKS = (0.01, 0.05)  # shares of errors among what is answered
FOUND = 0.5  # intersection over union from which a bed counts as found
ALIKE = 0.9  # of the largest bed's area: whether such a one is not the largest, nobody can see


def headline(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Rows of in_bed and not_in_bed, edge sitters left out."""
    return [
        p
        for p in predictions
        if p.row.label in (State.IN_BED, State.NOT_IN_BED) and p.row.posture != Posture.EDGE
    ]


def scores(rows: Sequence[Prediction]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Presence scores, float N, and who is in bed, bool N."""
    score = np.array([p.presence for p in rows], float)
    return score, np.array([p.row.label == State.IN_BED for p in rows], bool)


def presence_figures(predictions: Sequence[Prediction]) -> dict[str, Estimate]:
    """How well the presence score tells the two, and both error shares, for all rows given.

    ``auc`` pools all rows, ``auc_within_rooms`` compares only rows of the same room, by pairs;
    ``auc_mean_of_rooms`` is the mean over rooms that hold both. ``seen`` is the share of
    residents judged in_bed, ``missed`` that of empty beds judged in_bed. ``calibration_error``
    and ``brier`` are the score's. Intervals resample rooms, and scenes where the rooms are
    fewer than five: then too narrow, since scenes of one room are alike.
    """
    rows = headline(predictions)
    score, truth = scores(rows)
    said = np.array([p.state is State.IN_BED for p in rows], bool)
    rooms = np.array([p.row.unit for p in rows])
    unit, units = units_of(rows)

    def of_all(figure: Figure) -> Estimate:
        return bootstrap(figure, units, unit=unit)

    by_room = auc_of_rooms(score, truth, rooms)
    names = list(by_room)
    area = np.array([by_room[name][0] for name in names])
    pairs = np.array([by_room[name][1] for name in names], float)
    if unit == "room":
        within = replace(ratio(area * pairs, pairs, names), n=int(np.isin(rooms, names).sum()))
    else:
        within = of_all(lambda i: auc_within(score[i], truth[i], rooms[i]))
    return {
        "auc": of_all(lambda i: auc(score[i], truth[i])),
        "auc_within_rooms": within,
        "auc_mean_of_rooms": ratio(area, np.ones_like(area), names),
        "average_precision": of_all(lambda i: average_precision(score[i], truth[i])),
        "calibration_error": of_all(lambda i: calibration_error(score[i], truth[i])),
        "brier": ratio((score - truth) ** 2, np.ones_like(score), units, unit=unit),
        "seen": ratio(said & truth, truth, units, unit=unit),
        "missed": ratio(said & ~truth, ~truth, units, unit=unit),
    }


def state_figures(predictions: Sequence[Prediction]) -> dict[str, dict[str, Estimate]]:
    """The confusion: for each kind of degradation and label, the share of each state."""
    groups: dict[str, list[Prediction]] = defaultdict(list)
    for p in predictions:
        groups[f"{p.row.extras.get('kind') or 'as taken'} → {p.row.label}"].append(p)
    shares: dict[str, dict[str, Estimate]] = {}
    for name, group in sorted(groups.items()):
        unit, units = units_of(group)
        shares[name] = {
            state.value: ratio(
                np.array([p.state is state for p in group]), np.ones(len(group)), units, unit=unit
            )
            for state in State
        }
    return shares


def outcomes(
    predictions: Sequence[Prediction],
) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each error or success: which rows it could have come of, and of which it did.

    Edge sitters count as in bed here. ``wrong_call_out`` is per look at a resident in bed: the
    verdict, if a second look agrees, sends somebody. ``cannot_tell`` is per look at a bed that a
    human could judge.
    """
    label = np.array([p.row.label for p in predictions])
    said = np.array([p.state.value for p in predictions])
    certain = np.array([p.certain for p in predictions], bool)
    full, empty = label == State.IN_BED, label == State.NOT_IN_BED
    hidden, pale = label == State.OBSTRUCTED, label == State.LOW_CONTRAST
    unseen = (said == State.OBSTRUCTED) | (said == State.LOW_CONTRAST)
    return {
        "missed_absence": (empty, said == State.IN_BED),
        "missed_absence_certain": (empty, (said == State.IN_BED) & certain),
        "false_absence": (full, said == State.NOT_IN_BED),
        "wrong_call_out": (full, said != State.IN_BED),
        "cannot_tell": (full | empty, unseen),
        "certain": (full | empty, certain),
        "covered_seen": (hidden, said == State.OBSTRUCTED),
        "covered_called_in_bed": (hidden, said == State.IN_BED),
        "covered_called_low_contrast": (hidden, said == State.LOW_CONTRAST),
        "low_contrast_seen": (pale, said == State.LOW_CONTRAST),
        "low_contrast_called_in_bed": (pale, said == State.IN_BED),
        "low_contrast_called_obstructed": (pale, said == State.OBSTRUCTED),
    }


def error_figures(predictions: Sequence[Prediction]) -> dict[str, Estimate]:
    """Each of `outcomes` as a share of the looks that it could have come of."""
    figures = {}
    for name, (could, did) in outcomes(predictions).items():
        group = [p for p, one in zip(predictions, could, strict=True) if one]
        unit, units = units_of(group)
        figures[name] = ratio(did[could], np.ones(len(group)), units, unit=unit)
    return figures


def answered_figures(predictions: Sequence[Prediction]) -> dict[str, Estimate]:
    """How many looks could be left to the detector at a chosen share of errors among them.

    An answer's confidence is its state's probability; it is wrong where the state is not the
    label. Bounds of this kind are averages over such pictures, not promises for one.
    """
    rows = [p for p in predictions if p.row.label != CANT_TELL]
    sure = np.array([p.probabilities[p.state] for p in rows])
    wrong = np.array([p.state != p.row.label for p in rows], bool)
    unit, units = units_of(rows)
    return {
        f"coverage_at_{risk:.0%}": bootstrap(
            lambda i, r=risk: coverage_at(sure[i], wrong[i], r), units, unit=unit
        )
        for risk in RISKS
    }


def recalibration(predictions: Sequence[Prediction]) -> dict[str, Estimate]:
    """Calibration error and Brier score as shipped, and after a fit on other rooms.

    The difference is what calibration alone could mend for rooms like these.
    """
    rows = headline(predictions)
    score, truth = scores(rows)
    unit, units = units_of(rows)
    after = recalibrated(score, truth, np.array([p.row.unit for p in rows]))
    figures: dict[str, Estimate] = {}
    for name, p in (("before", score), ("after", after)):
        if p is None:
            continue
        figures[f"calibration_error_{name}"] = bootstrap(
            lambda i, p=p: calibration_error(p[i], truth[i]), units, unit=unit
        )
        figures[f"brier_{name}"] = ratio((p - truth) ** 2, np.ones(len(p)), units, unit=unit)
    return figures


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

    unit, units = units_of([pair["clean"] for pair in both])
    return bootstrap(cost, units, unit=unit)


def bed_figures(
    predictions: Sequence[Prediction], undrawn: Mapping[str, Polygon] | None = None
) -> dict[str, Estimate]:
    """Share of pictures in which the largest bed was found, by IoU; by room and all.

    One within a tenth of the largest one's area will do. ``undrawn`` are further beds by
    path, which the manifest leaves out.
    """
    drawn: dict[str, list[Polygon]] = {}
    for p in predictions:
        if p.row.bed:
            drawn.setdefault(p.row.path, []).append(p.row.bed)
    for path, bed in (undrawn or {}).items():
        if path in drawn:
            drawn[path].append(bed)
    by_path = {p.row.path: p for p in predictions if p.row.path in drawn}
    hits = np.array([_found(drawn[path], p.bed) for path, p in by_path.items()], bool)
    rooms = np.array([p.row.unit for p in by_path.values()])
    figures = {"all": ratio(hits, np.ones(len(hits)), rooms)}
    for room in sorted(set(rooms)):
        inside = hits[rooms == room]
        pictures = range(len(inside))
        figures[str(room)] = ratio(inside, np.ones(len(inside)), pictures, unit="picture")
    return figures


def _found(drawn: Sequence[Polygon], bed: Polygon | None) -> bool:
    largest = max(map(polygon.area, drawn))
    return any(_iou(one, bed) >= FOUND for one in drawn if polygon.area(one) >= ALIKE * largest)


def units_of(rows: Sequence[Prediction]) -> tuple[str, NDArray[Any]]:
    """What an interval over ``rows`` resamples, and each row's own."""
    rooms = np.array([p.row.unit for p in rows])
    if len(set(rooms)) >= FEWEST:
        return "room", rooms
    return "scene", np.array([p.row.scene for p in rows])


def _iou(ours: Polygon, theirs: Polygon | None) -> float:
    if theirs is None:
        return 0.0
    a, b = polygon.mask(ours, GRID, GRID) > 0, polygon.mask(theirs, GRID, GRID) > 0
    return float((a & b).sum() / max((a | b).sum(), 1))
