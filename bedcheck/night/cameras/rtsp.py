"""A camera that streams (RTSP): one connection a look, a grant for each frame of it."""

from __future__ import annotations

import importlib.util
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from bedcheck.errors import GrabError
from bedcheck.frame import Frame
from bedcheck.history.grant import Grant, Redeem
from bedcheck.night.cameras.http import Auth
from bedcheck.night.cameras.port import Failure, frame_from
from bedcheck.night.cameras.stream import Order, Shown, Stream
from bedcheck.night.frozen import stamps_stand_still

__all__ = ["RtspCamera", "check_rtsp"]


def check_rtsp(url: str, name: str = "url") -> None:
    """ValueError where ``url`` is no rtsp address, or has a password in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except (TypeError, ValueError):
        parts, port = urlsplit(""), None
    good = parts.scheme == "rtsp" and parts.hostname and port != 0
    if not good or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(f"{name}: expected an address that begins with rtsp://")
    if parts.username is not None:
        raise ValueError(f"{name}: give the user's name and password apart, not in the address")


class RtspCamera:
    """One camera's stream. ValueError where the address is none.

    As a context manager it keeps its connection from one frame to the next; without, each
    frame has a connection of its own. Either way a frame is decoded only after its grant
    was redeemed, and it arrived after that. Not to be shared between threads. Raises
    GrabError where the extra ``rtsp`` is not installed.
    """

    def __init__(
        self,
        *,
        camera: str,
        url: str,
        redeem: Redeem,
        auth: Auth = Auth.NONE,
        user: str = "",
        password: str = "",
    ) -> None:
        check_rtsp(url)
        if importlib.util.find_spec("av") is None:
            message = f"camera {camera}: a stream needs av: pip install 'bedcheck[rtsp]'"
            raise GrabError(message, kind=Failure.NO_EXTRA)
        self.camera = camera
        self._redeem = redeem
        known = Auth(auth) is not Auth.NONE
        self._order = Order(
            url=url,
            user=user if known else "",
            password=password if known else "",
            basic=auth == Auth.BASIC,
        )
        self._held = False
        self._stream: Stream | None = None
        self._shown: list[tuple[float, float | None]] = []  # when each frame came, and its stamp

    def __repr__(self) -> str:
        return f"RtspCamera(camera={self.camera!r})"

    def __enter__(self) -> Self:
        self._held = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held = False
        self._close()

    def grab(self, grant: Grant, deadline: float) -> Frame:
        """One frame, the next to come; see `bedcheck.night.cameras.Camera.grab`."""
        place = f"camera {self.camera}"
        return frame_from(self.show(grant, deadline).pixels, place)

    def show(self, grant: Grant, deadline: float) -> Shown:
        """As `grab`, with what the stream tells beside the picture, and of any size."""
        place = f"camera {self.camera}"
        if time.monotonic() >= deadline:  # before the grant is used up for nothing
            raise GrabError(f"{place}: no time was left to ask", kind=Failure.TIMED_OUT)
        done = False
        try:
            self._redeem(grant, self.camera)
            if self._stream is None:
                self._stream = Stream(self._order)
            shown = self._stream.next(deadline)
            self._shown.append((shown.came, shown.stamp))
            if stamps_stand_still(self._shown):
                reason = "its time stamps stand still"
                raise GrabError(reason, kind=Failure.FROZEN)
            done = self._held
            return shown
        except GrabError as error:
            raise GrabError(f"{place}: {error}", kind=error.kind) from None
        finally:
            if not done:
                self._close()

    def _close(self) -> None:
        self._shown = []
        if self._stream is not None:
            self._stream.close()
            self._stream = None
