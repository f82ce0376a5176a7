"""Small pictures and files of every format, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def room(width: int = 96, height: int = 72, channels: int = 3) -> NDArray[np.uint8]:
    """A smooth BGR (or grey) picture that is different in every corner and channel."""
    seed = np.random.default_rng(7).integers(0, 256, (6, 8, channels), np.uint8)
    return np.asarray(cv2.resize(seed, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def encode(picture: NDArray[np.uint8], kind: str, mode: str = "RGB", **options: Any) -> bytes:
    rgb = Image.fromarray(np.ascontiguousarray(picture[..., ::-1]))
    out = io.BytesIO()
    rgb.convert(mode).save(out, kind, **options)
    return out.getvalue()


def held(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[274] = orientation
    return exif


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


WHOLE = {kind: encode(room(), kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP")}
