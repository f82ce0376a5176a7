"""The backbone's weights are read from Paddle's files, and nothing else is."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from models.lcnet import CHANNELS, LCNet, coco_weights, read_paddle


def blob(array: np.ndarray, kind: int = 5) -> bytes:
    """One array as Paddle writes it."""
    dims = b"".join(b"\x10" + bytes([size]) for size in array.shape)
    description = b"\x08" + bytes([kind]) + dims
    return struct.pack("<IQII", 0, 0, 0, len(description)) + description + array.tobytes()


def test_arrays_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    weight, bias = np.arange(6, dtype="<f4").reshape(2, 3), np.array([7.5], "<f4")
    model, parameters = tmp_path / "m.pdmodel", tmp_path / "m.pdiparams"
    model.write_bytes(b"..conv2d_3.w_0..conv2d_3.b_0..conv2d_3.w_0..relu_1.tmp_0..")
    parameters.write_bytes(blob(bias) + blob(weight))
    found = read_paddle(model, parameters)
    assert list(found) == ["conv2d_3.b_0", "conv2d_3.w_0"]
    np.testing.assert_array_equal(found["conv2d_3.w_0"], weight)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (blob(np.zeros(1, "<f4")), "expected as many arrays as names, 2; got 1"),
        (blob(np.zeros(1, "<f8"), kind=6), "expected 32-bit floats"),
    ],
)
def test_other_files_are_refused(arrays: bytes, message: str, tmp_path: Path) -> None:
    model, parameters = tmp_path / "m.pdmodel", tmp_path / "m.pdiparams"
    model.write_bytes(b"conv2d_3.w_0 conv2d_3.b_0")
    parameters.write_bytes(arrays)
    with pytest.raises(ValueError, match=message):
        read_paddle(model, parameters)


def test_the_backbone_takes_what_it_learnt_on_coco() -> None:
    net = LCNet().eval()
    net.load_coco(coco_weights())
    with torch.no_grad():
        s8 = net.base(torch.randn(1, 3, 64, 64))
        s16 = net.top(s8)
    assert tuple(s8.shape) == (1, CHANNELS[0], 8, 8)
    assert tuple(s16.shape) == (1, CHANNELS[1], 4, 4)
    assert min(float(s8.std()), float(s16.std())) > 0.1  # no layer lies dead
