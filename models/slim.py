"""Slimmer eyes: MobileNet with fewer hidden channels, which imitates the whole one.

Each block keeps the channels whose loss harms what follows least, and its last layer is fitted
anew to what the whole block made: Y. He, X. Zhang and J. Sun, "Channel pruning for accelerating
very deep neural networks", ICCV 2017. What is lost then is mostly won back by a short training
towards the whole one's features: A. Romero et al., "FitNets: hints for thin deep nets", ICLR 2015.
No label is needed for either, so nothing of beds and people is learnt here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.mobilenet import MobileNet
from models.stream import normalised

__all__ = ["HIDDEN", "Shown", "explained", "slimmed", "taught"]

HIDDEN = (16, 80, 112, 112, 160, 160, 176, 320, 320, 320, 368, 480, 496)
"""Where a thousandth of what a block says is given up for about 7 microseconds."""

RIDGE = 1e-5  # of the hidden channels' mean variance
BATCH = 16
RATE = 7e-4  # the optimiser's, at its highest
FINE = 0.3  # how much the finer features count beside the coarser
AVERAGE = 0.998  # of the exponential moving average that is kept

Progress = Callable[[int, int], None]


@torch.no_grad()
def slimmed(eyes: MobileNet, pictures: NDArray[np.uint8], hidden: Sequence[int]) -> MobileNet:
    """``eyes`` with ``hidden`` channels a block, fitted on pictures, N x S x S x 3 uint8 (BGR).

    Some hundred pictures do, as many kinds as there are.
    """
    slim = MobileNet(hidden).eval()
    batches = [normalised(pictures[i : i + 50]) for i in range(0, len(pictures), 50)]
    whole = thin = [eyes.features[0](batch) for batch in batches]
    blocks = list(zip(eyes.features[1:], slim.features[1:], strict=True))
    for number, (block, own) in enumerate(blocks):
        wanted = [block(x) for x in whole]
        found = [block.conv[:-2](x) for x in thin]
        change = [w - x if block.residual else w for w, x in zip(wanted, thin, strict=True)]
        if number + 1 < len(blocks):
            convolution, norm = list(blocks[number + 1][0].conv[0])[:2]
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            reads = convolution.weight[:, :, 0, 0] * scale[:, None]
        else:
            reads = torch.diag(1 / torch.cat(wanted).std(dim=(0, 2, 3)))
        kept, weight, bias = _fitted(_rows(found), _rows(change), reads.double(), hidden[number])
        for layer, full in zip(own.conv[:-2], block.conv[:-2], strict=True):
            _take(layer, full, kept)
        if number == 0:
            _take(slim.features[0], eyes.features[0], kept)
            thin = [x[:, kept] for x in thin]
        project, norm = own.conv[-2:]
        project.weight.copy_(weight[:, :, None, None])
        norm.running_var.fill_(1 - norm.eps)
        norm.bias.copy_(bias)
        whole, thin = wanted, [own(x) for x in thin]
    return slim


def taught(
    slim: MobileNet,
    eyes: MobileNet,
    pictures: Callable[[int], NDArray[np.uint8]],
    steps: int,
    *,
    progress: Progress | None = None,
) -> MobileNet:
    """``slim`` trained to make of pictures what ``eyes`` make of them.

    ``pictures`` gives those of a step, N x S x S x 3 uint8 (BGR); about `BATCH`.
    """
    torch.manual_seed(0)
    slim.requires_grad_(True)
    kept = [parameter.detach().clone() for parameter in slim.parameters()]
    optimiser = torch.optim.AdamW(slim.parameters(), RATE, weight_decay=1e-4)
    spread: list[Tensor] = []
    for step in range(steps):
        batch = normalised(pictures(step))
        with torch.no_grad():
            wanted = eyes(batch)
        if not spread:
            spread = [w.var(dim=(0, 2, 3), keepdim=True) + 1e-6 for w in wanted]
        fine, coarse = (
            ((found - w) ** 2 / s).mean()
            for found, w, s in zip(slim(batch), wanted, spread, strict=True)
        )
        cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / steps))
        optimiser.param_groups[0]["lr"] = RATE * min(1.0, (step + 1) / 100) * cosine
        optimiser.zero_grad(set_to_none=True)
        (coarse + FINE * fine).backward()
        nn.utils.clip_grad_norm_(slim.parameters(), 1.0)
        optimiser.step()
        share = 1 - min(AVERAGE, (step + 1) / (step + 11))
        with torch.no_grad():
            for old, new in zip(kept, slim.parameters(), strict=True):
                old.lerp_(new, share)
        if progress:
            progress(step + 1, steps)
    with torch.no_grad():
        for old, new in zip(kept, slim.parameters(), strict=True):
            new.copy_(old)
    slim.requires_grad_(False)
    return slim


@torch.no_grad()
def explained(slim: MobileNet, eyes: MobileNet, pictures: NDArray[np.uint8]) -> tuple[float, float]:
    """Share of the variance of ``eyes``' finer and coarser features that ``slim`` explains."""
    batch = normalised(pictures)
    shares = []
    for found, wanted in zip(slim(batch), eyes(batch), strict=True):
        around = wanted - wanted.mean(dim=(0, 2, 3), keepdim=True)
        shares.append(1 - float(((found - wanted) ** 2).sum() / (around**2).sum()))
    return shares[0], shares[1]


@dataclass(frozen=True)
class Shown:
    """Pictures of a pool of samples; its last chunk is held back, if there is another."""

    chunks: tuple[Path, ...]
    last: Path

    @classmethod
    def of(cls, folder: Path) -> Shown:
        """Raises FileNotFoundError where the folder has no samples."""
        paths = sorted(folder.glob("chunk_*.npz"))
        if not paths:
            raise FileNotFoundError(f"expected chunks of samples in {folder}; found none")
        return cls(tuple(paths[:-1] or paths), paths[-1])

    def some(self, count: int) -> NDArray[np.uint8]:
        """About ``count``, from all over the pool."""
        paths = self.chunks[:: max(len(self.chunks) // 40, 1)]
        return np.concatenate([_pictures(path)[: -(-count // len(paths))] for path in paths])

    def held_back(self, count: int = 200) -> NDArray[np.uint8]:
        """``count`` at most that the others do not hold."""
        return _pictures(self.last)[:count]

    def batch(self, step: int) -> NDArray[np.uint8]:
        """Those of a step; a chunk is in use for as long as it has new ones."""
        each = max(len(_pictures(self.chunks[0])) // BATCH, 1)
        turn, place = divmod(step, each)
        pictures = _pictures(self.chunks[turn % len(self.chunks)])
        order = np.random.default_rng(turn).permutation(len(pictures))
        return pictures[order[place * BATCH : (place + 1) * BATCH]]


@lru_cache(maxsize=2)
def _pictures(path: Path) -> NDArray[np.uint8]:
    with np.load(path) as chunk:
        return np.asarray(chunk["picture"], np.uint8)


def _rows(maps: Sequence[Tensor]) -> Tensor:
    """N x C x H x W each, all as C rows."""
    return torch.cat([m.transpose(0, 1).flatten(1) for m in maps], dim=1)


def _fitted(
    found: Tensor, wanted: Tensor, reads: Tensor, count: int
) -> tuple[list[int], Tensor, Tensor]:
    """Which ``count`` of the rows of ``found`` to keep, and the layer that makes ``wanted``.

    Channels leave one by one, each time the one without which least squares misses least, as
    the layer ``reads`` sees it; the others are fitted anew (the optimal brain surgeon's rule).
    """
    middle, goal = found.mean(dim=1), wanted.mean(dim=1)
    found, wanted = found - middle[:, None], wanted - goal[:, None]
    gram = (found @ found.T).double() / found.shape[1]
    gram += RIDGE * gram.diagonal().mean() * torch.eye(len(gram))
    inverse = torch.linalg.inv(gram)
    weight = inverse @ ((found @ wanted.T).double() / found.shape[1])
    kept = list(range(len(gram)))
    while len(kept) > count:
        costs = ((weight @ reads.T) ** 2).sum(dim=1) / inverse.diagonal()
        gone = int(costs.argmin())
        column = inverse[:, gone] / inverse[gone, gone]
        weight = weight - torch.outer(column, weight[gone])
        inverse = inverse - torch.outer(column, inverse[gone])
        rest = [row for row in range(len(kept)) if row != gone]
        weight, inverse = weight[rest], inverse[rest][:, rest]
        kept = [kept[row] for row in rest]
    bias = goal.double() - weight.T @ middle[kept].double()
    return kept, weight.T.float(), bias.float()


def _take(own: Any, full: Any, kept: Sequence[int]) -> None:
    """Give ``own`` the channels ``kept`` of a layer and its normalisation."""
    for mine, theirs in zip(own.state_dict().values(), full.state_dict().values(), strict=True):
        mine.copy_(theirs[list(kept)] if theirs.ndim else theirs)
