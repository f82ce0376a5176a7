"""The endless, seeded stream of training samples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from models.config import Config
from models.examples import Example
from models.samples import Sample, draw_sample

__all__ = ["Batch", "Stream", "collate"]

Batch = dict[str, Tensor]

MEAN = torch.tensor([123.675, 116.28, 103.53])  # ImageNet's, RGB, of 0..255
STD = torch.tensor([58.395, 57.12, 57.375])


class Stream(Dataset[Sample]):
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
        rng = np.random.default_rng([self.config.seed, number])
        labels = self._tree[self._groups[rng.choice(len(self._groups), p=self._weights)]]
        names = sorted(labels)
        odds = np.array([1.0 if name in ("in_bed", "not_in_bed") else 0.12 for name in names])
        rooms = labels[names[rng.choice(len(names), p=odds / odds.sum())]]
        room = rooms[rng.integers(len(rooms))]
        return draw_sample(room[rng.integers(len(room))], self.config.mix, rng)


def collate(samples: list[Sample]) -> Batch:
    """Samples to one batch: pictures normalised as the backbone expects them."""
    bgr = torch.from_numpy(np.stack([s.picture for s in samples]))
    rgb = bgr.flip(-1).float().sub_(MEAN).div_(STD).permute(0, 3, 1, 2)
    return {
        "picture": rgb.contiguous(memory_format=torch.channels_last),
        "bed": torch.from_numpy(np.stack([s.bed for s in samples]))[:, None].float() / 255,
        "visibility": torch.tensor([s.visibility for s in samples]),
        "presence": torch.tensor([s.presence for s in samples]),
        "posture": torch.tensor([s.posture for s in samples]),
        "masks": torch.from_numpy(np.stack([s.masks for s in samples])),
    }
