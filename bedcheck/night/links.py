"""Acknowledgement from outside: signed links that a person opens, and calls back by webhook.

Both are believed by their signature, until a time, and once. What is not believed is
refused and becomes a row of the history, which says why and never what was tried.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

from bedcheck.errors import LinkError, RecordError
from bedcheck.history import HistoryRow, Kind, Transaction
from bedcheck.history.keys import Keys
from bedcheck.history.plain import check_key, utc
from bedcheck.night.channels.webhook import signature
from bedcheck.night.events import Outcome, WriteOff

__all__ = [
    "CALLBACK",
    "Callback",
    "Link",
    "Purpose",
    "check_callback",
    "make_link",
    "read_callback",
    "read_link",
    "use_link",
]

CALLBACK = "bedcheck.acknowledgement/1"
"""Version of what a receiver sends back."""

MOST_TOKEN = 2048  # characters
MOST_BODY = 64 * 2**10  # bytes of a call back
MOST_NOTE = 1000  # characters
SKEW = timedelta(minutes=5)  # that the receiver's clock may be wrong by


class Purpose(StrEnum):
    """What a link or a call back does."""

    ACKNOWLEDGE = "acknowledge"  # I take this alarm
    OUTCOME = "outcome"  # this is what I found
    WRITE_OFF = "write_off"  # no visit is needed, for this reason


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a link says, once it is believed."""

    id: str
    alarm: str
    contact: str
    purpose: Purpose
    expires: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What a receiver says, once it is believed."""

    alarm: str
    purpose: Purpose
    who: str = ""  # the person, as the receiver knows them
    outcome: str = ""  # one of Outcome, where that is the purpose
    reason: str = ""  # one of WriteOff, where that is the purpose
    note: str = ""


# ---- links


def make_link(
    keys: Keys,
    base: str,
    *,
    alarm: str,
    contact: str,
    key: str,
    expires: datetime,
    purpose: Purpose = Purpose.ACKNOWLEDGE,
) -> str:
    """``base`` with a token added: whoever has it may act once, as ``contact``.

    ``key`` is the delivery's: a delivery that is repeated carries the same link.
    """
    content = [
        keys.mac("link-id", f"{purpose}\0{key}".encode())[:12].hex(),
        check_key(alarm, "alarm"),
        check_key(contact, "contact"),
        str(purpose),
        int((utc(expires) - datetime.fromtimestamp(0, UTC)) / timedelta(microseconds=1)),
    ]
    message = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return f"{base.rstrip('/')}/{_text(message)}.{_text(keys.mac('link', message))}"


def read_link(keys: Keys, link: str, now: datetime) -> Link:
    """What the link, or its token, says. LinkError where it is forged or has expired.

    It is not used up: a page that asks "do you take this alarm?" reads it. Programs that
    look at links before a person does would else acknowledge alarms.
    """
    try:
        head, tail = link.rsplit("/", 1)[-1].split(".")
        message, mac = _bytes(head), _bytes(tail)
    except (ValueError, AttributeError):
        raise LinkError("the link is not whole: open it as it was sent") from None
    if len(link) > MOST_TOKEN or not hmac.compare_digest(mac, keys.mac("link", message)):
        raise LinkError("the link is not one that was sent from here")
    id, alarm, contact, purpose, expires = json.loads(message)  # signed here, so well-formed
    found = Link(
        id=id,
        alarm=alarm,
        contact=contact,
        purpose=Purpose(purpose),
        expires=datetime.fromtimestamp(0, UTC) + timedelta(microseconds=expires),
    )
    if utc(now) >= found.expires:
        raise LinkError(
            f"the link ended at {found.expires:%Y-%m-%d %H:%M} UTC: acknowledge in another way",
            reason="expired",
        )
    return found


def use_link(tx: Transaction, keys: Keys, link: str, now: datetime) -> Link:
    """What the link says; it is used up.

    Raises LinkError where it is forged, expired or used. That is a row of the history, also
    where the caller rolls back.
    """
    try:
        found = read_link(keys, link, now)
    except LinkError as error:
        _refuse(tx, now, error, "link")
    if not tx.use_once(f"link/{found.id}", now, found.expires):
        again = LinkError("the link was used before: an alarm is taken once", reason="used")
        _refuse(tx, now, again, "link", alarm=found.alarm, contact=found.contact)
    return found


# ---- calls back


def read_callback(
    tx: Transaction,
    secret: bytes,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    *,
    contact: str,
) -> Callback:
    """What a receiver's request says; it is used up. See docs/webhook.md.

    Raises LinkError, with its ``reason``, where it is not signed with the secret that
    ``contact`` shares (forged), older or newer than five minutes (expired), a repetition
    (used) or signed but not understood (malformed). That is a row of the history, also
    where the caller rolls back.
    """
    try:
        stamp, sign = check_callback(secret, headers, body, now)
        callback = _parsed(body)
    except LinkError as error:
        _refuse(tx, now, error, "callback", contact=contact)
    # A repetition is known by its signature and, signed anew, by its key. Not by the key
    # alone: nobody signs it, so whoever overheard the request could change it.
    key = next((value for name, value in headers.items() if name.lower() == "idempotency-key"), "")
    marks = [f"{contact}\0signature\0{sign}"] + ([f"{contact}\0key\0{key}"] if key else [])
    names = [f"callback/{tx.keys.mac('callback', mark.encode()).hex()}" for mark in marks]
    fresh = [tx.use_once(name, now, stamp + 2 * SKEW) for name in names]
    if not all(fresh):
        again = LinkError("this was received before", reason="used")
        _refuse(tx, now, again, "callback", alarm=callback.alarm, contact=contact)
    return callback


def check_callback(
    secret: bytes, headers: Mapping[str, str], body: bytes, now: datetime
) -> tuple[datetime, str]:
    """The time and the signature of a request that is signed and recent.

    Uses nothing up and logs nothing. Raises LinkError where it is forged, expired or too long.
    """
    given = {name.lower(): value for name, value in headers.items()}
    stamp, sign = given.get("bedcheck-timestamp", ""), given.get("bedcheck-signature", "")
    if len(body) > MOST_BODY:
        raise LinkError(f"expected {MOST_BODY} bytes at most", reason="malformed")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 11):
        raise LinkError("Bedcheck-Timestamp: expected seconds since 1970")
    if not hmac.compare_digest(sign.encode(), signature(secret, stamp, body).encode()):
        raise LinkError("Bedcheck-Signature: is not that of this body and time")
    at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(stamp))
    if abs(utc(now) - at) > SKEW:
        raise LinkError("Bedcheck-Timestamp: over five minutes from now", reason="expired")
    return at, sign


def _parsed(body: bytes) -> Callback:
    try:
        table = json.loads(body)
        if not isinstance(table, dict) or table.get("schema") != CALLBACK:
            raise ValueError(f"schema: expected {CALLBACK}")
        callback = Callback(
            alarm=check_key(_word(table, "alarm"), "alarm"),
            purpose=Purpose(_word(table, "what")),
            **{
                name: _word(table, name, required=False)
                for name in ("who", "outcome", "reason", "note")
            },
        )
        if callback.purpose is Purpose.OUTCOME:
            Outcome(callback.outcome)
        elif callback.purpose is Purpose.WRITE_OFF:
            WriteOff(callback.reason)
    except (ValueError, RecursionError, RecordError) as error:
        raise LinkError(
            f"the call back is not understood: {error!s:.200}", reason="malformed"
        ) from None
    return callback


def _word(table: dict[str, Any], name: str, required: bool = True) -> str:
    value = table.get(name, None if required else "")
    if not isinstance(value, str) or len(value) > MOST_NOTE:
        raise ValueError(f"{name}: expected text of {MOST_NOTE} characters at most")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name}: expected text that UTF-8 can write") from None
    return value


def _refuse(
    tx: Transaction,
    now: datetime,
    error: LinkError,
    what: str,
    alarm: str | None = None,
    contact: str = "",
) -> NoReturn:
    facts = {"reason": error.reason, "what": what}
    if contact:
        facts["contact"] = contact
    # Not as the alarm's row: what is not believed is no part of its story.
    if alarm:
        facts["alarm"] = alarm
    tx.append_surviving(HistoryRow(at=now, kind=Kind.LINK_REFUSED, who="outside", facts=facts))
    raise error


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """The bytes of base64 text. ValueError for any other spelling of the same bytes."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if _text(data) != text:
        raise ValueError("not the one way to write it")
    return data
