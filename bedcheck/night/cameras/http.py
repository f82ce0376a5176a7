"""A camera with a snapshot address: one HTTP GET gives one picture."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from bedcheck.errors import GrabError
from bedcheck.frame import Frame
from bedcheck.history.grant import Grant, Redeem
from bedcheck.night.cameras.port import Failure, frame_from
from bedcheck.night.http import HttpTrouble, Trouble, check_url, exchange

__all__ = ["Auth", "HttpCamera"]

MOST_BYTES = 16 * 2**20  # of one picture

_FAILURES = {
    Trouble.UNREACHABLE: Failure.UNREACHABLE,
    Trouble.REFUSED: Failure.REFUSED,
    Trouble.UNTRUSTED: Failure.REFUSED,
    Trouble.TIMED_OUT: Failure.TIMED_OUT,
    Trouble.REDIRECTED: Failure.REDIRECTED,
    Trouble.TOO_LARGE: Failure.TOO_LARGE,
    Trouble.BAD_CHALLENGE: Failure.UNAUTHORISED,
}


class Auth(StrEnum):
    """How the camera wants the password."""

    NONE = "none"
    BASIC = "basic"  # in the clear, unless the address is https
    DIGEST = "digest"


@dataclass(frozen=True, kw_only=True)
class HttpCamera:
    """One camera's snapshot address. ValueError where the address is none.

    The password is not shown when printed. Nothing is kept between two pictures: a look
    meets the camera as it is now.
    """

    camera: str  # its key in the registry
    url: str = field(repr=False)  # without name and password; a query may hold secrets
    redeem: Redeem = field(repr=False)
    auth: Auth = Auth.NONE
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    certificates: str | None = None  # a PEM file to trust instead of the usual ones
    most_bytes: int = MOST_BYTES

    def __post_init__(self) -> None:
        check_url(self.url)
        object.__setattr__(self, "auth", Auth(self.auth))

    def grab(self, grant: Grant, deadline: float) -> Frame:
        """One frame, fetched now; see `bedcheck.night.cameras.Camera.grab`."""
        place = f"camera {self.camera}"
        if time.monotonic() >= deadline:  # before the grant is used up for nothing
            raise GrabError(f"{place}: no time was left to ask", kind=Failure.TIMED_OUT)
        self.redeem(grant, self.camera)
        return frame_from(self._fetch(place, deadline), place)

    def _fetch(self, place: str, deadline: float) -> bytes:
        try:
            return exchange(
                "GET",
                httpx.URL(self.url),
                seconds=deadline - time.monotonic(),
                most=self.most_bytes,
                auth=self._auth,
                headers={"Accept": "image/*"},
                certificates=self.certificates,
                judge=lambda status, head: _judge(status, head, place),
            ).body
        except HttpTrouble as trouble:
            kind, reason = _FAILURES[trouble.kind], str(trouble)
        raise GrabError(f"{place}: {reason}", kind=kind)

    def _auth(self) -> httpx.Auth:
        # New each time: a digest counts its requests, and threads would count alike.
        if self.auth is Auth.DIGEST:
            return httpx.DigestAuth(self.user, self.password)
        if self.auth is Auth.BASIC:
            return httpx.BasicAuth(self.user, self.password)
        return httpx.Auth()


def _judge(status: int, head: httpx.Headers, place: str) -> None:
    """Raises GrabError where the answer's head says that no picture comes."""
    content = head.get("content-type", "").partition(";")[0].strip().lower()
    kind = Failure.NOT_A_PICTURE
    if status in (401, 407):
        kind, reason = Failure.UNAUTHORISED, f"the name or password is wrong (HTTP {status})"
    elif status in (404, 410):
        kind, reason = Failure.NOT_FOUND, f"it has no picture at this path (HTTP {status})"
    elif not 200 <= status < 300:
        kind, reason = Failure.REFUSED, f"it answered with HTTP {status}"
    elif content.startswith("multipart/"):
        reason = "it sends a film, not one picture: give its snapshot address"
    elif head.get("content-encoding", "identity").strip().lower() != "identity":
        reason = "it sends its answer compressed, which no picture needs"
    elif content.startswith("text/"):
        reason = (
            f"it sends text ({content[:40]!r}), perhaps a page to log in on:"
            " give its snapshot address"
        )
    else:
        return
    raise GrabError(f"{place}: {reason}", kind=kind)
