"""What the first bytes of a picture file say, read before anything is decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from PIL import TiffTags

from bedcheck.errors import PictureTooLarge, PictureTooSmall

__all__ = [
    "MAX_PIXELS",
    "MIN_SIDE",
    "check_size",
    "claimed_size",
    "exif_orientation",
    "format_of",
    "tiff_tags",
]

MIN_SIDE = 64  # pixels; a bed in fewer shows nothing of a person
MAX_PIXELS = 64_000_000

SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"BM", "BMP"),
)

TIFF_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of one value, by a TIFF tag's type."""
TIFF_NUMBERS = {3, 4, 5, 8, 9, 10, 11, 12}


def check_size(width: int, height: int, source: str) -> None:
    """Raise `PictureTooLarge` or `PictureTooSmall` unless the size in pixels is one we judge."""
    if width * height > MAX_PIXELS:
        raise PictureTooLarge(
            f"{source}: expected at most {MAX_PIXELS // 10**6} megapixels, "
            f"got {width}x{height}: make it smaller first"
        )
    if min(width, height) < MIN_SIDE:
        raise PictureTooSmall(
            f"{source}: expected sides of at least {MIN_SIDE} pixels, got {width}x{height}: "
            "give the camera's own picture, not a thumbnail"
        )


def format_of(data: bytes) -> str | None:
    """JPEG, PNG, WEBP, TIFF or BMP by the file's signature; None: none of them."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((name for sign, name in SIGNATURES if data.startswith(sign)), None)


def claimed_size(data: bytes, kind: str) -> tuple[int, int] | None:
    """(width, height) in pixels that a PNG, WebP or TIFF claims; None for other formats.

    Raises `struct.error`, `EOFError`, `KeyError` or `ValueError` where the header
    is cut short or damaged.
    """
    if kind == "PNG":
        return _png_size(data)
    if kind == "WEBP":
        return _webp_size(data)
    if kind == "TIFF":
        tags = tiff_tags(data)
        return tags[256], tags[257]
    return None


def _png_size(data: bytes) -> tuple[int, int]:
    """Source: PNG specification 3rd edition, 11.2.1 (IHDR) and 11.3.6.1 (acTL)."""
    width, height = struct.unpack_from(">II", data, 16)
    animations = data[: max(data.find(b"IDAT"), 0)].split(b"acTL")[1:]
    if len(animations) > 1 or (animations and not 0 < int.from_bytes(animations[0][:4]) < 2**31):
        raise ValueError("its animation chunk")  # Pillow would go on, and warn
    return width, height


def _webp_size(data: bytes) -> tuple[int, int]:
    """Source: WebP container specification, and RFC 6386 section 9.1 for VP8."""
    if data[12:16] == b"VP8X":
        low, mid, high = struct.unpack_from("<HHH", data, 24)
        return (low | (mid & 0xFF) << 16) + 1, (mid >> 8 | high << 8) + 1
    if data[12:16] == b"VP8L":
        (packed,) = struct.unpack_from("<I", data, 21)
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _tiff_entries(data: bytes) -> Iterator[tuple[int, int, int, int | None]]:
    """(tag, type, count, value) of the first directory of a TIFF or EXIF block.

    The value is the first one of SHORT and LONG tags, 0 for other types, and
    None where the tag's values lie beyond the end. Source: TIFF 6.0, section 2.
    """
    order = "<" if data[:2] == b"II" else ">"
    (start,) = struct.unpack_from(order + "I", data, 4)
    (entries,) = struct.unpack_from(order + "H", data, start)
    for at in range(start + 2, start + 2 + 12 * entries, 12):
        tag, kind, count, offset = struct.unpack_from(order + "HHII", data, at)
        nbytes = count * TIFF_BYTES.get(kind, 0)
        if nbytes > 4 and offset + nbytes > len(data):
            yield tag, kind, count, None
        elif kind in (3, 4) and count:
            where = offset if nbytes > 4 else at + 8
            (value,) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, where)
            yield tag, kind, count, value
        else:
            yield tag, kind, count, 0


def tiff_tags(data: bytes) -> dict[int, int]:
    """First value of each tag in the first directory of a TIFF; 0 for other than SHORT and LONG.

    Raises `EOFError` or `struct.error` when the directory or a tag's values lie
    beyond the end, `ValueError` when a tag that stands for one value has more:
    Pillow would go on, and warn.
    """
    tags: dict[int, int] = {}
    for tag, kind, count, value in _tiff_entries(data):
        if value is None:
            raise EOFError(f"tag {tag} lies beyond the end")
        if kind in TIFF_NUMBERS and count != 1 and TiffTags.lookup(tag).length == 1:
            raise ValueError(f"tag {tag} has {count} values")
        tags[tag] = value
    return tags


def exif_orientation(exif: bytes) -> int:
    """How an EXIF block says the camera was held, 1..8; 1 where it says nothing sound."""
    try:
        entries = _tiff_entries(exif.removeprefix(b"Exif\0\0"))
        orientation = next((value for tag, _, _, value in entries if tag == 274), 1) or 1
    except struct.error:
        return 1
    return orientation if orientation in range(1, 9) else 1
