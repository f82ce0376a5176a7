"""What a training run is made of: a TOML file in `models/configs`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from models.samples import Mix

__all__ = ["Config", "read_config"]


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How long and how fast one network is trained."""

    steps: int
    samples: int  # in the pool that is drawn before; shown again and again
    rate: float = 2e-3  # the optimiser's, at its highest
    start: int = 0  # added to the run's seed: another beginning, another order


@dataclass(frozen=True, kw_only=True)
class Config:
    """One training run; every figure that changes the result, and nothing else."""

    name: str  # the network's name in verdicts
    version: str
    seed: int
    batch: int = 64
    judge: Rates
    finder: Rates
    ridge: float = 1.0  # of the fit on plain features (see `models.probe`)
    plain: float = 4.0  # how much that fit weighs beside the trained part
    late: float = 0.1  # rate of the eyes' later layers that are trained, as a share of the rate
    decay: float = 0.02  # of the weights (AdamW)
    average: float = 0.995  # of the exponential moving average that is kept
    groups: dict[str, float] = field(default_factory=dict)  # how often each group is drawn
    mix: Mix = field(default_factory=Mix)
    finder_mix: Mix = field(default_factory=Mix)

    def of_finder(self) -> Config:
        """The same run, with what the finder is shown."""
        return replace(self, mix=self.finder_mix)


def read_config(path: Path) -> Config:
    """The run described at ``path``.

    Raises ValueError naming a key that is not known, so that no misspelt setting is
    silently left out.
    """
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = {name: found.pop(name, {}) for name in ("mix", "finder_mix", "judge", "finder")}
    kinds = {name: tuple(tables[name].pop("kinds", {}).items()) for name in ("mix", "finder_mix")}
    known = {"mix": Mix, "finder_mix": Mix, "judge": Rates, "finder": Rates}
    for part, kind in ((found, Config), *((tables[name], known[name]) for name in tables)):
        names = {f.name for f in fields(kind)}
        if extra := set(part) - names:
            raise ValueError(
                f"{path}: unknown key {sorted(extra)[0]!r}; expected one of {sorted(names)}"
            )
    return Config(
        mix=Mix(kinds=kinds["mix"], **tables["mix"]),
        finder_mix=Mix(kinds=kinds["finder_mix"], **tables["finder_mix"]),
        judge=Rates(**tables["judge"]),
        finder=Rates(**tables["finder"]),
        **found,
    )
