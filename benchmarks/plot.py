"""The picture of a latency run: where a verdict's time goes, and what others take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.timing import STAGES

__all__ = ["draw"]

COLOURS = dict(
    zip(
        (*STAGES, "rest"),
        ("#4477aa", "#66ccee", "#228833", "#ccbb44", "#ee6677", "#aa3377", "#bbbbbb", "#dddddd"),
        strict=True,
    )
)

Row = Mapping[str, Any]


def draw(rows: Sequence[Row], notes: Sequence[str], path: Path) -> None:
    """Write a PNG of the rows (see `benchmarks.latency.COLUMNS`) with the fewest threads.

    Left: p50 of each stage, stacked, with a polygon. Right: p50 of the whole on
    arrays, Bedcheck and its peers, on a logarithmic scale.
    """
    cases = [row for row in rows if row["stage"] == "whole"]
    fewest = min(row["threads"] for row in cases)
    one = [row for row in rows if row["threads"] == fewest]
    figure = Figure(figsize=(12, 5), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    _stages(left, [row for row in one if row["placement"] == cases[0]["placement"]])
    first_source = cases[0]["source"]
    _wholes(right, [r for r in one if r["stage"] == "whole" and r["source"] == first_source])
    figure.suptitle(f"Picture to verdict, {fewest} thread(s), p50", fontsize=12)
    figure.supxlabel("\n".join(notes), fontsize=7, color="0.4")
    figure.savefig(path, dpi=120)


def _size(row: Row) -> str:
    return f"{row['width']}×{row['height']}"


def _stages(axes: Axes, rows: Sequence[Row]) -> None:
    cases = list(dict.fromkeys((_size(r), r["source"]) for r in rows if r["stage"] == "whole"))
    bottoms = [0.0] * len(cases)
    for stage, colour in COLOURS.items():
        found = {(_size(r), r["source"]): r["wall_p50_ms"] for r in rows if r["stage"] == stage}
        heights = [max(found.get(case, 0.0), 0.0) for case in cases]
        if max(heights) > 0.01:
            axes.bar(range(len(cases)), heights, bottom=bottoms, color=colour, label=stage)
        bottoms = [low + height for low, height in zip(bottoms, heights, strict=True)]
    axes.set_xticks(range(len(cases)), [f"{size}\n{source}" for size, source in cases], fontsize=8)
    axes.set_ylabel("milliseconds")
    axes.set_title(f"Bedcheck, placement: {rows[0]['placement']}")
    axes.legend(fontsize=8)


def _wholes(axes: Axes, rows: Sequence[Row]) -> None:
    tools = list(dict.fromkeys((r["tool"], r["placement"]) for r in rows))
    sizes = list(dict.fromkeys(_size(r) for r in rows))
    width = 0.8 / len(sizes)
    for n, size in enumerate(sizes):
        found = {(r["tool"], r["placement"]): r["wall_p50_ms"] for r in rows if _size(r) == size}
        places = [i + (n - (len(sizes) - 1) / 2) * width for i in range(len(tools))]
        bars = axes.barh(places, [found.get(tool, 0.0) for tool in tools], width, label=size)
        axes.bar_label(bars, fmt="%.1f", fontsize=7, padding=2)
    names = [f"{tool}\n({placement})" if placement else tool for tool, placement in tools]
    axes.set_yticks(range(len(tools)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(left=1)
    axes.margins(x=0.15)
    axes.set_xlabel("milliseconds")
    axes.set_title(f"Whole, from {rows[0]['source']}")
    axes.legend(fontsize=8)
