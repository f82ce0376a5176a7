"""A year of nights in a town, played from a table of predictions."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bedcheck.errors import ManifestError
from bedcheck.verdict import State
from eval.figures import units_of
from eval.intervals import FEWEST, Estimate, at_most, ratio
from eval.predictions import Prediction
from eval.slices import is_wrong
from eval.supervision import (
    POLICIES,
    Answered,
    Ask,
    Call,
    Close,
    Look,
    Looked,
    NoPicture,
    Opened,
    Transition,
    transition_for,
)

__all__ = ["Looks", "Town", "measured_repeat", "night_lines", "nights", "play"]

HERE = ZoneInfo("Europe/Stockholm")
FIRST_NIGHT = date(2026, 1, 1)
FEW = 20  # rooms or beds of a label; of fewer the terminal says that they tell little


@dataclass(frozen=True, kw_only=True)
class Town:
    """Who is supervised, and what nights are like there. The first two are a reference town."""

    residents: int = 32
    supervisions: int = 68  # a night, over all residents
    nights: int = 365
    years: int = 10  # played, one after another
    out_of_bed: float = 0.02  # share of supervisions at which the resident is not in bed
    away: float = 0.01  # share of nights with a registered absence: no look is made
    no_picture: float = 0.001  # share of looks at which camera or line give none
    operator_right: float = 1.0  # share of the operator's answers that are


ERRORS = {
    State.IN_BED: "residents in bed not judged in_bed",
    State.NOT_IN_BED: "empty beds judged in_bed",
}


class Looks:
    """Verdicts drawn from a table: a first look, then one that may repeat its error.

    Given a wrong first look, the second is wrong with ``repeat``; given a right one, with what
    leaves both looks equally often wrong. A repeated error is the same verdict again. With
    ``repeat`` None the looks are independent.
    """

    def __init__(self, predictions: Sequence[Prediction], repeat: float | None) -> None:
        """Raises ManifestError where a label that nights need is missing."""
        self._pools: dict[tuple[State, bool], list[Looked]] = defaultdict(list)
        self.wrong: dict[State, float] = {}
        self._repeat: dict[State, float] = {}
        for truth in (State.IN_BED, State.NOT_IN_BED):
            rows = [p for p in predictions if p.row.label == truth and _is_first(p)]
            if not rows:
                raise ManifestError(
                    f"nights need rows labelled in_bed and not_in_bed; there is no {truth}"
                )
            for p in rows:
                self._pools[truth, is_wrong(p)].append(Looked(state=p.state, certain=p.certain))
            share = len(self._pools[truth, True]) / len(rows)
            self.wrong[truth] = share
            self._repeat[truth] = share if repeat is None else repeat

    def first(self, truth: State, rng: np.random.Generator) -> tuple[Looked, bool]:
        """A verdict on a resident who is in bed or is not, and whether it is wrong."""
        return self._draw(truth, rng.random() < self.wrong[truth], rng)

    def second(
        self, truth: State, before: tuple[Looked, bool], rng: np.random.Generator
    ) -> tuple[Looked, bool]:
        """The next verdict on the same resident within the same window."""
        share, repeat = self.wrong[truth], self._repeat[truth]
        if before[1]:
            return before if rng.random() < repeat else self._draw(truth, False, rng)
        after_right = min(share * (1 - repeat) / (1 - share), 1.0) if share < 1 else 1.0
        return self._draw(truth, rng.random() < after_right, rng)

    def _draw(self, truth: State, wrong: bool, rng: np.random.Generator) -> tuple[Looked, bool]:
        pool = self._pools[truth, wrong]
        if not pool:  # nothing of the kind was ever seen: the other it is
            wrong = not wrong
            pool = self._pools[truth, wrong]
        return pool[int(rng.integers(len(pool)))], wrong


def measured_repeat(predictions: Sequence[Prediction]) -> Estimate:
    """P(second wrong | first wrong) over pairs of pictures of one scene with the same label.

    Pairs are minutes to days apart, so it is at most what a second look ten minutes later
    repeats; by room where rooms are enough. Of a real town's looks (with a column ``purpose``)
    it is known which was the second, and only that one is counted.
    """
    groups: dict[tuple[str, str], list[Prediction]] = defaultdict(list)
    for p in predictions:
        if p.row.label in (State.IN_BED, State.NOT_IN_BED):
            groups[p.row.scene, p.row.label].append(p)
    kept = [group for group in groups.values() if len(group) > 1]
    ordered = [sorted(group, key=lambda p: not _is_first(p)) for group in kept]
    wrong = np.array([sum(map(is_wrong, group)) for group in kept], float)
    size = np.array([len(group) for group in kept], float)
    over, under = wrong * (wrong - 1), wrong * (size - 1)
    if any(not _is_first(p) for p in predictions):
        under = np.array([is_wrong(group[0]) for group in ordered], float)
        over = under * np.array([is_wrong(group[-1]) for group in ordered], float)
    rooms = [group[0].row.unit for group in kept]
    erring = {room for room, count in zip(rooms, wrong, strict=True) if count}
    unit = "room" if len(erring) >= FEWEST else "scene"
    units = rooms if unit == "room" else [group[0].row.scene for group in kept]
    return ratio(over, under, units, unit=unit)


def _is_first(prediction: Prediction) -> bool:
    """Whether it is a first look: a second one was only made because of what the first gave."""
    return prediction.row.extras.get("purpose", "first") != "second"


def play(transition: Transition, looks: Looks, town: Town, *, seed: int = 0) -> list[Counter[str]]:
    """Counts of what happened in each year. The same arguments give the same years."""
    rng = np.random.default_rng(seed)
    return [_year(transition, looks, town, rng) for _ in range(town.years)]


def nights(
    predictions: Sequence[Prediction],
    town: Town,
    *,
    repeat: float | None = None,
    independent: bool = False,
    policies: Mapping[str, Transition] | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """The figures of each policy, as plain JSON values; of all policies by default.

    Without ``repeat`` it is measured, and where it cannot be, 0.9 is taken and said; with
    ``independent`` the second look owes nothing to the first. A figure's interval is what 95 %
    of years lie in; it knows nothing of how well the table fits a town, nor of how few looks
    the table holds: ``looks`` says what those allow of each error.
    """
    measured = measured_repeat(predictions)
    chosen = "given"
    if repeat is None:
        chosen = "measured" if measured.value is not None else "assumed"
        repeat = measured.value if measured.value is not None else 0.9
    looks = Looks(predictions, None if independent else repeat)
    if independent:
        chosen, repeat = "independent", looks.wrong[State.IN_BED]
    policies = policies or {name: transition_for(terms) for name, terms in POLICIES.items()}
    told: dict[str, Any] = {}
    for done, (name, transition) in enumerate(policies.items(), 1):
        told[name] = _figures(play(transition, looks, town, seed=seed), town)
        if progress:
            progress(done, len(policies))
    return {
        "town": asdict(town),
        "wrong_per_look": {truth.value: share for truth, share in looks.wrong.items()},
        "looks": {truth.value: _rests_on(predictions, truth) for truth in looks.wrong},
        "repeat": {"value": repeat, "how": chosen, "measured": asdict(measured)},
        "policies": told,
    }


def _rests_on(predictions: Sequence[Prediction], truth: State) -> dict[str, Any]:
    """The looks behind one error's share, and the largest share (95 %) that they allow.

    Looks at one room are alike, so the bound takes rooms (beds, where those are few) for trials,
    and as many of them wrong as the share of looks makes, rounded up.
    """
    rows = [p for p in predictions if p.row.label == truth and _is_first(p)]
    unit, units = units_of(rows)
    wrong, trials = sum(map(is_wrong, rows)), len(set(units))
    most = at_most(math.ceil(wrong * trials / len(rows)), trials)
    return {"n": len(rows), "wrong": wrong, "unit": unit, "units": trials, "at_most": most}


def night_lines(figures: dict[str, Any]) -> list[str]:
    """The figures for a terminal."""
    repeat, town = figures["repeat"], figures["town"]
    told = [
        f"{town['residents']} residents, {town['supervisions']} supervisions a night,"
        f" {town['years']} years of {town['nights']} nights",
        f"a wrong first look is wrong again with {repeat['value']:.3f} ({repeat['how']};"
        f" measured: {Estimate(**repeat['measured'])})",
    ]
    for truth, error in ERRORS.items():
        one = figures["looks"][truth.value]
        few = "; too few looks to tell of a town" if one["units"] < FEW else ""
        told.append(
            f"{error}: {one['wrong']} of {one['n']} looks, {one['unit']}s={one['units']}: the true"
            f" share may be up to {one['at_most']:.3f} (exact 95 % bound){few}"
        )
    told.append("[low, high] is where 95 % of the played years lie: it holds chance only, and")
    told.append("takes the shares of the looks above for the truth")
    for policy, parts in figures["policies"].items():
        told.append(f"{policy}:")
        for name, figure in parts.items():
            if figure["value"] is None:
                told.append(f"  {name.replace('_', ' ')}: never came about")
                continue
            span = "" if figure["low"] is None else f" [{figure['low']:.3f}, {figure['high']:.3f}]"
            told.append(f"  {name.replace('_', ' ')}: {figure['value']:.3f}{span}")
    return told


def _year(
    transition: Transition, looks: Looks, town: Town, rng: np.random.Generator
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for night in range(town.nights):
        day = FIRST_NIGHT + timedelta(days=night)
        away = rng.random(town.residents) < town.away
        for number in range(town.supervisions):
            if away[number % town.residents]:
                counts["paused"] += 1
                continue
            # On a clock in the town, but counted in time that passes: 02:30 may come twice.
            opens = datetime.combine(day, time(0, 30), HERE).astimezone(UTC)
            opens += timedelta(minutes=5 * (number % 60))
            truth = State.NOT_IN_BED if rng.random() < town.out_of_bed else State.IN_BED
            counts["supervisions"] += 1
            counts["in_bed" if truth is State.IN_BED else "out_of_bed"] += 1
            _supervise(transition, looks, town, truth, opens, rng, counts)
    return counts


def _supervise(
    transition: Transition,
    looks: Looks,
    town: Town,
    truth: State,
    now: datetime,
    rng: np.random.Generator,
    counts: Counter[str],
) -> None:
    """Drive one window to its end and count how it ended."""
    before: tuple[Looked, bool] | None = None
    first_wrong = faulty = False
    state, actions = transition(None, Opened(), now)
    queue = list(actions)
    while queue:
        match queue.pop(0):
            case Look(at=at):
                now = max(now, at)
                counts["looks"] += 1
                if rng.random() < town.no_picture:
                    faulty = True
                    state, more = transition(state, NoPicture(), now)
                else:
                    again = before is not None
                    before = looks.second(truth, before, rng) if before else looks.first(truth, rng)
                    first_wrong = before[1] if not again else first_wrong
                    if again and first_wrong:
                        counts["second_after_wrong"] += 1
                        counts["rescued"] += not before[1]
                    state, more = transition(state, before[0], now)
            case Ask():
                counts["asked"] += 1
                right = rng.random() < town.operator_right
                answer = Answered(in_bed=(truth is State.IN_BED) == right)
                state, more = transition(state, answer, now)
            case Call():
                counts["calls"] += 1
                if faulty:
                    counts["calls_fault"] += 1
                elif truth is State.IN_BED:
                    counts["wrong_calls"] += 1
                more = ()
            case Close():
                counts["closed"] += 1
                counts["missed"] += truth is not State.IN_BED
                more = ()
        queue += more


def _figures(years: Sequence[Counter[str]], town: Town) -> dict[str, dict[str, float | None]]:
    """Each figure's mean over the years, the mean's standard error, and where years lie."""
    parts = {
        "wrong_call_outs_per_year": ("wrong_calls", None, 1.0),
        "wrong_call_outs_per_resident_year": ("wrong_calls", None, 1 / town.residents),
        "call_outs_per_night": ("calls", None, 1 / town.nights),
        "missed_absences_per_10000_looks": ("missed", "looks", 10_000.0),
        "missed_share_of_absences": ("missed", "out_of_bed", 1.0),
        "second_look_rescues": ("rescued", "second_after_wrong", 1.0),
        "visits_saved_share": ("closed", "supervisions", 1.0),
        "operator_asked_per_night": ("asked", None, 1 / town.nights),
    }
    told: dict[str, dict[str, float | None]] = {}
    for name, (over, under, scale) in parts.items():
        values = [
            scale * year[over] / (year[under] if under else 1)
            for year in years
            if under is None or year[under]
        ]
        if not values:
            told[name] = {"value": None, "low": None, "high": None, "error": None, "n": 0}
            continue
        low, high = np.quantile(values, [0.025, 0.975])
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
        told[name] = {
            "value": float(np.mean(values)),
            "low": float(low) if len(values) > 1 else None,
            "high": float(high) if len(values) > 1 else None,
            "error": spread / math.sqrt(len(values)) if len(values) > 1 else None,
            "n": len(values),
        }
    return told
