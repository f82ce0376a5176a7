"""The seeded stream of training samples, and batches of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from models.config import Config
from models.examples import Example
from models.net import INPUT_SIZE, MASK_SIZE
from models.samples import IGNORE, Sample, draw_sample

if TYPE_CHECKING:
    from models.pool import Pool

__all__ = ["MEAN", "STD", "Batch", "Stream", "batch_of", "bed_cells", "collate", "normalised"]

Batch = dict[str, Tensor]

MEAN = torch.tensor([123.675, 116.28, 103.53])  # ImageNet's, RGB, of 0..255
STD = torch.tensor([58.395, 57.12, 57.375])
FAULTY = 0.25  # how often an example whose bed is not seen is drawn, beside in_bed's 1


class Stream:
    """Sample number i is the same in every run with the same seed and examples.

    A group is drawn by the configuration's weights, then a label, then a room, then an
    example: so that no camera is recognised by how often its bed is full.
    """

    def __init__(self, examples: Sequence[Example], config: Config, samples: int) -> None:
        self.config = config
        self.samples = samples
        tree: dict[str, dict[str, dict[str, list[Example]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(list))
        )
        for example in examples:
            tree[example.group][example.label][example.room].append(example)
        if not tree:
            raise ValueError("expected examples of split train; the manifests have none")
        self._tree = {
            group: {label: list(rooms.values()) for label, rooms in labels.items()}
            for group, labels in tree.items()
        }
        self._groups = sorted(self._tree)
        weights = np.array([config.groups.get(group, 1.0) for group in self._groups])
        self._weights = weights / weights.sum()

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, number: int) -> Sample:
        return self.drawn(number)[1]

    def drawn(self, number: int) -> tuple[Example, Sample]:
        """Sample ``number`` and the example that it shows."""
        rng = np.random.default_rng([self.config.seed, number])
        labels = self._tree[self._groups[rng.choice(len(self._groups), p=self._weights)]]
        names = sorted(labels)
        odds = np.array([1.0 if name in ("in_bed", "not_in_bed") else FAULTY for name in names])
        rooms = labels[names[rng.choice(len(names), p=odds / odds.sum())]]
        room = rooms[rng.integers(len(rooms))]
        example = room[rng.integers(len(room))]
        return example, draw_sample(example, self.config.mix, rng)


def batch_of(pool: Pool, config: Config, step: int) -> Batch:
    """Batch number ``step``; the pool is gone through in a new order each time round."""
    size = min(config.batch, len(pool))
    epoch, place = divmod(step, len(pool) // size)
    order = np.random.default_rng([config.seed, epoch]).permutation(len(pool))
    rows = np.sort(order[place * size : (place + 1) * size])
    masks = torch.from_numpy(pool.masks[rows].astype(np.float32)) / 254
    return {
        "s8": torch.from_numpy(pool.s8[rows].astype(np.float32)),
        "s16": torch.from_numpy(pool.s16[rows].astype(np.float32)),
        "bed": bed_cells(pool.bed[rows]),
        "visibility": torch.from_numpy(pool.visibility[rows]),
        "presence": torch.from_numpy(pool.presence[rows]),
        "posture": torch.from_numpy(pool.posture[rows]),
        "masks": masks.masked_fill(masks > 1, float(IGNORE)),
    }


def collate(samples: list[Sample]) -> Batch:
    """Samples to one batch with their pictures, for networks that judge and do not learn."""
    bed = torch.from_numpy(np.stack([s.bed for s in samples]))[:, None].float() / 255
    return {
        "picture": normalised(np.stack([s.picture for s in samples])),
        "bed": F.avg_pool2d(bed, INPUT_SIZE // MASK_SIZE),
        "visibility": torch.tensor([s.visibility for s in samples]),
        "presence": torch.tensor([s.presence for s in samples]),
        "posture": torch.tensor([s.posture for s in samples]),
        "masks": torch.from_numpy(np.stack([s.masks for s in samples])),
    }


def normalised(bgr: NDArray[Any]) -> Tensor:
    """N x S x S x 3 bytes to N x 3 x S x S, RGB, as ImageNet's pictures are normalised."""
    rgb = torch.from_numpy(np.ascontiguousarray(bgr)).flip(-1).float().sub_(MEAN).div_(STD)
    return rgb.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def bed_cells(bed: NDArray[np.uint8]) -> Tensor:
    """N x M x M bytes to N x 1 x M x M in 0..1."""
    return torch.from_numpy(bed.astype(np.float32))[:, None] / 255
