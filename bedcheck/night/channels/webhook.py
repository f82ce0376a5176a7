"""The webhook: an alarm as signed JSON to a receiver's address. See docs/webhook.md."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bedcheck.history.plain import check_key, instant
from bedcheck.night.channels.port import Accepted, AlarmMessage, Delivery, Rejected, Unreachable
from bedcheck.night.http import HttpTrouble, Trouble, check_url, exchange

__all__ = ["SCHEMA", "WebhookChannel", "payload", "signature"]

SCHEMA = "bedcheck.alarm/1"
"""Version of the payload; it changes when a key changes its meaning."""

MOST_ANSWER = 64 * 2**10  # bytes
SHORTEST_SECRET = 16  # bytes

_SAFE = "!#$&'()*+,/:;<=>?@[]^_`{|}~ "  # of a header; a letter beyond ASCII is spelled out

_FINAL = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 451})
"""Answers that a repetition would not change."""


def payload(alarm: AlarmMessage, key: str) -> dict[str, Any]:
    """The alarm as it is sent, in the order in which it is documented."""
    return {
        "schema": SCHEMA,
        "delivery": key,
        "alarm": alarm.alarm,
        "kind": alarm.kind,
        "causes": list(alarm.causes),
        "text": alarm.text,
        "resident": {
            "key": alarm.resident,
            "name": alarm.name,
            "address": alarm.address,
            "area": alarm.area,
        },
        "window": alarm.window,
        "camera": alarm.camera,
        "contact": alarm.contact,
        "attempt": alarm.attempt,
        "raised": instant(alarm.raised),
        "answer_by": None if alarm.answer_by is None else instant(alarm.answer_by),
        "acknowledge": alarm.link or None,
    }


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """``v1=`` and HMAC-SHA256, in hex, of the timestamp, a full stop and the body."""
    return "v1=" + hmac.new(secret, timestamp.encode() + b"." + body, "sha256").hexdigest()


@dataclass(frozen=True, kw_only=True)
class WebhookChannel:
    """One receiver's address. ValueError where the address or the secret cannot be used."""

    url: str = field(repr=False)
    secret: bytes = field(repr=False)  # shared with the receiver, 16 bytes or more
    seconds: float = 10.0  # for the whole delivery
    certificates: str | None = None  # a PEM file to trust instead of the usual ones
    now: Callable[[], float] = time.time  # seconds since 1970, for the timestamp

    def __post_init__(self) -> None:
        check_url(self.url)
        if len(self.secret) < SHORTEST_SECRET:
            raise ValueError(
                f"secret: expected {SHORTEST_SECRET} bytes at least, got {len(self.secret)}"
            )

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        """Posts the alarm; any 2xx is Accepted. See `bedcheck.night.channels.Channel.send`."""
        check_key(key)
        body = json.dumps(payload(alarm, key), ensure_ascii=False).encode()
        timestamp = str(int(self.now()))
        try:
            answer = exchange(
                "POST",
                check_url(self.url),
                seconds=self.seconds,
                most=MOST_ANSWER,
                headers={
                    "Content-Type": "application/json",
                    "Idempotency-Key": quote(key, safe=_SAFE),
                    "Bedcheck-Timestamp": timestamp,
                    "Bedcheck-Signature": signature(self.secret, timestamp, body),
                },
                content=body,
                redirects=0,  # an alarm goes where it was agreed, or nowhere
                certificates=self.certificates,
            )
        except HttpTrouble as trouble:
            if trouble.kind is Trouble.TOO_LARGE:  # it has read it all, and talks too much
                return Unreachable("its answer is too long")
            return Unreachable(str(trouble))
        if 200 <= answer.status < 300:
            return Accepted(_reference(answer.body))
        if answer.status in _FINAL:
            return Rejected(f"HTTP {answer.status}")
        return Unreachable(f"HTTP {answer.status}")


def _reference(body: bytes) -> str:
    """The receiver's own number for it, where its answer is JSON that has one."""
    try:
        reference = json.loads(body)["reference"]
        return check_key(str(reference)) if isinstance(reference, str | int) else ""
    except Exception:  # the answer is the receiver's, and may be anything
        return ""
