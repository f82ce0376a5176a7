"""Peers on loopback that say what a test wants, over TCP and UDP, whatever was said to them."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

Talk = Callable[[socket.socket, threading.Event], None]
"""What a peer does with one connection; the event tells that the test is over."""


@contextlib.contextmanager
def talking(talk: Talk, certificate: tuple[Path, Path] | None = None) -> Iterator[int]:
    """The port of a peer that talks, over TCP or with a certificate TLS."""
    stop = threading.Event()
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)

    def serve() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection, contextlib.suppress(OSError):
            if context is None:
                talk(connection, stop)
            else:
                with context.wrap_socket(connection, server_side=True) as wrapped:
                    talk(wrapped, stop)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            thread.join(5)


@contextlib.contextmanager
def answering(answer: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """The port of a peer over UDP: what it sends back to each datagram."""
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                data, sender = peer.recvfrom(65536)
                for one in answer(data):
                    peer.sendto(one, sender)

    with socket.socket(type=socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(0.05)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield peer.getsockname()[1]
        finally:
            stop.set()
            thread.join(5)
