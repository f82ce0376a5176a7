"""Peers run in an interpreter of their own; one that has none, or dies, is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import peer_worker, peers
from benchmarks.peers import Peer, Peers
from benchmarks.pictures import bedroom, jpeg

ANSWERING = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if not request:
        print(json.dumps([{"name": "other", "version": "1.2"}]), flush=True)
    else:
        times = [float(request["threads"])] * request["rounds"]
        print(json.dumps({"wall": times, "cpu": times}), flush=True)
"""


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the worker, which has one peer and answers at once."""
    path = tmp_path / "worker.py"
    path.write_text(ANSWERING)
    monkeypatch.setattr(peers, "WORKER", path)
    return path


def test_without_an_interpreter_there_are_no_peers() -> None:
    with Peers(None) as none:
        assert none.found == ()


def test_an_interpreter_without_peers_has_none() -> None:
    with Peers(Path(sys.executable)) as none:
        assert none.found == ()


def test_a_peer_is_timed_in_its_own_process(worker: Path) -> None:
    with Peers(Path(sys.executable)) as some:
        assert some.found == (Peer(name="other", version="1.2"),)
        times = some.time(some.found[0], Path("picture.npy"), threads=2, rounds=3)
    assert times.wall == times.cpu == [2.0, 2.0, 2.0]


def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no-python"):
        Peers(tmp_path / "no-python")


def test_a_worker_that_ends_is_told(worker: Path) -> None:
    worker.write_text("")
    with pytest.raises(RuntimeError, match="but it ended"):
        Peers(Path(sys.executable))


@pytest.mark.parametrize("ending", ["npy", "jpg"])
def test_the_worker_gives_a_peer_the_whole_picture(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, path = bedroom(96, 72), tmp_path / f"picture.{ending}"
    if ending == "npy":
        np.save(path, picture)
    else:
        path.write_bytes(jpeg(picture))
    seen: list[Any] = []
    monkeypatch.setattr(peer_worker, "judge", lambda peer, threads: seen.append)
    times = peer_worker.timed("other", str(path), threads=1, rounds=4)
    assert len(times["wall"]) == len(times["cpu"]) == len(seen) == 4
    assert all(np.mean(np.abs(each.astype(float) - picture)) < 4 for each in seen)
