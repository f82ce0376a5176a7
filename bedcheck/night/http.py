"""One HTTP exchange with a device nobody trusts: everything about it has a limit.

The whole of it, from the look-up of the name to the last byte, ends at one deadline: a
limit for each read, as HTTP libraries have it, never trips over one byte a second.
"""

from __future__ import annotations

import asyncio
import contextvars
import errno
import logging
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import httpx

from bedcheck.night.own_loop import run

__all__ = ["Answer", "HttpTrouble", "Trouble", "check_url", "exchange"]

MOST_REDIRECTS = 3
NOT_UNDERSTOOD = "it asks for a password in a way that is not understood"
HOST = re.compile(rb"[a-z0-9._:-]+", re.IGNORECASE)


class Trouble(StrEnum):
    """Why there is no answer."""

    UNREACHABLE = "unreachable"  # no such name, no route, broken off, not HTTP
    REFUSED = "refused"  # nobody listens at that port
    UNTRUSTED = "untrusted"  # its certificate is not one that is trusted
    TIMED_OUT = "timed_out"
    REDIRECTED = "redirected"  # in a circle, or to another machine
    TOO_LARGE = "too_large"
    BAD_CHALLENGE = "bad_challenge"  # asks for a password in a way that is not understood


class HttpTrouble(Exception):
    """There is no answer. The message names neither address nor secrets."""

    def __init__(self, kind: Trouble, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: httpx.Headers
    body: bytes


def check_url(url: str, name: str = "url") -> httpx.URL:
    """``url``, parsed. ValueError where it is no http(s) address or has a password in it."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        raise ValueError(
            f"{name}: expected an address that begins with http:// or https://"
        ) from None
    if parsed.scheme not in ("http", "https") or not HOST.fullmatch(parsed.raw_host):
        raise ValueError(f"{name}: expected an address that begins with http:// or https://")
    if parsed.userinfo:
        raise ValueError(f"{name}: give the user's name and password apart, not in the address")
    return parsed


def exchange(
    method: str,
    url: httpx.URL,
    *,
    seconds: float,
    most: int,
    auth: Callable[[], httpx.Auth] | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    redirects: int = MOST_REDIRECTS,
    certificates: str | None = None,
    judge: Callable[[int, httpx.Headers], None] | None = None,
) -> Answer:
    """The answer to one request, whatever its status, within ``seconds``.

    ``most``: bytes of body that are taken at most; the rest is not read. ``redirects`` that
    lead to the same machine are followed, that many at most. ``certificates``: a PEM file
    of those to trust instead of the usual ones. ``judge`` is given status and head before
    any of the body is read, and may raise what it likes. The body comes as it was sent: no
    compression is asked for and none is undone. Proxies and netrc of the environment are
    not used. Raises HttpTrouble. It runs a loop of its own, so it is not for inside another.
    """
    if seconds <= 0:
        raise HttpTrouble(Trouble.TIMED_OUT, "no time was left to ask")

    async def ask() -> Answer:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                auth=auth() if auth else None,
                verify=_context(certificates) if url.scheme == "https" else False,
                timeout=None,  # the one above holds for all
                trust_env=False,
                headers={
                    "Accept-Encoding": "identity",
                    "User-Agent": "bedcheck",
                    **(headers or {}),
                },
            ) as client,
        ):
            request = client.build_request(method, url, content=content)
            for _ in range(redirects + 1):
                response = await client.send(request, stream=True)
                if response.next_request is None or not response.has_redirect_location:
                    try:
                        if judge:
                            judge(response.status_code, response.headers)
                        body = await _body(response, most)
                    finally:
                        await response.aclose()
                    return Answer(response.status_code, response.headers, body)
                await response.aclose()
                request = response.next_request
                if not _same_machine(url, request.url):
                    raise HttpTrouble(Trouble.REDIRECTED, "it sends on to another machine")
            raise HttpTrouble(
                Trouble.REDIRECTED, f"it sends on more than {redirects} times, or in a circle"
            )

    quiet = _quiet.set(True)
    try:
        return run(ask())
    except TimeoutError:
        reason = f"no whole answer within {seconds:.1f} s"
        raise HttpTrouble(Trouble.TIMED_OUT, reason) from None
    except httpx.HTTPError as error:
        raise _trouble(error) from None
    except (KeyError, NotImplementedError):  # what httpx makes of digests it does not know
        raise HttpTrouble(Trouble.BAD_CHALLENGE, NOT_UNDERSTOOD) from None
    except httpx.InvalidURL:
        raise HttpTrouble(Trouble.REDIRECTED, "it sends on to no valid address") from None
    finally:
        _quiet.reset(quiet)


async def _body(response: httpx.Response, most: int) -> bytes:
    claimed = response.headers.get("content-length", "")
    body = bytearray()
    # Digits of any length: no number is made of a header that is longer than any size.
    if claimed.isdecimal() and (len(claimed) > 15 or int(claimed) > most):
        raise HttpTrouble(Trouble.TOO_LARGE, f"more than {most} bytes")
    async for part in response.aiter_raw(64 * 2**10):
        body += part
        if len(body) > most:
            raise HttpTrouble(Trouble.TOO_LARGE, f"more than {most} bytes")
    return bytes(body)


def _same_machine(first: httpx.URL, other: httpx.URL) -> bool:
    """Whether a redirect stays with the machine, and does not leave encryption."""
    return first.host == other.host and not (first.scheme == "https" and other.scheme == "http")


def _trouble(error: httpx.HTTPError) -> HttpTrouble:
    """What went wrong, told without what httpx may have written of the address."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError):
            return HttpTrouble(Trouble.UNTRUSTED, f"its certificate: {chain.verify_message}")
        if isinstance(chain, ConnectionRefusedError) or (
            isinstance(chain, OSError) and chain.errno == errno.ECONNREFUSED
        ):
            return HttpTrouble(Trouble.REFUSED, "nobody listens at that port")
        if isinstance(chain, OSError) and chain.strerror:
            return HttpTrouble(Trouble.UNREACHABLE, chain.strerror)
        chain = chain.__cause__ or chain.__context__
    if isinstance(error, httpx.RemoteProtocolError):
        return HttpTrouble(Trouble.UNREACHABLE, "it broke off, or does not speak HTTP")
    if isinstance(error, httpx.ProtocolError):
        return HttpTrouble(Trouble.BAD_CHALLENGE, NOT_UNDERSTOOD)
    return HttpTrouble(Trouble.UNREACHABLE, "the connection failed or broke off")


@cache
def _context(certificates: str | None) -> ssl.SSLContext:
    """Made once: reading the usual certificates takes longer than an exchange."""
    return ssl.create_default_context(cafile=certificates)


# httpx logs every address with its query, where some cameras want their password.
_quiet: contextvars.ContextVar[bool] = contextvars.ContextVar("bedcheck_quiet", default=False)
logging.getLogger("httpx").addFilter(lambda record: not _quiet.get())
