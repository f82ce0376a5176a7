"""Training samples drawn once and kept on disk: drawing one costs more than learning from it.

A pool is a folder of chunks. Sample number i is the same whenever it is drawn, so a pool that
was broken off goes on, and one pool serves the network and each network with a room left out.
What ImageNet's eyes make of a sample is kept beside it: layers that are trained begin there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.config import Config
from models.examples import Example
from models.mobilenet import Features, MobileNet
from models.net import INPUT_SIZE, MASK_SIZE, pooled
from models.samples import IGNORE, Sample
from models.stream import Stream, bed_cells, normalised

__all__ = ["Pool", "draw_pool", "load_pool", "look"]

CHUNK = 500  # samples a file
UNKNOWN = 255  # of a mask's cell; what is known goes from 0 to 254

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Pool:
    """N samples, side by side."""

    s8: NDArray[np.float16]  # N x 32 x M x M: what `MobileNet` makes of the picture
    s16: NDArray[np.float16]  # N x 96 x M/2 x M/2: the same, coarser
    plain: NDArray[np.float32]  # N x 288: the coarser ones, `models.net.pooled` over the bed
    bed: NDArray[np.uint8]  # N x M x M, 0..255: the polygon shown to the network, if any
    masks: NDArray[np.uint8]  # N x 3 x M x M, 0..254, or UNKNOWN
    visibility: NDArray[np.int64]  # N, index or IGNORE
    presence: NDArray[np.float32]  # N, 1, 0 or IGNORE
    posture: NDArray[np.int64]  # N, index or IGNORE
    room: NDArray[Any]  # N, the room's name
    group: NDArray[Any]  # N, the group's name

    def __len__(self) -> int:
        return len(self.presence)


_stream: Stream


def draw_pool(
    examples: Sequence[Example],
    config: Config,
    samples: int,
    folder: Path,
    *,
    workers: int = 2,
    progress: Progress | None = None,
) -> None:
    """Draw ``samples`` by ``config`` into ``folder``; those that are there are kept."""
    global _stream  # of the processes that are forked below
    folder.mkdir(parents=True, exist_ok=True)
    _stream = Stream(examples, config, samples)
    chunks = range(-(-samples // CHUNK))
    missing = [(folder, chunk) for chunk in chunks if not _path(folder, chunk).exists()]
    # Forked, so that the pictures in memory are shared and not copied.
    with get_context("fork").Pool(workers) if workers else nullcontext() as processes:
        drawn = processes.imap_unordered(_draw, missing) if processes else map(_draw, missing)
        for done, _ in enumerate(drawn, 1):
            if progress:
                progress(len(chunks) - len(missing) + done, len(chunks))


def look(folder: Path, eyes: MobileNet, *, progress: Progress | None = None) -> None:
    """Keep beside each chunk what ``eyes`` make of it, where that is missing or others' work."""
    mark = _mark(eyes)
    paths = sorted(folder.glob("chunk_*.npz"))
    for done, path in enumerate(paths, 1):
        kept = _features(path)
        if not _looked_by(kept, mark):
            with np.load(path) as chunk, torch.no_grad():
                parts = [
                    _looked(eyes, chunk["picture"][start : start + 50], chunk["bed"][start:][:50])
                    for start in range(0, len(chunk["bed"]), 50)
                ]
            beside = kept.with_suffix(".new.npz")
            s8, s16, plain = (np.concatenate(part) for part in zip(*parts, strict=True))
            np.savez(beside, s8=s8, s16=s16, plain=plain, eyes=np.array(mark))
            beside.replace(kept)
        if progress:
            progress(done, len(paths))


def load_pool(folders: Sequence[Path], without_rooms: Sequence[str] = ()) -> Pool:
    """Every chunk in ``folders``, less the samples of some rooms.

    Raises FileNotFoundError where there is none, or one that `look` has not seen.
    """
    parts: dict[str, list[NDArray[Any]]] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("chunk_*.npz"))):
        with np.load(path) as chunk, np.load(_features(path)) as features:
            kept = ~np.isin(chunk["room"], without_rooms)
            for file in (chunk, features):
                for name in file.files:
                    if name not in ("picture", "eyes"):
                        parts.setdefault(name, []).append(file[name][kept])
    if not parts:
        raise FileNotFoundError(f"expected chunks of samples in {folders[0]}; found none")
    return Pool(**{name: np.concatenate(some) for name, some in parts.items()})


def _looked(
    eyes: MobileNet, picture: NDArray[np.uint8], bed: NDArray[np.uint8]
) -> tuple[NDArray[Any], ...]:
    seen = Features(*(found.half() for found in eyes(normalised(picture))))
    plain = pooled(seen.s16.float(), bed_cells(bed))
    return seen.s8.numpy(), seen.s16.numpy(), plain.numpy()


def _mark(eyes: MobileNet) -> str:
    """What tells these weights from others'."""
    mark = hashlib.sha256()
    for weight in eyes.state_dict().values():
        mark.update(weight.numpy().tobytes())
    return mark.hexdigest()


def _looked_by(kept: Path, mark: str) -> bool:
    if not kept.exists():
        return False
    with np.load(kept) as features:
        return "eyes" in features.files and str(features["eyes"]) == mark


def _features(path: Path) -> Path:
    return path.with_name(path.name.replace("chunk_", "features_"))


def _draw(task: tuple[Path, int]) -> None:
    folder, chunk = task
    numbers = range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(_stream)))
    drawn = [_stream.drawn(number) for number in numbers]
    examples = [example for example, _ in drawn]
    samples = [sample for _, sample in drawn]
    beside = _path(folder, chunk).with_suffix(".new.npz")
    np.savez(
        beside,
        picture=np.stack([s.picture for s in samples]),
        bed=np.stack([_small(s.bed) for s in samples]),
        masks=np.stack([_bytes(s) for s in samples]),
        visibility=np.array([s.visibility for s in samples]),
        presence=np.array([s.presence for s in samples], np.float32),
        posture=np.array([s.posture for s in samples]),
        room=np.array([e.room for e in examples]),
        group=np.array([e.group for e in examples]),
    )
    beside.replace(_path(folder, chunk))  # a run killed while writing leaves no half chunk


def _path(folder: Path, chunk: int) -> Path:
    return folder / f"chunk_{chunk:05}.npz"


def _small(bed: NDArray[np.uint8]) -> NDArray[Any]:
    step = INPUT_SIZE // MASK_SIZE
    return np.rint(bed.reshape(MASK_SIZE, step, MASK_SIZE, step).mean(axis=(1, 3))).astype(np.uint8)


def _bytes(sample: Sample) -> NDArray[np.uint8]:
    known = np.round(np.clip(sample.masks, 0, 1) * (UNKNOWN - 1))
    return np.where(sample.masks == IGNORE, UNKNOWN, known).astype(np.uint8)
