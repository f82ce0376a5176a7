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
├── RegistryError            what is registered would be wrong: correct the places named
├── RunnerError              the night cannot be run: see to what the message names
├── RecordError              this may not be stored: correct the field named
├── StoreError               the store cannot be used: see to what the message names
│   ├── NoStore              there is no store at that path: make one, or correct the path
│   └── StoreBusy            another writer held it too long: try again
├── GrantError               no look: the grant is unknown, used, expired or another camera's
├── GrabError                the camera gave no picture; its kind says why
├── AccessError              the token is not valid: ask for a new one
├── LinkError                this acknowledgement link or call-back is not to be believed
└── MissingExtra             a part that was not installed: install the extra named

An error never stands for a state: whoever catches one has no verdict, and a
human is to be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AccessError",
    "BedcheckError",
    "EmptyPicture",
    "GrabError",
    "GrantError",
    "JudgementError",
    "LinkError",
    "ManifestError",
    "MissingExtra",
    "NetworkError",
    "NoStore",
    "PictureError",
    "PictureTooLarge",
    "PictureTooSmall",
    "PlacementError",
    "RecordError",
    "RegistryError",
    "RunnerError",
    "StoreBusy",
    "StoreError",
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


class RegistryError(BedcheckError):
    """The registry would be wrong, and nothing was changed. ``faults`` names every place."""

    kind = "registry"

    def __init__(self, faults: Iterable[object] | str) -> None:
        self.faults = (faults,) if isinstance(faults, str) else tuple(faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        lines = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__(f"{count}, and nothing was changed:{lines}")


class RunnerError(BedcheckError):
    """Another runner runs on this store, or the night is not set up yet."""

    kind = "runner"


class RecordError(BedcheckError):
    """A value, time or key that may not be stored."""

    kind = "record"


class StoreError(BedcheckError):
    """The store is missing, damaged, full, readable by others or of another version."""

    kind = "store"


class NoStore(StoreError):
    """There is nothing at that path, or something else than a store."""

    kind = "no_store"


class StoreBusy(StoreError):
    """Another writer held the store for longer than is waited."""

    kind = "store_busy"


class AccessError(BedcheckError):
    """Who acts is not known: the token is unknown, withdrawn or expired."""

    kind = "access"


class GrantError(BedcheckError):
    """The grant opens nothing, and no frame was fetched. ``reason`` says why, in one word."""

    kind = "grant"

    def __init__(self, message: str, *, reason: str = "unknown") -> None:
        super().__init__(message)
        self.reason = reason


class GrabError(BedcheckError):
    """The camera gave no picture. ``kind`` is one of `bedcheck.night.cameras.Failure`."""

    kind = "grab"

    def __init__(self, message: str, *, kind: str = "grab") -> None:
        super().__init__(message)
        self.kind = kind


class LinkError(BedcheckError):
    """A link or call-back that is forged, used or expired. ``reason`` says which."""

    kind = "link"

    def __init__(self, message: str, *, reason: str = "forged") -> None:
        super().__init__(message)
        self.reason = reason


class MissingExtra(BedcheckError):
    """A part is used whose extra was not installed."""

    kind = "missing_extra"
