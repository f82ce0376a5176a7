"""Calibration: probabilities that mean what they say, and from where a verdict is certain.

A temperature and a shift of each class for visibility (Guo et al., ICML 2017,
arXiv:1706.04599), a scale for presence (Platt, 1999; without his shift: it differs more from
room to room than a few rooms could tell, and a wrong one calls empty beds full). Both are
fitted on rooms that the network judging them has never seen: one network for each room left
out. Training shows far more covered lenses than nights do, so each answer is weighed to a
share that is assumed of it; beds are full and empty equally often in each room. The
thresholds take the bound of Clopper and Pearson (Biometrika 26, 1934) over *scenes*, since
pictures of one scene repeat one error.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from scipy.stats import beta

from models.config import Config
from models.examples import Example
from models.net import Judge
from models.samples import IGNORE, plain_sample
from models.stream import collate
from models.train import load_checkpoint

__all__ = ["Fold", "calibrate", "upper_bound"]

RISK = 0.01  # share of scenes with a wrong certain verdict that the threshold is to keep under
CONFIDENCE = 0.95
# Of seen, obstructed and low-contrast pictures. Nights show fewer faults than a quarter: so many
# are assumed because a fault that is missed may hide an empty bed.
EXPECTED = (0.77, 0.15, 0.08)
VIEWS = 4  # views of each example: as taken, and degraded as in training


@dataclass(frozen=True, kw_only=True)
class Fold:
    """A network and examples from rooms that it was not trained on."""

    checkpoint: Path  # a judge.pt
    examples: Sequence[Example]


@dataclass(frozen=True, kw_only=True)
class _Logits:
    visibility: NDArray[Any]  # N x 3
    seen_as: NDArray[Any]  # N, index into VISIBILITY or IGNORE
    presence: NDArray[Any]  # N
    present: NDArray[Any]  # N, 1, 0 or IGNORE
    scenes: NDArray[Any]  # N, what repeats itself
    rooms: NDArray[Any]  # N


def calibrate(folds: Sequence[Fold], config: Config, folder: Path) -> dict[str, Any]:
    """Fit on ``folds``, write the result into ``folder``/network.json, and return it.

    Raises ValueError where the folds hold no picture of one of the two answers.
    """
    parts = [_judge(fold, config) for fold in folds]
    logits = _Logits(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("visibility", "seen_as", "presence", "present", "scenes", "rooms")
        }
    )
    temperature, shifts = _visibility(logits)
    scale = _scale(logits)
    presence = expit(scale * logits.presence)
    seen = np.exp(log_softmax(logits.visibility / temperature + shifts, axis=1))[:, 0]
    known = logits.present != IGNORE
    result = {
        "visibility_temperature": round(temperature, 4),
        "visibility_shift": [round(float(value), 4) for value in shifts],
        "presence_scale": round(scale, 4),
    }
    for name, answer in (("in_bed", 1), ("not_in_bed", 0)):
        p = (seen * (presence if answer else 1 - presence))[known]
        right = (logits.present == answer)[known]
        threshold, n = _threshold(p, right, logits.scenes[known])
        result[f"{name}_threshold"] = round(threshold, 4)
        result.setdefault("notes", {})[f"{name}_certain_scenes"] = n
    result["notes"] |= {
        "risk": RISK,
        "confidence": CONFIDENCE,
        "expected_visibility": EXPECTED,
        "presence_n": int(known.sum()),
        "visibility_n": int((logits.seen_as != IGNORE).sum()),
    }
    path = folder / "network.json"
    sheet = json.loads(path.read_text(encoding="utf-8")) | result
    path.write_text(json.dumps(sheet, indent=2) + "\n", encoding="utf-8")
    return result


def upper_bound(wrong: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The largest share of errors that ``wrong`` in ``n`` does not exclude (exact)."""
    return 1.0 if wrong >= n else float(beta.ppf(confidence, wrong + 1, n - wrong))


def _judge(fold: Fold, config: Config) -> _Logits:
    net, _ = load_checkpoint(fold.checkpoint)
    assert isinstance(net, Judge)
    out: dict[str, list[NDArray[Any]]] = {}
    for start in range(0, len(fold.examples), 16):
        some = list(enumerate(fold.examples[start : start + 16], start))
        # Training's degradations, from random streams of their own.
        batch = collate(
            [
                plain_sample(
                    example,
                    config.mix if view else None,
                    np.random.default_rng([config.seed, number, view]),
                )
                for number, example in some
                for view in range(VIEWS)
            ]
        )
        out.setdefault("scenes", []).append(np.repeat([e.scene for _, e in some], VIEWS))
        out.setdefault("rooms", []).append(np.repeat([e.room for _, e in some], VIEWS))
        with torch.no_grad():
            answer = net(batch["picture"], batch["bed"])
        for name, tensor in (
            ("visibility", answer.visibility),
            ("seen_as", batch["visibility"]),
            ("presence", answer.presence),
            ("present", batch["presence"]),
        ):
            out.setdefault(name, []).append(tensor.numpy())
    return _Logits(**{name: np.concatenate(chunks) for name, chunks in out.items()})


def _visibility(logits: _Logits) -> tuple[float, NDArray[Any]]:
    """The temperature, and what is added to each class's logit after it (seen: 0)."""
    known = logits.seen_as != IGNORE
    x, truth = logits.visibility[known], logits.seen_as[known]
    counts = np.bincount(truth, minlength=len(EXPECTED))
    if not counts.all():
        raise ValueError(
            "expected seen, obstructed and low-contrast pictures to calibrate on;"
            f" got {counts.tolist()} of them"
        )
    weight = (np.array(EXPECTED) / counts)[truth]

    def loss(p: NDArray[Any]) -> float:
        logs = log_softmax(x / np.exp(p[0]) + np.array([0.0, p[1], p[2]]), axis=1)
        return float(-(weight * logs[np.arange(len(truth)), truth]).sum())

    found = minimize(loss, np.zeros(3), method="Nelder-Mead").x
    return float(np.exp(found[0])), np.array([0.0, found[1], found[2]])


def _scale(logits: _Logits) -> float:
    """What the presence logit is multiplied by."""
    known = logits.present != IGNORE
    x, truth = logits.presence[known], logits.present[known]
    if len(np.unique(truth)) < 2:
        raise ValueError("expected both in_bed and not_in_bed to calibrate on; got one only")
    # Each answer weighs the same in each room: a camera over a full bed says nothing of others.
    cells = np.char.add(logits.rooms[known].astype(str), np.where(truth == 1, "+", "-"))
    names, members = np.unique(cells, return_inverse=True)
    both = {name[:-1] for name in names if f"{name[:-1]}+" in names and f"{name[:-1]}-" in names}
    inside = np.array([cell[:-1] in both for cell in cells])
    weight = np.where(inside, 1.0 / np.bincount(members)[members], 0.0)
    if not both:
        weight = np.where(truth == 1, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    weight /= weight.sum()

    def loss(p: NDArray[Any]) -> float:
        z = p[0] * x
        return float((weight * (np.logaddexp(0, z) - truth * z)).sum())

    (scale,) = minimize(loss, [1.0], method="BFGS").x
    if scale <= 0:
        raise ValueError(
            "expected a presence score that rises with presence in rooms left out;"
            " this network's falls: train it on more"
        )
    return float(scale)


def _threshold(p: NDArray[Any], right: NDArray[Any], scenes: NDArray[Any]) -> tuple[float, int]:
    """The lowest threshold whose certain verdicts keep `RISK`, and how many scenes they show.

    A scene is wrong when one of its certain verdicts is. 1.0 where no threshold will do: then
    nothing is certain.
    """
    order = np.argsort(-p)
    seen: set[str] = set()
    wrong: set[str] = set()
    best, count = 1.0, 0
    for n, row in enumerate(order, 1):
        seen.add(scenes[row])
        if not right[row]:
            wrong.add(scenes[row])
        last = n == len(order) or p[order[n]] < p[row]
        if last and upper_bound(len(wrong), len(seen)) <= RISK:
            best, count = float(p[row]), len(seen)
    return best, count
