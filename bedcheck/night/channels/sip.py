"""One SIP MESSAGE and what is answered: RFC 3428 over UDP, TCP and TLS, with one deadline.

Over UDP the request is sent again by the timers of RFC 3261, 17.1.2 (E: half a second at
first, doubled up to four), the same bytes each time. Nothing that a peer sends is believed
to be SIP, to be short or to end.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Protocol, cast

from bedcheck.extras import needs
from bedcheck.night.own_loop import reason_of, run

with needs("scaip"):
    from sipmessage import URI, Address, CSeq, Message, Parameters, Request, Response, Via

__all__ = ["SipAddress", "SipAnswer", "SipTrouble", "Transport", "exchange", "sip_address"]

T1, T2 = 0.5, 4.0  # seconds; RFC 3261, table 4
MOST_HEAD = 8 * 2**10  # bytes before a message's body
MOST_BODY = 64 * 2**10
MOST_LINE = 1024  # of the first line
LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,9})[ \t]*(?=\r\n)", re.I)


class Transport(StrEnum):
    """What carries the messages."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class SipTrouble(Exception):
    """There is no answer. The message names neither address nor secrets."""


@dataclass(frozen=True)
class SipAddress:
    """Where a receiver is."""

    uri: URI
    transport: Transport

    @property
    def host(self) -> str:
        """The machine, as a name or an IP address without brackets."""
        return self.uri.host.removeprefix("[").removesuffix("]")

    @property
    def port(self) -> int:
        """The port that was given, or the usual one."""
        return self.uri.port or (5061 if self.transport is Transport.TLS else 5060)


@dataclass(frozen=True)
class SipAnswer:
    """What came back."""

    status: int
    body: bytes
    own: bool = False  # the body came in a message of the receiver's own


def sip_address(address: str) -> SipAddress:
    """``sip:name@host:port;transport=udp|tcp|tls``, or ``sips:``, parsed; ValueError if it is not.

    UDP unless it says otherwise. Records in the DNS that name servers and ports (RFC 3263)
    are not asked for.
    """
    wanted = "expected an address as sip:alarm@receiver.example:5060;transport=tcp"
    try:
        uri = URI.parse(address if len(address) <= 256 else "")
        transport = Transport((uri.parameters.get("transport") or "udp").lower())
    except ValueError:
        raise ValueError(wanted) from None
    if uri.scheme not in ("sip", "sips") or uri.password or not 0 < (uri.port or 1) < 65536:
        raise ValueError(wanted)
    return SipAddress(uri, Transport.TLS if uri.scheme == "sips" else transport)


def exchange(
    to: SipAddress,
    body: bytes,
    content_type: str,
    *,
    user: str,
    domain: str = "",
    seconds: float,
    certificates: str | None = None,
    is_reply: Callable[[bytes], bool] | None = None,
) -> SipAnswer:
    """The final answer to one MESSAGE, within ``seconds``, whatever its status.

    ``user`` and ``domain`` say who sends it; without a domain, the machine's own address.
    With ``is_reply`` a 2xx is not the end: a message of the receiver's own is waited for,
    whose body is one by it, and confirmed. Raises SipTrouble. It runs a loop of its own, so
    it is not for inside another.
    """
    if seconds <= 0:
        raise SipTrouble("no time was left to send it")
    heard = _Heard()

    async def ask() -> SipAnswer:
        async with asyncio.timeout(seconds):
            wire = await _connected(to, certificates)
            try:
                request, branch = _request(to, wire.local, body, content_type, user, domain)
                return await _transact(wire, request, branch, heard, is_reply)
            finally:
                await wire.close()

    try:
        return run(ask())
    except TimeoutError:
        raise SipTrouble(f"{heard.missing()} within {seconds:.1f} s") from None
    except (OSError, asyncio.IncompleteReadError) as error:
        raise SipTrouble(reason_of(error) or "the connection failed or broke off") from None


@dataclass
class _Heard:
    """What has come by the deadline."""

    anything: bool = False
    taken: bool = False  # a 2xx

    def missing(self) -> str:
        if self.taken:
            return "it took the message and sent no reply of its own"
        return "no answer that could be understood" if self.anything else "no answer"


class _Wire(Protocol):
    """Carries whole messages to one peer."""

    local: tuple[str, int]
    reliable: bool
    transport: Transport

    def send(self, message: bytes) -> None: ...

    async def receive(self) -> bytes: ...

    async def close(self) -> None: ...


async def _transact(
    wire: _Wire,
    request: bytes,
    branch: str,
    heard: _Heard,
    is_reply: Callable[[bytes], bool] | None,
) -> SipAnswer:
    loop = asyncio.get_running_loop()
    wire.send(request)
    interval = T1
    again = loop.time() + interval
    reply: bytes | None = None
    status = 0
    while True:
        try:
            waits = None if wire.reliable or status else max(again - loop.time(), 0.0)
            message = _parsed(await asyncio.wait_for(wire.receive(), waits))
        except TimeoutError:
            wire.send(request)
            interval = min(2 * interval, T2)
            again = loop.time() + interval
            continue
        heard.anything = True
        if isinstance(message, Request):
            if message.method == "MESSAGE" and is_reply and is_reply(message.body):
                wire.send(_confirmation(message))
                reply = message.body
        elif message is None or not _answers(message, branch):
            continue
        elif message.code < 200:
            interval, again = T2, loop.time() + T2  # as RFC 3261 has it of a provisional one
        elif is_reply is None or message.code >= 300 or is_reply(message.body):
            return SipAnswer(message.code, message.body)
        else:
            status, heard.taken = message.code, True
        if status and reply is not None:
            return SipAnswer(status, reply, own=True)


# ---- messages


def _request(
    to: SipAddress, local: tuple[str, int], body: bytes, content_type: str, user: str, domain: str
) -> tuple[bytes, str]:
    """The request as it is sent, each time, and the branch by which its answer is known."""
    host = f"[{local[0]}]" if ":" in local[0] else local[0]
    branch = "z9hG4bK" + secrets.token_hex(12)
    via = Via(
        transport=to.transport.upper(),
        host=host,
        port=local[1],
        parameters=Parameters(branch=branch, rport=None),
    )
    me = URI("sip", domain or host, user=user, port=None if domain else local[1])
    request = Request("MESSAGE", to.uri, body)
    request.via = [via]
    request.max_forwards = 70
    request.from_address = Address(me, parameters=Parameters(tag=secrets.token_hex(6)))
    request.to_address = Address(to.uri)
    request.call_id = f"{secrets.token_hex(12)}@{host}"
    request.cseq = CSeq(1, "MESSAGE")
    request.user_agent = "bedcheck"
    request.headers.set("Content-Type", content_type)
    request.content_length = len(body)
    return bytes(request), branch


def _confirmation(request: Request) -> bytes:
    """200 to a message of the receiver's."""
    answer = Response(200, "OK")
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        answer.headers.setlist(name, request.headers.getlist(name))
    to = answer.headers.get("To") or ""
    if ";tag=" not in to:
        answer.headers.set("To", f"{to};tag={secrets.token_hex(6)}")
    answer.content_length = 0
    return bytes(answer)


def _answers(response: Response, branch: str) -> bool:
    """Whether it is an answer to our request."""
    via = response.headers.getlist("Via")
    parts = via[0].replace(" ", "").split(";") if len(via) == 1 else []
    return f"branch={branch}" in parts and (response.headers.get("CSeq") or "").split() == [
        "1",
        "MESSAGE",
    ]


def _parsed(message: bytes) -> Request | Response | None:
    """The message; None where it is none, or so long that reading it would take its time."""
    head, _, body = message.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if len(head) > MOST_HEAD or len(head.split(b"\r\n", 1)[0]) > MOST_LINE:
        return None
    length = LENGTH.search(head + b"\r\n")
    if length:
        if int(length[1]) > len(body):
            return None
        body = body[: int(length[1])]
    try:
        return Message.parse(head + b"\r\n\r\n" + body)
    except (ValueError, LookupError, RecursionError):  # what the library makes of what is none
        return None


# ---- wires


async def _connected(to: SipAddress, certificates: str | None) -> _Wire:
    if to.transport is Transport.UDP:
        loop = asyncio.get_running_loop()
        _, datagrams = await loop.create_datagram_endpoint(
            _Datagrams, remote_addr=(to.host, to.port)
        )
        return datagrams
    context = _context(certificates) if to.transport is Transport.TLS else None
    reader, writer = await asyncio.open_connection(to.host, to.port, ssl=context, limit=MOST_HEAD)
    return _Stream(reader, writer, to.transport)


class _Datagrams(asyncio.DatagramProtocol):
    """UDP to one peer; datagrams of others are not seen."""

    reliable = False

    def __init__(self) -> None:
        self._came: asyncio.Queue[bytes | Exception] = asyncio.Queue(maxsize=256)
        self.transport = Transport.UDP
        self.local = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.DatagramTransport, transport)
        name = transport.get_extra_info("sockname")
        self.local = (name[0], name[1])

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self._came.full():  # a peer that floods us
            self._came.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        if not self._came.full():
            self._came.put_nowait(exc)

    def send(self, message: bytes) -> None:
        self._wire.sendto(message)

    async def receive(self) -> bytes:
        came = await self._came.get()
        if isinstance(came, Exception):
            raise came
        return came

    async def close(self) -> None:
        self._wire.abort()
        await asyncio.sleep(0)


class _Stream:
    """TCP or TLS."""

    reliable = True

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, transport: Transport
    ) -> None:
        self._reader, self._writer = reader, writer
        self.transport = transport
        name = writer.get_extra_info("sockname")
        self.local = (name[0], name[1])

    def send(self, message: bytes) -> None:
        self._writer.write(message)

    async def receive(self) -> bytes:
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
            while not head.strip(b"\r\n"):  # kept alive by empty lines
                head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise SipTrouble("what it sends is not SIP") from None
        length = LENGTH.search(head)
        size = int(length[1]) if length else 0
        if size > MOST_BODY:
            raise SipTrouble("its answer is too long")
        return head + await self._reader.readexactly(size)

    async def close(self) -> None:
        self._writer.transport.abort()
        for _ in range(3):  # so that nothing of it is left open behind the loop
            await asyncio.sleep(0)


@cache
def _context(certificates: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificates)
