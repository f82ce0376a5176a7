"""Plots of statistics as PNG; the same figures give the same bytes. Needs the extra `report`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from bedcheck.extras import needs
from bedcheck.history.figures.statistics import Part

with needs("report"):
    import matplotlib as mpl
    from matplotlib.figure import Figure

__all__ = ["alarms_by_night", "rates_by_part"]

INK, GREY = "#1f2937", "#9ca3af"
COLOURS = {  # of the causes; told apart without colour by their order, and with poor sight of red
    "deviation": "#0072b2",
    "unsure": "#56b4e9",
    "cannot_see": "#e69f00",
    "camera": "#d55e00",
    "no_look_possible": "#cc79a7",
    "no_look_made": "#6b7280",
}
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "xtick.color": INK,
    "ytick.color": INK,
}


def alarms_by_night(
    nights: Sequence[tuple[date, dict[str, int]]], names: dict[str, str], title: str
) -> bytes:
    """Bars of alarms, a night each, stacked by cause; ``names`` are the causes' in words."""
    with mpl.rc_context(STYLE):
        figure, axes = _axes(title, 3.0)
        floor = [0] * len(nights)
        positions = range(len(nights))
        for cause, colour in COLOURS.items():
            counts = [by_cause.get(cause, 0) for _, by_cause in nights]
            if any(counts):
                label = names.get(cause, cause)
                axes.bar(positions, counts, bottom=floor, color=colour, label=label, width=0.8)
                floor = [a + b for a, b in zip(floor, counts, strict=True)]
        step = max(len(nights) // 8, 1)
        axes.set_xticks(positions[::step], [f"{n.day}/{n.month}" for n, _ in nights][::step])
        axes.set_ylim(0, max(*floor, 3) * 1.05)
        axes.yaxis.get_major_locator().set_params(integer=True)
        if any(floor):
            axes.legend(
                loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, frameon=False, fontsize=10
            )
        return _png(figure)


def rates_by_part(parts: Sequence[Part], names: Sequence[str], title: str) -> bytes:
    """A dot with its interval for each part: wrong call-outs per 1,000 resident-nights."""
    with mpl.rc_context(STYLE):
        figure, axes = _axes(title, 0.9 + 0.45 * max(len(parts), 1))
        most = 1.0
        for row, part in enumerate(parts):
            rate = part.figures["wrong_rate"]
            if rate.value is None or rate.low is None or rate.high is None:
                continue
            axes.plot([1000 * rate.low, 1000 * rate.high], [row, row], color=GREY, linewidth=3)
            axes.plot([1000 * rate.value], [row], "o", color=COLOURS["deviation"], markersize=9)
            most = max(most, 1000 * rate.high)
        axes.set_yticks(range(len(parts)), names)
        axes.set_ylim(len(parts) - 0.5, -0.5)
        axes.set_xlim(0, most * 1.05)
        axes.grid(axis="x", color=GREY, linewidth=0.5, alpha=0.5)
        return _png(figure)


def _axes(title: str, height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(6.0, height + 0.6), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)
    return figure, axes


def _png(figure: Figure) -> bytes:
    out = BytesIO()
    # Without the library's name and version: the same rows are the same bytes.
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
