"""Files that are cut short, damaged or too large are refused, and the message says what to do."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
from PIL import Image, ImageFile

from bedcheck.errors import (
    EmptyPicture,
    PictureError,
    PictureTooLarge,
    PictureTooSmall,
    TruncatedPicture,
    UnreadablePicture,
    WrongDtype,
)
from bedcheck.frame import read
from tests.pictures import WHOLE, chunk, encode, png, room


@pytest.mark.parametrize(
    ("data", "error", "told"),
    [
        (b"", EmptyPicture, "0 bytes"),
        (b"not a picture", UnreadablePicture, "JPEG, PNG, WebP, TIFF or BMP"),
        (b"<svg></svg>", UnreadablePicture, "one of these formats"),
        (b"GIF89a" + bytes(99), UnreadablePicture, "GIF89a"),
        (b"BMW is a make of cars", PictureError, "whole BMP"),
        (png(96, 72, chunk(b"IDAT", b"not zlib")), UnreadablePicture, "damaged"),
        (WHOLE["JPEG"][:200] + WHOLE["JPEG"][250:], UnreadablePicture, "damaged"),
        (WHOLE["JPEG"][:-1], TruncatedPicture, "fetch it again"),
        (WHOLE["JPEG"][:100], TruncatedPicture, "ends early"),
        (WHOLE["PNG"][:-40], TruncatedPicture, "ends early"),
        (WHOLE["WEBP"][:-2], TruncatedPicture, "ends early"),
        (WHOLE["TIFF"][:99], TruncatedPicture, "ends early"),
        (WHOLE["BMP"][:-1], TruncatedPicture, "ends early"),
        (encode(room(), "TIFF", compression="tiff_lzw")[:-600], PictureError, "fetch it again"),
        (encode(room(), "TIFF", "F"), WrongDtype, "8 or 16 bits"),
        (encode(room(), "TIFF", "I"), WrongDtype, "8 or 16 bits"),
        (encode(room(63, 64), "PNG"), PictureTooSmall, "63x64"),
        (encode(room(64, 63), "JPEG"), PictureTooSmall, "64x63"),
        (encode(room(), "JPEG")[:2], UnreadablePicture, "begins with"),
    ],
)
def test_bad_bytes_are_refused_with_what_to_do(
    data: bytes, error: type[PictureError], told: str
) -> None:
    with pytest.raises(error, match=told):
        read(data)


def webp_claiming(width: int, height: int) -> bytes:
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sizes + bytes(64)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff_claiming(width: int, height: int) -> bytes:
    small = WHOLE["TIFF"]
    for tag, was, now in ((256, 96, width), (257, 72, height)):
        entry = struct.pack("<HHI", tag, 4, 1)
        short = struct.pack("<HHI", tag, 3, 1)
        at = max(small.find(entry), small.find(short))
        assert struct.unpack_from("<I", small, at + 8) == (was,)
        small = small[:at] + entry + struct.pack("<I", now) + small[at + 12 :]
    return small


def bmp_claiming(width: int, height: int) -> bytes:
    return WHOLE["BMP"][:18] + struct.pack("<ii", width, height) + WHOLE["BMP"][26:]


def jpeg_claiming(width: int, height: int) -> bytes:
    at = WHOLE["JPEG"].index(b"\xff\xc0") + 5
    return WHOLE["JPEG"][:at] + struct.pack(">HH", height, width) + WHOLE["JPEG"][at + 4 :]


@pytest.mark.parametrize(
    "data",
    [
        png(100_000, 100_000, chunk(b"IDAT", zlib.compress(bytes(1000)))),
        png(100_000, 100_000),
        png(8001, 8000, chunk(b"IDAT", zlib.compress(b""))),
        jpeg_claiming(65_000, 65_000),
        webp_claiming(16_000, 16_000),
        tiff_claiming(100_000, 100_000),
        bmp_claiming(100_000, 100_000),
    ],
    ids=["png", "png without data", "just over", "jpeg", "webp", "tiff", "bmp"],
)
def test_over_64_megapixels_are_refused_before_decoding(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(PictureTooLarge, match="64 megapixels"):
        read(data)


def test_pillows_own_limits_do_not_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for data in WHOLE.values():
        with contextlib.suppress(PictureError):
            read(data)


def test_where_pillow_is_told_to_mend_files_nothing_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for data in (WHOLE["JPEG"], WHOLE["JPEG"][:-100]):
        with pytest.raises(UnreadablePicture, match="LOAD_TRUNCATED_IMAGES"):
            read(data)


@pytest.mark.parametrize("frames", [0, 2**31])
def test_a_png_with_a_damaged_animation_is_refused_without_a_warning(frames: int) -> None:
    control = chunk(b"acTL", struct.pack(">II", frames, 0))
    rows = zlib.compress(bytes((1 + 3 * 96) * 72))
    with pytest.raises(UnreadablePicture, match="damaged"):
        read(png(96, 72, control, chunk(b"IDAT", rows)))
