"""What a training run is made of: a TOML file in `models/configs`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

from models.samples import Mix

__all__ = ["Config", "read_config"]


@dataclass(frozen=True, kw_only=True)
class Config:
    """One training run; every figure that changes the result, and nothing else."""

    name: str  # the network's name in verdicts
    version: str
    seed: int
    steps: int
    batch: int = 48
    rate: float = 1e-3  # of the heads, at its highest
    branch_rate: float = 4e-4  # of the branch that tells covers and draws masks
    probe: int = 8000  # samples on which the presence head is fitted when the rest has learnt
    ridge: float = 2.0  # of that fit, in units of one sample's loss (see `models.probe`)
    decay: float = 0.02  # of the weights (AdamW)
    average: float = 0.998  # of the exponential moving average that is kept
    groups: dict[str, float] = field(default_factory=dict)  # how often each group is drawn
    mix: Mix = field(default_factory=Mix)


def read_config(path: Path) -> Config:
    """The run described at ``path``.

    Raises ValueError naming a key that is not known, so that no misspelt setting is
    silently left out.
    """
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    mix = found.pop("mix", {})
    kinds = tuple(mix.pop("kinds", {}).items())
    for part, known in ((found, Config), (mix, Mix)):
        names = {f.name for f in fields(known)}
        if extra := set(part) - names:
            raise ValueError(
                f"{path}: unknown key {sorted(extra)[0]!r}; expected one of {sorted(names)}"
            )
    return Config(mix=Mix(kinds=kinds, **mix), **found)
