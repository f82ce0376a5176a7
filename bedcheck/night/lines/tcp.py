"""Asks a home by opening a connection and closing it: not a byte is sent."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from bedcheck.night.cameras.port import Failure
from bedcheck.night.lines.port import ANSWERED, Asked
from bedcheck.night.lines.terms import SECONDS
from bedcheck.night.unit import Unit

__all__ = ["TcpTester", "camera_address", "router_address"]

PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
Address = tuple[str, int]


class TcpTester:
    """Asks the camera, and its router where the camera does not answer."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """``seconds``: for one connection, the look-up of its name included."""
        self._seconds = seconds

    def asks(self, unit: Unit) -> bool:
        """Whether the unit has an address in a network."""
        return bool(camera_address(unit) or router_address(unit))

    def ask(self, unit: Unit) -> Asked:
        """Ask now."""
        camera, router = camera_address(unit), router_address(unit)
        found = self._connect(camera) if camera else None
        if found == ANSWERED or router is None:
            return Asked(camera=found)
        return Asked(camera=found, router=self._connect(router))

    def _connect(self, address: Address) -> str:
        # A loop of its own, not asyncio.run: that waits at its end for a look-up of a name
        # that nobody answers.
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(_knock(address, self._seconds))
        finally:
            loop.close()


async def _knock(address: Address, seconds: float) -> str:
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(*address)
        writer.close()
        await asyncio.sleep(0)
    except TimeoutError:
        return Failure.TIMED_OUT
    except ConnectionRefusedError:
        return Failure.REFUSED
    except (OSError, ValueError):  # no such name, no route; a name that is none
        return Failure.UNREACHABLE
    return ANSWERED


def camera_address(unit: Unit) -> Address | None:
    """Host and port of the camera; None where it is a file or a folder, or no address."""
    try:
        parts = urlsplit(unit.source)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and port else None


def router_address(unit: Unit) -> Address | None:
    """Host and port of the home's router; None where none was registered."""
    try:
        parts = urlsplit(f"//{unit.router}")
        return (parts.hostname, parts.port) if parts.hostname and parts.port else None
    except ValueError:
        return None
