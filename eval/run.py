"""One evaluation: a detector over a manifest, its predictions and its figures on disk."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bedcheck.errors import ManifestError
from bedcheck.verdict import State
from datasets.checks import check
from datasets.drawn import drawn_beds
from datasets.manifest import Fault, Row, refuse
from eval.bulk import predict
from eval.compare import compare
from eval.figures import (
    answered_figures,
    bed_figures,
    error_figures,
    infrared_cost,
    presence_figures,
    recalibration,
    state_figures,
)
from eval.intervals import Estimate, looks_needed
from eval.judges import Spec
from eval.page import page
from eval.peers import Peer, judge_with
from eval.predictions import NAME, Prediction, read_predictions, write_predictions
from eval.slices import gallery, slices
from eval.town import Town, nights

__all__ = [
    "as_taken",
    "choose",
    "evaluate",
    "finish",
    "join",
    "lines",
    "plain",
    "report_of",
    "save",
]

SCHEMA = "bedcheck.report/1"
YEARS = 3  # played for the report; `eval nights` plays more
MANY = 20  # rows from which a room has figures of its own, and a label makes nights
NAMED = 12  # splits or rooms named where none was found
CLAIMS = (0.01, 0.001, 0.0001)  # rates of errors that somebody might want to claim

Progress = Callable[[int, int], None]


def evaluate(
    manifest: Path,
    root: Path,
    out: Path,
    *,
    spec: Spec | None = None,
    split: str | None = None,
    rooms: Collection[str] = (),
    find_beds: bool = False,
    beds: Path | None = None,
    skip_bad: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, Any], list[Prediction]]:
    """Judge the manifest's rows and write predictions.csv and report.json.

    ``split`` and ``rooms`` choose rows; all by default. With ``find_beds`` the detector is
    not told where the beds are; ``beds`` is a CSV of path and polygon of further beds, which
    the manifest leaves undrawn. Returns the report and the predictions. Raises ManifestError
    where no row is left, and for faults in the manifest unless ``skip_bad``.
    """
    spec = spec or Spec()
    rows, faults = choose(manifest, root, split=split, rooms=rooms, skip_bad=skip_bad)
    predictions, failed = predict(
        rows,
        root,
        spec,
        find_beds=find_beds,
        workers=workers,
        cluster=cluster,
        progress=progress,
    )
    if not predictions:
        told = "; ".join(dict.fromkeys(message for _, message in failed[:3]))
        raise ManifestError(f"{manifest}: none of its {len(rows)} rows could be judged: {told}")
    report = report_of(predictions, name=spec.name)
    if find_beds:
        undrawn = drawn_beds(beds) if beds else {}
        report["beds_found"] = plain(bed_figures(predictions, undrawn))
    report["skipped"] = [asdict(fault) for fault in faults]
    report["failed"] = [{"row": number, "message": message} for number, message in failed]
    save(out, report, predictions)
    return report, predictions


def choose(
    manifest: Path,
    root: Path,
    *,
    split: str | None,
    rooms: Collection[str] = (),
    skip_bad: bool = False,
) -> tuple[list[tuple[int, Row]], list[Fault]]:
    """The rows asked for, and what was skipped.

    Raises ManifestError with every fault at once unless ``skip_bad``.
    """
    rows, faults = check(manifest, root)
    if faults and not skip_bad:
        refuse(manifest, faults)
    kept = [
        (number, row)
        for number, row in rows
        if (not split or row.split == split) and (not rooms or row.unit in rooms)
    ]
    if not kept:
        told = _none_left([row for _, row in rows], split, rooms)
        lost = f" ({len(faults)} faults were skipped)" if faults else ""
        raise ManifestError(f"{manifest}: {told}{lost}")
    return kept, faults


def _none_left(rows: Sequence[Row], split: str | None, rooms: Collection[str]) -> str:
    """What was asked for and what there is instead, for whoever got no row."""
    if not rows:
        return "expected rows; got none"
    there = [row for row in rows if not split or row.split == split]
    if not there:
        return (
            f"expected rows of the split {split!r}; got none. Its rows by split:"
            f" {_counted(row.split or 'none given' for row in rows)}. Name one of those,"
            ' or take all rows with --split ""'
        )
    asked = ", ".join(repr(room) for room in rooms)
    inside = f" in the split {split!r}" if split else ""
    hint = ' (--split "" takes all splits)' if split and len(there) < len(rows) else ""
    return (
        f"expected rows of the rooms {asked}{inside}; got none. Its rows by room:"
        f" {_counted(row.unit for row in there)}. Leave --room out to take all{hint}"
    )


def _counted(names: Iterable[str]) -> str:
    """Names with how many rows each has; the most frequent dozen."""
    counts = Counter(names)
    told = [f"{name}: {count}" for name, count in counts.most_common(NAMED)]
    more = f" and {len(counts) - NAMED} more" if len(counts) > NAMED else ""
    return ", ".join(told) + more


def join(tables: Sequence[Path], out: Path) -> tuple[dict[str, Any], list[Prediction]]:
    """Several tables as one: networks that each left out other rooms, each judged on those.

    Raises ManifestError where two tables hold the same row: whose answer should count?
    """
    first: dict[tuple[str, str], Path] = {}
    joined: list[Prediction] = []
    for table in tables:
        path = table / NAME if table.is_dir() else table
        found = read_predictions(path)
        for p in found:
            if p.key in first:
                raise ManifestError(
                    f"{path}, row {p.number}: expected each row in one table;"
                    f" {p.row.path} is in {first[p.key]} too"
                )
        first.update({p.key: path for p in found})
        joined += found
    names = sorted({p.network for p in joined if p.network})
    report = report_of(joined, name=" + ".join(names) or "joined")
    report["joined"] = [str(path) for path in tables]
    save(out, report, joined)
    return report, joined


def report_of(predictions: Sequence[Prediction], *, name: str) -> dict[str, Any]:
    """Everything that is told of the predictions, as plain JSON values."""
    taken = as_taken(predictions)
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "network": name,
        "rows": len(predictions),
        "rooms": len({p.row.unit for p in predictions}),
        "skipped": [],
        "failed": [],
        "errors": plain(error_figures(predictions)),
        "presence": {name: plain(part) for name, part in _by_source(taken).items()},
        "answered": plain(answered_figures(predictions)),
        "calibration": plain(recalibration(taken)),
        "infrared_cost": asdict(infrared_cost(predictions)),
        "states": {name: plain(part) for name, part in state_figures(predictions).items()},
        "slices": slices(predictions),
        "worst": gallery(predictions),
        "looks_needed": {f"{rate:.2%}": looks_needed(rate) for rate in CLAIMS},
    }
    return report


def save(out: Path, report: dict[str, Any], predictions: Iterable[Prediction] = ()) -> None:
    """Write report.json, and predictions.csv where there are predictions, into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    if predictions:
        write_predictions(out / NAME, list(predictions))
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    (out / "report.json").write_text(text, encoding="utf-8")


def finish(
    out: Path,
    report: dict[str, Any],
    predictions: Sequence[Prediction],
    *,
    root: Path | None = None,
    peers: Mapping[str, Peer] | None = None,
    baseline: Sequence[Prediction] | None = None,
    language: str = "en",
    show_pictures: bool = False,
    progress: Progress | None = None,
) -> None:
    """Add peers, nights and a comparison to the report; write it anew, with report.html.

    Peers judge the pictures under ``root``. Nights are left out where the rows hold
    few of in_bed or not_in_bed: a year played from five looks tells of five looks.
    """
    taken = as_taken(predictions)
    for name, peer in (peers or {}).items():
        rows = [(p.number, p.row) for p in predictions]
        judged = judge_with(peer, name, rows, root or Path(), progress=progress)
        report.setdefault("peers", {})[name] = {
            "judged": len(judged),
            "errors": plain(error_figures(judged)),
            "presence": {"all": plain(presence_figures(as_taken(judged)))},
        }
    labels = [p.row.label for p in taken]
    if min(labels.count(State.IN_BED), labels.count(State.NOT_IN_BED)) >= MANY:
        report["nights"] = nights(taken, Town(years=YEARS), progress=progress)
    if baseline is not None:
        report["baseline"] = compare(baseline, predictions)[1]
    save(out, report)
    shown = root if show_pictures else None
    text = page(report, predictions, language=language, pictures=shown)
    (out / "report.html").write_text(text, encoding="utf-8")


def as_taken(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Rows that nobody has degraded."""
    return [p for p in predictions if p.row.extras.get("kind", "clean") in ("clean", "")]


def lines(report: dict[str, Any]) -> list[str]:
    """The report for a terminal."""
    told = [
        f"{report['network']}: {report['rows']} rows of {report['rooms']} rooms,"
        f" {len(report['failed'])} failed, {len(report['skipped'])} skipped"
    ]
    for name, figure in report["errors"].items():
        if figure["n"]:
            told.append(f"{name.replace('_', ' ')}: {Estimate(**figure)}")
    for source, figures in report["presence"].items():
        told += [f"{source}: {name} {Estimate(**figure)}" for name, figure in figures.items()]
    for part in ("answered", "calibration"):
        told += [f"{k.replace('_', ' ')}: {Estimate(**v)}" for k, v in report[part].items()]
    if report["infrared_cost"]["value"] is not None:
        told.append(f"infrared look costs {Estimate(**report['infrared_cost'])} AUC")
    for room, figure in report.get("beds_found", {}).items():
        told.append(f"beds found, {room}: {Estimate(**figure)}")
    for name, shares in report["states"].items():
        states = ", ".join(f"{k} {v['value']:.3f}" for k, v in shares.items())
        told.append(f"{name} (n={next(iter(shares.values()))['n']}): {states}")
    for one in report["slices"][:3]:
        told.append(f"worst slice: {one['told']}: {Estimate(**one['figure'])}")
    return told


def plain(figures: dict[str, Estimate]) -> dict[str, Any]:
    """Estimates as plain JSON values."""
    return {name: asdict(figure) for name, figure in figures.items()}


def _by_source(taken: Sequence[Prediction]) -> dict[str, dict[str, Estimate]]:
    """Figures of all, of each source and of each room with many rows."""
    parts: dict[str, list[Prediction]] = defaultdict(list)
    for p in taken:
        parts["all"].append(p)
        parts[p.row.source or "source not given"].append(p)
        parts[f"room {p.row.unit}"].append(p)
    return {
        name: presence_figures(part)
        for name, part in parts.items()
        if not name.startswith("room ") or len(part) >= MANY
    }
