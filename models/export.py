"""Two checkpoints to the ONNX files and the sheet that ship in `bedcheck/weights`."""

from __future__ import annotations

import hashlib
import json
import warnings
from copy import deepcopy
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

from models.net import INPUT_SIZE, MASK_SIZE, Finder, Judge
from models.stream import MEAN, STD
from models.train import load_checkpoint

__all__ = ["DeployedFinder", "DeployedJudge", "export"]

OPSET = 17
SMALL = 256  # numbers; fewer are not worth a cast


class _Deployed(nn.Module):
    """A copy of a network, behind contract 2 of `bedcheck.network`: bytes in, logits out.

    The first layer's weights are turned to BGR and divided by ImageNet's spread, so that a
    picture needs neither. The mean stays: a border of zeros is then the mean, as in training.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def __init__(self, net: Judge | Finder) -> None:
        super().__init__()
        self.net = deepcopy(net)
        stem = self.net.eyes.features[0][0]
        stem.weight.data = stem.weight.data.div(STD.view(1, 3, 1, 1)).flip(1)
        self.register_buffer("mean", MEAN.flip(0).view(1, 3, 1, 1))

    def shown(self, picture: Tensor) -> Tensor:
        """N x S x S x 3 uint8 (BGR) as the network expects it."""
        return picture.permute(0, 3, 1, 2).float() - self.mean  # type: ignore[operator,no-any-return]


class DeployedJudge(_Deployed):
    """Picture and bed to visibility, presence and posture."""

    inputs = ("picture", "bed")
    outputs = ("visibility", "presence", "posture")

    def forward(self, picture: Tensor, bed: Tensor) -> tuple[Tensor, ...]:
        """The outputs in their order, for N x S x S x 3 and N x S x S uint8."""
        cells = F.avg_pool2d(bed.unsqueeze(1).float() / 255, INPUT_SIZE // MASK_SIZE)
        return tuple(self.net(self.shown(picture), cells))


class DeployedFinder(_Deployed):
    """Picture to masks in 0..1."""

    inputs = ("picture",)
    outputs = ("masks",)

    def forward(self, picture: Tensor) -> Tensor:
        """N x 3 x M x M for N x S x S x 3 uint8."""
        return torch.sigmoid(self.net(self.shown(picture)))


def export(run: Path, folder: Path) -> Path:
    """Write judge.onnx, finder.onnx and network.json into ``folder``; return the sheet's path.

    ``run`` holds judge.pt and finder.pt. A calibration in an older sheet is not carried over:
    it belongs to other weights.
    """
    judge, about = load_checkpoint(run / "judge.pt")
    finder, _ = load_checkpoint(run / "finder.pt")
    assert isinstance(judge, Judge)
    assert isinstance(finder, Finder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "judge": _written(DeployedJudge(judge).eval(), folder / "judge.onnx"),
        "finder": _written(DeployedFinder(finder).eval(), folder / "finder.onnx"),
    }
    sheet = {**about, "contract": 2, "size": INPUT_SIZE, "files": files}
    path = folder / "network.json"
    path.write_text(json.dumps(sheet, indent=2) + "\n", encoding="utf-8")
    return path


def _written(deployed: _Deployed, path: Path) -> str:
    """Write one network; its SHA-256."""
    example = (
        torch.zeros(1, INPUT_SIZE, INPUT_SIZE, 3, dtype=torch.uint8),
        torch.zeros(1, INPUT_SIZE, INPUT_SIZE, dtype=torch.uint8),
    )[: len(deployed.inputs)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own coming changes
        torch.onnx.export(
            deployed,
            example,
            str(path),
            input_names=list(deployed.inputs),
            output_names=list(deployed.outputs),
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(path)
    _halve(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _halve(graph: onnx.GraphProto) -> None:
    """Keep the large weights in 16 bits: half the file, and the same speed.

    A cast makes 32 of them again, which onnxruntime does once, while it loads.
    """
    casts = []
    for weight in graph.initializer:
        if weight.data_type != onnx.TensorProto.FLOAT or np.prod(weight.dims) < SMALL:
            continue
        name = weight.name
        half = numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(
            onnx.helper.make_node("Cast", [weight.name], [name], to=onnx.TensorProto.FLOAT)
        )
    for cast in reversed(casts):  # before all that needs them
        graph.node.insert(0, cast)
