"""From picture to verdict: how long each stage takes, beside other tools in the same run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import bedcheck
from bedcheck.detector import Detector
from bedcheck.placement import Placement
from benchmarks.environment import Environment
from benchmarks.peers import Peer, Peers
from benchmarks.pictures import BED, bedroom, jpeg
from benchmarks.report import Report, Row, write
from benchmarks.startup import PHASES, Startup, startup
from benchmarks.timing import Times, clocked, staged

__all__ = ["SIZES", "run"]

SIZES = ((640, 480), (1280, 720), (1920, 1080))
SOURCES = ("array", "bytes")
THREADS = (1, 2)
PLACEMENTS = ("polygon", "reference", "none")
BLOCK = 5  # rounds of one contender before the next has its turn
PEERS_PYTHON = "BEDCHECK_PEERS_PYTHON"

Case = tuple[tuple[int, int], str, int]  # size, source, threads


def run(
    out: Path = Path("benchmarks/results"),
    *,
    rounds: int = 50,
    warmup: int = 5,
    sizes: Sequence[tuple[int, int]] = SIZES,
    sources: Sequence[str] = SOURCES,
    threads: Sequence[int] = THREADS,
    placements: Sequence[str] = PLACEMENTS,
    processes: int = 5,
    weights: Path | None = None,
    peers_python: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Measure latency, start-up and peak memory; write a CSV and a plot into ``out``.

    Every case (size, source, threads) is measured in blocks of five rounds, in
    which each contender has its turn: Bedcheck with a bed's polygon, with a
    reference to register against and with neither, and each peer. So what else
    the machine does falls on all of them.

    Parameters
    ----------
    out:
        Folder for the results; made where it is missing. The files are named
        after network, dtype, version and processor; those of an earlier run of
        the same are replaced.
    rounds, warmup:
        Measured and unmeasured verdicts of each contender in each case.
    sizes, sources, threads, placements:
        What is varied: (width, height) in pixels; "array" or "bytes" (JPEG);
        threads of OpenCV and onnxruntime; "polygon", "reference" or "none".
    processes:
        Fresh interpreters started for start-up time and peak memory.
    weights:
        Folder of the network; by default the one that ships.
    peers_python:
        Interpreter of the environment that has the peers; by default
        ``BEDCHECK_PEERS_PYTHON``, and without it no peer is run.
    progress:
        Told (cases done, cases in all).

    Raises
    ------
    NetworkError
        The weights are missing or damaged.
    RuntimeError
        The peers' interpreter cannot run them.
    """
    environment = Environment.here()
    if peers_python is None and os.environ.get(PEERS_PYTHON):
        peers_python = Path(os.environ[PEERS_PYTHON])
    detectors = {n: Detector(threads=n, weights=weights) for n in threads}
    cases: list[Case] = list(product(sizes, sources, threads))
    rows: list[Row] = []
    with Peers(peers_python) as peers, tempfile.TemporaryDirectory() as folder:
        versions = {peer.name: peer.version for peer in peers.found}
        for done, case in enumerate(cases):
            if progress:
                progress(done, len(cases))
            with _opencv_threads(case[2]):
                contenders = _contenders(case, detectors[case[2]], placements, peers, Path(folder))
                times = _measure(contenders, rounds, warmup)
            rows += _rows(case, times, versions)
        picture = Path(folder) / "startup.jpg"
        picture.write_bytes(jpeg(bedroom(*SIZES[0])))
        rows += _startup_rows(startup(picture, weights=weights, processes=processes), processes)
    if progress:
        progress(len(cases), len(cases))
    return write(rows, environment, detectors[threads[0]].network.sheet, out)


Turn = Callable[[int], dict[str, Times]]  # rounds to times by stage


def _contenders(
    case: Case, detector: Detector, placements: Sequence[str], peers: Peers, folder: Path
) -> dict[tuple[str, str], Turn]:
    """What takes turns in one case, by (tool, placement)."""
    size, source, threads = case
    picture: bytes | NDArray[np.uint8]
    if source == "array":
        picture, path = bedroom(*size), folder / f"{size[0]}x{size[1]}.npy"
        np.save(path, picture)
    else:
        picture, path = jpeg(bedroom(*size)), folder / f"{size[0]}x{size[1]}.jpg"
        path.write_bytes(picture)

    def ours(placement: Placement | None, rounds: int) -> dict[str, Times]:
        judge = partial(detector.judge, picture, placement)
        return {"whole": clocked(judge, rounds), **staged(detector, judge, rounds)}

    def theirs(peer: Peer, rounds: int) -> dict[str, Times]:
        return {"whole": peers.time(peer, path, threads=threads, rounds=rounds)}

    turns: dict[tuple[str, str], Turn] = {
        ("bedcheck", name): partial(ours, _placement(name, size)) for name in placements
    }
    turns |= {(peer.name, ""): partial(theirs, peer) for peer in peers.found}
    return turns


def _placement(name: str, size: tuple[int, int]) -> Placement | None:
    if name == "reference":
        return Placement.fit([bedroom(*size, seed=seed) for seed in (1, 2, 3)], bed=BED)
    return Placement(bed=BED) if name == "polygon" else None


def _measure(
    contenders: dict[tuple[str, str], Turn], rounds: int, warmup: int
) -> dict[tuple[str, str, str], Times]:
    """Times by (tool, placement, stage), the contenders taking turns in blocks."""
    for turn in contenders.values():
        turn(max(warmup, 1))
    found: dict[tuple[str, str, str], Times] = {}
    for start in range(0, rounds, BLOCK):
        for name, turn in contenders.items():
            for stage, times in turn(min(BLOCK, rounds - start)).items():
                found.setdefault((*name, stage), Times()).extend(times)
    return found


def _rows(
    case: Case, times: dict[tuple[str, str, str], Times], versions: dict[str, str]
) -> Iterator[Row]:
    """Rows of one case; a ratio is a peer's p50 over Bedcheck's with a polygon."""
    (width, height), source, threads = case
    ours = times.get(("bedcheck", "polygon", "whole"))
    for (tool, placement, stage), measured in times.items():
        row: Row = {
            "tool": tool,
            "version": versions.get(tool, bedcheck.__version__),
            "source": source,
            "width": width,
            "height": height,
            "threads": threads,
            "placement": placement,
            "stage": stage,
            "rounds": len(measured.wall),
            **measured.figures(),
        }
        if ours and tool != "bedcheck":
            for clock in ("wall", "cpu"):
                column = f"{clock}_p50_ms"
                row[f"{clock}_ratio"] = measured.figures()[column] / ours.figures()[column]
        yield row


def _startup_rows(found: Startup, processes: int) -> Iterator[Row]:
    for phase in PHASES if processes else ():
        yield {
            "tool": "bedcheck",
            "version": bedcheck.__version__,
            "source": "process",
            "threads": 1,
            "stage": phase,
            "rounds": processes,
            **found.phases[phase].figures(),
            "peak_mib": found.peak if phase == PHASES[-1] else None,
        }


@contextmanager
def _opencv_threads(threads: int) -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(threads)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
