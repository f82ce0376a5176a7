"""The figures that counts give: shares, rates and times, each with its interval and n."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bedcheck.history.figures.intervals import Estimate, mean, median, rate, share

__all__ = ["FIGURES", "NUMBERS", "SHARES", "TIMES", "figures_of", "seconds_of"]

NUMBERS = ("resident_nights", "supervisions", "looks", "alarms", "wrong", "missed")
"""Counts that are told as they are."""

SHARES = {  # count, of what
    "availability": ("seen", "supervisions"),
    "could_not_tell": ("could_not_tell", "looks"),
    "uncertain": ("uncertain", "judged"),
    "rescue": ("rescued", "second"),
    "alarm_share": ("alarms", "supervisions"),
    "wrong_share": ("wrong", "outcomes"),
    "missed_share": ("missed", "left"),
    "crisis_share": ("crisis", "alarms"),
}

TIMES = {  # which seconds, and how they are summed up
    "acceptance": ("acceptance", median),
    "acknowledgement": ("acknowledgement", median),
    "restoration": ("restoration", median),
    "mttr": ("restoration", mean),
}

FIGURES = ("wrong_rate", *SHARES, *TIMES)
"""Every figure, in the order in which they are told."""

OF_A_CAUSE = (
    "wrong_rate", "alarm_share", "wrong_share", "crisis_share", "acceptance", "acknowledgement",
)  # fmt: skip
"""What can be told of the alarms of one cause; their rates are over all resident-nights."""

BLIND = ("state/obstructed", "state/low_contrast")


def figures_of(
    counts: Mapping[str, int], exposure: Mapping[str, int] | None = None
) -> dict[str, Estimate]:
    """Every figure of `FIGURES`, from what was counted.

    ``exposure``: for the alarms of one cause, everybody's counts, which their rates are over;
    then only figures of alarms are given.
    """
    over = counts if exposure is None else exposure
    known: Counter[str] = Counter(counts)
    failed = sum(count for name, count in counts.items() if name.startswith("failed/"))
    known["could_not_tell"] = failed + sum(known[name] for name in BLIND)
    figures = {"wrong_rate": rate(known["wrong"], over.get("resident_nights", 0))}
    for name, (part, whole) in SHARES.items():
        of = over if whole == "supervisions" else known
        figures[name] = share(known[part], of.get(whole, 0))
    for name, (what, summed) in TIMES.items():
        figures[name] = summed(seconds_of(counts, what))
    if exposure is not None:
        return {name: figures[name] for name in OF_A_CAUSE}
    return figures


def seconds_of(counts: Mapping[str, int], what: str) -> dict[int, int]:
    """How often each number of seconds came."""
    start = f"seconds/{what}/"
    return {
        int(name.removeprefix(start)): count
        for name, count in counts.items()
        if name.startswith(start)
    }
