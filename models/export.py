"""A checkpoint to the ONNX file and the sheet that ship in `bedcheck/weights`."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from models.net import INPUT_SIZE, BedNet
from models.stream import MEAN, STD
from models.train import load_checkpoint

__all__ = ["Deployed", "export"]

OPSET = 17
OUTPUTS = ("visibility", "presence", "posture", "masks")


class Deployed(nn.Module):
    """The network behind contract 1 of `bedcheck.network`: bytes in, logits out."""

    def __init__(self, net: BedNet) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", MEAN.flip(0).view(1, 3, 1, 1))  # BGR
        self.register_buffer("std", STD.flip(0).view(1, 3, 1, 1))

    def forward(self, picture: Tensor, bed: Tensor) -> tuple[Tensor, ...]:
        """Outputs in the order of `OUTPUTS`."""
        bgr = picture.permute(0, 3, 1, 2).float()
        # The first layer's weights are turned to BGR below, so no channel is moved here.
        answer = self.net((bgr - self.mean) / self.std, bed.unsqueeze(1).float() / 255)
        return (
            answer.visibility,
            answer.presence,
            answer.posture,
            torch.sigmoid(answer.masks),
        )


def export(checkpoint: Path, folder: Path) -> Path:
    """Write network.onnx and network.json into ``folder``; return the ONNX file's path.

    A calibration in an older sheet is not carried over: it belongs to other weights.
    """
    net, about = load_checkpoint(checkpoint)
    first = net.features[0][0]
    first.weight.data = first.weight.data.flip(1)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "network.onnx"
    example = (
        torch.zeros(1, INPUT_SIZE, INPUT_SIZE, 3, dtype=torch.uint8),
        torch.zeros(1, INPUT_SIZE, INPUT_SIZE, dtype=torch.uint8),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own coming changes
        torch.onnx.export(
            Deployed(net).eval(),
            example,
            str(path),
            input_names=["picture", "bed"],
            output_names=list(OUTPUTS),
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(onnx.load(path))
    sheet = {
        **about,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "contract": 1,
        "size": INPUT_SIZE,
    }
    text = json.dumps(sheet, indent=2) + "\n"
    (folder / "network.json").write_text(text, encoding="utf-8")
    return path
