"""A loop for one exchange with the outside, which ends when its deadline does."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["reason_of", "run"]

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs ``work`` in a loop of its own, in this thread.

    Not asyncio.run, which at the end waits for a look-up of a name that nobody answers.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def reason_of(error: BaseException) -> str:
    """Why a connection failed, in a few words without an address; "" where that is not known.

    Looks through the causes of ``error`` too.
    """
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError):
            return f"its certificate: {chain.verify_message}"
        if isinstance(chain, ssl.SSLError):
            return "the encryption failed"
        if isinstance(chain, ConnectionRefusedError):
            return "nobody listens at that port"
        if isinstance(chain, socket.gaierror):
            return "there is no machine of that name"
        if isinstance(chain, OSError) and chain.strerror and chain.errno:
            return chain.strerror.lower()
        chain = chain.__cause__ or chain.__context__
    return ""
