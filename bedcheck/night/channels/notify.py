"""Alarms through one of many further services, by apprise: in a process of its own.

What a service's code does, how long it takes and what it logs is nobody's promise, so it
runs where it can be ended at the deadline and where nothing it writes is kept. There is no
delivery id and no acknowledgement: Accepted says that the service took the message.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bedcheck.extras import needs
from bedcheck.history.plain import check_key
from bedcheck.night.channels.port import Accepted, AlarmMessage, Delivery, NotSent, Unreachable
from bedcheck.texts import text

__all__ = ["NotifyChannel"]

CHILD = Path(__file__).with_name("notify_child.py")
TOOK, NOT_TOOK, NO_ADDRESS = 0, 3, 4  # its exit codes


@dataclass(frozen=True, kw_only=True)
class NotifyChannel:
    """One service. Raises MissingExtra where apprise is not installed."""

    address: str = field(repr=False)  # as apprise has it, with its tokens: all of it is a secret
    language: str = "sv"
    seconds: float = 30.0  # for the whole delivery, the start of the process included

    def __post_init__(self) -> None:
        with needs("notify"):
            if importlib.util.find_spec("apprise") is None:
                raise ModuleNotFoundError(name="apprise")

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        """Hands the alarm to the service; see `bedcheck.night.channels.Channel.send`."""
        check_key(key)
        kind = alarm.sort
        where = ", ".join(part for part in (alarm.name, alarm.address, alarm.area) if part)
        told = {
            "address": self.address,
            "title": text(f"mail.subject.{kind}", self.language),
            "body": "\n".join(part for part in (alarm.text, where, alarm.link) if part),
            "urgent": kind == "alarm",
        }
        try:
            ended = subprocess.run(
                [sys.executable, "-P", str(CHILD)],
                input=json.dumps(told).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self.seconds,
                env={n: v for n, v in os.environ.items() if not n.startswith("BEDCHECK_")},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Unreachable(f"the service did not answer within {self.seconds:.0f} s")
        except OSError as error:
            return Unreachable(f"no process could be started: {error.strerror}")
        if ended.returncode == TOOK:
            return Accepted()
        if ended.returncode == NO_ADDRESS:
            return NotSent("its secret is no address that apprise knows")
        if ended.returncode == NOT_TOOK:
            return Unreachable("the service did not take it, or could not be reached")
        return Unreachable("what speaks to the service failed")
