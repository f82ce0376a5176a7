"""A camera that leaves its pictures in a file, or in a folder of which the newest counts."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from bedcheck.errors import GrabError
from bedcheck.frame import Frame
from bedcheck.history.grant import Grant, Redeem
from bedcheck.night.cameras.port import Failure, frame_from
from bedcheck.night.cameras.reading import Hanging, within

__all__ = ["FileCamera"]

MOST_BYTES = 16 * 2**20  # of one picture
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"})


@dataclass(frozen=True, kw_only=True)
class FileCamera:
    """A picture at ``path``, or the newest one of the folder there.

    ``freshness``: a picture older than this many seconds is none, as when the camera has
    stopped sending; None: of any age.
    """

    camera: str  # its key in the registry
    path: Path
    redeem: Redeem = field(repr=False)
    freshness: float | None = None  # seconds

    def grab(self, grant: Grant, deadline: float) -> Frame:
        """One frame, read now; see `bedcheck.night.cameras.Camera.grab`.

        A disk that hangs is given up at the deadline.
        """
        place = f"camera {self.camera}"
        if time.monotonic() >= deadline:  # before the grant is used up for nothing
            raise GrabError(f"{place}: no time was left to read", kind=Failure.TIMED_OUT)
        self.redeem(grant, self.camera)
        try:
            return frame_from(within(str(self.path), lambda: self._read(place), deadline), place)
        except Hanging:
            kind, reason = Failure.TIMED_OUT, "the disk did not answer in time"
        except FileNotFoundError:
            kind, reason = Failure.NOT_FOUND, "there is no such file or folder"
        except PermissionError:
            kind, reason = Failure.REFUSED, "the file may not be read"
        except OSError as error:
            kind, reason = Failure.UNREACHABLE, error.strerror or "it cannot be read"
        raise GrabError(f"{place}: {reason}", kind=kind)

    def _read(self, place: str) -> bytes:
        path = Path(self.path)
        if path.is_dir():
            path = _newest(path, place)
        # Not waiting: a pipe that nobody writes to would hold the look for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise GrabError(f"{place}: expected a file", kind=Failure.NOT_A_PICTURE)
            age = time.time() - status.st_mtime
            if self.freshness is not None and age > self.freshness:
                raise GrabError(
                    f"{place}: the newest picture is {age:.0f} s old, over {self.freshness:.0f} s",
                    kind=Failure.NOT_FOUND,
                )
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise GrabError(f"{place}: more than {MOST_BYTES} bytes", kind=Failure.TOO_LARGE)
        return data


def _newest(folder: Path, place: str) -> Path:
    with os.scandir(folder) as entries:
        pictures = [
            (entry.stat().st_mtime_ns, entry.name)
            for entry in entries
            if Path(entry.name).suffix.lower() in SUFFIXES and entry.is_file()
        ]
    if not pictures:
        raise GrabError(f"{place}: the folder has no picture", kind=Failure.NOT_FOUND)
    return folder / max(pictures)[1]
