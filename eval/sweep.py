"""What becomes of each state as a picture gets worse, kind by kind, in five steps."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from bedcheck.errors import ManifestError
from bedcheck.verdict import Posture, State
from datasets.manifest import Row
from eval.bulk import Failure, Item, judge_all, prediction
from eval.corruptions import CORRUPTIONS, SEVERITIES, Corruption
from eval.figures import units_of
from eval.intervals import ratio
from eval.judges import Spec
from eval.plots import sweep_plot
from eval.predictions import Prediction, write_predictions
from eval.run import choose as choose_rows

__all__ = ["choose", "run", "sweep", "sweep_figures", "sweep_lines"]

COUNT = 60  # pictures of each kind and severity

Progress = Callable[[int, int], None]


def choose(rows: Sequence[tuple[int, Row]], count: int = COUNT) -> list[tuple[int, Row]]:
    """``count`` rows, labels, sources and rooms taking turns; always the same ones.

    Beds that are drawn come first in a room: most corruptions are of the bed. Edge sitters are
    left out.
    """
    groups: dict[tuple[str, str], dict[str, list[tuple[int, Row]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for number, row in rows:
        if row.label in (State.IN_BED, State.NOT_IN_BED) and row.posture != Posture.EDGE:
            groups[row.label, row.source][row.unit].append((number, row))
    queues = []
    for rooms in (groups[key] for key in sorted(groups)):
        for room in rooms.values():
            room.sort(key=lambda one: (one[1].bed is None, one[0]))
        depth = max(map(len, rooms.values()))
        queues.append([room[k] for k in range(depth) for room in rooms.values() if k < len(room)])
    taken: list[tuple[int, Row]] = []
    for k in range(max(map(len, queues), default=0)):
        taken += [queue[k] for queue in queues if k < len(queue)]
    if not taken:
        raise ManifestError("a sweep needs rows labelled in_bed or not_in_bed; got none")
    return taken[:count]


def sweep(
    rows: Sequence[tuple[int, Row]],
    root: Path,
    spec: Spec,
    *,
    kinds: Sequence[str] = tuple(CORRUPTIONS),
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> list[Prediction]:
    """Predictions of every row as taken (kind clean, severity 0) and under every corruption."""
    steps: list[Corruption | None] = [None]
    steps += [Corruption(kind=kind, severity=s) for kind in kinds for s in SEVERITIES]
    plan = [(number, row, step) for step in steps for number, row in rows]
    items = [
        Item(
            file=root / row.path,
            bed=row.bed,
            corruption=step and Corruption(kind=step.kind, severity=step.severity, seed=number),
        )
        for number, row, step in plan
    ]
    answers = judge_all(items, spec, workers=workers, cluster=cluster, progress=progress)
    done = []
    for (number, row, step), answer in zip(plan, answers, strict=True):
        if isinstance(answer, Failure):
            continue
        kind, severity = (step.kind, step.severity) if step else ("clean", 0)
        extras = {**row.extras, "kind": kind, "severity": str(severity)}
        done.append(prediction(number, replace(row, extras=extras), answer))
    return done


def run(
    manifest: Path,
    root: Path,
    out: Path,
    spec: Spec,
    *,
    split: str,
    kinds: Sequence[str],
    count: int,
    skip_bad: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Sweep rows of ``split``; write sweep.csv, sweep.json and sweep.png. Returns the figures."""
    rows, _ = choose_rows(manifest, root, split=split, skip_bad=skip_bad)
    done = sweep(
        choose(rows, count), root, spec,
        kinds=kinds, workers=workers, cluster=cluster, progress=progress,
    )  # fmt: skip
    if not done:
        raise ManifestError(f"{manifest}: none of the rows chosen could be judged")
    figures = sweep_figures(done)
    out.mkdir(parents=True, exist_ok=True)
    write_predictions(out / "sweep.csv", done)
    text = json.dumps(figures, indent=2) + "\n"
    (out / "sweep.json").write_text(text, encoding="utf-8")
    (out / "sweep.png").write_bytes(sweep_plot(figures, spec.name))
    return figures


def sweep_lines(figures: dict[str, Any]) -> list[str]:
    """For each kind and label, what goes the wrong way from severity 0 to 5."""
    told = []
    for kind, labels in figures.items():
        for label, curve in labels.items():
            shares = " ".join(f"{point['wrong_way']['value']:.2f}" for point in curve)
            n = min(point["wrong_way"]["n"] for point in curve) if curve else 0
            told.append(f"{kind}, {label} (n={n}): the wrong way {shares}")
    return told


def sweep_figures(predictions: Sequence[Prediction]) -> dict[str, Any]:
    """By kind, label and severity: n and the share of each state; and what went the wrong way.

    ``wrong_way`` is the share of residents judged not_in_bed, or of empty beds judged in_bed:
    a spoilt picture may move to obstructed or low_contrast, never there.
    """
    groups: dict[tuple[str, str, int], list[Prediction]] = defaultdict(list)
    for p in predictions:
        groups[p.row.get("kind"), p.row.label, int(p.row.get("severity"))].append(p)
    told: dict[str, Any] = {}
    kinds = list(dict.fromkeys(kind for kind, _, _ in groups if kind != "clean"))
    for kind in kinds:
        told[kind] = {}
        for label in (State.IN_BED, State.NOT_IN_BED):
            opposite = State.NOT_IN_BED if label is State.IN_BED else State.IN_BED
            curve = []
            for severity in (0, *SEVERITIES):
                rows = groups.get(("clean" if severity == 0 else kind, label.value, severity), [])
                if not rows:
                    continue
                unit, units = units_of(rows)
                said = np.array([p.state == opposite for p in rows])
                wrong = ratio(said, np.ones(len(rows)), units, unit=unit)
                shares = {s.value: sum(p.state is s for p in rows) / len(rows) for s in State}
                curve.append({"severity": severity, "states": shares, "wrong_way": asdict(wrong)})
            told[kind][label.value] = curve
    return told
