"""No camera is asked without a grant, and what a file or a folder gives for one."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bedcheck.errors import GrabError, GrantError
from bedcheck.history import Filters, Grant, Kind, Redeem, Store
from bedcheck.night.cameras import Failure, FakeCamera, FileCamera, HttpCamera
from tests.night.grabbing import GRANT, NOW, encoded, failure, free, soon
from tests.night.servers import serving


@pytest.fixture(scope="session")
def jpeg(bedroom: NDArray[np.uint8]) -> bytes:
    return encoded(bedroom)


# ---- grants


@pytest.fixture
def redeem(store: Store) -> Redeem:
    def redeem(grant: Grant, camera: str) -> None:
        with store.transaction() as tx:
            tx.redeem_grant(grant, camera, NOW)

    return redeem


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "night.db", create=True)


def issued(store: Store, camera: str = "c1") -> Grant:
    with store.transaction() as tx:
        return tx.issue_grant(camera, "w1", "first", NOW + timedelta(seconds=30))


@pytest.mark.parametrize("kind", ["http", "file", "fake"])
def test_no_camera_is_asked_without_a_grant(
    store: Store, redeem: Redeem, jpeg: bytes, tmp_path: Path, kind: str
) -> None:
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(jpeg)
    with serving(lambda handler: handler.reply(200, jpeg)) as server:
        looked = {
            "http": HttpCamera(camera="c1", url=server.url, redeem=redeem),
            "file": FileCamera(camera="c1", path=picture, redeem=redeem),
            "fake": FakeCamera("c1", [jpeg], redeem),
        }[kind]
        for grant, reason in (
            (GRANT, "unknown"),
            (None, "unknown"),
            (issued(store, "c2"), "other_camera"),
        ):
            with pytest.raises(GrantError) as caught:
                looked.grab(grant, soon())  # type: ignore[arg-type]
            assert caught.value.reason == reason
        assert server.requests == []
        good = issued(store)
        assert looked.grab(good, soon()).size == (640, 480)
        with pytest.raises(GrantError, match="it was used"):
            looked.grab(good, soon())
        assert len(server.requests) == (kind == "http")
    refused = list(store.rows(Filters(kinds=(Kind.GRANT_REFUSED,)), by="test"))
    assert [row.facts["reason"] for row in refused] == [
        "unknown", "unknown", "other_camera", "used",
    ]  # fmt: skip


def test_no_byte_of_a_picture_is_at_rest(store: Store, redeem: Redeem, jpeg: bytes) -> None:
    with serving(lambda handler: handler.reply(200, jpeg)) as server:
        looked = HttpCamera(camera="c1", url=server.url, redeem=redeem)
        for _ in range(3):
            looked.grab(issued(store), soon())
    store.close()
    written = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    for start in range(0, len(jpeg) - 16, 1000):
        assert jpeg[start : start + 16] not in written


def test_of_many_threads_with_one_grant_one_looks(
    store: Store, redeem: Redeem, jpeg: bytes
) -> None:
    grant = issued(store)
    looked = FakeCamera("c1", [jpeg], redeem)
    outcomes: list[str] = []

    def look() -> None:
        try:
            looked.grab(grant, soon())
            outcomes.append("looked")
        except GrantError as error:
            outcomes.append(error.reason)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["looked", *["used"] * 7]


def test_a_grant_is_not_used_up_where_no_time_was_left(store: Store, redeem: Redeem) -> None:
    looked = HttpCamera(camera="c1", url="http://127.0.0.1:1/", redeem=redeem)
    grant = issued(store)
    with pytest.raises(GrabError, match="no time was left"):
        looked.grab(grant, time.monotonic() - 1)
    with store.transaction() as tx:
        tx.redeem_grant(grant, "c1", NOW)


# ---- files


def test_a_file_and_the_newest_of_a_folder(jpeg: bytes, tmp_path: Path) -> None:
    for number, name in enumerate(("a.jpg", "c.JPG", "b.jpg")):
        size = 480 + 10 * number
        picture = encoded(np.zeros((size, 640, 3), np.uint8))
        (tmp_path / name).write_bytes(picture)
        os.utime(tmp_path / name, (1000 + number, 1000 + number))
    (tmp_path / "notes.txt").write_text("newer, and no picture")
    (tmp_path / "folder.jpg").mkdir()
    assert FileCamera(camera="c1", path=tmp_path / "c.JPG", redeem=free).grab(
        GRANT, soon()
    ).size == (640, 490)
    folder = FileCamera(camera="c1", path=tmp_path, redeem=free)
    assert folder.grab(GRANT, soon()).size == (640, 500)
    stale = FileCamera(camera="c1", path=tmp_path, redeem=free, freshness=60)
    assert failure(stale).kind == Failure.NOT_FOUND
    fresh = FileCamera(camera="c1", path=tmp_path, redeem=free, freshness=1e12)
    assert fresh.grab(GRANT, soon()).size == (640, 500)


def test_each_file_that_is_none_has_its_kind(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.jpg").write_text("Dear sir or madam")
    os.mkfifo(tmp_path / "pipe.jpg")
    with (tmp_path / "large.jpg").open("wb") as large:
        large.truncate(17 * 2**20)
    for name, kind in {
        "missing.jpg": Failure.NOT_FOUND,
        "missing/a.jpg": Failure.NOT_FOUND,
        "text.jpg/a.jpg": Failure.UNREACHABLE,
        "empty": Failure.NOT_FOUND,
        "text.jpg": Failure.NOT_A_PICTURE,
        "pipe.jpg": Failure.NOT_A_PICTURE,
        "large.jpg": Failure.TOO_LARGE,
    }.items():
        error = failure(FileCamera(camera="c1", path=tmp_path / name, redeem=free))
        assert error.kind == kind, name


def test_a_file_on_a_disk_that_hangs_is_given_up_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = threading.Event()
    monkeypatch.setattr(FileCamera, "_read", lambda *_: hanging.wait(30))
    begun = time.monotonic()
    error = failure(FileCamera(camera="c1", path=tmp_path / "a.jpg", redeem=free), 0.3)
    took = time.monotonic() - begun
    hanging.set()
    assert error.kind == Failure.TIMED_OUT
    assert took < 5
