"""A channel that answers as it was told: for tests, demonstrations and simulations."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from bedcheck.night.channels.port import Accepted, AlarmMessage, Delivery

__all__ = ["FakeChannel"]


class FakeChannel:
    """Gives each of ``answers`` in turn, and the last one from then on.

    ``sent`` lists what was handed over, with its key, whatever the answer was.
    """

    def __init__(self, answers: Iterable[Delivery] = (Accepted(),)) -> None:
        self.sent: list[tuple[AlarmMessage, str]] = []
        self._answers = list(answers)
        self._lock = threading.Lock()
        if not self._answers:
            raise ValueError("answers: expected one at least")

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        """The next answer; see `bedcheck.night.channels.Channel.send`."""
        with self._lock:
            self.sent.append((alarm, key))
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
