"""Slimmer eyes: fewer channels that see nearly the same."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.mobilenet import HIDDEN as WHOLE
from models.mobilenet import MobileNet
from models.slim import HIDDEN, Shown, explained, slimmed, taught
from models.stream import normalised
from models.train import new_eyes


def drawn(count: int, seed: int) -> NDArray[np.uint8]:
    """Shades with boxes on them, 160x160."""
    rng = np.random.default_rng(seed)
    pictures = []
    for _ in range(count):
        coarse = rng.uniform(0, 255, (6, 6, 3)).astype(np.float32)
        picture = cv2.resize(coarse, (160, 160), interpolation=cv2.INTER_CUBIC)
        for _ in range(8):
            x, y = (int(v) for v in rng.integers(0, 140, 2))
            cv2.rectangle(picture, (x, y), (x + 20, y + 14), rng.uniform(0, 255, 3).tolist(), -1)
        pictures.append(np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255))
    return np.asarray(pictures, np.uint8)


@pytest.fixture(scope="module")
def whole() -> MobileNet:
    return new_eyes()


@pytest.fixture(scope="module")
def thin(whole: MobileNet) -> MobileNet:
    return slimmed(whole, drawn(30, 1), HIDDEN)


def test_with_every_channel_kept_nothing_changes(whole: MobileNet) -> None:
    same = slimmed(whole, drawn(10, 2), WHOLE)
    assert min(explained(same, whole, drawn(4, 3))) > 0.999


def test_the_fitted_ones_see_most_of_what_the_whole_ones_see(
    whole: MobileNet, thin: MobileNet
) -> None:
    fine, coarse = explained(thin, whole, drawn(8, 3))
    assert fine > 0.85
    assert coarse > 0.75
    # Channels taken by their number instead, with the weights they had, see next to nothing.
    blunt = MobileNet(HIDDEN).eval()
    wide = whole.state_dict()
    cut = {
        name: wide[name][tuple(slice(side) for side in own.shape)]
        for name, own in blunt.state_dict().items()
    }
    blunt.load_state_dict(cut)
    assert explained(blunt, whole, drawn(8, 3))[1] < coarse - 0.3


def test_teaching_brings_them_closer(whole: MobileNet) -> None:
    shown = drawn(16, 4)
    pupil = slimmed(whole, drawn(8, 6), [16, *(width // 32 * 16 for width in WHOLE[1:])])
    before = explained(pupil, whole, shown)[1]
    taught(pupil, whole, lambda step: shown, 25)
    assert explained(pupil, whole, shown)[1] > before + 0.05


def test_what_was_saved_sees_the_same(thin: MobileNet, tmp_path: Path) -> None:
    torch.save(thin.state_dict(), tmp_path / "eyes.pt")
    again = new_eyes(tmp_path / "eyes.pt")
    batch = normalised(drawn(2, 5))
    assert torch.equal(again(batch).s16, thin(batch).s16)


def test_a_pool_holds_its_last_chunk_back(tmp_path: Path) -> None:
    for number in range(3):
        np.savez(tmp_path / f"chunk_{number:05}.npz", picture=drawn(20, number))
    shown = Shown.of(tmp_path)
    assert np.array_equal(shown.held_back(), drawn(20, 2))
    assert len(shown.some(10)) == 10
    seen = {picture.tobytes() for step in range(2) for picture in shown.batch(step)}
    assert len(seen) == 32
    assert not seen & {picture.tobytes() for picture in drawn(20, 2)}
    with pytest.raises(FileNotFoundError, match="expected chunks of samples"):
        Shown.of(tmp_path / "none")
