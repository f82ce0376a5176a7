"""The channel that prints: for trying a night out, and where the console is watched."""

from __future__ import annotations

import sys
import threading
from typing import TextIO

from bedcheck.night.channels.port import Accepted, AlarmMessage, Delivery, Unreachable

__all__ = ["PrintChannel"]


class PrintChannel:
    """Writes each alarm, message or test as a block of text to ``out`` (stdout as it is then)."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out
        self._lock = threading.Lock()

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        """Prints it; Unreachable where nobody reads any more."""
        where = ", ".join(plain(part) for part in (alarm.name, alarm.address, alarm.area) if part)
        head = f"{alarm.sort.upper()} {plain(alarm.alarm)} -> {plain(alarm.contact)}"
        lines = [f"{head}: {plain(alarm.text)}"]
        if where:
            lines.append(f"  {where}")
        if alarm.link:
            lines.append(f"  {plain(alarm.link)}")
        out = self._out or sys.stdout
        try:
            with self._lock:
                out.write("\n".join(lines) + "\n")
                out.flush()
        except (OSError, ValueError) as error:  # a closed pipe, a closed file
            return Unreachable(f"cannot print: {error}")
        return Accepted()


def plain(text: str) -> str:
    """The text with what a terminal would obey spelled out."""
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text
    )
