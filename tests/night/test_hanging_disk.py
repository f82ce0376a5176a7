"""A file camera whose disk hangs: given up at its deadline, with one thread left at most."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bedcheck.night.cameras import Failure, FileCamera
from bedcheck.night.cameras import files as module
from tests.night.grabbing import GRANT, encoded, failure, free, soon

PICTURE = encoded(np.random.default_rng(1).integers(0, 255, (200, 200), np.uint8), ".png")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Answers once it is set, as a network drive whose server has gone and come back."""
    answers, opened = threading.Event(), os.open

    def slow(path: Any, *args: Any, **kwargs: Any) -> int:
        answers.wait(30)
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(module.os, "open", slow)
    yield answers
    answers.set()


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("read ")]


def test_a_hanging_disk_is_given_up_at_the_deadline_and_has_one_thread(
    tmp_path: Path, disk: threading.Event
) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(PICTURE)
    camera = FileCamera(camera="c1", path=path, redeem=free)
    for _ in range(5):
        began = time.monotonic()
        error = failure(camera, 0.2)
        assert (error.kind, "the disk did not answer" in str(error)) == (Failure.TIMED_OUT, True)
        assert 0.15 < time.monotonic() - began < 0.7
        assert len(readers()) == 1
    other = FileCamera(camera="c2", path=tmp_path / "none.png", redeem=free)
    assert failure(other, 0.2).kind == Failure.TIMED_OUT
    assert len(readers()) == 2
    disk.set()  # the server is back
    assert camera.grab(GRANT, soon()).size == (200, 200)
    assert failure(other).kind == Failure.NOT_FOUND
    for thread in readers():
        thread.join(5)
    assert readers() == []


def test_two_who_read_the_same_picture_both_get_it(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(PICTURE)
    camera = FileCamera(camera="c1", path=path, redeem=free)
    sizes: list[tuple[int, int]] = []
    threads = [
        threading.Thread(target=lambda: sizes.append(camera.grab(GRANT, soon()).size))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [(200, 200)] * 8
