"""Linear pictures on disk keep four orders of brightness."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datasets.synth import linear


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_saved_is_loaded(tmp_path: Path, channels: int) -> None:
    rng = np.random.default_rng(3)
    light = 10 ** rng.uniform(-1.5, 1, (40, 50, channels)).astype(np.float32)
    scale = linear.save(tmp_path / "a.png", light)
    again = linear.load(tmp_path / "a.png", scale)
    assert again.shape == light.shape
    assert again == pytest.approx(light, rel=0.02)


def test_channels_keep_their_order(tmp_path: Path) -> None:
    light = np.zeros((4, 4, 3), np.float32) + np.float32([1, 2, 3])
    scale = linear.save(tmp_path / "a.png", light)
    assert linear.load(tmp_path / "a.png", scale)[0, 0] == pytest.approx([1, 2, 3], rel=0.01)


def test_a_lamp_is_cut_and_black_stays_black(tmp_path: Path) -> None:
    light = np.zeros((100, 100, 1), np.float32)
    light[50:] = 1.0
    light[0, 0] = 1e6
    scale = linear.save(tmp_path / "a.png", light)
    again = linear.load(tmp_path / "a.png", scale)
    assert again[0, 0, 0] == pytest.approx(4.0, rel=0.01)
    assert again[1, 1, 0] == 0


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"gone\.png: expected a 16-bit PNG"):
        linear.load(tmp_path / "gone.png")
