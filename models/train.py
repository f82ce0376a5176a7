"""Training: a pool of samples in, two checkpoints out; resumable, reproducible from its seed."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.config import Config, Rates
from models.losses import FROZEN, TUNED, finder_losses, judge_losses
from models.mobilenet import Features, MobileNet, imagenet_weights
from models.net import Finder, Judge, Part, Tuned
from models.pool import Pool
from models.probe import fit_presence
from models.stream import Batch, batch_of

__all__ = ["load_checkpoint", "new_eyes", "train_finder", "train_judge"]

SAVE_EVERY = 100  # steps

Progress = Callable[[int, int, dict[str, float]], None]
"""Called after each step with the step, all steps, and the running losses."""

Losses = Callable[[Any, Batch], dict[str, Tensor]]


def new_eyes(path: Path | None = None) -> MobileNet:
    """Eyes that know what ImageNet taught, and nothing of beds; or slimmer ones from a file."""
    if path is not None:
        return MobileNet.of(torch.load(path, weights_only=True))
    eyes = MobileNet()
    eyes.load_imagenet(imagenet_weights())
    return eyes.eval()


def train_judge(
    pool: Pool,
    config: Config,
    out: Path,
    *,
    eyes: MobileNet | None = None,
    progress: Progress | None = None,
) -> Path:
    """Train both parts by ``config`` and return the checkpoint's path, ``out``/judge.pt.

    A run that was broken off goes on from its last save; the batches it sees are the
    same. ``out``/frozen.csv and tuned.csv keep the curves. Where the frozen part has learnt, a
    linear head is fitted on the eyes' plain features and added to its presence. ``eyes`` are
    those that looked at the pool, by default whole ones.
    """
    net = Judge(eyes or new_eyes())

    def of_frozen(part: Part, batch: Batch) -> dict[str, Tensor]:
        return judge_losses(part(batch["s8"], batch["s16"], batch["bed"]), batch, FROZEN)

    def of_tuned(tuned: Tuned, batch: Batch) -> dict[str, Tensor]:
        return judge_losses(tuned(batch["s8"], batch["bed"]), batch, TUNED)

    rates = config.judge
    frozen = _train(net.frozen, of_frozen, pool, config, rates, out / "frozen.pt", progress)
    weight, bias = fit_presence(pool.plain, pool.presence, config.ridge)
    with torch.no_grad():
        frozen.presence_plain.weight.copy_(config.plain * torch.from_numpy(weight)[None])
        frozen.presence_plain.bias.fill_(config.plain * bias)
    tuned = _train(net.tuned, of_tuned, pool, config, rates, out / "tuned.pt", progress)
    net.frozen.load_state_dict(frozen.state_dict())
    net.tuned.load_state_dict(tuned.state_dict())
    _save(out / "judge.pt", {"kept": net.state_dict(), "about": _about(config)})
    return out / "judge.pt"


def train_finder(
    pool: Pool,
    config: Config,
    out: Path,
    *,
    eyes: MobileNet | None = None,
    progress: Progress | None = None,
) -> Path:
    """The same for the masks: ``out``/finder.pt and ``out``/finder.csv."""
    net = Finder()
    net.eyes = eyes or new_eyes()

    def losses(net: Finder, batch: Batch) -> dict[str, Tensor]:
        return finder_losses(net.answers(Features(batch["s8"], batch["s16"])), batch)

    kept = _train(net, losses, pool, config, config.finder, out / "finder.pt", progress)
    _save(out / "finder.pt", {"kept": kept.state_dict(), "about": _about(config)})
    return out / "finder.pt"


def load_checkpoint(path: Path) -> tuple[Judge | Finder, dict[str, str]]:
    """The averaged network of a checkpoint, in eval mode, and its name and version."""
    saved = torch.load(path, weights_only=True)
    start = "eyes."
    seen = {name[len(start) :]: w for name, w in saved["kept"].items() if name.startswith(start)}
    eyes = MobileNet.of(seen)
    net: Judge | Finder = Judge(eyes) if path.stem == "judge" else Finder()
    net.eyes = eyes
    net.load_state_dict(saved["kept"])
    return net.eval(), json.loads(saved["about"])


def _train(
    net: Any,
    losses: Losses,
    pool: Pool,
    config: Config,
    rates: Rates,
    path: Path,
    progress: Progress | None,
) -> Any:
    """Go through ``rates.steps`` batches; the average of the weights on the way."""
    config = replace(config, seed=config.seed + rates.start)
    torch.manual_seed(config.seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    net = net.to(memory_format=torch.channels_last)
    kept = deepcopy(net).eval()
    optimiser, step = torch.optim.AdamW(_groups(net, config), weight_decay=config.decay), 0
    if path.exists():
        saved = torch.load(path, weights_only=True)
        kept.load_state_dict(saved["kept"])
        if "net" not in saved:  # it was finished
            return kept
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    net.train()
    running: dict[str, float] = {}
    with path.with_suffix(".csv").open("a", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        while step < rates.steps:
            batch = batch_of(pool, config, step)
            _set_rate(optimiser, step, rates)
            parts = losses(net, batch)
            optimiser.zero_grad(set_to_none=True)
            parts["all"].backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            step += 1
            _average(kept, net, min(config.average, step / (step + 10)))
            for name, part in parts.items():
                value = float(part.detach())
                running[name] = 0.95 * running.get(name, value) + 0.05 * value
            if progress:
                progress(step, rates.steps, running)
            if step % SAVE_EVERY == 0 or step == rates.steps:
                if file.tell() == 0:
                    log.writerow(["step", *running])
                log.writerow([step, *(f"{value:.4f}" for value in running.values())])
                file.flush()
                state = {
                    "net": net.state_dict(),
                    "kept": kept.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": step,
                    "about": _about(config),
                }
                _save(path, state)
    return kept


def _groups(net: nn.Module, config: Config) -> list[dict[str, Any]]:
    """What is trained: the eyes' later layers, where the net has any, at a rate of their own."""
    trained = {name: p for name, p in net.named_parameters() if p.requires_grad}
    late = [p for name, p in trained.items() if name.startswith("late.")]
    new = [p for name, p in trained.items() if not name.startswith("late.")]
    groups = [{"params": new, "share": 1.0}, {"params": late, "share": config.late}]
    return [group for group in groups if group["params"]]


def _about(config: Config) -> str:
    return json.dumps({"name": config.name, "version": config.version})


def _set_rate(optimiser: torch.optim.AdamW, step: int, rates: Rates) -> None:
    """A short warm-up, then half a cosine down to a hundredth."""
    warm = min(1.0, (step + 1) / 50)
    cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / rates.steps))
    for group in optimiser.param_groups:
        group["lr"] = group["share"] * rates.rate * warm * cosine


def _average(kept: nn.Module, net: nn.Module, share: float) -> None:
    with torch.no_grad():
        for old, new in zip(kept.state_dict().values(), net.state_dict().values(), strict=True):
            if old.dtype.is_floating_point:
                old.lerp_(new, 1 - share)


def _save(path: Path, state: dict[str, Any]) -> None:
    """Write beside, then rename: a run killed while saving keeps its last save."""
    beside = path.with_suffix(".new")
    torch.save(state, beside)
    beside.replace(path)
