"""What may hang, a disk or a device: given up at a deadline, and not asked again meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["Hanging", "within"]

T = TypeVar("T")

_lock = threading.Lock()
_hanging: dict[str, threading.Thread] = {}


class Hanging(TimeoutError):
    """It has not answered."""


def within(name: str, read: Callable[[], T], deadline: float) -> T:
    """What ``read`` gives, or raises. Raises Hanging at ``deadline``, of `time.monotonic`.

    A thread that hangs in the system cannot be ended, so each ``name`` has one at most: others
    who want to read it wait for it, until their own deadline.
    """
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(read())
        except BaseException as error:
            future.set_exception(error)
        finally:
            with _lock:
                _hanging.pop(name, None)

    thread = threading.Thread(target=work, daemon=True, name=f"read {name}")
    while (before := _first(name, thread)) is not thread:
        before.join(max(deadline - time.monotonic(), 0.0))
        if before.is_alive():
            raise Hanging
    try:
        return future.result(max(deadline - time.monotonic(), 0.0))
    except TimeoutError:
        if future.done():  # the read's own
            raise
        raise Hanging from None


def _first(name: str, thread: threading.Thread) -> threading.Thread:
    """Who reads ``name`` now: ``thread``, which begins, where nobody did."""
    with _lock:
        reader = _hanging.setdefault(name, thread)
        if reader is thread:
            thread.start()
        return reader
