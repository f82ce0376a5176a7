"""The runner's own sign of life: a call to an address that somebody else watches.

It is sent from the loop, so that a loop that hangs falls silent, and who watches notices.
"""

from __future__ import annotations

from bedcheck.night.clock import Clock
from bedcheck.night.http import HttpTrouble, check_url, exchange

__all__ = ["Beat"]

EVERY = 60.0  # seconds
SECONDS = 10.0  # for one call
MOST_BYTES = 64 * 2**10  # of the answer


class Beat:
    """Calls ``url`` every minute while it is asked to."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._last: float | None = None
        self._heard: bool | None = None  # whether the latest call was answered
        self._told: bool | None = None

    def due(self) -> bool:
        """Whether it is time; the next time is counted from now then."""
        now = self._clock.monotonic()
        if not self._url or (self._last is not None and now - self._last < EVERY):
            return False
        self._last = now
        return True

    def send(self) -> None:
        """One call; takes `SECONDS` at most and raises nothing."""
        try:
            answer = exchange("GET", check_url(self._url), seconds=SECONDS, most=MOST_BYTES)
            self._heard = 200 <= answer.status < 300
        except (HttpTrouble, ValueError):
            self._heard = False

    def changed(self) -> bool | None:
        """Whether it is answered, where that is another answer than the last time; else None."""
        if self._heard is self._told:
            return None
        self._told = self._heard
        return self._heard
