"""The model card's section on robustness, written anew from figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bedcheck.errors import ManifestError
from bedcheck.verdict import State
from eval.intervals import Estimate
from eval.plots import sweep_plot

__all__ = ["renew"]

HEADING = "## Robustness and slices"
PLOT = "sweep.png"
WORST = 3


def renew(card: Path, report: dict[str, Any], figures: dict[str, Any], *, count: int) -> None:
    """Put the section into ``card`` in its old place, else before "Made by", and its plot beside.

    The rest of the card is kept as it is. Raises ManifestError where there is no card.
    """
    try:
        text = card.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(f"{card}: expected a model card to renew; {error}") from None
    section = f"{HEADING}\n\n" + "\n\n".join(_paragraphs(report, figures, count)) + "\n"
    before, found, after = text.partition(f"{HEADING}\n")
    if found:
        _, next_one, rest = after.partition("\n## ")
        rest = f"\n## {rest}" if next_one else ""
    else:
        before, found, after = text.partition("## Made by\n")
        rest = f"\n{found}{after}" if found else ""
        before = before if before.endswith("\n\n") else before.rstrip("\n") + "\n\n"
    (card.parent / PLOT).write_bytes(sweep_plot(figures, report["network"]))
    card.write_text(before + section + rest, encoding="utf-8")


def _paragraphs(report: dict[str, Any], figures: dict[str, Any], count: int) -> list[str]:
    told = [
        f"Written by `python cli.py eval sweep --manifest REAL/manifest.csv --root REAL --out DIR"
        f" --count {count} --card models/card.md` for {report['network']}; the figures are of the"
        " dev split, which chose the network.",
        f"![Shares of the four states over five severities of {len(figures)} corruptions]({PLOT})",
        f"{count} pictures, labels, sources and rooms taking turns, each spoilt in five steps"
        " (`eval/corruptions.py`). A spoilt picture may go over to obstructed or low_contrast; it"
        " should not go over to the opposite answer. It did so most, over the share of the"
        " pictures as taken, here:",
    ]
    told.append("\n".join(f"- {line}" for line in _wrong_ways(figures)))
    told.append(
        "The worst slices of the split as taken, by the lower end of the interval; those whose"
        " interval holds the share elsewhere are left out:"
    )
    worst = [one for one in report["slices"] if not one["overlaps"]][:WORST]
    weighed = any(one["figure"]["low"] is not None for one in report["slices"])
    none = "None is worse than the rest beyond chance." if weighed else "Too few pictures to tell."
    told.append(
        "\n".join(
            f"- **{one['told']}**: {Estimate(**one['figure'])}, elsewhere {one['rest']:.3f}"
            for one in worst
        )
        or f"- {none}"
    )
    return told


def _wrong_ways(figures: dict[str, Any]) -> list[str]:
    """Where the share that goes the wrong way grows most over that of pictures as taken."""
    growth = []
    for kind, labels in figures.items():
        for label, curve in labels.items():
            start = curve[0]["wrong_way"]["value"] if curve else 0.0
            for point in curve[1:]:
                rise = point["wrong_way"]["value"] - start
                growth.append((rise, kind, label, start, point))
    growth.sort(key=lambda one: one[0], reverse=True)
    lines: dict[tuple[str, str], str] = {}
    for rise, kind, label, start, point in growth:
        if rise <= 0 or len(lines) == WORST:
            break
        opposite = State.NOT_IN_BED if label == State.IN_BED else State.IN_BED
        who = "residents in bed" if label == State.IN_BED else "empty beds"
        lines.setdefault(
            (kind, label),
            f"{kind.replace('_', ' ')}, severity {point['severity']}: {who} judged"
            f" {opposite.value} {Estimate(**point['wrong_way'])}, as taken {start:.3f}",
        )
    return list(lines.values()) or ["nowhere"]
