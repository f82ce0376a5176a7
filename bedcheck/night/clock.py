"""What time it is: the system's clock, and two that are driven by hand or run faster."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bedcheck.history.plain import utc

__all__ = ["Clock", "ScaledClock", "SimulatedClock", "SystemClock"]


class Clock(Protocol):
    """The time of day, which may jump, and a time that only goes forward."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back, and does not follow jumps of `now`."""
        ...

    def wait(self, seconds: float, wake: threading.Event) -> None:
        """Return after ``seconds``, or sooner where ``wake`` is set."""
        ...


class SystemClock:
    """The machine's own."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since the machine started, or so."""
        return time.monotonic()

    def wait(self, seconds: float, wake: threading.Event) -> None:
        """Sleep for ``seconds``, or until ``wake`` is set."""
        wake.wait(max(seconds, 0))


class ScaledClock:
    """The machine's own, run ``speed`` times faster from ``start`` on.

    ``began`` is the system's time (seconds since 1970) that ``start`` stands for: two
    processes that are given the same three agree on what time it is.
    """

    def __init__(self, start: datetime, speed: float, began: float | None = None) -> None:
        self.start = utc(start)
        self.speed = speed
        self.began = time.time() if began is None else began

    def now(self) -> datetime:
        """The scaled time of day, UTC."""
        return self.start + timedelta(seconds=(time.time() - self.began) * self.speed)

    def monotonic(self) -> float:
        """Scaled seconds."""
        return time.monotonic() * self.speed

    def wait(self, seconds: float, wake: threading.Event) -> None:
        """Sleep for ``seconds`` of the scaled time, or until ``wake`` is set."""
        wake.wait(max(seconds, 0) / self.speed)


class SimulatedClock:
    """Stands still until it is told to go on. For tests, and for a night in seconds."""

    def __init__(self, start: datetime) -> None:
        self._now = utc(start)
        self._monotonic = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The time it was set to, UTC."""
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Seconds that it was advanced by, jumps not counted."""
        with self._lock:
            return self._monotonic

    def wait(self, seconds: float, wake: threading.Event) -> None:
        """Advance by ``seconds`` at once; does nothing where ``wake`` is set."""
        if not wake.is_set():
            self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        with self._lock:
            self._now += timedelta(seconds=max(seconds, 0))
            self._monotonic += max(seconds, 0)

    def to(self, at: datetime) -> None:
        """Let time pass until ``at``; does nothing where that has been."""
        self.advance((utc(at) - self.now()).total_seconds())

    def jump(self, seconds: float) -> None:
        """Set the time of day forward, or back, without time passing."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
