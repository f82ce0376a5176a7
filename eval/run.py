"""One evaluation: a detector over a manifest, its predictions and its figures on disk."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bedcheck.detector import Detector
from bedcheck.errors import ManifestError
from datasets.manifest import read
from eval.figures import bed_figures, degradation_figures, infrared_cost, presence_figures
from eval.metrics import Estimate
from eval.predictions import Prediction, predict, write_predictions

__all__ = ["evaluate", "lines"]


def evaluate(
    manifest: Path,
    root: Path,
    out: Path,
    *,
    detector: Detector,
    split: str | None = None,
    rooms: Collection[str] = (),
    find_beds: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Judge the manifest's rows, write predictions.csv and report.json, return the report.

    ``split`` and ``rooms`` choose rows; all by default. With ``find_beds`` the detector is
    not told where the beds are. Raises ManifestError where no row is left.
    """
    rows = [
        (number, row)
        for number, row in enumerate(read(manifest))
        if (not split or row.split == split) and (not rooms or row.unit in rooms)
    ]
    if not rows:
        raise ManifestError(f"{manifest}: expected rows of the split and rooms asked for; got none")
    predictions, failed = predict(detector, rows, root, find_beds=find_beds, progress=progress)
    report = {
        "network": detector.network.name,
        "rows": len(rows),
        "failed": [{"row": number, "message": message} for number, message in failed],
        "presence": _plain(_by_source(predictions)),
        "states": degradation_figures(predictions),
        "infrared_cost": asdict(infrared_cost(predictions)),
    }
    if find_beds:
        report["beds_found"] = {k: asdict(v) for k, v in bed_figures(predictions).items()}
    out.mkdir(parents=True, exist_ok=True)
    write_predictions(out / "predictions.csv", predictions)
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    (out / "report.json").write_text(text, encoding="utf-8")
    return report


def lines(report: dict[str, Any]) -> list[str]:
    """The report for a terminal."""
    told = [f"{report['network']}: {report['rows']} rows, {len(report['failed'])} failed"]
    for source, figures in report["presence"].items():
        told += [f"{source}: {name} {Estimate(**figure)}" for name, figure in figures.items()]
    if report["infrared_cost"]["value"] is not None:
        told.append(f"infrared look costs {Estimate(**report['infrared_cost'])} AUC")
    for room, figure in report.get("beds_found", {}).items():
        told.append(f"beds found, {room}: {Estimate(**figure)}")
    for name, shares in report["states"].items():
        states = ", ".join(f"{k} {v}" for k, v in shares.items() if k != "n")
        told.append(f"{name} (n={shares['n']}): {states}")
    return told


def _by_source(predictions: Sequence[Prediction]) -> dict[str, dict[str, Estimate]]:
    """Figures of each source and of each room with many rows; degraded pictures left out."""
    plain = [p for p in predictions if p.row.extras.get("kind", "clean") == "clean"]
    parts: dict[str, list[Prediction]] = defaultdict(list)
    for p in plain:
        parts[p.row.source or "source not given"].append(p)
        parts[f"room {p.row.unit}"].append(p)
    return {
        name: presence_figures(part)
        for name, part in parts.items()
        if not name.startswith("room ") or len(part) >= 20
    }


def _plain(figures: dict[str, dict[str, Estimate]]) -> dict[str, dict[str, Any]]:
    return {k: {n: asdict(e) for n, e in part.items()} for k, part in figures.items()}
