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

from models.mobilenet import CHANNELS
from models.net import INPUT_SIZE, MASK_SIZE, TAME, WIDTH, Finder, Judge, Part
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

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.frozen = _Fused(self.net.frozen)
        self.tuned = _Fused(self.net.tuned.part)

    def forward(self, picture: Tensor, bed: Tensor) -> tuple[Tensor, ...]:
        """The outputs in their order, for N x S x S x 3 and N x S x S uint8."""
        cells = F.avg_pool2d(bed.unsqueeze(1).float(), INPUT_SIZE // MASK_SIZE) / 255
        seen = self.net.eyes(self.shown(picture))
        late = self.net.tuned.late(seen.s8)
        both = zip(
            self.frozen(seen.s8, seen.s16, cells), self.tuned(seen.s8, late, cells), strict=True
        )
        return tuple((one + other) / 2 for one, other in both)


class _Fused(nn.Module):
    """The same sums as `Part` makes, in fewer steps.

    Of one picture at a time a small step costs nearly as much as a large one. The bed has a
    convolution of its own, features of both kinds are pooled at once, and all heads read them in
    one product.
    """

    def __init__(self, part: Part) -> None:
        super().__init__()
        s8, s16 = CHANNELS
        narrow, wide = part.fine
        self.blocks, self.last = part.blocks, part.visibility[3]
        self.depth = _part(narrow, slice(s8), slice(None), scale=TAME)
        self.point = _part(wide, slice(None), slice(s8))
        self.coarse = _part(part.coarse, slice(None), slice(s16), scale=TAME)
        self.drawn = nn.Conv2d(1, WIDTH, 3, 2, 1)
        kernel = wide.weight[:, s8:] * narrow.weight[s8]
        kernel[:, :, 1:, 1:] += part.coarse.weight[:, s16:] / 4  # the mean of 2 x 2 cells
        self.drawn.weight.data = kernel.detach()
        self.drawn.bias.data = (wide.weight[:, s8, 0, 0] * narrow.bias[s8]).detach()

        # Rows of the product are the heads, columns what is pooled, in `forward`'s order.
        hidden, presence = part.visibility[1], part.presence[1]
        self.parts = [hidden.out_features, 1, part.posture.out_features]
        self.heads = nn.Linear(3 * (WIDTH + s16) + WIDTH, sum(self.parts))
        columns = self.heads.weight.data.zero_()[:, : 3 * (WIDTH + s16)].view(-1, 3, WIDTH + s16)
        trained = torch.cat([hidden.weight[:, : 3 * WIDTH], presence.weight, part.posture.weight])
        columns[:, :, :WIDTH] = trained.view(-1, 3, WIDTH)
        columns[hidden.out_features, :, WIDTH:] = part.presence_plain.weight.view(3, s16)
        self.heads.weight.data[: hidden.out_features, -WIDTH:] = hidden.weight[:, 3 * WIDTH :]
        biases = [hidden.bias, presence.bias + part.presence_plain.bias, part.posture.bias]
        self.heads.bias.data = torch.cat(biases).detach()

    def forward(self, s8: Tensor, s16: Tensor, cells: Tensor) -> tuple[Tensor, ...]:
        """Visibility, presence and posture; ``cells`` is the bed, N x 1 x M x M in 0..1."""
        joined = self.blocks(self.coarse(s16) + self.point(self.depth(s8)) + self.drawn(cells))
        known = (cells.amax(dim=(2, 3), keepdim=True) > 0).float()
        where = F.avg_pool2d(cells, 2) + (1 - known)
        both = torch.cat([joined, s16], dim=1)
        mean = (both.flatten(2) @ where.flatten(2).transpose(1, 2))[..., 0]
        mean = mean / (where.sum(dim=(2, 3)) + 0.1)
        peak = (both * where).amax(dim=(2, 3)).relu()
        found = [mean, peak, both.mean(dim=(2, 3)), joined.amax(dim=(2, 3))]
        hidden, presence, posture = self.heads(torch.cat(found, dim=1)).split(self.parts, dim=1)
        return self.last(hidden.relu()), presence[:, 0], posture


class DeployedFinder(_Deployed):
    """Picture to masks in 0..1."""

    inputs = ("picture",)
    outputs = ("masks",)

    def forward(self, picture: Tensor) -> Tensor:
        """N x 3 x M x M for N x S x S x 3 uint8."""
        return torch.sigmoid(self.net(self.shown(picture)))


def _part(conv: nn.Conv2d, outputs: slice, inputs: slice, scale: float = 1.0) -> nn.Conv2d:
    """Some channels of a convolution, for an input that was not scaled."""
    weight = conv.weight[outputs, inputs].detach() * scale
    groups = weight.shape[0] if conv.groups > 1 else 1
    part = nn.Conv2d(
        weight.shape[1] * groups,
        weight.shape[0],
        weight.shape[2],
        conv.stride[0],
        conv.padding[0],
        groups=groups,
    )
    part.weight.data = weight
    part.bias.data = conv.bias[outputs].detach().clone()
    return part


def export(run: Path, folder: Path) -> Path:
    """Write judge.onnx, finder.onnx and network.json into ``folder``; return the sheet's path.

    ``run`` holds judge.pt and finder.pt; where it has trained no finder, the one that is in
    ``folder`` stays. A calibration in an older sheet is not carried over: it belongs to other
    weights. Raises FileNotFoundError where there is no finder at all.
    """
    judge, about = load_checkpoint(run / "judge.pt")
    assert isinstance(judge, Judge)
    trained, there = run / "finder.pt", folder / "finder.onnx"
    if not trained.exists() and not there.exists():  # told before anything is written
        raise FileNotFoundError(
            f"expected finder.pt in {run}, or finder.onnx in {folder}; found neither."
            " Train without --judge-only, or export into a folder that has a finder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    files = {"judge": _written(DeployedJudge(judge).eval(), folder / "judge.onnx")}
    if trained.exists():
        finder, _ = load_checkpoint(trained)
        assert isinstance(finder, Finder)
        files["finder"] = _written(DeployedFinder(finder).eval(), there)
    else:
        files["finder"] = _sha256(there)
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
    return _sha256(path)


def _sha256(path: Path) -> str:
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
