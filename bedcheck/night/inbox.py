"""Acknowledgements over HTTP: the page that a link opens, and the receivers' calls back.

An ASGI application, to be served by itself or mounted in another. Those who have neither a
link nor a shared secret are told nothing, keep nobody else from being heard, and put no
more than a few of their attempts a minute into the history.
"""

from __future__ import annotations

import asyncio
import html
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock, Thread

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bedcheck.errors import LinkError, RecordError, StoreError
from bedcheck.history.store import Store
from bedcheck.night.acts import ALARM, by_callback, by_link
from bedcheck.night.engine import window_at
from bedcheck.night.lines.beats import by_beat
from bedcheck.night.links import MOST_BODY, check_callback, read_link
from bedcheck.night.messages import why_text
from bedcheck.night.window import Phase
from bedcheck.texts import text

__all__ = ["inbox", "serving"]

BODY_SECONDS = 10.0  # for the whole body of a request
REFUSALS = 20  # a minute, of forgeries that become rows; the others are refused all the same
MOST_AT_ONCE = 64  # connections

_STATUS = {"forged": 401, "expired": 401, "used": 409, "malformed": 400}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bedcheck</title>
<style>body{{font:1.25rem/1.5 sans-serif;margin:2rem auto;max-width:32rem;padding:0 1rem}}
button{{font:inherit;font-weight:bold;padding:1rem;width:100%}}</style>
<main>{content}</main></html>
"""


class _Sparing:
    """Whether another forgery may become a row."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._began = 0.0
        self._count = 0

    def spend(self) -> bool:
        with self._lock:
            if time.monotonic() - self._began > 60:
                self._began, self._count = time.monotonic(), 0
            self._count += 1
            return self._count <= REFUSALS


def inbox(
    store: Store,
    *,
    secret_of: Callable[[str], bytes | None],
    now: Callable[[], datetime],
    language: str,
    beat_secret_of: Callable[[str], bytes | None] = lambda camera: None,
) -> Starlette:
    """The application.

    ``GET /ack/TOKEN`` asks whether one takes the alarm, ``POST`` takes it: programs that
    open links before a person does take nothing. ``POST /hook/CONTACT`` is a receiver's
    call back (docs/webhook.md). ``secret_of`` gives the secret that a contact shares, None
    where there is none. ``POST /beat/CAMERA`` is the sign of life of a home's router
    (docs/night.md), ``beat_secret_of`` what it shares.
    """
    sparing = _Sparing()

    def page(key: str, status: int = 200, about: str = "", button: str = "") -> HTMLResponse:
        lines = [about, text(key, language)] if about else [text(key, language)]
        content = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        if button:
            content += f'<form method="post"><button>{html.escape(button)}</button></form>'
        body = _PAGE.format(language=language, content=content)
        return HTMLResponse(body, status, headers=_HEADERS)

    async def ask(request: Request) -> Response:
        try:
            link = read_link(store.keys, request.path_params["token"], now())
            told = await run_in_threadpool(_about, store, link.alarm, language)
        except LinkError as error:
            return page(f"inbox.{error.reason}", _STATUS[error.reason])
        except StoreError:
            return page("inbox.busy", 503)
        if told is None:
            return page("inbox.gone", 404)
        about, awaited = told
        if not awaited:
            return page("inbox.late", about=about)
        return page("inbox.ask", about=about, button=text("inbox.take", language))

    async def take(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            try:
                read_link(store.keys, token, now())
            except LinkError:
                if not sparing.spend():
                    raise
            _, followed = await run_in_threadpool(by_link, store, token, now())
        except LinkError as error:
            return page(f"inbox.{error.reason}", _STATUS[error.reason])
        except RecordError:
            return page("inbox.gone", 404)
        except StoreError:
            return page("inbox.busy", 503)
        return page("inbox.taken" if followed else "inbox.late")

    async def hook(request: Request) -> Response:
        contact = request.path_params["contact"]
        secret = secret_of(contact)
        if secret is None:
            return _said(401, "forged", "not signed with a secret that is known here")
        headers = dict(request.headers)
        try:
            body = await _body(request)
            try:
                check_callback(secret, headers, body, now())
            except LinkError:
                if not sparing.spend():
                    raise
            window, followed = await run_in_threadpool(
                by_callback, store, contact, secret, headers, body, now()
            )
        except LinkError as error:
            return _said(_STATUS[error.reason], error.reason, str(error))
        except RecordError as error:
            return _said(404, "unknown", str(error))
        except StoreError:
            return _said(503, "busy", "try again")
        return JSONResponse({"window": window.key, "late": not followed}, headers=_HEADERS)

    async def beat(request: Request) -> Response:
        camera = request.path_params["camera"]
        secret = await run_in_threadpool(beat_secret_of, camera)
        if secret is None:
            return _said(401, "forged", "not signed with a secret that is known here")
        try:
            body = await _body(request)
            headers = dict(request.headers)
            heard = await run_in_threadpool(by_beat, store, camera, secret, headers, body, now())
        except LinkError as error:
            return _said(_STATUS[error.reason], error.reason, str(error))
        except StoreError:
            return _said(503, "busy", "try again")
        return JSONResponse({"heard": heard}, headers=_HEADERS)

    return Starlette(
        routes=[
            Route("/ack/{token}", ask, methods=["GET"]),
            Route("/ack/{token}", take, methods=["POST"]),
            Route("/hook/{contact}", hook, methods=["POST"]),
            Route("/beat/{camera}", beat, methods=["POST"]),
        ]
    )


def _about(store: Store, alarm: str, language: str) -> tuple[str, bool] | None:
    """What the alarm says, and whether it waits to be taken; None: there is no such alarm."""
    with store.snapshot() as read:
        window = window_at(read, alarm.removesuffix(ALARM))
        resident = read.get("resident", window.resident) if window is not None else None
    if window is None or window.alarm is None:
        return None
    name = str((resident or {}).get("name") or window.resident)
    why = why_text(window.alarm.why, language)
    about = text(f"alarm.{window.alarm.cause}", language, name=name, why=why)
    return about, window.phase in (Phase.CALLING, Phase.CRISIS)


async def _body(request: Request) -> bytes:
    """The body, of so many bytes and within so many seconds. Raises LinkError."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BODY:
                    raise LinkError(f"expected {MOST_BODY} bytes at most", reason="malformed")
    except TimeoutError:
        raise LinkError("the body did not come in time", reason="malformed") from None
    return bytes(body)


def _said(status: int, kind: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"kind": kind, "message": message}}, status, headers=_HEADERS)


@contextmanager
def serving(app: Starlette, host: str, port: int) -> Iterator[int]:
    """Serves ``app`` in a thread of its own; gives the port, which is chosen where it is 0.

    Raises OSError where the address cannot be had.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,  # its lines would hold the tokens
        log_level="critical",
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=5,
        server_header=False,
    )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), daemon=True, name="inbox")
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
