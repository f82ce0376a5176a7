"""Files of every format decode as Pillow decodes them, upright and with all their bits."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from bedcheck.errors import (
    PictureError,
)
from bedcheck.frame import read
from tests.pictures import encode, held, room


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("PNG", "RGB", {}),
        ("PNG", "L", {}),
        ("PNG", "1", {}),
        ("PNG", "P", {}),
        ("PNG", "P", {"transparency": b"\x00\x80"}),  # Pillow warns of this one
        ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("TIFF", "RGB", {}),
        ("TIFF", "L", {}),
        ("TIFF", "CMYK", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "RGB", {"compression": "jpeg"}),
        ("BMP", "RGB", {}),
        ("BMP", "L", {}),
        ("BMP", "P", {}),
    ],
)
def test_a_file_decodes_as_pillow_decodes_it(kind: str, mode: str, options: dict[str, Any]) -> None:
    data = encode(room(), kind, mode, **options)
    image = Image.open(io.BytesIO(data))
    image.info.pop("transparency", None)
    grey = mode in ("1", "L")
    expected = np.asarray(image.convert("L" if grey else "RGB"))
    frame = read(data)
    np.testing.assert_array_equal(frame.pixels, expected if grey else expected[..., ::-1])
    assert (frame.source, frame.size, frame.reduced, frame.bits) == ("bytes", (96, 72), 1, 8)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_dropped_not_blended(kind: str) -> None:
    picture = room()
    rgba = Image.fromarray(np.dstack([picture[..., ::-1], np.full((72, 96), 9, np.uint8)]))
    out = io.BytesIO()
    rgba.save(out, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    np.testing.assert_array_equal(read(out.getvalue()).pixels, picture)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_is_turned_upright(kind: str, orientation: int) -> None:
    data = encode(room(), kind, exif=held(orientation))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    frame = read(data)
    np.testing.assert_array_equal(frame.pixels, np.asarray(expected)[..., ::-1])
    assert frame.size == expected.size
    assert frame.pixels.flags.c_contiguous


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\x08\0\0\0",  # the directory is missing
        b"Exif\0\0II*\0\xff\xff\xff\xff",  # it is elsewhere
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01",  # it ends early
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0",  # turned by "9"
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x09\xff\0\0\0",  # nine values, nowhere
        b"nonsense",
    ],
)
def test_damaged_exif_leaves_a_jpeg_as_it_lies_without_a_warning(exif: bytes) -> None:
    assert read(encode(room(), "JPEG", exif=exif)).size == (96, 72)


@pytest.mark.parametrize(
    ("size", "reduced", "decoded"),
    [
        ((1280, 720), 1, (1280, 720)),
        ((1919, 64), 1, (1919, 64)),
        ((1920, 1080), 2, (960, 540)),
        ((1081, 1921), 2, (541, 961)),  # odd sides are rounded up
        ((3839, 64), 2, (1920, 32)),
        ((3840, 64), 4, (960, 16)),
        ((7680, 64), 8, (960, 8)),
        ((16000, 64), 8, (2000, 8)),  # the decoder can do no more
    ],
)
def test_a_large_jpeg_is_decoded_smaller(
    size: tuple[int, int], reduced: int, decoded: tuple[int, int]
) -> None:
    frame = read(encode(room(*size), "JPEG"))
    assert (frame.size, frame.reduced) == (size, reduced)
    assert frame.pixels.shape == (decoded[1], decoded[0], 3)
    whole = cv2.resize(room(*size), decoded, interpolation=cv2.INTER_AREA)
    assert np.mean(cv2.absdiff(whole, np.asarray(frame.pixels))) < 3


def test_other_formats_are_not_reduced() -> None:
    assert read(encode(room(1920, 64), "PNG")).pixels.shape == (64, 1920, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    first, second = room(), 255 - room()
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    later = Image.fromarray(np.ascontiguousarray(second[..., ::-1]))
    data = encode(first, kind, save_all=True, append_images=[later], **options)
    np.testing.assert_array_equal(read(data).pixels, first)


@pytest.mark.parametrize("ending", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("given_bits", "bits"), [(None, 12), (12, 12), (16, 16)])
def test_files_of_16_bits_keep_them_until_they_are_scaled(
    ending: str, channels: int, given_bits: int | None, bits: int
) -> None:
    deep = room(channels=channels).astype(np.uint16) << 4  # a 12-bit sensor
    deep.flat[0] = 4095
    data = cv2.imencode(ending, deep)[1].tobytes()
    frame = read(data, bits=given_bits)
    np.testing.assert_array_equal(frame.pixels, deep >> (bits - 8))
    assert frame.bits == bits


def test_a_16_bit_colour_png_cut_within_its_last_bytes_is_refused() -> None:
    """Pillow has all its pixels by then, cut to 8 bits; OpenCV does not: they must agree."""
    data = cv2.imencode(".png", room().astype(np.uint16) << 4)[1].tobytes()
    for short in range(1, 20):
        with pytest.raises(PictureError):
            read(data[:-short])


def test_the_name_of_a_file_says_nothing_of_its_format(tmp_path: Path) -> None:
    path = tmp_path / "really_a.jpg"
    path.write_bytes(encode(room(), "PNG"))
    np.testing.assert_array_equal(read(path).pixels, room())
