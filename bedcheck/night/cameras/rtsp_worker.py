"""The process that holds one stream; `bedcheck.night.cameras.rtsp` starts it and may kill it.

Run as a script, so that it starts fast: it imports the standard library and av, nothing of
Bedcheck. Standard input takes one line of JSON, the order ({"url", "user", "password",
"basic"}: never an argument, which every user of the machine could read), then a line for
each frame that is wanted; its end ends this process. Standard output gives lines of JSON:
{"stage"} on the way, {"failure", "reason"}, or {"frame": [width, height], "stride", "bytes"
…}, after which that many bytes follow: rows of BGR, ``stride`` bytes each.

Only key frames are decoded, and of those only the one that is wanted, the first to arrive
after it was asked for: nothing is kept between two, and a packet lost on the way cannot
smear a later picture.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
import time
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit

import av

MOST_PIXELS = 32_000_000
TRIES, TRY_AGAIN = 4, 0.25  # seconds between two
MOST_HEAD = 64 * 2**10  # bytes of an answer's head
MOST_MEMORY = 4 * 2**30  # bytes of address space: a stream may claim anything
OPTIONS = {
    "rtsp_transport": "tcp",  # nothing is lost on the way, and one port is enough
    "allowed_media_types": "video",  # no sound, ever
    "analyzeduration": "0",  # otherwise it watches for seconds before the first frame
    "probesize": "32",
    "fpsprobesize": "0",
}


class Trouble(Exception):
    """No picture: a kind of `bedcheck.night.cameras.Failure`, and why."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


def main() -> None:
    """Take the order, then give frames as they are asked for."""
    av.logging.set_level(av.logging.PANIC)  # it logs addresses with their passwords
    limit_memory()
    say(stage="started")
    order = json.loads(sys.stdin.readline())
    wanted = threading.Event()
    threading.Thread(target=listen, args=(wanted,), daemon=True).start()
    try:
        give(order, wanted)
    except Trouble as trouble:
        fail(trouble.kind, str(trouble))
    except BrokenPipeError:
        os._exit(0)
    except MemoryError:
        fail("picture_too_large", "its stream takes more memory than a camera may")
    except Exception as error:  # its text may hold the address with its password
        fail("unreachable", f"the stream failed ({type(error).__name__})")


def listen(wanted: threading.Event) -> None:
    """Note what is asked for; end the process where nobody can ask any more."""
    while sys.stdin.readline():
        wanted.set()
    os._exit(0)


def give(order: dict[str, Any], wanted: threading.Event) -> None:
    """Open the stream, and tell each frame that is wanted."""
    needs_password = ask(order)
    say(stage="connected")
    try:
        with opened(address(order, needs_password)) as container:
            watch(container, wanted)
    except av.error.FFmpegError as error:
        raise trouble_of(error) from None
    raise Trouble("unreachable", "the stream ended")


def opened(url: str) -> Any:
    """The stream; a camera that has just closed another one may be busy for a moment."""
    for _ in range(TRIES):
        try:
            return av.open(url, options=OPTIONS)
        except av.error.HTTPServerError:
            time.sleep(TRY_AGAIN)
    return av.open(url, options=OPTIONS)


def watch(container: Any, wanted: threading.Event) -> None:
    """Read the stream, and tell the key frames that are wanted. Raises Trouble."""
    if not container.streams.video:
        raise Trouble("not_found", "it streams no picture")
    stream = container.streams.video[0]
    context = stream.codec_context
    context.thread_count = 1
    context.options = {"max_pixels": str(MOST_PIXELS)}
    last: float | None = None  # when the last key frame came
    told = False
    for packet in container.demux(stream):
        if not packet.size:
            continue
        if not told:
            say(stage="streams")
            told = True
        if not packet.is_keyframe:
            continue
        now = time.monotonic()
        gap, last = None if last is None else now - last, now
        if not wanted.is_set():
            continue
        frame = decoded(context, packet)
        if frame is None:
            say(stage="damaged")
            continue
        wanted.clear()
        tell(frame, packet, context.name, gap)


def decoded(context: Any, packet: Any) -> Any:
    """The key frame in ``packet``, alone; None where it is damaged."""
    try:
        frames = [*context.decode(packet), *context.decode(None)]
    except (av.error.FFmpegError, ValueError):
        frames = []
    context.flush_buffers()
    return next((frame for frame in frames if not frame.is_corrupt), None)


def tell(frame: Any, packet: Any, codec: str, gap: float | None) -> None:
    """Write one frame out, rows of BGR."""
    if frame.width * frame.height > MOST_PIXELS:
        raise Trouble("picture_too_large", f"it sends {frame.width}x{frame.height} pixels")
    plane = frame.reformat(format="bgr24").planes[0]
    stamp = None if packet.pts is None else float(packet.pts * packet.time_base)
    say(
        frame=[frame.width, frame.height],
        stride=plane.line_size,
        bytes=plane.buffer_size,
        stamp=stamp,  # seconds, by the camera's own clock
        codec=codec,
        gap=gap,  # seconds since the key frame before
    )
    sys.stdout.buffer.write(memoryview(plane))
    sys.stdout.buffer.flush()


def ask(order: dict[str, Any]) -> bool:
    """Whether the camera wants a password; asked without one. Raises Trouble.

    ffmpeg takes any redirect, and gives a password in the clear to whoever asks for it so:
    both are refused here, before it knows the password. Without one nothing is described,
    which would only make the camera set a stream up twice.
    """
    method = "DESCRIBE" if order["user"] else "OPTIONS"
    parts = urlsplit(order["url"])
    try:
        with socket.create_connection((parts.hostname, parts.port or 554)) as connection:
            connection.sendall(
                f"{method} {order['url']} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n"
                "User-Agent: bedcheck\r\n\r\n".encode()
            )
            say(stage="reached")
            head = head_of(connection)
    except ConnectionRefusedError:
        raise Trouble("refused", "nobody listens at that port") from None
    except OSError as error:
        reason = error.strerror or "there is no such name, or no way there"
        raise Trouble("unreachable", reason) from None
    found = re.match(r"RTSP/\d\.\d (\d{3})", head)
    if found is None:
        raise Trouble("unreachable", "it broke off, or does not speak RTSP")
    status = int(found[1])
    if status == 401:
        check_offer(order, head)
    elif 300 <= status < 400:
        raise Trouble("redirected", "it sends on to another address")
    elif status >= 400:
        raise refusal(status)
    return status == 401


def check_offer(order: dict[str, Any], head: str) -> None:
    """Raises Trouble where the password may not be given in any way that is offered."""
    offered = re.findall(r"^www-authenticate:\s*(\w+)", head, re.IGNORECASE | re.MULTILINE)
    if not order["user"]:
        raise Trouble("unauthorised", "it asks for a name and password")
    if "digest" in (word.lower() for word in offered):
        return
    if not order["basic"]:
        raise Trouble(
            "unauthorised",
            "it takes a password only in the clear (basic), and digest is what was agreed",
        )


def refusal(status: int) -> Trouble:
    """What a status of 400 and above stands for."""
    if status in (404, 410, 454):
        return Trouble("not_found", f"it has no stream at this path (RTSP {status})")
    return Trouble("refused", f"it answered with RTSP {status}")


def head_of(connection: socket.socket) -> str:
    """The head of the answer, as far as it came."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MOST_HEAD:
        part = connection.recv(4096)
        if not part:
            break
        head += part
    return head.decode("latin-1")


def address(order: dict[str, Any], needs_password: bool) -> str:
    """The address as ffmpeg takes it; with the password only where it is wanted."""
    parts = urlsplit(order["url"])
    if not needs_password:
        return str(order["url"])
    login = f"{quote(order['user'], safe='')}:{quote(order['password'], safe='')}"
    return str(urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}")))


def trouble_of(error: Any) -> Trouble:
    """What went wrong, told without ffmpeg's text, which holds the address."""
    if isinstance(error, av.error.HTTPUnauthorizedError):
        return Trouble("unauthorised", "the name or password is wrong (RTSP 401)")
    if isinstance(error, av.error.HTTPNotFoundError):
        return refusal(404)
    if isinstance(error, av.error.HTTPClientError | av.error.HTTPError):
        reason = "it refuses the stream: too many viewers, or no pictures in it"
        return Trouble("refused", reason)
    if isinstance(error, av.error.InvalidDataError):
        return Trouble("not_a_picture", "what it streams is not understood")
    return Trouble("unreachable", "the stream broke off")


def say(**words: Any) -> None:
    """One line of JSON to who started this."""
    sys.stdout.buffer.write(json.dumps(words).encode() + b"\n")
    sys.stdout.buffer.flush()


def fail(kind: str, reason: str) -> NoReturn:
    """Say why there is no picture, and end."""
    say(failure=kind, reason=reason)
    os._exit(0)  # not waiting for a connection that hangs


def limit_memory() -> None:
    """Take no more than `MOST_MEMORY`, whatever a stream claims."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    main()
