"""Every error that Bedcheck raises on purpose.

BedcheckError
├── PictureError             this picture cannot be judged: bring another one
│   ├── UnreadablePicture    not a picture, or not one of the formats read
│   ├── TruncatedPicture     the file ends early; the decoded part is not judged
│   ├── EmptyPicture         no bytes or no pixels
│   ├── WrongShape           not HxW, HxWx3 or HxWx4
│   ├── WrongDtype           not uint8 or uint16
│   ├── PictureTooSmall      a side under 64 pixels
│   └── PictureTooLarge      over 64 megapixels, refused before decoding
├── PlacementError           the camera's placement is wrong: correct the field named
├── ManifestError            the manifest is wrong: correct the row and column named
├── NetworkError             the weights are missing or damaged: reinstall
├── JudgementError           judging failed inside: no state may be taken from it
└── MissingExtra             a part that was not installed: install the extra named

An error never stands for a state: whoever catches one has no verdict, and a
human is to be told.
"""

from __future__ import annotations

__all__ = [
    "BedcheckError",
    "EmptyPicture",
    "JudgementError",
    "ManifestError",
    "MissingExtra",
    "NetworkError",
    "PictureError",
    "PictureTooLarge",
    "PictureTooSmall",
    "PlacementError",
    "TruncatedPicture",
    "UnreadablePicture",
    "WrongDtype",
    "WrongShape",
]


class BedcheckError(Exception):
    """Base of the tree. ``kind`` is a stable word for logs and JSON."""

    kind = "error"


class PictureError(BedcheckError):
    """This picture cannot be judged."""

    kind = "picture"


class UnreadablePicture(PictureError):
    """The file is missing, is not a picture, or has a format that is not read."""

    kind = "unreadable"


class TruncatedPicture(PictureError):
    """The file ends before its picture does."""

    kind = "truncated"


class EmptyPicture(PictureError):
    """There are no bytes, or no pixels."""

    kind = "empty"


class WrongShape(PictureError):
    """The array is not HxW, HxWx3 or HxWx4."""

    kind = "wrong_shape"


class WrongDtype(PictureError):
    """The array is neither uint8 nor uint16."""

    kind = "wrong_dtype"


class PictureTooSmall(PictureError):
    """A side is shorter than 64 pixels."""

    kind = "too_small"


class PictureTooLarge(PictureError):
    """The picture has more than 64 megapixels."""

    kind = "too_large"


class PlacementError(BedcheckError):
    """A polygon or a placement file is not what it should be."""

    kind = "placement"


class ManifestError(BedcheckError):
    """A manifest's row or column is not what it should be."""

    kind = "manifest"


class NetworkError(BedcheckError):
    """The network's file is missing, damaged or not of this version."""

    kind = "network"


class JudgementError(BedcheckError):
    """Something failed while judging; there is no verdict."""

    kind = "judgement"


class MissingExtra(BedcheckError):
    """A part is used whose extra was not installed."""

    kind = "missing_extra"
