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
from models.export import DeployedFinder, DeployedJudge, export
from models.losses import finder_losses, judge_losses
from models.mobilenet import Features
from models.net import Finder, Judge
from models.pool import Pool, draw_pool, load_pool, look
from models.samples import IGNORE, Sample
from models.stream import Stream, batch_of, collate
from models.train import load_checkpoint, new_eyes, train_finder, train_judge

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
def pool(manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> Pool:
    examples, folder = load(manifest, manifest.parent, split="train"), tmp_path_factory.mktemp("p")
    draw_pool(examples, read_config(TINY), 160, folder, workers=0)
    look(folder, new_eyes())
    return load_pool([folder])


@pytest.fixture(scope="module")
def run(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run."""
    out = tmp_path_factory.mktemp("run")
    train_judge(pool, read_config(TINY), out)
    train_finder(pool, read_config(TINY), out)
    return out


def judge_of(run: Path) -> Judge:
    net, _ = load_checkpoint(run / "judge.pt")
    assert isinstance(net, Judge)
    return net


def test_the_losses_fall(pool: Pool, run: Path) -> None:
    batch = batch_of(pool, replace(read_config(TINY), seed=77, batch=32), 0)
    seen = Features(batch["s8"], batch["s16"])
    with torch.no_grad():
        before, after = (
            judge_losses(net.answers(seen, batch["bed"]), batch)
            for net in (Judge().eval(), judge_of(run))
        )
        finder, _ = load_checkpoint(run / "finder.pt")
        assert isinstance(finder, Finder)
        blank, drawn = (
            finder_losses(net.answers(seen), batch) for net in (Finder().eval(), finder)
        )
    assert after["presence"] < 0.9 * before["presence"]
    assert after["visibility"] < 0.9 * before["visibility"]
    assert drawn["all"] < 0.8 * blank["all"]


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


def test_without_a_finder_the_folder_keeps_the_one_it_has(run: Path, tmp_path: Path) -> None:
    alone = tmp_path / "run"
    alone.mkdir()
    (alone / "judge.pt").write_bytes((run / "judge.pt").read_bytes())
    with pytest.raises(FileNotFoundError, match=r"expected finder\.pt in .* or finder\.onnx"):
        export(alone, tmp_path / "weights")
    assert not (tmp_path / "weights").exists()  # no judge without its sheet
    export(run, tmp_path / "weights")
    before = (tmp_path / "weights" / "finder.onnx").read_bytes()
    export(alone, tmp_path / "weights")
    assert (tmp_path / "weights" / "finder.onnx").read_bytes() == before
    Network(tmp_path / "weights")  # the sheet knows it


@pytest.mark.parametrize(("kind", "file"), [(DeployedJudge, "judge"), (DeployedFinder, "finder")])
def test_the_exported_network_equals_torch(
    kind: type[DeployedJudge], file: str, run: Path, tmp_path: Path
) -> None:
    import onnxruntime

    export(run, tmp_path)
    net, about = load_checkpoint(run / f"{file}.pt")
    session = onnxruntime.InferenceSession(
        str(tmp_path / f"{file}.onnx"), providers=["CPUExecutionProvider"]
    )
    rng = np.random.default_rng(1)
    bed = np.zeros((1, 160, 160), np.uint8)
    bed[:, 40:120, 20:100] = 255
    given = {"picture": rng.integers(0, 256, (1, 160, 160, 3), dtype=np.uint8), "bed": bed}
    inputs = {name: given[name] for name in kind.inputs}
    with torch.no_grad():
        told = kind(net).eval()(*(torch.from_numpy(array) for array in inputs.values()))
    expected = told if isinstance(told, tuple) else (told,)
    found = session.run(list(kind.outputs), inputs)
    for ours, theirs in zip(expected, found, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs, atol=0.02)  # its weights have 16 bits
    assert Network(tmp_path).name == f"{about['name']}@{about['version']}"


def test_the_deployed_network_sees_what_was_trained(run: Path) -> None:
    """Bytes in BGR give what the trained network says of the normalised picture in RGB."""
    net = judge_of(run)
    rng = np.random.default_rng(2)
    picture = rng.integers(0, 256, (160, 160, 3), dtype=np.uint8)
    bed = np.zeros((160, 160), np.uint8)
    bed[40:120, 20:100] = 255
    sample = Sample(
        picture=picture,
        bed=bed,
        visibility=0,
        presence=1,
        posture=0,
        masks=np.zeros((3, 20, 20), np.float32),
    )
    batch = collate([sample])
    with torch.no_grad():
        ours = net(batch["picture"], batch["bed"])
        theirs = DeployedJudge(net)(torch.from_numpy(picture)[None], torch.from_numpy(bed)[None])
    np.testing.assert_allclose(ours.presence.numpy(), theirs[1].numpy(), atol=1e-4)


def test_a_run_that_was_broken_off_goes_on(pool: Pool, tmp_path: Path) -> None:
    config = read_config(TINY)
    seen: list[int] = []

    def note(step: int, steps: int, losses: dict[str, float]) -> None:
        seen.append(step)
        if seen == [1, 2]:
            raise KeyboardInterrupt

    short = replace(config, finder=replace(config.finder, steps=2))
    with pytest.raises(KeyboardInterrupt):
        train_finder(pool, short, tmp_path, progress=note)
    train_finder(pool, short, tmp_path, progress=note)
    assert seen == [1, 2, 1, 2]  # nothing had been saved
    train_finder(pool, short, tmp_path, progress=note)
    assert seen == [1, 2, 1, 2]  # it was finished


def test_a_pool_that_was_broken_off_goes_on(manifest: Path, tmp_path: Path) -> None:
    examples = load(manifest, manifest.parent, split="train")
    config = read_config(TINY)
    draw_pool(examples, config, 3, tmp_path, workers=0)
    eyes = new_eyes()
    look(tmp_path, eyes)
    first = load_pool([tmp_path])
    (tmp_path / "chunk_00000.npz").unlink()
    draw_pool(examples, config, 3, tmp_path, workers=1)
    (tmp_path / "features_00000.npz").unlink()
    look(tmp_path, eyes)
    again = load_pool([tmp_path])
    np.testing.assert_array_equal(first.s16, again.s16)
    np.testing.assert_array_equal(first.masks, again.masks)
    assert len(load_pool([tmp_path], without_rooms=sorted(set(first.room))[:1])) < len(first)


def test_a_folder_without_samples_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="expected chunks of samples"):
        load_pool([tmp_path])


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
    found = calibrate(
        [Fold(checkpoint=run / "judge.pt", examples=examples)], read_config(TINY), tmp_path
    )
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
    wrong.write_text('name = "n"\nversion = "1"\nseed = 1\nstep_size = 3\n')
    with pytest.raises(ValueError, match="unknown key 'step_size'"):
        read_config(wrong)
