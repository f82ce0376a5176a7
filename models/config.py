"""What a training run is made of: a TOML file in `models/configs`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

from models.samples import Mix

__all__ = ["Config", "read_config"]


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How long and how fast one network is trained."""

    steps: int
    heads: float = 2e-3  # the rate of what starts from nothing, at its highest
    trunk: float = 5e-5  # of the backbone; more, and it forgets what it came with


@dataclass(frozen=True, kw_only=True)
class Config:
    """One training run; every figure that changes the result, and nothing else."""

    name: str  # the network's name in verdicts
    version: str
    seed: int
    samples: int  # in the pool that is drawn before training; shown again and again
    batch: int = 64
    judge: Rates
    finder: Rates
    ridge: float = 1.0  # of the fit on untrained features (see `models.probe`)
    people: float = 2.0  # how much that fit weighs beside the trained part
    decay: float = 0.02  # of the weights (AdamW)
    average: float = 0.995  # of the exponential moving average that is kept
    groups: dict[str, float] = field(default_factory=dict)  # how often each group is drawn
    mix: Mix = field(default_factory=Mix)


def read_config(path: Path) -> Config:
    """The run described at ``path``.

    Raises ValueError naming a key that is not known, so that no misspelt setting is
    silently left out.
    """
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    mix, judge, finder = (found.pop(name, {}) for name in ("mix", "judge", "finder"))
    kinds = tuple(mix.pop("kinds", {}).items())
    for part, known in ((found, Config), (mix, Mix), (judge, Rates), (finder, Rates)):
        names = {f.name for f in fields(known)}
        if extra := set(part) - names:
            raise ValueError(
                f"{path}: unknown key {sorted(extra)[0]!r}; expected one of {sorted(names)}"
            )
    return Config(
        mix=Mix(kinds=kinds, **mix), judge=Rates(**judge), finder=Rates(**finder), **found
    )
