"""A few steps on generated pictures: the pipeline runs, learns, and exports what it learnt."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from bedcheck.network import Network
from models.calibrate import Fold, calibrate, upper_bound
from models.config import read_config
from models.examples import load
from models.export import Deployed, export
from models.losses import losses
from models.net import BedNet
from models.samples import IGNORE
from models.stream import Stream, collate
from models.train import imagenet_weights, load_checkpoint, train

TINY = Path(__file__).parents[2] / "models" / "configs" / "tiny.toml"
BED = "0.2500,0.3000 0.7500,0.3000 0.8500,0.8500 0.1500,0.8500"


def drawn_room(rng: np.random.Generator, occupied: bool) -> np.ndarray:
    """A wall, a floor, a light mattress, and a dark figure on it or not."""
    picture = np.full((240, 320, 3), rng.integers(90, 140, 3), np.uint8)
    picture[120:] //= 2
    bed = np.array([(80, 72), (240, 72), (272, 204), (48, 204)]) + rng.integers(-4, 5, 2)
    cv2.fillPoly(picture, [bed.astype(np.int32)], (225, 225, 230))
    if occupied:
        cv2.ellipse(picture, (160, 150), (24, 55), 0, 0, 360, (60, 40, 110), -1)
        cv2.circle(picture, (160, 88), 14, (120, 150, 190), -1)
    noise = rng.normal(0, 4, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("rooms")
    rng = np.random.default_rng(0)
    with (root / "manifest.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["path", "label", "scene", "bed", "room", "posture", "split"])
        for number in range(24):
            occupied = number % 2 == 0
            name = f"{number}.png"
            cv2.imwrite(str(root / name), drawn_room(rng, occupied))
            label = "in_bed" if occupied else "not_in_bed"
            posture = "lying" if occupied else ""
            out.writerow([name, label, f"s{number}", BED, f"room{number % 4}", posture, "train"])
    return root / "manifest.csv"


@pytest.fixture(scope="module")
def run(manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a short run."""
    examples = load(manifest, manifest.parent, split="train")
    return train(examples, read_config(TINY), tmp_path_factory.mktemp("run"), workers=0)


def test_the_loss_falls(manifest: Path, run: Path) -> None:
    untrained = BedNet().eval()
    untrained.load_imagenet(imagenet_weights())
    trained, _ = load_checkpoint(run)
    stream = Stream(
        load(manifest, manifest.parent, split="train"), replace(read_config(TINY), seed=77), 32
    )
    batch = collate([stream[i] for i in range(32)])
    with torch.no_grad():
        before = losses(untrained(batch["picture"], batch["bed"]), batch)
        after = losses(trained(batch["picture"], batch["bed"]), batch)
    assert after["all"] < 0.8 * before["all"]
    assert after["presence"] < 0.9 * before["presence"]


def test_the_network_tells_the_drawn_rooms_apart(run: Path, tmp_path: Path) -> None:
    export(run, tmp_path)
    network = Network(tmp_path)
    rng = np.random.default_rng(99)
    bed = tuple(tuple(float(v) for v in p.split(",")) for p in BED.split())

    def score(occupied: bool) -> float:
        rooms = [drawn_room(rng, occupied) for _ in range(8)]
        return float(np.mean([network.run(*network.prepare(room, bed)).presence for room in rooms]))

    scores = {occupied: score(occupied) for occupied in (True, False)}
    assert scores[True] > scores[False] + 0.1


def test_the_exported_network_equals_torch(run: Path, tmp_path: Path) -> None:
    import onnxruntime

    path = export(run, tmp_path)
    net, about = load_checkpoint(run)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    first = net.features[0][0]
    first.weight.data = first.weight.data.flip(1)  # as `export` does: BGR
    deployed = Deployed(net).eval()
    rng = np.random.default_rng(1)
    for bed in (np.zeros((1, 160, 160), np.uint8), np.full((1, 160, 160), 255, np.uint8)):
        picture = rng.integers(0, 256, (1, 160, 160, 3), dtype=np.uint8)
        with torch.no_grad():
            expected = deployed(torch.from_numpy(picture), torch.from_numpy(bed))
        found = session.run(None, {"picture": picture, "bed": bed})
        for ours, theirs in zip(expected, found, strict=True):
            np.testing.assert_allclose(ours.numpy(), theirs, atol=1e-4)
    assert Network(tmp_path).name == f"{about['name']}@{about['version']}"


def test_a_run_that_was_broken_off_goes_on(manifest: Path, tmp_path: Path) -> None:
    examples = load(manifest, manifest.parent, split="train")
    short = replace(read_config(TINY), steps=2)
    seen: list[int] = []

    def note(step: int, steps: int, losses: dict[str, float]) -> None:
        seen.append(step)

    train(examples, short, tmp_path, workers=0, progress=note)
    train(examples, replace(short, steps=3), tmp_path, workers=0, progress=note)
    assert seen == [1, 2, 3]


def test_sample_number_n_is_always_the_same(manifest: Path) -> None:
    examples = load(manifest, manifest.parent, split="train")
    config = read_config(TINY)
    ours, theirs = Stream(examples, config, 10)[7], Stream(examples, config, 99)[7]
    np.testing.assert_array_equal(ours.picture, theirs.picture)
    np.testing.assert_array_equal(ours.masks, theirs.masks)


def test_calibration_is_written_beside_the_network(
    manifest: Path, run: Path, tmp_path: Path
) -> None:
    examples = load(manifest, manifest.parent, split="train")
    export(run, tmp_path)
    found = calibrate([Fold(checkpoint=run, examples=examples)], read_config(TINY), tmp_path)
    sheet = Network(tmp_path).sheet
    assert sheet.visibility_temperature == found["visibility_temperature"] > 0
    assert list(sheet.visibility_shift) == found["visibility_shift"]
    assert sheet.presence_scale == found["presence_scale"] > 0
    assert 0 < sheet.in_bed_threshold <= 1
    assert sheet.notes["presence_n"] > 0


@pytest.mark.parametrize(
    ("wrong", "n", "bound"),
    [
        (0, 59, 0.0495),  # the rule of three: no error in 59 excludes five in a hundred
        (0, 0, 1.0),  # nothing seen, nothing excluded
        (3, 3, 1.0),
        (1, 93, 0.0500),
    ],
)
def test_upper_bound_of_an_error_rate(wrong: int, n: int, bound: float) -> None:
    assert upper_bound(wrong, n) == pytest.approx(bound, abs=5e-4)


def test_what_is_not_known_is_left_out_of_the_batch(manifest: Path) -> None:
    examples = [replace(e, posture="edge") for e in load(manifest, manifest.parent, split="train")]
    stream = Stream(examples, read_config(TINY), 12)
    batch = collate([stream[i] for i in range(12)])
    assert set(batch["presence"].tolist()) == {IGNORE}  # an edge sitter is neither


def test_a_misspelt_setting_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "n"\nversion = "1"\nseed = 1\nsteps = 2\nstep_size = 3\n')
    with pytest.raises(ValueError, match="unknown key 'step_size'"):
        read_config(wrong)
