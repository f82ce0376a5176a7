"""SIP peers of the tests: sipp with the scenarios of tests/night/sipp."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.sip_peers import Peer, free_port, losing, playing
from tests.peers import need

__all__ = ["Peer", "free_port", "losing", "sipp"]

SCENARIOS = Path(__file__).parent / "sipp"


def sipp(scenario: str, folder: Path, *, transport: str = "udp") -> AbstractContextManager[Peer]:
    """A receiver that plays ``scenario`` for every message, until left; skips without sipp."""
    return playing(need("sipp"), SCENARIOS / f"{scenario}.xml", folder, transport=transport)
