"""The backbone: PP-LCNet, cut at stride 16, with what it learnt as PicoDet's on COCO.

PP-LCNet (Cui et al., arXiv:2109.15099) at width 0.75 is a plain stack of depthwise and
pointwise convolutions that a processor runs fast. The weights come from PicoDet-S
(Yu et al., arXiv:2111.00902), trained to find 80 kinds of things, people and beds among them.
"""

from __future__ import annotations

import math
import re
import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["CHANNELS", "LCNet", "coco_weights", "read_paddle"]

CHANNELS = (96, 192)
"""Channels of what comes out at strides 8 and 16."""

PACKAGE = "paddlelabel_ml"
_FOLDER = Path("model/PicoDet/ckpt")
_FLOAT32 = 5  # Paddle's number for the type
_NAME = re.compile(rb"(?:batch_norm2d|conv2d)_\d+\.[bw]_\d+|auto_\d+_")

# channels in, channels out, kernel, stride of each block
_BLOCKS = (
    (16, 24, 3, 1),
    (24, 48, 3, 2),
    (48, 48, 3, 1),
    (48, 96, 3, 2),
    (96, 96, 3, 1),
    (96, 192, 3, 2),
    *(((192, 192, 5, 1),) * 5),
)
_STRIDE_8 = 5  # blocks up to there


class ConvNorm(nn.Module):
    """Convolution, normalisation by fixed statistics, and hard swish.

    Batches here are small and degraded: statistics of their own would be worse than those
    that the backbone came with. Folding them into the weights costs nothing.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, i: int, o: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.weight = nn.Parameter(torch.ones(o))
        self.bias = nn.Parameter(torch.zeros(o))
        self.register_buffer("mean", torch.zeros(o))
        self.register_buffer("variance", torch.ones(o))

    def forward(self, x: Tensor) -> Tensor:
        """N x i x H x W to N x o x H/stride x W/stride."""
        scale = self.weight * torch.rsqrt(self.variance + 1e-5)
        return F.hardswish(
            F.conv2d(
                x,
                self.conv.weight * scale.view(-1, 1, 1, 1),
                self.bias - self.mean * scale,
                self.conv.stride,
                self.conv.padding,
                groups=self.conv.groups,
            )
        )


class LCNet(nn.Module):
    """Pictures N x 3 x S x S (RGB, ImageNet-normalised) to features at strides 8 and 16.

    In two parts: ``base`` up to stride 8, which is not trained, and ``top`` from there.
    """

    def __init__(self) -> None:
        super().__init__()
        blocks = [
            nn.Sequential(ConvNorm(i, i, kernel, stride, groups=i), ConvNorm(i, o, 1))
            for i, o, kernel, stride in _BLOCKS
        ]
        self.base = nn.Sequential(ConvNorm(3, 16, 3, 2), *blocks[:_STRIDE_8])
        self.top = nn.Sequential(*blocks[_STRIDE_8:])
        self.base.requires_grad_(False)

    def forward(self, picture: Tensor) -> Tensor:
        """The features of stride 16."""
        found: Tensor = self.top(self.base(picture))
        return found

    def load_coco(self, arrays: dict[str, np.ndarray]) -> None:
        """Take the weights from what `coco_weights` read."""
        layers = [module for module in self.modules() if isinstance(module, ConvNorm)]
        with torch.no_grad():
            for number, layer in enumerate(layers):
                norm = f"batch_norm2d_{number}"
                for own, name in (
                    (layer.conv.weight, f"conv2d_{number}.w_0"),
                    (layer.weight, f"{norm}.w_0"),
                    (layer.bias, f"{norm}.b_0"),
                    (layer.mean, f"{norm}.w_1"),
                    (layer.variance, f"{norm}.w_2"),
                ):
                    own.copy_(torch.from_numpy(arrays[name].copy()))


def coco_weights() -> dict[str, np.ndarray]:
    """PicoDet-S's arrays by their names, from the package that carries them.

    Raises ModuleNotFoundError where it is not installed.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"No module named {PACKAGE!r}", name=PACKAGE)
    folder = Path(found.origin).parent / _FOLDER
    return read_paddle(folder / "model.pdmodel", folder / "model.pdiparams")


def read_paddle(model: Path, parameters: Path) -> dict[str, np.ndarray]:
    """The arrays of a Paddle inference model, without Paddle.

    The parameters stand one behind the other in the order of their sorted names: version
    (4 bytes), level of detail (8), version (4), length of a description (4), the description
    (protocol buffer: type, then dimensions), and the numbers. Raises ValueError where the
    files do not have this form.
    """
    names = sorted({match.decode() for match in _NAME.findall(model.read_bytes())})
    data, at, arrays = parameters.read_bytes(), 0, []
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 16)[0]
        shape = _shape(data[at + 20 : at + 20 + length])
        count = math.prod(shape)
        at += 20 + length
        arrays.append(np.frombuffer(data, "<f4", count, at).reshape(shape))
        at += 4 * count
    if len(names) != len(arrays):
        raise ValueError(f"expected as many arrays as names, {len(names)}; got {len(arrays)}")
    return dict(zip(names, arrays, strict=True))


def _shape(description: bytes) -> tuple[int, ...]:
    """The dimensions in a tensor's description: fields 1 (type) and 2 (dimensions), varints."""
    numbers, at = [], 0
    while at < len(description):
        field, at = _varint(description, at)
        value, at = _varint(description, at)
        if field >> 3 == 1 and value != _FLOAT32:
            raise ValueError(f"expected 32-bit floats (type {_FLOAT32}); got type {value}")
        if field >> 3 == 2:
            numbers.append(value)
    return tuple(numbers)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
