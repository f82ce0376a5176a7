"""Alarms as social alarms are sent: a small XML document in a SIP MESSAGE.

Made after what public implementations do, which disagree: what differs is a profile of the
receiver. No conformity with SS 91100 or EN 50134-9 is claimed. See docs/channels.md.
"""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from bedcheck.history.plain import check_key
from bedcheck.night.channels.port import Accepted, AlarmMessage, Delivery, Rejected, Unreachable
from bedcheck.night.channels.sip import SipTrouble, Transport, exchange, sip_address
from bedcheck.night.contact import Reply, Scaip

__all__ = ["ScaipChannel", "document", "reference", "said"]

VERSION = "01.00"
AUTOMATIC_ALARM, ALERT, TEST = "0009", "0011", "0102"  # status codes: alarm, message, test
ALARM, HEARTBEAT = "ME", "PI"  # message types
MOST_TEXT, MOST_BYTES = 128, 256  # of what is told in words; a datagram holds 1,300 in all
MOST_SHORT = 32
MOST_ANSWER = 4 * 2**10  # characters


_STATUS_NUMBERS = {
    1: "it says that the message is too long",
    2: "it says that the message's form is wrong",
    3: "it says that the message's content is wrong",
    4: "it holds the message back",
    5: "it says that the message was not treated",
    6: "it is busy",
    7: "it misses a field that it needs",
}
_NOT_TAKEN = frozenset({1, 2, 3, 7})  # the same message would fare no better

_FINAL = frozenset({
    400, 401, 402, 403, 404, 405, 406, 407, 410, 413, 414, 415, 416, 420, 421, 423, 484, 485, 488,
    493, 505, 513, 603, 604, 606,
})  # fmt: skip
"""Answers that a repetition would not change."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def reference(key: str) -> str:
    """``ref``: sixteen letters and digits that only this delivery has, whenever it is sent."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest()[:10]).decode()


def document(alarm: AlarmMessage, key: str, profile: Scaip, *, encrypted: bool) -> bytes:
    """The alarm as it is sent. In words, too, where the profile says so or nobody else can read."""
    status = {"test": TEST, "alarm": AUTOMATIC_ALARM, "message": ALERT}[alarm.sort]
    words = profile.text if profile.text is not None else encrypted
    return _written(
        profile,
        ref=reference(key),
        mty=ALARM,
        cid=alarm.controller or profile.controller,
        stc=status,
        stt=alarm.kind[:MOST_SHORT],
        lte=alarm.area[:MOST_SHORT],
        ite=_shortened(alarm.text) if words else "",
    )


def _written(profile: Scaip, **fields: str) -> bytes:
    root = ET.Element(profile.root)
    told = {
        "ref": fields.pop("ref"),
        "ver": VERSION,
        "sco": profile.system,
        "mty": fields.pop("mty"),
        "cid": fields.pop("cid"),
        "dty": profile.device_type,
        "crd": profile.caller,
        **fields,
    }
    for name, value in told.items():
        if value:
            ET.SubElement(root, name).text = _UNPRINTABLE.sub("", value)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=profile.declaration)
    return written


def _shortened(text: str) -> str:
    short = text[:MOST_TEXT]
    while len(short.encode(errors="replace")) > MOST_BYTES:
        short = short[:-1]
    return short if short == text else short[:-1] + "…"


def said(body: bytes, ref: str) -> tuple[int, str] | None:
    """The status number and text of a reply to ``ref``; None where the body is no such reply."""
    try:
        text = body.decode("utf-8-sig")
        if len(text) > MOST_ANSWER or "<!" in text:  # no entities, no comments: nothing to expand
            return None
        root = ET.fromstring(text)
        number = (root.findtext("snu") or "").strip()
    except (ValueError, ET.ParseError, RecursionError):
        return None
    if (root.findtext("ref") or "").strip() not in ("", ref) or not re.fullmatch(
        "[0-9]{1,5}", number
    ):
        return None
    words = "".join(c for c in root.findtext("ste") or "" if c.isprintable())
    return int(number), words[:MOST_TEXT]


@dataclass(frozen=True, kw_only=True)
class ScaipChannel:
    """One receiver. ValueError where the address cannot be used."""

    address: str = field(repr=False)
    profile: Scaip
    seconds: float = 10.0  # for the whole delivery
    certificates: str | None = None  # a PEM file to trust instead of the usual ones

    def __post_init__(self) -> None:
        sip_address(self.address)

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        """Sends the alarm; see `bedcheck.night.channels.Channel.send`."""
        check_key(key)
        encrypted = sip_address(self.address).transport is Transport.TLS
        user = alarm.controller or self.profile.controller
        body = document(alarm, key, self.profile, encrypted=encrypted)
        return self._send(body, reference(key), user)

    def heartbeat(self, key: str) -> Delivery:
        """Tells the receiver that we are there, and us that it is; no person is disturbed."""
        check_key(key)
        controller = self.profile.controller
        body = _written(self.profile, ref=reference(key), mty=HEARTBEAT, cid=controller, stc=TEST)
        return self._send(body, reference(key), controller)

    def _send(self, body: bytes, ref: str, user: str) -> Delivery:
        mode = self.profile.reply
        try:
            answer = exchange(
                sip_address(self.address),
                body,
                self.profile.content_type,
                user=user,
                domain=self.profile.domain,
                seconds=self.seconds,
                certificates=self.certificates,
                is_reply=(lambda body: said(body, ref) is not None)
                if mode is Reply.MESSAGE
                else None,
            )
        except SipTrouble as trouble:
            return Unreachable(str(trouble))
        return judged(answer.status, answer.body, ref, mode)


def judged(status: int, body: bytes, ref: str, mode: Reply) -> Delivery:
    """What an answer means, by the way in which its receiver replies."""
    if status in _FINAL:
        return Rejected(f"SIP {status}")
    if not 200 <= status < 300:
        return Unreachable(f"SIP {status}")
    reply = said(body, ref)
    if reply is None:
        if mode is Reply.STATUS:
            return Accepted()
        what = "no reply with its" if body.strip() else "an empty"
        return Unreachable(f"{what} {status}: whether it took the alarm is not known")
    number, words = reply
    if number == 0:
        return Accepted()
    reason = _STATUS_NUMBERS.get(number, "it did not take the message")
    reason += f" (status number {number}{': ' + words if words else ''})"
    return Rejected(reason) if number in _NOT_TAKEN else Unreachable(reason)
