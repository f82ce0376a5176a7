"""Any picture (path, bytes or array) becomes one checked `Frame`, or an error that says why."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.codec import decode
from bedcheck.errors import (
    EmptyPicture,
    PictureTooLarge,
    UnreadablePicture,
    WrongDtype,
    WrongShape,
)
from bedcheck.header import check_size

__all__ = ["MAX_BYTES", "Frame", "Picture", "read"]

MAX_BYTES = 128 * 2**20  # of a file or of bytes

Picture = str | os.PathLike[str] | bytes | bytearray | memoryview | NDArray[Any]
"""What `read` takes: a path, an encoded file's bytes, or an array."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """One picture, checked, upright and in 8 bits."""

    pixels: NDArray[np.uint8]  # HxWx3 BGR or HxW grey, 0..255; C-contiguous, read-only
    source: str  # the path, "bytes" or "array"
    size: tuple[int, int]  # (width, height) in pixels as it came, upright
    reduced: int  # 1, 2, 4 or 8: how many times smaller a JPEG was decoded
    bits: int  # 8..16: bits a sample as it came

    @cached_property
    def luma(self) -> NDArray[np.uint8]:
        """Brightness, HxW uint8, read-only (ITU-R BT.601); a grey picture's own pixels."""
        if self.pixels.ndim == 2:
            return self.pixels
        luma = np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_BGR2GRAY), np.uint8)
        luma.flags.writeable = False
        return luma


def read(picture: Picture | Frame, *, bits: int | None = None) -> Frame:
    """Read one picture; a `Frame` comes back unchanged.

    Parameters
    ----------
    picture:
        A path; the bytes of a JPEG, PNG, WebP, TIFF or BMP file (128 MiB at
        most); or an array, HxW or HxWx1 grey, HxWx3 BGR or HxWx4 BGRA, uint8 or
        uint16. Alpha is dropped, not blended. Of an animation the first frame is
        taken. EXIF orientation is applied to files. A JPEG whose long side is
        1920 pixels or more is decoded 2, 4 or 8 times smaller, to 960 at least.
        A contiguous uint8 BGR or grey array is not copied: the frame is a
        read-only view, so do not write to yours while the frame is in use.
    bits:
        Bits a sample, 8..16, of 16-bit pictures (a 12-bit sensor writes 0..4095
        into uint16); None: the smallest of 10, 12, 14 and 16 that holds the
        largest value. 8-bit pictures ignore it.

    Raises
    ------
    PictureError
        Always one of its subclasses; see `bedcheck.errors`. A file that ends early
        is refused as a whole.
    """
    if isinstance(picture, Frame):
        return picture
    if bits is not None and bits not in range(8, 17):
        raise WrongDtype(f"expected bits from 8 to 16, got {bits!r}: give the sensor's bits")
    if isinstance(picture, np.ndarray):
        return _from_array(picture, bits)
    if isinstance(picture, bytes | bytearray | memoryview):
        size = memoryview(picture).nbytes
        if size > MAX_BYTES:
            raise _too_many_bytes("bytes", size)
        return _from_bytes(bytes(picture), "bytes", bits)
    if isinstance(picture, str | os.PathLike):
        source = os.fsdecode(picture)
        return _from_bytes(_contents(source), source, bits)
    raise UnreadablePicture(
        f"expected a path, bytes or a numpy array, got {type(picture).__name__}: convert it "
        "(an image object: to an array in the order blue, green, red)"
    )


def _from_array(array: NDArray[Any], bits: int | None) -> Frame:
    if array.size == 0:
        raise EmptyPicture(f"array: expected pixels, got shape {array.shape}: fetch it again")
    if array.dtype.kind != "u" or array.dtype.itemsize > 2:
        raise WrongDtype(
            f"array: expected uint8 or uint16, got {array.dtype}: convert it from its true "
            "range (floats in 0..1: times 255, rounded)"
        )
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        first = array.ndim == 3 and array.shape[0] in (1, 3, 4)
        raise WrongShape(
            f"array: expected HxW, HxWx3 (BGR) or HxWx4 (BGRA), got shape {array.shape}: "
            + ("put its channels last" if first else "give one picture at a time")
        )
    height, width = array.shape[:2]
    check_size(width, height, "array")
    return _frame(array, "array", (width, height), 1, bits)


def _from_bytes(data: bytes, source: str, bits: int | None) -> Frame:
    decoded = decode(data, source)
    return _frame(decoded.samples, source, decoded.size, decoded.reduced, bits)


def _frame(
    samples: NDArray[Any], source: str, size: tuple[int, int], reduced: int, bits: int | None
) -> Frame:
    if samples.ndim == 3 and samples.shape[2] == 1:
        samples = samples[:, :, 0]
    elif samples.ndim == 3 and samples.shape[2] == 4:
        samples = samples[:, :, :3]  # first: an alpha of 65535 is no sample of the sensor
    samples, bits = _to_8_bits(samples, source, bits)
    pixels = np.ascontiguousarray(samples).view()
    pixels.flags.writeable = False  # of the view; the caller's array stays as it was
    return Frame(pixels=pixels, source=source, size=size, reduced=reduced, bits=bits)


def _to_8_bits(
    samples: NDArray[Any], source: str, bits: int | None
) -> tuple[NDArray[np.uint8], int]:
    """Samples of uint8 or uint16, in any byte order, as uint8; and the bits they came in."""
    if samples.dtype.itemsize == 1:
        return samples, 8
    top = int(samples.max())
    if bits is None:
        bits = next(b for b in (10, 12, 14, 16) if top < 2**b)
    elif top >= 2**bits:
        raise WrongDtype(
            f"{source}: expected values of {bits} bits (0..{2**bits - 1}), got {top}: "
            "give the sensor's true bits, or none to have them found"
        )
    return (samples >> (bits - 8)).astype(np.uint8), bits


def _contents(path: str) -> bytes:
    """The bytes of one regular file; a pipe or a device would block or never end."""
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadablePicture(
                f"{path}: expected a picture file, got a directory: name the files in it"
            )
        if not stat.S_ISREG(status.st_mode):
            raise UnreadablePicture(
                f"{path}: expected a regular file, got a pipe or device: save the picture first"
            )
        if status.st_size > MAX_BYTES:
            raise _too_many_bytes(path, status.st_size)
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES)
    except FileNotFoundError:
        raise UnreadablePicture(
            f"{path}: expected a picture file, got a path where nothing is: check the spelling"
        ) from None
    except PermissionError:
        raise UnreadablePicture(
            f"{path}: expected a file that may be read, got no permission: change its rights"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a path that cannot be one
        raise UnreadablePicture(
            f"{path!r}: expected a picture file, got a path that does not open: {error}"
        ) from error


def _too_many_bytes(source: str, size: int) -> PictureTooLarge:
    return PictureTooLarge(
        f"{source}: expected at most {MAX_BYTES // 2**20} MiB, got {size / 2**20:.0f} MiB: "
        "save it smaller or compressed"
    )
