"""Where it fails: figures by any column and any measured quantity, the worst first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from bedcheck import polygon
from bedcheck.verdict import State
from eval.figures import units_of
from eval.intervals import Estimate, ratio
from eval.predictions import Prediction

__all__ = ["gallery", "slices"]

LEAST = 10  # rows; fewer say too little to rank a slice by
COLUMNS = (
    "source", "room", "posture", "cover", "light", "modality", "view", "certainty", "kind",
)  # fmt: skip
ERRORS = {
    State.IN_BED: "residents in bed not judged in_bed",
    State.NOT_IN_BED: "empty beds judged in_bed",
    State.OBSTRUCTED: "hidden beds not judged obstructed",
    State.LOW_CONTRAST: "beds low in contrast not judged so",
}
WORST = 12  # errors named, one a scene


def slices(
    predictions: Sequence[Prediction], columns: Iterable[str] = COLUMNS
) -> list[dict[str, Any]]:
    """Error shares by label in each part of each column and measured quantity, worst first.

    Ordered by the lower end of the interval, so that a bad figure which rests on little does
    not crowd out one that is sure; slices without an interval come last. ``overlaps`` says
    that the interval reaches down to the share outside the slice: it may be chance, or better.
    """
    found: list[dict[str, Any]] = []
    for label, error in ERRORS.items():
        rows = [p for p in predictions if p.row.label == label]
        wrong = np.array([is_wrong(p) for p in rows], bool)
        for name, values in _parts(rows, columns):
            for value in sorted(set(values) - {""}):
                chosen = np.array([v == value for v in values], bool)
                if chosen.sum() < LEAST or chosen.all():
                    continue
                group = [p for p, one in zip(rows, chosen, strict=True) if one]
                figure = _share(group, wrong[chosen])
                rest = float(wrong[~chosen].mean())
                overlaps = figure.low is None or figure.low <= rest
                found.append(
                    {
                        "told": f"{error}, {name} {value}",
                        "label": label.value,
                        "by": name,
                        "value": value,
                        "figure": asdict(figure),
                        "rest": rest,
                        "overlaps": overlaps,
                    }
                )
    return sorted(found, key=_badness, reverse=True)


def gallery(predictions: Sequence[Prediction]) -> list[dict[str, Any]]:
    """The surest errors, one a scene, by path only: whoever may see the pictures finds them."""
    wrong = [p for p in predictions if p.row.label in ERRORS and is_wrong(p)]
    worst: dict[str, Prediction] = {}
    for p in sorted(wrong, key=lambda p: -p.probabilities[p.state]):
        worst.setdefault(p.row.scene, p)
    return [
        {
            "row": p.number,
            "path": p.row.path,
            "scene": p.row.scene,
            "label": p.row.label,
            "state": p.state.value,
            "probability": round(p.probabilities[p.state], 4),
        }
        for p in list(worst.values())[:WORST]
    ]


def is_wrong(p: Prediction) -> bool:
    """An empty bed judged in_bed; any other label judged otherwise than it is.

    An empty bed called hidden or pale brings a visit and no harm, so it is not counted here.
    """
    if p.row.label == State.NOT_IN_BED:
        return p.state is State.IN_BED
    return p.state != p.row.label


def _share(group: Sequence[Prediction], wrong: Any) -> Estimate:
    unit, units = units_of(group)
    return ratio(wrong, np.ones(len(group)), units, unit=unit)


def _badness(one: dict[str, Any]) -> tuple[bool, float, float]:
    low, value = one["figure"]["low"], one["figure"]["value"]
    return (low is not None and not one["overlaps"], low or 0.0, value)


def _parts(rows: Sequence[Prediction], columns: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
    """Each column's value for each row, then each measured quantity in thirds."""
    for column in columns:
        yield column, [p.row.unit if column == "room" else p.row.get(column) for p in rows]
    for name, measured in _measured(rows):
        values = np.array([math.nan if v is None else v for v in map(measured, rows)], float)
        known = values[np.isfinite(values)]
        if len(known) < 3 * LEAST or known.min() == known.max():
            continue
        low, high = np.quantile(known, [1 / 3, 2 / 3])
        texts = (f"under {low:.3g}", f"{low:.3g} to {high:.3g}", f"over {high:.3g}")
        yield (
            name,
            ["" if not math.isfinite(v) else texts[int(v >= low) + int(v > high)] for v in values],
        )


Measure = Callable[[Prediction], float | None]


def _measured(rows: Sequence[Prediction]) -> Iterable[tuple[str, Measure]]:
    yield "bed size (share of picture)", _bed_size
    yield "share of bed seen", lambda p: _float(p.row.get("bed_seen"))
    yield "share of person seen", lambda p: _float(p.row.get("person_seen"))
    for name, told in (
        ("bed_mean", "brightness of the bed"),
        ("mean", "brightness"),
        ("noise", "noise"),
        ("detectability", "detectability"),
        ("blur", "blur"),
    ):
        if any(name in p.measures for p in rows):
            yield told, lambda p, name=name: p.measures.get(name)  # type: ignore[misc]


def _bed_size(p: Prediction) -> float | None:
    bed = p.row.bed or p.bed
    return polygon.area(bed) if bed else None


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
