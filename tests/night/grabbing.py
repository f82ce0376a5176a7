"""What tests of cameras share: a grant made by hand, a redeem that lets it pass, a deadline."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bedcheck.errors import GrabError
from bedcheck.history import Grant
from bedcheck.night.cameras import Camera, Failure

NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
GRANT = Grant(id="1", secret="2", camera="c1", window="w1", purpose="first", expires=NOW)


def free(grant: Grant, camera: str) -> None:
    """A redeem that lets everybody look."""


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def encoded(picture: NDArray[np.uint8], kind: str = ".jpg") -> bytes:
    """The picture as a file's bytes."""
    return cv2.imencode(kind, picture)[1].tobytes()


def failure(camera: Camera, seconds: float = 5.0) -> GrabError:
    with pytest.raises(GrabError) as caught:
        camera.grab(GRANT, soon(seconds))
    assert caught.value.kind in set(Failure)
    return caught.value
