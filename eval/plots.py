"""The report's plots, as PNG bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np

from bedcheck.verdict import State
from datasets.manifest import CANT_TELL
from eval.figures import headline, scores
from eval.metrics import precision_recall, reliability, risk_coverage, roc
from eval.predictions import Prediction

matplotlib.use("Agg")
from matplotlib.figure import Figure

__all__ = ["calibration_plot", "confusion_plot", "curves_plot", "sweep_plot"]

COLOURS = {
    State.IN_BED: "#1b6ca8",
    State.NOT_IN_BED: "#d1495b",
    State.OBSTRUCTED: "#6c757d",
    State.LOW_CONTRAST: "#c9a227",
}
INK = "#1b6ca8"


def confusion_plot(predictions: Sequence[Prediction]) -> bytes:
    """What was true against what was said, by counts and shares of each row."""
    labels = [s.value for s in State if any(p.row.label == s for p in predictions)]
    said = [s.value for s in State]
    counts = np.array(
        [
            [sum(p.row.label == t and p.state == s for p in predictions) for s in said]
            for t in labels
        ]
    )
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    figure = Figure(figsize=(5.4, 0.9 + 0.62 * len(labels)), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (y, x), count in np.ndenumerate(counts):
        colour = "white" if shares[y, x] > 0.55 else "black"
        text = f"{count}\n{shares[y, x]:.0%}"
        axes.text(x, y, text, ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(said)), [s.replace("_", " ") for s in said])
    axes.set_yticks(range(len(labels)), [t.replace("_", " ") for t in labels])
    axes.set_xlabel("judged")
    axes.set_ylabel("true")
    return _png(figure)


def curves_plot(predictions: Sequence[Prediction]) -> bytes:
    """ROC, precision-recall, and risk against coverage."""
    rows = headline(predictions)
    score, truth = scores(rows)
    figure = Figure(figsize=(9.6, 3.1), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    if 0 < truth.sum() < len(truth):
        left.plot(*roc(score, truth), color=INK)
        precision, recall = precision_recall(score, truth)
        middle.plot(recall, precision, color=INK)
        middle.axhline(truth.mean(), color="#aaa", ls=":")
    left.plot([0, 1], [0, 1], color="#aaa", ls=":")
    left.set(xlabel="empty beds taken for full", ylabel="residents found", title="ROC")
    middle.set(xlabel="residents found", ylabel="right when it says so", ylim=(0, 1.03))
    middle.set_title("precision and recall")
    labelled = [p for p in predictions if p.row.label != CANT_TELL]
    if labelled:
        sure = np.array([p.probabilities[p.state] for p in labelled])
        wrong = np.array([p.state != p.row.label for p in labelled])
        right.plot(*risk_coverage(sure, wrong), color=INK)
    right.set(xlabel="share answered, surest first", ylabel="share of those wrong")
    right.set(title="risk and coverage", xlim=(0, 1.02), ylim=(0, None))
    return _png(figure)


def calibration_plot(predictions: Sequence[Prediction]) -> bytes:
    """What the presence score claims against what was true, in ten bins."""
    score, truth = scores(headline(predictions))
    figure = Figure(figsize=(4.2, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#aaa", ls=":")
    bins = reliability(score, truth)
    axes.plot([b.claimed for b in bins], [b.true for b in bins], "o-", color=INK)
    for b in bins:
        axes.annotate(
            str(b.n), (b.claimed, b.true), xytext=(4, -10), textcoords="offset points", fontsize=7
        )
    axes.set(xlabel="claimed chance of in bed", ylabel="share in bed", xlim=(0, 1), ylim=(0, 1.03))
    return _png(figure)


def sweep_plot(figures: dict[str, Any], title: str = "") -> bytes:
    """Each state's share over severity: a column a true label, a row a kind of corruption."""
    kinds = list(figures)
    across = 3  # kinds side by side, each with its two labels
    down = -(-len(kinds) // across)
    figure = Figure(figsize=(4.1 * across, 1.9 * down + 0.7), layout="constrained")
    grid = figure.subplots(down, 2 * across, sharex=True, sharey=True, squeeze=False)
    for place in range(down * across):
        for side, label in enumerate((State.IN_BED, State.NOT_IN_BED)):
            axes = grid[place // across][2 * (place % across) + side]
            if place >= len(kinds):
                axes.set_axis_off()
                continue
            curve = figures[kinds[place]][label.value]
            severities = [point["severity"] for point in curve]
            shares = [[point["states"][s.value] for point in curve] for s in State]
            if severities:
                axes.stackplot(severities, shares, colors=[COLOURS[s] for s in State], alpha=0.9)
                axes.set(xlim=(0, 5), ylim=(0, 1), xticks=range(6))
            told = "resident in bed" if side == 0 else "empty bed"
            axes.set_title(f"{kinds[place].replace('_', ' ')}: {told}", fontsize=8)
            axes.tick_params(labelsize=7)
    handles = [
        matplotlib.patches.Patch(color=COLOURS[s], label=s.value.replace("_", " ")) for s in State
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)
    told = f"severity (0: as taken); {title}" if title else "severity (0: as taken)"
    figure.supxlabel(told, fontsize=9)
    figure.supylabel("share of looks judged so", fontsize=9)
    return _png(figure)


def _png(figure: Any) -> bytes:
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=110, metadata={"Software": None})
    return held.getvalue()
