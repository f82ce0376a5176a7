"""SCAIP: what is sent, what each answer means; sipp and worse peers on the other side."""

from __future__ import annotations

import re
import socket
import threading
import time
import xml.etree.ElementTree as ET
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.night.channels import Accepted, AlarmMessage, Delivery, Rejected, Unreachable
from bedcheck.night.channels.scaip import ScaipChannel, document, judged, reference, said
from bedcheck.night.contact import Reply, Scaip
from bedcheck.night.window import AlarmCause
from tests.night.servers import unused_port
from tests.night.sip import losing, sipp
from tests.night.talking import answering, talking
from tests.night.test_cameras import self_signed
from tests.night.test_channels import ALARM

KEY = "berit@2026-11-01T02:00:00Z/call/1"
PROFILE = Scaip(controller="0012345678")
NOT_KNOWN = "whether it took the alarm is not known"


def channel(port: int, transport: str = "udp", **changes: Any) -> ScaipChannel:
    seconds = changes.pop("seconds", 5.0)
    certificates = changes.pop("certificates", None)
    return ScaipChannel(
        address=f"sip:alarm@127.0.0.1:{port};transport={transport}",
        profile=replace(PROFILE, **changes),
        seconds=seconds,
        certificates=certificates,
    )


def fields(body: bytes) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ET.fromstring(body)}


# ---- what is sent


def test_the_document() -> None:
    assert document(ALARM, KEY, PROFILE, encrypted=True).decode() == (
        "<mrq><ref>H6MXABMIL7VGTMNW</ref><ver>01.00</ver><mty>ME</mty><cid>0012345678</cid>"
        "<dty>0012</dty><crd>no-voice:</crd><stc>0009</stc><stt>deviation</stt><lte>norr</lte>"
        "<ite>Åke Berg syns inte i sängen.</ite></mrq>"
    )


@pytest.mark.parametrize(
    ("alarm", "profile", "told"),
    [
        # what the alarm decides
        *(({"kind": cause.value}, {}, {"mty": "ME", "stc": "0009"}) for cause in AlarmCause),
        ({"kind": "camera_to_mend"}, {}, {"mty": "ME", "stc": "0011"}),
        ({"kind": "test"}, {}, {"mty": "ME", "stc": "0102", "stt": "test"}),
        ({"controller": "99"}, {}, {"cid": "99"}),  # the resident's own number goes before
        # what the receiver decides
        ({}, {"device_type": "0049"}, {"dty": "0049"}),
        ({}, {"system": "3"}, {"sco": "3"}),
        ({}, {"caller": ""}, {"crd": None}),
        ({}, {"text": False}, {"ite": None, "lte": "norr"}),
    ],
)
def test_what_is_told(
    alarm: dict[str, Any], profile: dict[str, Any], told: dict[str, str | None]
) -> None:
    sent = AlarmMessage(**{**vars(ALARM), **alarm})
    found = fields(document(sent, KEY, replace(PROFILE, **profile), encrypted=True))
    assert {name: found.get(name) for name in told} == told


@pytest.mark.parametrize(
    ("text", "encrypted", "in_words"),
    [(None, True, True), (None, False, False), (True, False, True), (False, True, False)],
)
def test_nobody_on_the_way_reads_of_a_resident_unless_it_was_agreed(
    text: bool | None, encrypted: bool, in_words: bool
) -> None:
    sent = document(ALARM, KEY, replace(PROFILE, text=text), encrypted=encrypted).decode()
    assert ("Åke" in sent) == in_words


def test_the_profile_names_the_document() -> None:
    profile = replace(PROFILE, root="scaip", declaration=True)
    sent = document(ALARM, KEY, profile, encrypted=True)
    assert sent.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<scaip><ref>")


def test_no_link_is_sent() -> None:
    assert b"canary" not in document(ALARM, KEY, PROFILE, encrypted=True)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300), key=st.text("abc/@:å", min_size=1, max_size=80))
def test_any_alarm_is_a_document_that_fits_a_datagram(text: str, key: str) -> None:
    alarm = AlarmMessage(**{**vars(ALARM), "text": text, "area": text})
    sent = document(alarm, key, PROFILE, encrypted=True)
    found = fields(sent)
    assert len(sent) < 800
    assert re.fullmatch("[0-9A-Za-z]{1,16}", found["ref"])
    assert found["ref"] == reference(key)
    assert len(found.get("ite", "")) <= 128
    assert len(found.get("lte", "")) <= 32


# ---- what each answer means


def reply(number: object, ref: str = "R1", text: str = "") -> bytes:
    return f"<mrs><ref>{ref}</ref><snu>{number}</snu><ste>{text}</ste></mrs>".encode()


BODY, MESSAGE, STATUS = Reply
TABLE = [
    # status, body, how it replies, outcome
    (200, reply(0), BODY, Accepted()),
    (200, reply(0), STATUS, Accepted()),
    (202, reply(0), BODY, Accepted()),
    (200, b"<?xml version='1.0'?><scaip><snu>0</snu></scaip>", BODY, Accepted()),
    (200, b"", STATUS, Accepted()),
    (200, b"garbage", STATUS, Accepted()),
    (200, b"", BODY, Unreachable(f"an empty 200: {NOT_KNOWN}")),
    (200, b"garbage", BODY, Unreachable(f"no reply with its 200: {NOT_KNOWN}")),
    (200, b"<mrs><snu>0", BODY, Unreachable(f"no reply with its 200: {NOT_KNOWN}")),
    (200, b"<mrs/>", BODY, Unreachable(f"no reply with its 200: {NOT_KNOWN}")),
    (200, reply(0, "R2"), BODY, Unreachable(f"no reply with its 200: {NOT_KNOWN}")),  # another's
    (200, reply("OK"), BODY, Unreachable(f"no reply with its 200: {NOT_KNOWN}")),
    (200, reply(3), BODY,
     Rejected("it says that the message's content is wrong (status number 3)")),
    (200, reply(7, text="cid"), BODY,
     Rejected("it misses a field that it needs (status number 7: cid)")),
    (200, reply(2), STATUS,
     Rejected("it says that the message's form is wrong (status number 2)")),
    (200, reply(6), BODY, Unreachable("it is busy (status number 6)")),
    (200, reply(5), BODY,
     Unreachable("it says that the message was not treated (status number 5)")),
    (200, reply(99), BODY, Unreachable("it did not take the message (status number 99)")),
    (302, b"", BODY, Unreachable("SIP 302")),  # an alarm is not sent on
    (403, b"", BODY, Rejected("SIP 403")),
    (404, reply(0), STATUS, Rejected("SIP 404")),
    (415, b"", BODY, Rejected("SIP 415")),
    (408, b"", BODY, Unreachable("SIP 408")),
    (480, b"", BODY, Unreachable("SIP 480")),
    (486, b"", BODY, Unreachable("SIP 486")),
    (500, b"", BODY, Unreachable("SIP 500")),
    (503, b"", STATUS, Unreachable("SIP 503")),
    (603, b"", BODY, Rejected("SIP 603")),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "mode", "delivery"), TABLE)
def test_what_each_answer_means(status: int, body: bytes, mode: Reply, delivery: Delivery) -> None:
    assert judged(status, body, "R1", mode) == delivery


def test_a_reply_that_would_grow_is_not_read() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "cccc">]><mrs><snu>0</snu><ste>&b;</ste></mrs>'
    assert said(bomb, "R1") is None
    assert said(bomb.decode().encode("utf-16"), "R1") is None
    assert said(reply(0, text="x" * 5000), "R1") is None


# ---- sipp


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(
    ("scenario", "mode", "delivery"),
    [
        ("body", BODY, Accepted()),
        ("message", MESSAGE, Accepted()),
        ("no_body", STATUS, Accepted()),
        ("no_body", BODY, Unreachable(f"an empty 200: {NOT_KNOWN}")),
        ("garbage", BODY, Unreachable(f"no reply with its 200: {NOT_KNOWN}")),
        ("not_ok", BODY, Rejected("it misses a field that it needs (status number 7: dty)")),
        ("busy", BODY, Unreachable("it is busy (status number 6)")),
        ("refusing", BODY, Rejected("SIP 403")),
        ("unavailable", BODY, Unreachable("SIP 503")),
    ],
)
def test_each_receiver_has_its_outcome(
    scenario: str, mode: Reply, delivery: Delivery, transport: str, tmp_path: Path
) -> None:
    with sipp(scenario, tmp_path, transport=transport) as peer:
        assert channel(peer.port, transport, reply=mode).send(ALARM, KEY) == delivery
        assert peer.references() == [reference(KEY)]


@pytest.mark.parametrize(
    ("scenario", "mode", "reason"),
    [
        ("silent", BODY, "no answer within 1.6 s"),
        ("no_body", MESSAGE, "it took the message and sent no reply of its own within 1.6 s"),
    ],
)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_receiver_that_is_silent_is_given_up_in_time(
    scenario: str, mode: Reply, reason: str, transport: str, tmp_path: Path
) -> None:
    with sipp(scenario, tmp_path, transport=transport) as peer:
        begun = time.monotonic()
        delivery = channel(peer.port, transport, reply=mode, seconds=1.6).send(ALARM, KEY)
        assert time.monotonic() - begun < 2.8
        assert peer.references() == [reference(KEY)]  # once, though it was sent again
    assert delivery == Unreachable(reason)


def test_the_heartbeat(tmp_path: Path) -> None:
    with sipp("body", tmp_path) as peer, losing(peer.port, 0.0) as proxy:
        assert channel(proxy.port).heartbeat("beat/1") == Accepted()
    (sent,) = proxy.sent
    found = fields(sent.partition(b"\r\n\r\n")[2])
    assert found == {
        "ref": reference("beat/1"), "ver": "01.00", "mty": "PI", "cid": "0012345678",
        "dty": "0012", "crd": "no-voice:", "stc": "0102",
    }  # fmt: skip


def test_fifty_alarms_are_accepted_once_each(tmp_path: Path) -> None:
    with sipp("body", tmp_path) as peer:
        sender = channel(peer.port)
        keys = [f"w-{number}/call/1" for number in range(50)]
        assert [sender.send(ALARM, key) for key in keys] == [Accepted()] * 50
        assert peer.references() == [reference(key) for key in keys]


def test_none_is_lost_where_a_third_of_the_datagrams_is(tmp_path: Path) -> None:
    keys = [f"w-{number}/call/1" for number in range(50)]
    with sipp("body", tmp_path) as peer, losing(peer.port, 0.3) as proxy:
        sender = channel(proxy.port, seconds=10.0)

        def until_accepted(key: str) -> tuple[str, Delivery]:
            """As the runner does it: repeated with the same key."""
            delivery: Delivery = Unreachable("")
            while isinstance(delivery, Unreachable):
                delivery = sender.send(ALARM, key)
            return key, delivery

        with ThreadPoolExecutor(25) as pool:
            outcomes = dict(pool.map(until_accepted, keys))
        came = peer.references()
    assert outcomes == dict.fromkeys(keys, Accepted())
    assert set(came) == {reference(key) for key in keys}
    copies = Counter(re.findall(rb"<ref>(\w+)</ref>", b"".join(proxy.sent)))
    assert proxy.lost > 20
    assert sum(copies.values()) > 60  # many were sent again ...
    assert {ref.decode() for ref in copies} == set(came)  # ... and none under another reference


# ---- peers of our own


def test_a_receiver_with_a_certificate(tmp_path: Path) -> None:
    def talk(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(answer_to(connection.recv(65536), b"200 OK", reply(0, "")))
        stop.wait(5)

    certificate = self_signed(tmp_path)
    with talking(talk, certificate) as port:
        trusting = channel(port, "tls", certificates=str(certificate[0]))
        assert trusting.send(ALARM, KEY) == Accepted()
        delivery = channel(port, "tls").send(ALARM, KEY)
    assert isinstance(delivery, Unreachable)
    assert delivery.reason.startswith("its certificate: ")


def answer_to(request: bytes, status: bytes, body: bytes) -> bytes:
    """An answer as a receiver makes it."""
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")
    kept = [ln for ln in lines if ln.startswith((b"Via", b"From", b"To", b"Call-ID", b"CSeq"))]
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([b"SIP/2.0 " + status, *kept, length, b"", body])


def test_nobody_is_there() -> None:
    for transport in ("udp", "tcp"):
        delivery = channel(unused_port(), transport).send(ALARM, KEY)
        assert delivery == Unreachable("nobody listens at that port")


def test_an_answer_to_somebody_else_is_no_answer() -> None:
    def other(request: bytes) -> list[bytes]:
        wrong = re.sub(rb"branch=\w+", b"branch=z9hG4bKother", request)
        return [answer_to(wrong, b"200 OK", reply(0, "")), b"\0", b"not SIP\r\n\r\n"]

    with answering(other) as port:
        delivery = channel(port, seconds=0.4).send(ALARM, KEY)
    assert delivery == Unreachable("no answer that could be understood within 0.4 s")


def test_a_provisional_answer_is_not_the_last() -> None:
    def trying(request: bytes) -> list[bytes]:
        return [answer_to(request, b"100 Trying", b""),
                answer_to(request, b"200 OK", reply(0, reference(KEY)))]  # fmt: skip

    with answering(trying) as port:
        assert channel(port).send(ALARM, KEY) == Accepted()


def test_what_is_sent_again_is_the_same() -> None:
    came: list[bytes] = []

    def second(request: bytes) -> list[bytes]:
        came.append(request)
        answer = answer_to(request, b"200 OK", reply(0, reference(KEY)))
        return [answer] if len(came) > 1 else []

    with answering(second) as port:
        assert channel(port).send(ALARM, KEY) == Accepted()
        assert came[0] == came[1]
        assert channel(port).send(ALARM, KEY) == Accepted()
    branches = {re.search(rb"branch=(\w+)", one)[1] for one in came}  # type: ignore[index]
    references = {re.search(rb"<ref>(\w+)", one)[1] for one in came}  # type: ignore[index]
    assert (len(branches), len(references)) == (2, 1)


HEADS = st.sampled_from(
    [b"SIP/2.0 200 OK", b"SIP/2.0 603 x", b"SIP/2.0 x y", b"MESSAGE sip:a SIP/2.0",
     b"MESSAGE tel:" + b"1" * 900 + b" SIP/2.0", b"SIP/2.0 " + b"9" * 200 + b" y"]
)  # fmt: skip
LINES = st.sampled_from(
    [b"Via: x", b"Content-Length: 99999", b"Content-Length: 4", b"l: x", b":", b"a",
     b"CSeq: 1 MESSAGE", b"To: \xff", b"Content-Length: 888888888"]
)  # fmt: skip
ANYTHING = st.one_of(
    st.binary(max_size=200),
    st.tuples(HEADS, st.lists(LINES, max_size=6), st.binary(max_size=60)).map(
        lambda parts: b"\r\n".join([parts[0], *parts[1], b"", parts[2]])
    ),
    st.tuples(st.sampled_from([b"200 OK", b"100 T", b"503 x"]), st.binary(max_size=80)),
)


@settings(max_examples=60, deadline=None)
@given(answers=st.lists(ANYTHING, max_size=4), mode=st.sampled_from(Reply))
def test_any_answer_is_an_outcome(answers: list[Any], mode: Reply) -> None:
    def made(request: bytes) -> list[bytes]:
        return [answer_to(request, *a) if isinstance(a, tuple) else a for a in answers]

    def talk(connection: socket.socket, stop: threading.Event) -> None:
        for answer in made(connection.recv(65536)):
            connection.sendall(answer)

    with answering(made) as port:
        delivery = channel(port, reply=mode, seconds=0.06).send(ALARM, KEY)
    assert isinstance(delivery, Accepted | Rejected | Unreachable)
    with talking(talk) as port:
        delivery = channel(port, "tcp", reply=mode, seconds=0.3).send(ALARM, KEY)
    assert isinstance(delivery, Accepted | Rejected | Unreachable)


@pytest.mark.parametrize(
    ("head", "seconds"),
    [(b"SIP/2.0 200 " + b"x" * 60_000, 2.0), (b"a:\r\n" * 14_000, 2.0),
     (b"MESSAGE tel:+" + b"1" * 60_000 + b"x SIP/2.0", 2.0)],
)  # fmt: skip
def test_a_long_answer_takes_no_time(head: bytes, seconds: float) -> None:
    with answering(lambda request: [head + b"\r\n\r\n"]) as port:
        begun = time.monotonic()
        assert isinstance(channel(port, seconds=0.2).send(ALARM, KEY), Unreachable)
        assert time.monotonic() - begun < seconds
