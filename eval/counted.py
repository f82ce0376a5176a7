"""What a real town counted, to be laid beside the nights that are played."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bedcheck.errors import ManifestError

__all__ = ["counted_lines"]

SCHEMA = "bedcheck.statistics/1"
YEAR = 365


def counted_lines(path: Path) -> list[str]:
    """The statistics in a file of ``bedcheck history stats --json``, in the units of `nights`.

    Raises ManifestError where it is none.
    """
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        if told["schema"] != SCHEMA:
            raise ValueError(told["schema"])
        counts, figures = told["total"]["counts"], told["total"]["figures"]
        rate, rescue = figures["wrong_rate"], figures["rescue"]
        missed, nights = figures["missed_share"], counts["resident_nights"]
        lines = [
            f"counted in the history, {told['first']} to {told['last']}:"
            f" {nights} resident-nights, {counts['supervisions']} supervisions",
            _line("wrong call outs per resident year", rate, YEAR),
            _line("second look rescues, whether the first was wrong or not", rescue, 1),
            _line("missed per 10000 supervisions without an alarm, as far as told", missed, 10_000),
        ]
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (KeyError, TypeError, ValueError):
        raise ManifestError(
            f"{path}: expected the output of `bedcheck history stats --json` ({SCHEMA})"
        ) from None
    return lines


def _line(name: str, figure: dict[str, Any], scale: float) -> str:
    if figure["value"] is None:
        return f"  {name}: never came about"
    low, value, high = (scale * figure[end] for end in ("low", "value", "high"))
    return f"  {name}: {value:.3f} [{low:.3f}, {high:.3f}] ({figure['method']}, n={figure['n']:g})"
