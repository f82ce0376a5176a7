"""The bytes of a picture file become upright samples, or an error that says why not.

Pillow reads, decodes and finds truncation. Its plugins are used by class and
not through ``Image.open``, which imports forty others at the sight of a text
file and warns of sizes that are refused here anyway.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bedcheck.errors import (
    EmptyPicture,
    PictureError,
    TruncatedPicture,
    UnreadablePicture,
    WrongDtype,
)
from bedcheck.header import check_size, claimed_size, exif_orientation, format_of, tiff_tags

__all__ = ["Decoded", "decode"]

REDUCE_FROM = 1920  # a JPEG whose long side is at least this is decoded smaller,
REDUCE_TO = 960  # so that its long side keeps at least this many pixels


@dataclass(frozen=True, kw_only=True, eq=False)
class Decoded:
    """What was in a file, turned upright."""

    samples: NDArray[Any]  # HxW grey, HxWx3 BGR or HxWx4 BGRA, uint8 or uint16
    size: tuple[int, int]  # (width, height) in the file, upright
    reduced: int  # 1, 2, 4 or 8: how many times smaller it was decoded


def decode(data: bytes, source: str) -> Decoded:
    """Decode a JPEG, PNG, WebP, TIFF or BMP file; of an animation the first frame.

    ``source`` names the file in messages. Raises `EmptyPicture`,
    `UnreadablePicture`, `TruncatedPicture`, `PictureTooSmall`,
    `PictureTooLarge` or, for 32 bits a sample, `WrongDtype`.
    """
    if not data:
        raise EmptyPicture(f"{source}: expected a picture, got 0 bytes: fetch it again")
    kind = format_of(data)
    if kind is None:
        raise UnreadablePicture(
            f"{source}: expected a JPEG, PNG, WebP, TIFF or BMP file, got one that begins "
            f"with {data[:8]!r}: save the picture in one of these formats"
        )
    if ImageFile.LOAD_TRUNCATED_IMAGES:
        raise UnreadablePicture(
            f"{source}: expected Pillow to refuse files that end early, but this process has "
            "set PIL.ImageFile.LOAD_TRUNCATED_IMAGES: set it to False"
        )
    reader = _Reader(data)
    try:
        return _decode(data, kind, reader, source)
    except PictureError:
        raise
    except Exception as error:  # a damaged file can fail anywhere inside a decoder
        if reader.ended or isinstance(error, EOFError):
            raise TruncatedPicture(
                f"{source}: expected a whole {kind}, got one that ends early, after "
                f"{len(data)} bytes: fetch it again"
            ) from error
        raise UnreadablePicture(
            f"{source}: expected a whole {kind}, got a damaged one ({error}): fetch it again"
        ) from error


class _Reader(io.BytesIO):
    """Bytes that remember whether more was asked for than there was."""

    ended = False

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        # Decoders ask for whole blocks and stop at the picture's end: a short
        # block says nothing, a short header field or nothing at all does.
        wanted = -1 if size is None else size
        if (not data and wanted != 0) or len(data) < wanted < ImageFile.MAXBLOCK:
            self.ended = True
        return data


class _Jpeg(JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Do nothing: Pillow would warn here of damaged EXIF, and the dpi tell nothing."""


PLUGINS: Mapping[str, type[ImageFile.ImageFile]] = {
    "BMP": BmpImageFile,
    "JPEG": _Jpeg,
    "PNG": PngImageFile,
    "TIFF": TiffImageFile,
    "WEBP": WebPImageFile,
}


def _decode(data: bytes, kind: str, reader: _Reader, source: str) -> Decoded:
    # Some plugins claim memory, or warn, on opening: our limits come first.
    if claimed := claimed_size(data, kind):
        check_size(*claimed, source)
    if kind == "WEBP" and int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise EOFError("shorter than its header says")
    with PLUGINS[kind](reader) as image:
        size = image.size
        check_size(*size, source)
        reduced = 1
        if kind == "JPEG" and max(size) >= REDUCE_FROM:
            reduced = next(by for by in (8, 4, 2) if max(size) // by >= REDUCE_TO)
            image.draft(image.mode, (size[0] // reduced, size[1] // reduced))
        image.load()  # raises when the file ends early
        samples = _colour_16(image, kind, data)
        if samples is None:
            samples = _samples(image, source)
        if kind == "TIFF":  # Pillow has turned it
            return Decoded(samples=samples, size=image.size, reduced=1)
        orientation = exif_orientation(image.info.get("exif", b""))
    upright = (size[1], size[0]) if orientation >= 5 else size
    return Decoded(samples=TURNS[orientation](samples), size=upright, reduced=reduced)


def _samples(image: ImageFile.ImageFile, source: str) -> NDArray[Any]:
    """Samples of a loaded image: grey HxW uint8 or uint16, or HxWx3 BGR uint8."""
    width, height = image.size
    mode = image.mode
    if mode.startswith("I;16"):
        return np.asarray(image)
    if mode in ("I", "F"):
        raise WrongDtype(
            f"{source}: expected unsigned samples of 8 or 16 bits, got signed, float or 32 bits: "
            "save it with 8 or 16"
        )
    image.info.pop("transparency", None)  # alpha is dropped; converting it would warn
    if mode in ("1", "L", "LA"):
        return np.asarray(image.convert("L"))
    rgb = image if mode in ("RGB", "RGBA") else image.convert("RGB")
    # Pillow keeps RGB in four bytes: handing all four over is the cheapest way out.
    four = np.frombuffer(rgb.tobytes("raw", "RGBX" if rgb.mode == "RGB" else "RGBA"), np.uint8)
    return cv2.cvtColor(four.reshape(height, width, 4), cv2.COLOR_RGBA2BGR)


def _colour_16(image: ImageFile.ImageFile, kind: str, data: bytes) -> NDArray[Any] | None:
    """Colour of 16 bits, which Pillow would cut to 8, by OpenCV; None: there is none."""
    tags = tiff_tags(data) if kind == "TIFF" else {}
    depth = data[24] if kind == "PNG" else tags.get(258)  # None: not a TIFF either
    if depth != 16 or image.mode not in ("RGB", "RGBA", "LA"):
        return None
    if tags.get(284) == 2:  # OpenCV takes the planes for one
        raise ValueError("its 16 bits of colour lie in separate planes")
    samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype != np.uint16 or samples.shape[:2] != image.size[::-1]:
        raise ValueError("its 16 bits of colour do not decode")
    return samples


TURNS: Mapping[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: p[::-1].swapaxes(0, 1),
    7: lambda p: p[::-1, ::-1].swapaxes(0, 1),
    8: lambda p: p[:, ::-1].swapaxes(0, 1),
}
"""What makes a picture upright, by EXIF orientation (EXIF 2.32, tag 0x0112)."""
