"""A camera that plays what it was given: for tests, demonstrations and simulations."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from bedcheck.errors import GrabError
from bedcheck.frame import Frame, Picture, read
from bedcheck.history.grant import Grant, Redeem

__all__ = ["FakeCamera"]


class FakeCamera:
    """Gives each of ``plays`` in turn, and the last one from then on.

    A play is a picture, or a GrabError, which is raised. ``grabs`` lists the grants with
    which it was looked through; a refused grant takes nothing from the plays.
    """

    def __init__(self, camera: str, plays: Iterable[Picture | Frame | GrabError], redeem: Redeem):
        self.camera = camera
        self.grabs: list[Grant] = []
        self._plays = list(plays)
        self._redeem = redeem
        self._lock = threading.Lock()
        if not self._plays:
            raise ValueError("plays: expected a picture or an error at least")

    def grab(self, grant: Grant, deadline: float) -> Frame:
        """The next play; see `bedcheck.night.cameras.Camera.grab`."""
        self._redeem(grant, self.camera)
        with self._lock:
            self.grabs.append(grant)
            play = self._plays.pop(0) if len(self._plays) > 1 else self._plays[0]
        if isinstance(play, GrabError):
            raise GrabError(str(play), kind=play.kind)
        return read(play)
