"""Two tables of the same rows: what got better, what got worse, and whether it may be chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bedcheck.errors import ManifestError
from eval.figures import headline, outcomes, scores, units_of
from eval.intervals import Estimate, bootstrap, ratio
from eval.metrics import auc, auc_of_rooms
from eval.predictions import Prediction
from eval.slices import is_wrong

__all__ = ["GUARDS", "Difference", "compare", "difference_lines", "permutation", "worse"]

GOOD = ("certain", "covered_seen", "low_contrast_seen", "auc", "auc_within_rooms")
GUARDS = (
    "missed_absence", "missed_absence_certain", "false_absence", "wrong_call_out", "cannot_tell",
    "certain", "covered_seen", "covered_called_in_bed", "covered_called_low_contrast",
    "low_contrast_seen", "low_contrast_called_in_bed", "low_contrast_called_obstructed",
    "auc", "auc_within_rooms", "brier",
)  # fmt: skip
PERMUTATIONS = 2000
EXACT = 10  # units up to which every exchange is tried
TOLD = 12  # rows named

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One figure in both tables."""

    before: float
    after: float
    change: Estimate  # after less before, paired, with its interval
    p: float  # of a change as large, were the tables exchangeable within rooms
    better: bool | None  # which way the value went, chance or not; None: nowhere

    @property
    def told(self) -> str:
        """``better`` or ``worse`` where the interval lies beyond zero, else ``cannot tell``."""
        low, high = self.change.low, self.change.high
        if self.better is None or low is None or high is None or low <= 0 <= high:
            return "cannot tell"
        return "better" if self.better else "worse"


def compare(
    before: Sequence[Prediction], after: Sequence[Prediction]
) -> tuple[dict[str, Difference], dict[str, Any]]:
    """Each figure's change, and the rows that changed sides, as plain JSON values.

    Only rows that both tables hold with the same label count. Raises ManifestError where
    there are none.
    """
    there = {p.key: p for p in after}
    pairs = [
        (p, there[p.key])
        for p in before
        if p.key in there and p.row.label == there[p.key].row.label
    ]
    if not pairs:
        raise ManifestError("expected rows that both tables hold with the same label; got none")
    old, new = [a for a, _ in pairs], [b for _, b in pairs]
    found: dict[str, Difference] = {}
    outcomes_new = outcomes(new)
    for name, (could, did) in outcomes(old).items():
        if could.any():
            group = [p for p, one in zip(old, could, strict=True) if one]
            found[name] = _of_means(name, group, did[could], outcomes_new[name][1][could])
    rows, rows_new = headline(old), headline(new)
    (score, truth), (score_new, _) = scores(rows), scores(rows_new)
    if 0 < truth.sum() < len(truth):
        found["auc"] = _of_scores("auc", auc, rows, score, score_new, truth)
        rooms = np.array([p.row.unit for p in rows])
        here = auc_of_rooms(score, truth, rooms)
        if here:
            there_too = auc_of_rooms(score_new, truth, rooms)
            found["auc_within_rooms"] = _of_rooms(here, there_too)
    if len(truth):
        found["brier"] = _of_means("brier", rows, (score - truth) ** 2, (score_new - truth) ** 2)
    return found, {
        "rows": len(pairs),
        "only_before": len(before) - len(pairs),
        "only_after": len(after) - len(pairs),
        "now_wrong": _named(b for a, b in pairs if not is_wrong(a) and is_wrong(b)),
        "now_right": _named(b for a, b in pairs if is_wrong(a) and not is_wrong(b)),
        "figures": {name: asdict(one) | {"told": one.told} for name, one in found.items()},
    }


def worse(one: Difference) -> bool:
    """Whether a guard's figure is worse beyond its interval.

    Where no interval can be had, any worsening counts: what cannot be checked does not pass.
    """
    if one.better is not False:
        return False
    low, high = one.change.low, one.change.high
    return low is None or high is None or low > 0 or high < 0


def difference_lines(found: Mapping[str, Difference], report: dict[str, Any]) -> list[str]:
    """The comparison for a terminal."""
    told = [
        f"{report['rows']} rows in both; {report['only_before']} only in the first,"
        f" {report['only_after']} only in the second"
    ]
    for name, one in found.items():
        low, high = one.change.low, one.change.high
        span = "no interval" if low is None or high is None else f"[{low:+.3f}, {high:+.3f}]"
        told.append(
            f"{one.told:11} {name}: {one.before:.3f} → {one.after:.3f},"
            f" {one.change.value:+.3f} {span}, p {one.p:.3f}"
            f" (n={one.change.n}, {one.change.unit}s={one.change.units})"
        )
    for word in ("now_wrong", "now_right"):
        for row in report[word]:
            rest = f"and {row['more']} more" if "more" in row else f"row {row['row']} {row['path']}"
            told.append(f"{word.replace('_', ' ')}: {rest}")
    return told


def permutation(
    figure: Callable[[NDArray[np.bool_]], float | None],
    members: NDArray[np.int64],
    *,
    rounds: int = PERMUTATIONS,
    seed: int = 0,
) -> float:
    """p of the paired change ``figure(none exchanged)``, two-sided, exchanging whole units.

    ``figure`` takes which rows are exchanged, bool N; ``members`` is each row's unit, 0-based.
    Rows of a unit go together, since they are alike. All exchanges are tried up to ten units,
    else ``rounds`` at random. B. Phipson and G. K. Smyth, 2010, doi:10.2202/1544-6115.1585.
    """
    units = int(members.max()) + 1 if len(members) else 0
    observed = figure(np.zeros(len(members), bool))
    if observed is None or not units:
        return 1.0
    if units <= EXACT:
        every = (np.arange(2**units)[:, None] >> np.arange(units)) & 1
        flips, extra = every.astype(bool), 0
    else:
        rng = np.random.default_rng(seed)
        flips, extra = rng.random((rounds, units)) < 0.5, 1
    changes = [figure(flip[members]) for flip in flips]
    known = np.array([c for c in changes if c is not None])
    as_large = int((np.abs(known) >= abs(observed) - 1e-12).sum())
    return (as_large + extra) / (len(known) + extra)


def _of_means(name: str, rows: Sequence[Prediction], before: Array, after: Array) -> Difference:
    change = np.asarray(after, float) - np.asarray(before, float)
    unit, units = units_of(rows)
    members = np.unique(units, return_inverse=True)[1]
    return _difference(
        name,
        float(np.mean(before)),
        float(np.mean(after)),
        ratio(change, np.ones(len(change)), units, unit=unit, signed=True),
        permutation(lambda flip: float(np.where(flip, -change, change).mean()), members),
    )


def _of_rooms(
    before: dict[str, tuple[float, int]], after: dict[str, tuple[float, int]]
) -> Difference:
    """AUC by pairs of the same room: exchanging a room exchanges its two values."""
    names = list(before)
    pairs = np.array([before[name][1] for name in names], float)
    old = np.array([before[name][0] for name in names]) * pairs
    new = np.array([after[name][0] for name in names]) * pairs
    change = new - old
    return _difference(
        "auc_within_rooms",
        float(old.sum() / pairs.sum()),
        float(new.sum() / pairs.sum()),
        ratio(change, pairs, names, signed=True),
        permutation(
            lambda flip: float(np.where(flip, -change, change).sum() / pairs.sum()),
            np.arange(len(names)),
        ),
    )


def _of_scores(
    name: str,
    figure: Callable[[Array, Array], float | None],
    rows: Sequence[Prediction],
    before: Array,
    after: Array,
    truth: Array,
) -> Difference:
    unit, units = units_of(rows)
    members = np.unique(units, return_inverse=True)[1]

    def change(i: Array) -> float | None:
        one, other = figure(before[i], truth[i]), figure(after[i], truth[i])
        return None if one is None or other is None else other - one

    def exchanged(flip: NDArray[np.bool_]) -> float | None:
        one = figure(np.where(flip, after, before), truth)
        other = figure(np.where(flip, before, after), truth)
        return None if one is None or other is None else other - one

    return _difference(
        name,
        figure(before, truth) or 0.0,
        figure(after, truth) or 0.0,
        bootstrap(change, units, unit=unit, rounds=400),
        permutation(exchanged, members, rounds=500),
    )


def _difference(name: str, before: float, after: float, change: Estimate, p: float) -> Difference:
    better = None if after == before else (after > before) == (name in GOOD)
    return Difference(
        before=before, after=after, change=replace(change, value=after - before), p=p, better=better
    )


def _named(rows: Any) -> list[dict[str, Any]]:
    listed = list(rows)
    return [
        {"row": p.number, "path": p.row.path, "label": p.row.label, "state": p.state.value}
        for p in listed[:TOLD]
    ] + ([{"more": len(listed) - TOLD}] if len(listed) > TOLD else [])
