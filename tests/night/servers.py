"""Real HTTP servers on loopback, behaving well and badly."""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    """What the server was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the function that the server was given."""

    protocol_version = "HTTP/1.1"
    server: Server

    def handle_one(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(
            Request(self.command, self.path, headers, self.rfile.read(length))
        )
        with contextlib.suppress(OSError):  # the client may leave when it has had enough
            self.server.answer(self)

    do_GET = do_POST = handle_one

    def reply(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers and "Transfer_Encoding" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """One server; ``requests`` are those that came, ``answer`` what is done with each."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: Callable[[Handler], None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.requests: list[Request] = []
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/picture.jpg"

    def handle_error(self, *args: object) -> None:
        """A client that has left is no error."""


@contextlib.contextmanager
def serving(answer: Callable[[Handler], None]) -> Iterator[Server]:
    server = Server(answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    """A socket that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def digest_guard(
    user: str, password: str, answer: Callable[[Handler], None], *, qop: str = 'qop="auth", '
) -> Callable[[Handler], None]:
    """Answers only who knows the password, by RFC 7616 with MD5; each nonce counts up."""
    counts: dict[str, int] = {}

    def guarded(handler: Handler) -> None:
        given = handler.headers.get("Authorization", "")
        parts = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
        md5 = lambda text: hashlib.md5(text.encode()).hexdigest()  # noqa: E731
        ha1 = md5(f"{user}:camera:{password}")
        ha2 = md5(f"{handler.command}:{parts.get('uri', '')}")
        middle = f"{parts.get('nc')}:{parts.get('cnonce')}:auth:" if qop else ""
        wanted = md5(f"{ha1}:{parts.get('nonce', '')}:{middle}{ha2}")
        count = int(parts.get("nc", "1") or "1", 16) if given else 0
        nonce = parts.get("nonce", "")
        if (
            parts.get("response") == wanted
            and parts.get("uri") == handler.path
            and nonce in counts
            and count > counts[nonce]
        ):
            counts[nonce] = count
            answer(handler)
            return
        fresh = secrets.token_hex(8)
        counts[fresh] = 0
        handler.reply(
            401,
            b"<html>Unauthorized</html>",
            WWW_Authenticate=f'Digest realm="camera", {qop}nonce="{fresh}", algorithm=MD5',
        )

    return guarded
