"""What every camera is to the night: a grant and a deadline go in, one frame comes out."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from bedcheck.errors import GrabError, PictureError, PictureTooLarge, PictureTooSmall
from bedcheck.frame import Frame, Picture, read
from bedcheck.history.grant import Grant

__all__ = ["SHORTEST", "Camera", "Failure", "frame_from"]

SHORTEST = 120  # pixels of the shorter side; smaller are previews and icons


class Failure(StrEnum):
    """Why a camera gave no picture; the kind of a GrabError."""

    UNREACHABLE = "unreachable"  # no answer at that address: power, line or address
    REFUSED = "refused"  # it answers, and does not want to
    NO_EXTRA = "no_extra"  # what it needs of the software is not installed: it was not asked
    NO_SECRET = "no_secret"  # its password is not among our secrets: it was not asked
    UNAUTHORISED = "unauthorised"  # the name or the password is wrong
    NOT_FOUND = "not_found"  # it answers, and has no picture at this path
    TIMED_OUT = "timed_out"  # it began, and did not end before the deadline
    REDIRECTED = "redirected"  # it sends on in a circle, or to another machine
    NOT_A_PICTURE = "not_a_picture"  # what came is something else, or damaged
    NO_KEY_FRAME = "no_key_frame"  # it streams, and nothing that a picture could begin with
    FROZEN = "frozen"  # its picture, or its clock, stands still
    TOO_SMALL = "picture_too_small"  # a side too short to see a bed in
    TOO_LARGE = "picture_too_large"  # more bytes or pixels than are taken


class Camera(Protocol):
    """One camera of one resident.

    One that is a context manager as well keeps its connection while it is entered.
    """

    def grab(self, grant: Grant, deadline: float) -> Frame:
        """One frame, fetched now.

        The grant is redeemed before anything is asked of the camera. ``deadline`` is a
        time of `time.monotonic`: the answer, or the error, is there by then.

        Raises GrantError where the grant opens nothing, GrabError where no picture came.
        """
        ...


def frame_from(data: Picture, place: str) -> Frame:
    """The picture in ``data``, read in memory; ``place`` names the camera in the message."""
    try:
        frame = read(data)
        if min(frame.size) < SHORTEST:
            width, height = frame.size
            raise PictureTooSmall(
                f"expected {SHORTEST} pixels a side at least, got {width}x{height}: choose a"
                " larger picture in the camera's settings"
            )
        return frame
    except PictureTooSmall as error:
        kind, reason = Failure.TOO_SMALL, str(error)
    except PictureTooLarge as error:
        kind, reason = Failure.TOO_LARGE, str(error)
    except PictureError as error:
        kind, reason = Failure.NOT_A_PICTURE, str(error)
    # Raised outside, so that no traceback keeps the picture's bytes.
    raise GrabError(f"{place}: {reason}", kind=kind)
