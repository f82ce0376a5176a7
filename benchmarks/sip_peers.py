"""SIP peers on loopback: sipp with a scenario of its own, and what loses datagrams."""

from __future__ import annotations

import contextlib
import random
import re
import select
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["REF", "Peer", "Proxy", "free_port", "losing", "playing"]

STARTS = 10.0  # seconds that sipp may take
LOSSES = 20261124  # the seed
REF = re.compile(rb"<ref>(\w+)</ref>")


@dataclass(frozen=True)
class Peer:
    """A running sipp."""

    port: int
    log: Path

    def lines(self) -> list[str]:
        """What its scenario has logged."""
        return self.log.read_text().split("\n")[:-1] if self.log.exists() else []

    def references(self) -> list[str]:
        """``ref`` of each alarm that it took for a new one."""
        return [line.removeprefix("ref ") for line in self.lines() if line.startswith("ref ")]


@contextlib.contextmanager
def playing(
    program: str, scenario: Path, folder: Path, *, transport: str = "udp"
) -> Iterator[Peer]:
    """sipp, at ``program``, as a receiver that plays ``scenario`` for every message, until left.

    ``folder`` is for what it writes. ``transport``: udp or tcp.
    """
    port = free_port(transport)
    log = folder / "sipp.log"
    command = [
        program, "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port),
        "-bind_local", "-t", "u1" if transport == "udp" else "t1", "-nostdin", "-nd",
        "-trace_logs", "-log_file", str(log),
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    ) as process:
        try:
            for _ in range(int(STARTS / 0.02)):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    raise AssertionError(f"sipp ended: {process.wait(0.02)}")
                if _taken(port, transport):
                    break
            yield Peer(port, log)
        finally:
            process.kill()


def _kind_of(transport: str) -> socket.SocketKind:
    return socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM


def free_port(transport: str) -> int:
    """A port on loopback that nobody listens at."""
    with socket.socket(type=_kind_of(transport)) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _taken(port: int, transport: str) -> bool:
    with socket.socket(type=_kind_of(transport)) as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


@dataclass
class Proxy:
    """Stands between sender and receiver; what each side sent is kept, lost or not."""

    port: int
    sent: list[bytes] = field(default_factory=list)
    lost: int = 0


@contextlib.contextmanager
def losing(to: int, share: float) -> Iterator[Proxy]:
    """A proxy that drops ``share`` of the datagrams, in both directions, by a fixed seed.

    Which copy of which alarm is dropped does not hang on the order in which they come.
    """
    copies: Counter[tuple[str, str]] = Counter()

    def loses(way: str, data: bytes) -> bool:
        which = (way, b"".join(REF.findall(data)).decode())
        copies[which] += 1
        return random.Random(f"{LOSSES} {which} {copies[which]}").random() < share

    with socket.socket(type=socket.SOCK_DGRAM) as front:
        front.bind(("127.0.0.1", 0))
        proxy = Proxy(front.getsockname()[1])
        backs: dict[tuple[str, int], socket.socket] = {}
        stop = threading.Event()

        def carry() -> None:
            while not stop.is_set():
                ready, _, _ = select.select([front, *backs.values()], [], [], 0.02)
                for one in ready:
                    data, sender = one.recvfrom(65536)
                    if one is front:
                        proxy.sent.append(data)
                    if loses("there" if one is front else "back", data):
                        proxy.lost += 1
                    elif one is front:
                        if sender not in backs:
                            backs[sender] = socket.socket(type=socket.SOCK_DGRAM)
                            backs[sender].connect(("127.0.0.1", to))
                        backs[sender].send(data)
                    else:
                        client = next(c for c, back in backs.items() if back is one)
                        front.sendto(data, client)

        thread = threading.Thread(target=carry, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            stop.set()
            thread.join(5)
            for back in backs.values():
                back.close()
