"""The networks: one judges a bed in a picture, one finds beds.

Both stand on PP-LCNet, which up to stride 8 stays what PicoDet learnt on COCO and is trained
from there: gently for judging, hard for finding, which is why they do not share more. The judge
has a second pair of eyes for people, a MobileNetV2 that is never trained (see the card for what
each is worth alone). The bed's polygon enters the judge twice: it says over which cells is
pooled, and which bed is meant, by convolutions that start at zero, so that nothing of what the
backbone knows is lost at first.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models import mobilenet
from models.lcnet import CHANNELS, LCNet

__all__ = [
    "INPUT_SIZE",
    "MASKS",
    "MASK_SIZE",
    "POSTURES",
    "VISIBILITY",
    "Finder",
    "Judge",
    "Judged",
    "pooled",
]

INPUT_SIZE = 160
"""Side of the square input, pixels."""
MASK_SIZE = INPUT_SIZE // 8
"""Side of the masks, cells: of the bed that goes in, and of those that come out."""

MASKS = ("bed", "person", "beds")  # the largest bed; people; every bed
VISIBILITY = ("seen", "obstructed", "low_contrast")
POSTURES = ("lying", "sitting_up", "edge", "other")

_S8, _S16 = CHANNELS


class Judged(NamedTuple):
    """Logits of one batch of N pictures."""

    visibility: Tensor  # N x 3, order of `VISIBILITY`
    presence: Tensor  # N, in bed if seen
    posture: Tensor  # N x 4, order of `POSTURES`


class Judge(nn.Module):
    """Pictures and bed masks to logits.

    Input: ``picture`` N x 3 x S x S float32, RGB, ImageNet-normalised; ``bed``
    N x 1 x M x M float32 in 0..1, all zero where the bed is not known.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = LCNet()
        self.people = mobilenet.MobileNet()
        self.bed_8 = _silent(_S8)
        self.bed_16 = _silent(_S16)
        self.visibility = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(4 * _S16, 64), nn.ReLU(), nn.Linear(64, len(VISIBILITY))
        )
        self.presence = nn.Sequential(nn.Dropout(0.3), nn.Linear(3 * _S16, 1))
        self.posture = nn.Linear(3 * _S16, len(POSTURES))
        self.presence_people = nn.Linear(3 * mobilenet.CHANNELS, 1)
        nn.init.zeros_(self.presence_people.weight)
        nn.init.zeros_(self.presence_people.bias)
        self.presence_people.requires_grad_(False)  # fitted apart: see `models.probe`

    def forward(self, picture: Tensor, bed: Tensor) -> Judged:
        """Logits of a batch; see the class for the inputs."""
        return self.answers(self.trunk.base(picture), self.person_features(picture, bed), bed)

    def person_features(self, picture: Tensor, bed: Tensor) -> Tensor:
        """N x 288: what the untrained eyes see."""
        return pooled(self.people(picture), bed)

    def answers(self, s8: Tensor, people: Tensor, bed: Tensor) -> Judged:
        """The same from what the backbone's base and `person_features` make of the pictures."""
        s16 = self.trunk.top(s8 + self.bed_8(bed)) + self.bed_16(F.avg_pool2d(bed, 2))
        found = pooled(s16, bed)
        view = torch.cat([found, s16.amax(dim=(2, 3))], dim=1)
        presence = self.presence(found) + self.presence_people(people)
        return Judged(self.visibility(view), presence[:, 0], self.posture(found))


class Finder(nn.Module):
    """Whole pictures N x 3 x S x S, as for `Judge`, to masks' logits, N x 3 x M x M."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = LCNet()
        self.lateral_8 = nn.Conv2d(_S8, 64, 1)
        self.lateral_16 = nn.Conv2d(_S16, 64, 1)
        self.mix_16 = nn.Sequential(_separable(64, 64), _separable(64, 64))
        self.mix_8 = nn.Sequential(_separable(64, 64), _separable(64, 32))
        self.masks = nn.Conv2d(32, len(MASKS), 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Logits in the order of `MASKS`."""
        return self.answers(self.trunk.base(picture))

    def answers(self, s8: Tensor) -> Tensor:
        """The same from what the backbone's base makes of the pictures."""
        deep = self.mix_16(self.lateral_16(self.trunk.top(s8)))
        up = F.interpolate(deep, scale_factor=2.0, mode="nearest")
        masks: Tensor = self.masks(self.mix_8(up + self.lateral_8(s8)))
        return masks


def pooled(features: Tensor, bed: Tensor) -> Tensor:
    """N x 3C from N x C x M/2 x M/2: mean and maximum over the bed, mean over the picture.

    Where no bed is given, the whole picture stands for it.
    """
    known = (bed.amax(dim=(2, 3), keepdim=True) > 0).to(features.dtype)
    where = known * F.avg_pool2d(bed, 2) + (1 - known)
    mean = (features * where).sum(dim=(2, 3)) / (where.sum(dim=(2, 3)) + 0.1)
    peak = (features.clamp(min=0) * where).amax(dim=(2, 3))
    return torch.cat([mean, peak, features.mean(dim=(2, 3))], dim=1)


def _separable(i: int, o: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(i, i, 3, padding=1, groups=i), nn.Conv2d(i, o, 1), nn.ReLU(inplace=True)
    )


def _silent(channels: int) -> nn.Conv2d:
    """A convolution of the bed's mask that adds nothing until it has learnt to."""
    conv = nn.Conv2d(1, channels, 1, bias=False)
    nn.init.zeros_(conv.weight)
    return conv
