"""What time a camera says it is, by the head of an answer: no picture and no password."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from bedcheck.night.http import HttpTrouble, exchange

__all__ = ["clock_ahead"]

MOST = 64 * 2**10  # bytes
PART = 2.0  # seconds for a stream's machine to send the next part of its head


class _Seen(Exception):
    """The head has come; the body is not wanted."""


def clock_ahead(url: str, now: datetime, seconds: float = 5.0) -> float | None:
    """By how many seconds the clock at ``url`` is ahead of ``now``; None: it does not say.

    Right to a second. Whether the picture's own clock is the same is not asked.
    """
    begun = time.monotonic()
    said = _by_rtsp(url, seconds) if url.startswith("rtsp:") else _by_http(url, seconds)
    if said is None:
        return None
    middle = now + timedelta(seconds=(time.monotonic() - begun) / 2)
    try:
        ahead = (parsedate_to_datetime(said) - middle).total_seconds()
    except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
        return None
    return ahead + 0.5  # a date has whole seconds: on average half a one has gone by


def _by_http(url: str, seconds: float) -> str | None:
    said: list[str | None] = []

    def see(status: int, head: httpx.Headers) -> None:
        said.append(head.get("date"))
        raise _Seen

    root = httpx.URL(url).copy_with(raw_path=b"/")
    with contextlib.suppress(HttpTrouble, _Seen):
        exchange("GET", root, seconds=seconds, most=MOST, redirects=0, judge=see)
    return said[0] if said else None


def _by_rtsp(url: str, seconds: float) -> str | None:
    parts, head = urlsplit(url), b""
    until = time.monotonic() + seconds
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 554), seconds) as line:
            line.sendall(f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
            line.settimeout(PART)
            while b"\r\n\r\n" not in head and len(head) < MOST and time.monotonic() < until:
                part = line.recv(4096)
                if not part:
                    break
                head += part
    except OSError:
        return None
    found = re.search(rb"^date:\s*(.+?)\s*$", head, re.IGNORECASE | re.MULTILINE)
    return found[1].decode("latin-1") if found else None
