"""Whatever comes in: a sound frame or one of our errors, nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from bedcheck.errors import (
    PictureError,
    TruncatedPicture,
    UnreadablePicture,
)
from bedcheck.frame import Frame, read
from tests.pictures import WHOLE, encode, held, room


def outcome(picture: Any, bits: int | None = None) -> Frame | PictureError:
    """The sound frame or the error that reading gives; anything else fails the test."""
    try:
        frame = read(picture, bits=bits)
    except PictureError as error:
        return error
    height, width = frame.pixels.shape[:2]
    assert frame.pixels.dtype == np.uint8
    assert frame.pixels.shape in ((height, width), (height, width, 3))
    assert (width, height) == tuple(-(-side // frame.reduced) for side in frame.size)
    return frame


MAGIC = [b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"BM"]
MAGIC += [b"RIFF\x10\0\0\0WEBPVP8 ", b"RIFF\x10\0\0\0WEBPVP8X", b"RIFF\x10\0\0\0WEBPVP8L"]


@given(magic=st.sampled_from(MAGIC), data=st.binary(max_size=300))
def test_arbitrary_bytes_give_a_frame_or_one_of_our_errors(magic: bytes, data: bytes) -> None:
    outcome(magic + data)


MODES = [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "RGBA"), ("TIFF", "RGBA")]
FILES = [*WHOLE.values(), *(encode(room(), *mode) for mode in MODES)]
FILES += [encode(room(), kind, exif=held(6)) for kind in ("JPEG", "PNG", "WEBP", "TIFF")]


@settings(max_examples=300)
@given(
    data=st.sampled_from(FILES),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_a_damaged_header_gives_a_frame_or_one_of_our_errors(
    data: bytes, changes: list[tuple[int, int]]
) -> None:
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    outcome(damaged)


@settings(max_examples=300)
@given(file=st.integers(0, len(FILES) - 1), share=st.floats(0, 1, exclude_max=True))
@example(file=0, share=0.0)
def test_a_file_cut_anywhere_is_refused_or_whole(file: int, share: float) -> None:
    data = FILES[file]
    cut = outcome(data[: int(share * len(data))])
    if isinstance(cut, Frame):
        np.testing.assert_array_equal(cut.pixels, read(data).pixels)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_at_every_byte_near_its_ends_is_refused_or_whole(kind: str) -> None:
    data = WHOLE[kind]
    whole = read(data).pixels
    for length in [*range(400), *range(len(data) - 100, len(data))]:
        cut = outcome(data[:length])
        if isinstance(cut, Frame):
            np.testing.assert_array_equal(cut.pixels, whole)
        elif length >= 12:
            assert isinstance(cut, TruncatedPicture | UnreadablePicture)


@given(
    array=hnp.arrays(
        dtype=st.one_of(hnp.scalar_dtypes(), st.just(np.dtype(np.uint8)), st.just(np.dtype(">u2"))),
        shape=st.one_of(
            hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6),
            st.tuples(st.integers(63, 66), st.integers(63, 66)),
            st.tuples(st.integers(63, 66), st.integers(63, 66), st.integers(0, 5)),
        ),
    ),
    bits=st.one_of(st.none(), st.integers(-1, 20)),
)
def test_arbitrary_arrays_give_a_frame_or_one_of_our_errors(
    array: NDArray[Any], bits: int | None
) -> None:
    outcome(array, bits)
