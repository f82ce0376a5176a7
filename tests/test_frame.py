"""Paths and arrays become one checked frame, or one of our errors that says what to do."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bedcheck.errors import (
    EmptyPicture,
    PictureError,
    PictureTooLarge,
    PictureTooSmall,
    UnreadablePicture,
    WrongDtype,
    WrongShape,
)
from bedcheck.frame import MAX_BYTES, read
from tests.pictures import WHOLE, encode, room


def test_a_path_reads_as_its_bytes_do(tmp_path: Path) -> None:
    path = tmp_path / "säng.jpg"
    path.write_bytes(encode(room(), "JPEG"))
    for spelling in (path, str(path)):
        frame = read(spelling)
        assert frame.source == str(path)
        np.testing.assert_array_equal(frame.pixels, read(path.read_bytes()).pixels)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_kind_of_bytes_is_read(kind: type) -> None:
    assert read(kind(encode(room(), "PNG"))).size == (96, 72)


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda path: None, UnreadablePicture, "where nothing is"),
        (lambda path: path.mkdir(), UnreadablePicture, "directory"),
        (lambda path: path.write_text("Sängen är tom"), UnreadablePicture, "begins with"),
        (lambda path: path.touch(), EmptyPicture, "0 bytes"),
        (lambda path: path.symlink_to(path), UnreadablePicture, "does not open"),
    ],
    ids=["missing", "directory", "text", "empty", "loop"],
)
def test_bad_paths_are_refused_by_name(
    tmp_path: Path, make: Any, error: type[PictureError], told: str
) -> None:
    path = tmp_path / "picture.jpg"
    make(path)
    with pytest.raises(error, match=told) as caught:
        read(path)
    assert "picture.jpg" in str(caught.value)


@pytest.mark.parametrize("path", ["", "a\0b", "x" * 5000, "\udcff", "rtsp://192.0.2.1/stream"])
def test_what_cannot_be_a_path_is_refused(path: str) -> None:
    with pytest.raises(UnreadablePicture):
        read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_or_device_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(UnreadablePicture, match="regular file"):
            read(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(WHOLE["JPEG"])
    path.chmod(0)
    with pytest.raises(UnreadablePicture, match="permission"):
        read(path)


def test_permission_refused_by_the_system_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> os.stat_result:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(UnreadablePicture, match="change its rights"):
        read("picture.jpg")


def test_more_than_128_mib_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.bmp"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: takes no room
    with pytest.raises(PictureTooLarge, match="128 MiB"):
        read(path)
    with pytest.raises(PictureTooLarge, match="128 MiB"):
        read(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize("picture", [None, 7, 1.5, [[1, 2]], object(), ("a.jpg",)])
def test_what_is_no_picture_at_all_is_refused(picture: Any) -> None:
    with pytest.raises(UnreadablePicture, match=type(picture).__name__):
        read(picture)


# ---- arrays


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (room(), room()),
        (room(channels=1), room(channels=1)),
        (room(channels=1)[..., None], room(channels=1)),
        (np.dstack([room(), np.zeros((72, 96), np.uint8)]), room()),
        (room()[::-1], room()[::-1]),  # negative strides
        (room(192, 144)[::2, ::2], room(192, 144)[::2, ::2]),  # gaps
        (np.asfortranarray(room()), room()),
        (room().astype(np.uint16) << 8, room()),
        ((room().astype(np.uint16) << 8).astype(">u2"), room()),
    ],
)
def test_arrays_become_contiguous_read_only_pixels(array: Any, expected: Any) -> None:
    before = array.copy()
    frame = read(array)
    np.testing.assert_array_equal(frame.pixels, expected)
    assert (frame.source, frame.size, frame.reduced) == ("array", expected.shape[1::-1], 1)
    assert frame.pixels.dtype == np.uint8
    assert frame.pixels.flags.c_contiguous
    assert not frame.pixels.flags.writeable
    assert array.flags.writeable, "the caller's array stays the caller's"
    np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_contiguous_array_is_not_copied(channels: int) -> None:
    array = room(channels=channels)
    assert np.shares_memory(read(array).pixels, array)


@pytest.mark.parametrize(
    ("top", "given_bits", "bits"),
    [
        (0, None, 10),
        (255, None, 10),
        (1023, None, 10),
        (1024, None, 12),
        (4095, None, 12),
        (4096, None, 14),
        (16383, None, 14),
        (16384, None, 16),
        (65535, None, 16),
        (255, 8, 8),
        (255, 12, 12),  # a dark 12-bit picture stays dark
        (900, 11, 11),
    ],
)
def test_uint16_is_scaled_by_its_bits(top: int, given_bits: int | None, bits: int) -> None:
    array = np.zeros((64, 64), np.uint16)
    array[0, 0] = top
    frame = read(array, bits=given_bits)
    assert (frame.bits, frame.pixels[0, 0]) == (bits, top >> (bits - 8))


def test_an_opaque_alpha_does_not_set_the_bits() -> None:
    array = np.full((64, 64, 4), 65535, np.uint16)
    array[..., :3] = 1000
    assert read(array).bits == 10


def test_8_bit_pictures_ignore_bits() -> None:
    assert read(room(), bits=12).bits == 8
    assert read(WHOLE["JPEG"], bits=12).bits == 8


@pytest.mark.parametrize(
    ("array", "bits", "error", "told"),
    [
        (np.zeros((64, 64), np.float32), None, WrongDtype, "float32.*times 255"),
        (np.zeros((64, 64), bool), None, WrongDtype, "bool"),
        (np.zeros((64, 64), np.int16), None, WrongDtype, "int16"),
        (np.zeros((64, 64), np.int64), None, WrongDtype, "int64"),
        (np.zeros((64, 64), np.uint32), None, WrongDtype, "uint32"),
        (np.full((64, 64), None), None, WrongDtype, "object"),
        (np.full((64, 64), 1024, np.uint16), 10, WrongDtype, "0..1023.*1024"),
        (np.zeros((64, 64), np.uint8), 7, WrongDtype, "8 to 16"),
        (np.zeros((64, 64), np.uint8), 17, WrongDtype, "8 to 16"),
        (np.zeros(0, np.uint8), None, EmptyPicture, "shape"),
        (np.zeros((0, 64, 3), np.uint8), None, EmptyPicture, "shape"),
        (np.zeros((64, 64, 0), np.uint8), None, EmptyPicture, "shape"),
        (np.zeros(4096, np.uint8), None, WrongShape, "HxWx3"),
        (np.zeros((64, 64, 2), np.uint8), None, WrongShape, r"\(64, 64, 2\)"),
        (np.zeros((3, 64, 64), np.uint8), None, WrongShape, "channels last"),
        (np.zeros((1, 64, 64, 3), np.uint8), None, WrongShape, "one picture at a time"),
        (np.zeros((63, 64), np.uint8), None, PictureTooSmall, "64x63"),
        (np.zeros((64, 3, 3), np.uint8), None, PictureTooSmall, "3x64"),
        (np.broadcast_to(np.uint8(0), (10**6, 10**6)), None, PictureTooLarge, "megapixels"),
    ],
)
def test_bad_arrays_are_refused_with_what_to_do(
    array: Any, bits: int | None, error: type[PictureError], told: str
) -> None:
    with pytest.raises(error, match=told):
        read(array, bits=bits)


# ---- frames


def test_a_frame_comes_back_unchanged() -> None:
    frame = read(room())
    assert read(frame) is frame


def test_a_frame_cannot_be_changed() -> None:
    frame = read(room())
    with pytest.raises(FrozenInstanceError):
        frame.bits = 9  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        frame.pixels[0, 0] = 0
    with pytest.raises(ValueError, match="read-only"):
        frame.luma[0, 0] = 0


def test_luma_is_bt_601_and_computed_once() -> None:
    frame = read(room())
    blue, green, red = np.moveaxis(room().astype(float), 2, 0)
    assert np.abs(frame.luma - (0.114 * blue + 0.587 * green + 0.299 * red)).max() <= 1
    assert frame.luma is frame.luma


def test_the_luma_of_a_grey_picture_is_its_pixels() -> None:
    frame = read(room(channels=1))
    assert frame.luma is frame.pixels


def test_many_threads_read_at_once() -> None:
    barrier = threading.Barrier(4)
    expected = read(WHOLE["JPEG"]).pixels

    def work(_: int) -> bool:
        barrier.wait()
        return all(np.array_equal(read(WHOLE["JPEG"]).pixels, expected) for _ in range(20))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
