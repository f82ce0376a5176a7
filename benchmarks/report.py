"""What a latency run measured: a CSV, a plot and some lines of text."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from bedcheck.network import Sheet
from benchmarks.environment import Environment, slug
from benchmarks.plot import draw

__all__ = ["COLUMNS", "Report", "Row", "write"]

Row = dict[str, str | int | float | None]
"""One line of the CSV, by `COLUMNS`; what does not apply is None."""

COLUMNS = (
    "tool",
    "version",
    "source",
    "width",
    "height",
    "threads",
    "placement",
    "stage",
    "rounds",
    *(f"{clock}_{name}_ms" for clock in ("wall", "cpu") for name in ("min", "p50", "p95")),
    "wall_ratio",
    "cpu_ratio",
    "peak_mib",
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run measured, and where it was written."""

    rows: tuple[Row, ...]  # by `COLUMNS`
    environment: Environment
    csv: Path
    plot: Path

    def lines(self) -> list[str]:
        """The wholes as lines of text, p50 in milliseconds, with the peers' ratios."""
        lines = self.environment.lines()
        for row in self.rows:
            if row["stage"] == "whole":
                ratio = f"  {row['wall_ratio']:.1f}x ours" if row["wall_ratio"] else ""
                placement = f" ({row['placement']})" if row["placement"] else ""
                lines.append(
                    f"{row['width']}x{row['height']} {row['source']}, {row['threads']} thread(s): "
                    f"{row['tool']}{placement} {row['wall_p50_ms']:.2f} ms "
                    f"(CPU {row['cpu_p50_ms']:.2f}){ratio}"
                )
            elif row["source"] == "process":
                peak = f", peak {row['peak_mib']:.0f} MiB" if row["peak_mib"] else ""
                lines.append(f"{row['stage']}: {row['wall_p50_ms']:.0f} ms{peak}")
        return lines


def write(rows: list[Row], environment: Environment, sheet: Sheet, out: Path) -> Report:
    """Write the CSV and the plot, named after network, dtype, version and processor."""
    dtype = str(sheet.notes.get("dtype", "float32"))
    name = "_".join(
        ["latency", *(slug(part) for part in (sheet.name, dtype, sheet.version, environment.cpu))]
    )
    out.mkdir(parents=True, exist_ok=True)
    table, plot = out / f"{name}.csv", out / f"{name}.png"
    with table.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in environment.lines())
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()})
    full = tuple({column: row.get(column) for column in COLUMNS} for row in rows)
    report = Report(rows=full, environment=environment, csv=table, plot=plot)
    draw(full, environment.lines(), plot)
    return report
