"""The sign of life that a home's router sends by itself, where it can: signed, and used once.

Its own clock may be wrong, by an hour in the night of a clock change or by whatever a router
without a battery begins with: what counts is when it came, by our clock. The time that it
carries only keeps somebody from sending an old one again.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bedcheck.errors import LinkError
from bedcheck.history.store import Store
from bedcheck.history.transaction import Snapshot
from bedcheck.night.channels.webhook import signature
from bedcheck.night.lines.tcp import TcpTester
from bedcheck.night.lines.watching import heard_beat
from bedcheck.night.registry import Registry

__all__ = ["MOST_OFF", "by_beat", "check_beat", "key_name"]

MOST_OFF = timedelta(hours=25)  # that the router's clock may be wrong by


def check_beat(
    camera: str, secret: bytes, headers: Mapping[str, str], body: bytes, now: datetime
) -> tuple[timedelta, str]:
    """How far the router's clock is from ours, and its signature. Uses nothing up.

    Its body is the camera's serial number, so that one home's is not another's. Raises
    LinkError where it is forged, or from a clock that is over a day wrong: such a one is not
    told from an old one that is sent again.
    """
    given = {name.lower(): value for name, value in headers.items()}
    stamp, sign = given.get("bedcheck-timestamp", ""), given.get("bedcheck-signature", "")
    if body != camera.encode():
        raise LinkError("expected the camera's serial number and nothing else", reason="malformed")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 11):
        raise LinkError("Bedcheck-Timestamp: expected seconds since 1970")
    if not hmac.compare_digest(sign.encode(), signature(secret, stamp, body).encode()):
        raise LinkError("Bedcheck-Signature: is not that of this body and time")
    off = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(stamp)) - now
    if abs(off) > MOST_OFF:
        raise LinkError("Bedcheck-Timestamp: over a day from now", reason="expired")
    return off, sign


def by_beat(
    store: Store,
    camera: str,
    secret: bytes,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> bool:
    """A router's sign of life for the line to ``camera``; False: that line is not tested.

    Raises LinkError as `check_beat` does, and where it was received before.
    """
    off, sign = check_beat(camera, secret, headers, body, now)
    with store.transaction() as tx:
        name = f"beat/{tx.keys.mac('beat', f'{camera} {sign}'.encode()).hex()}"
        if not tx.use_once(name, now, now + 2 * MOST_OFF):
            raise LinkError("this was received before", reason="used")
        body_of, settings = tx.get("camera", camera), list(tx.all("settings").values())
        if body_of is None:
            return False
        few = Registry.read({"camera": [body_of], "settings": settings})
        unit = few.units[camera]
        return heard_beat(tx, unit, few.settings.lines, not TcpTester().asks(unit), off, now)


def key_name(snapshot: Snapshot, camera: str) -> str:
    """The name that the key of a camera's router has among the secrets; "": it sends none."""
    return str((snapshot.get("camera", camera) or {}).get("beats", ""))
