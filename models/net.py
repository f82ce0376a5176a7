"""The networks: one judges a bed in a picture, one finds beds.

Both look through a MobileNetV2 as ImageNet taught it. The judge has two parts of one shape, whose
answers are averaged. Under the *frozen* one the eyes stay as they are: what ImageNet taught them
knows more kinds of bedrooms than our pictures show. Under the *tuned* one their later layers are
trained on, gently: it tells better what hides a bed and who lies under a cover, and is worse in
rooms unlike all that it has seen. Together they are better than either (the card has the figures).
The bed's polygon enters twice: it says over which cells is pooled, and which bed is meant, as one
more channel.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.mobilenet import CHANNELS, Features, MobileNet

__all__ = [
    "INPUT_SIZE",
    "MASKS",
    "MASK_SIZE",
    "POSTURES",
    "TAME",
    "VISIBILITY",
    "WIDTH",
    "Finder",
    "Judge",
    "Judged",
    "Part",
    "Tuned",
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
WIDTH = 96  # channels of what is trained
TAME = 0.3  # MobileNet's features are larger than a fresh layer expects


class Judged(NamedTuple):
    """Logits of one batch of N pictures."""

    visibility: Tensor  # N x 3, order of `VISIBILITY`
    presence: Tensor  # N, in bed if seen
    posture: Tensor  # N x 4, order of `POSTURES`
    where: Tensor  # N x 2 x M/2 x M/2: people, and every bed; only training asks


class Part(nn.Module):
    """One half of the judge: what the eyes make of pictures, and bed masks, to logits."""

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(
            nn.Conv2d(_S8 + 1, _S8 + 1, 3, 2, 1, groups=_S8 + 1), nn.Conv2d(_S8 + 1, WIDTH, 1)
        )
        self.coarse = nn.Conv2d(_S16 + 1, WIDTH, 1)
        self.blocks = nn.Sequential(nn.ReLU(), _Block(WIDTH), _Block(WIDTH), nn.ReLU())
        self.visibility = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(4 * WIDTH, 64), nn.ReLU(), nn.Linear(64, len(VISIBILITY))
        )
        self.presence = nn.Sequential(nn.Dropout(0.5), nn.Linear(3 * WIDTH, 1))
        self.posture = nn.Linear(3 * WIDTH, len(POSTURES))
        self.where = nn.Conv2d(WIDTH, 2, 1)
        self.presence_plain = nn.Linear(3 * _S16, 1)
        nn.init.zeros_(self.presence_plain.weight)
        nn.init.zeros_(self.presence_plain.bias)
        self.presence_plain.requires_grad_(False)  # fitted apart: see `models.probe`

    def forward(self, s8: Tensor, s16: Tensor, bed: Tensor) -> Judged:
        """Logits of a batch; ``bed`` as for `Judge`."""
        joined = self.blocks(
            self.fine(torch.cat([TAME * s8, bed], dim=1))
            + self.coarse(torch.cat([TAME * s16, F.avg_pool2d(bed, 2)], dim=1))
        )
        found = pooled(joined, bed)
        view = torch.cat([found, joined.amax(dim=(2, 3))], dim=1)
        presence = self.presence(found) + self.presence_plain(pooled(s16, bed))
        return Judged(
            self.visibility(view), presence[:, 0], self.posture(found), self.where(joined)
        )


class Tuned(nn.Module):
    """A part with later layers of the eyes of its own, which learn with it."""

    def __init__(self, eyes: MobileNet) -> None:
        super().__init__()
        self.late = eyes.copied_late()
        self.part = Part()

    def forward(self, s8: Tensor, bed: Tensor) -> Judged:
        """Logits of a batch; ``bed`` as for `Judge`."""
        answer: Judged = self.part(s8, self.late(s8), bed)
        return answer

    def train(self, mode: bool = True) -> Tuned:
        """Normalisation keeps ImageNet's statistics, in training as well."""
        super().train(mode)
        self.late.train(False)
        return self


class Judge(nn.Module):
    """Pictures and bed masks to logits: the mean of what both parts say.

    Input: ``picture`` N x 3 x S x S float32, RGB, ImageNet-normalised; ``bed``
    N x 1 x M x M float32 in 0..1, all zero where the bed is not known.
    """

    def __init__(self, eyes: MobileNet | None = None) -> None:
        super().__init__()
        self.eyes = eyes or MobileNet()
        self.frozen = Part()
        self.tuned = Tuned(self.eyes)

    def forward(self, picture: Tensor, bed: Tensor) -> Judged:
        """Logits of a batch; see the class for the inputs."""
        return self.answers(self.eyes(picture), bed)

    def answers(self, seen: Features, bed: Tensor) -> Judged:
        """The same from what the eyes make of the pictures."""
        both = zip(self.frozen(seen.s8, seen.s16, bed), self.tuned(seen.s8, bed), strict=True)
        return Judged(*((one + other) / 2 for one, other in both))


class Finder(nn.Module):
    """Whole pictures N x 3 x S x S, as for `Judge`, to masks' logits, N x 3 x M x M."""

    def __init__(self) -> None:
        super().__init__()
        self.eyes = MobileNet()
        self.lateral_8 = nn.Conv2d(_S8, 64, 1)
        self.lateral_16 = nn.Conv2d(_S16, WIDTH, 1)
        self.mix_16 = nn.Sequential(
            nn.ReLU(),
            _separable(WIDTH, WIDTH),
            _separable(WIDTH, WIDTH),
            _separable(WIDTH, 64),
        )
        self.mix_8 = nn.Sequential(_separable(64, 64), _separable(64, 32))
        self.masks = nn.Conv2d(32, len(MASKS), 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Logits in the order of `MASKS`."""
        return self.answers(self.eyes(picture))

    def answers(self, seen: Features) -> Tensor:
        """The same from what the eyes make of the pictures."""
        deep = self.mix_16(self.lateral_16(seen.s16))
        up = F.interpolate(deep, scale_factor=2.0, mode="nearest")
        masks: Tensor = self.masks(self.mix_8(up + self.lateral_8(seen.s8)))
        return masks


class _Block(nn.Module):
    """A residual block: what lies near, then two mixes of the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(channels, channels, 5, padding=2, groups=channels),
            nn.Conv2d(channels, channels, 1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = self.change(x)
        return x + changed


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
