"""The network: MobileNetV2 cut at stride 16, one branch for people and one for the view.

The backbone is MobileNetV2 (Sandler et al., CVPR 2018, arXiv:1801.04381) with its ImageNet
weights. It is cut at stride 16, whose features did better on rooms that training does not
show than those of stride 32 (the card has the figures). From stride 8 on there are two
branches: one keeps ImageNet's weights and tells people, the other is trained, tells covers and
blur, and draws the masks. The bed's polygon says over which cells is pooled.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["INPUT_SIZE", "MASKS", "MASK_SIZE", "POSTURES", "VISIBILITY", "BedNet", "Output"]

INPUT_SIZE = 160
"""Side of the square input, pixels."""
MASK_SIZE = INPUT_SIZE // 4
"""Side of the masks that come out, cells."""

MASKS = ("bed", "person", "beds")  # the largest bed; people; every bed
VISIBILITY = ("seen", "obstructed", "low_contrast")
POSTURES = ("lying", "sitting_up", "edge", "other")

# expansion, channels out, repeats, stride: rows of table 2 in the paper that are kept
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
)
_STRIDE_4, _STRIDE_8, _STRIDE_16 = 3, 6, 13  # last feature of each stride
_SHARED = _STRIDE_8  # last feature that both branches share


class Output(NamedTuple):
    """Logits of one batch of N pictures."""

    visibility: Tensor  # N x 3, order of `VISIBILITY`
    presence: Tensor  # N, in bed if seen
    posture: Tensor  # N x 4, order of `POSTURES`
    masks: Tensor  # N x 3 x MASK_SIZE x MASK_SIZE, order of `MASKS`


def _folded(x: Tensor, conv: nn.Conv2d, norm: nn.BatchNorm2d) -> Tensor:
    """Convolution and normalisation in one, by ImageNet's statistics, which stay as they are.

    Batches here are small and degraded: statistics of their own would be worse. Folding
    them into the weights costs nothing and leaves the parameters what they were.
    """
    assert norm.running_var is not None and norm.running_mean is not None
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    return F.conv2d(
        x,
        conv.weight * scale.view(-1, 1, 1, 1),
        norm.bias - norm.running_mean * scale,
        conv.stride,
        conv.padding,
        conv.dilation,
        conv.groups,
    )


class _ConvNorm(nn.Sequential):
    def __init__(self, i: int, o: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(
            nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(o),
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu6(_folded(x, self[0], self[1]))


class _InvertedResidual(nn.Module):
    def __init__(self, i: int, o: int, stride: int, expand: int) -> None:
        super().__init__()
        hidden = i * expand
        layers: list[nn.Module] = [_ConvNorm(i, hidden, 1)] if expand != 1 else []
        layers += [
            _ConvNorm(hidden, hidden, 3, stride, groups=hidden),
            nn.Conv2d(hidden, o, 1, bias=False),
            nn.BatchNorm2d(o),
        ]
        self.conv = nn.Sequential(*layers)
        self.residual = stride == 1 and i == o

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for layer in self.conv[:-2]:
            y = layer(y)
        y = _folded(y, self.conv[-2], self.conv[-1])
        return x + y if self.residual else y


def _separable(i: int, o: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(i, i, 3, padding=1, groups=i), nn.Conv2d(i, o, 1), nn.ReLU(inplace=True)
    )


def _backbone() -> nn.Sequential:
    layers: list[nn.Module] = [_ConvNorm(3, 32, 3, 2)]
    channels = 32
    for expand, out, repeats, stride in _STAGES:
        for n in range(repeats):
            layers.append(_InvertedResidual(channels, out, stride if n == 0 else 1, expand))
            channels = out
    return nn.Sequential(*layers)


class BedNet(nn.Module):
    """Pictures and bed masks to logits.

    Input: ``picture`` N x 3 x S x S float32, RGB, ImageNet-normalised;
    ``bed`` N x 1 x S x S float32 in 0..1, all zero where the bed is not known.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = _backbone()
        # Covers, blur and beds' outlines want features of their own; people do not.
        self.own = nn.Sequential(*list(_backbone())[_SHARED + 1 :])
        self.lateral_4 = nn.Conv2d(24, 32, 1)
        self.lateral_8 = nn.Conv2d(32, 64, 1)
        self.lateral_16 = nn.Conv2d(96, 64, 1)
        self.mix_16 = nn.Sequential(_separable(64, 64), _separable(64, 64))
        self.mix_8 = nn.Sequential(_separable(64, 64), _separable(64, 32))
        self.mix_4 = _separable(32, 32)
        self.mask_out = nn.Conv2d(32, len(MASKS), 1)
        self.visibility = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(3 * 96, 64), nn.ReLU(), nn.Linear(64, len(VISIBILITY))
        )
        self.presence = nn.Linear(2 * 96, 1)
        self.posture = nn.Linear(2 * 96, len(POSTURES))

    def load_imagenet(self, state: dict[str, Tensor]) -> None:
        """Take the backbone's weights from torchvision's MobileNetV2 file."""
        names = self.features.state_dict()
        self.features.load_state_dict({k: state[f"features.{k}"] for k in names})
        own = list(self.features)[_SHARED + 1 :]
        self.own.load_state_dict(nn.Sequential(*own).state_dict())

    def forward(self, picture: Tensor, bed: Tensor) -> Output:
        """Logits of a batch; see the class for the inputs."""
        s4, s8, s16 = self._levels(picture)
        own = self.own(s8)
        masks = self._masks(s4, s8, own)
        where = _where(bed, masks)
        person = torch.cat([_mean(s16, where), s16.mean(dim=(2, 3))], dim=1)
        view = torch.cat([_mean(own, where), own.mean(dim=(2, 3)), own.amax(dim=(2, 3))], dim=1)
        return Output(
            self.visibility(view),
            self.presence(person)[:, 0],
            self.posture(person),
            masks,
        )

    def person_features(self, picture: Tensor, bed: Tensor) -> Tensor:
        """N x 192: what the presence head sees; the bed's mean and the window's."""
        s4, s8, s16 = self._levels(picture)
        where = _where(bed, self._masks(s4, s8, self.own(s8)))
        return torch.cat([_mean(s16, where), s16.mean(dim=(2, 3))], dim=1)

    def _levels(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        kept = []
        x = picture
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in (_STRIDE_4, _STRIDE_8, _STRIDE_16):
                kept.append(x)
        return kept[0], kept[1], kept[2]

    def _masks(self, s4: Tensor, s8: Tensor, own: Tensor) -> Tensor:
        up = _doubled(self.mix_16(self.lateral_16(own)))
        up = _doubled(self.mix_8(up + self.lateral_8(s8)))
        masks: Tensor = self.mask_out(self.mix_4(up + self.lateral_4(s4)))
        return masks


def _where(bed: Tensor, masks: Tensor) -> Tensor:
    """Where the bed is, at stride 16: the polygon given, or else the mask just found."""
    found = F.avg_pool2d(torch.sigmoid(masks[:, :1].detach()), 4)
    known = (bed.amax(dim=(2, 3), keepdim=True) > 0).to(bed.dtype)
    return known * F.avg_pool2d(bed, 16) + (1 - known) * found


def _mean(features: Tensor, weight: Tensor) -> Tensor:
    return (features * weight).sum(dim=(2, 3)) / (weight.sum(dim=(2, 3)) + 0.1)


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
