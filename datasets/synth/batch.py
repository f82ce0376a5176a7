"""Rooms by the hundred: one process a core, resumed where it was stopped."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from pathlib import Path
from typing import Any

from datasets.manifest import write
from datasets.synth.bodies import Library, load
from datasets.synth.clip import record_clip
from datasets.synth.record import FACTS, folder, record, rows

__all__ = ["check_installed", "missing", "render", "render_clips", "write_manifest", "write_sheet"]

MANIFEST = "manifest.csv"
OFTEN = 15  # rooms after which the manifest is written anew

_library: Library | None = None


def check_installed() -> None:
    """Raise ModuleNotFoundError for the first library of the extra `synth` that is missing."""
    for name in ("embreex", "numba", "scipy"):
        import_module(name)


def missing(out: Path, seeds: range) -> list[int]:
    """Seeds whose rooms are not there yet."""
    return [seed for seed in seeds if not (out / folder(seed) / FACTS).exists()]


def render(
    out: Path, seeds: list[int], views: int, bodies: Path, workers: int
) -> Iterator[tuple[int, int]]:
    """Render the rooms of ``seeds``; gives seed and pictures of each as it is done.

    Stopped at any moment, it leaves whole rooms and their manifest, and goes on with the others.
    """
    try:
        for number, done in enumerate(_shared(_room, seeds, (views, out), bodies, workers)):
            yield done
            if number % OFTEN == OFTEN - 1:
                write_manifest(out)
    finally:
        write_manifest(out)


def render_clips(out: Path, seeds: range, bodies: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Render the clips of ``seeds``; gives seed and frames of each, 0 where it was there."""
    yield from _shared(_clip, list(seeds), (out,), bodies, workers)


def _shared(
    make: Callable[..., int], seeds: list[int], more: tuple[Any, ...], bodies: Path, workers: int
) -> Iterator[tuple[int, int]]:
    """``make(seed, *more)`` for each seed, one process a core."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    more[-1].mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start, (bodies,)) as pool:
        waiting = {pool.submit(make, seed, *more): seed for seed in seeds}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)  # a room half done is finished


def write_manifest(out: Path) -> int:
    """Write the manifest of all whole rooms; gives its number of rows."""
    found = rows(out)
    part = out / f".{MANIFEST}"
    write(part, found)
    part.replace(out / MANIFEST)
    return len(found)


def write_sheet(out: Path, most: int = 60, columns: int = 6) -> Path:
    """Draw pictures of all rooms, ``most`` of them evenly chosen, into one file."""
    import cv2

    from datasets.synth.sheet import sheet

    found = rows(out)
    paths = sorted({row.path for row in found})
    chosen = set(paths[:: max(1, -(-len(paths) // most))])
    file = out / "sheet.png"
    cv2.imwrite(str(file), sheet(out, [row for row in found if row.path in chosen], columns))
    return file


def _start(bodies: Path) -> None:
    global _library
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is asked to stop, and tells
    cv2.setNumThreads(1)
    _library = load(bodies)


def _room(seed: int, views: int, out: Path) -> int:
    assert _library is not None
    return record(seed, views, out, _library)


def _clip(seed: int, out: Path) -> int:
    assert _library is not None
    return record_clip(seed, out, _library)
