"""Cameras: one frame for one grant, and a kind of its own for every way to fail."""

from __future__ import annotations

import base64
import logging
import os
import ssl
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bedcheck.night.cameras import Auth, Failure, HttpCamera
from bedcheck.night.http import check_url
from tests.night.grabbing import GRANT, encoded, failure, free, soon
from tests.night.servers import Handler, digest_guard, listening, serving, unused_port


@pytest.fixture(scope="session")
def jpeg(bedroom: NDArray[np.uint8]) -> bytes:
    return encoded(bedroom)


def camera(url: str, **changes: object) -> HttpCamera:
    return HttpCamera(**{"camera": "c1", "url": url, "redeem": free, **changes})  # type: ignore[arg-type]


def test_a_snapshot(jpeg: bytes, bedroom: NDArray[np.uint8]) -> None:
    with serving(lambda handler: handler.reply(200, jpeg, Content_Type="image/jpeg")) as server:
        frame = camera(server.url).grab(GRANT, soon())
    assert frame.pixels.shape == bedroom.shape
    assert frame.source == "bytes"
    (request,) = server.requests
    assert (request.headers["accept-encoding"], request.headers["user-agent"]) == (
        "identity", "bedcheck",
    )  # fmt: skip


# ---- passwords


def basic_guard(handler: Handler, jpeg: bytes) -> None:
    wanted = "Basic " + base64.b64encode("åsa:lösen:ord".encode()).decode()
    if handler.headers.get("Authorization") == wanted:
        handler.reply(200, jpeg)
    else:
        handler.reply(401, WWW_Authenticate='Basic realm="camera"')


def test_basic(jpeg: bytes) -> None:
    with serving(lambda handler: basic_guard(handler, jpeg)) as server:
        known = camera(server.url, auth=Auth.BASIC, user="åsa", password="lösen:ord")
        assert known.grab(GRANT, soon()).size == (640, 480)
        for wrong in ({"password": "other"}, {"user": "bo"}, {"auth": "none"}, {"auth": "digest"}):
            tried = {"auth": "basic", "user": "åsa", "password": "lösen:ord", **wrong}
            assert failure(camera(server.url, **tried)).kind == Failure.UNAUTHORISED


@pytest.mark.parametrize("qop", ['qop="auth", ', ""])
def test_digest(jpeg: bytes, qop: str) -> None:
    guard = digest_guard("anna", "secret", lambda handler: handler.reply(200, jpeg), qop=qop)
    with serving(guard) as server:
        known = camera(server.url + "?channel=1", auth="digest", user="anna", password="secret")
        for _ in range(2):
            assert known.grab(GRANT, soon()).size == (640, 480)
        for wrong in ({"password": "other"}, {"user": "bo"}, {"auth": "none"}, {"auth": "basic"}):
            tried = {"auth": "digest", "user": "anna", "password": "secret", **wrong}
            assert failure(camera(server.url, **tried)).kind == Failure.UNAUTHORISED
    assert not any("secret" in str(request) for request in server.requests[:4])


@pytest.mark.parametrize(
    "challenge", ["Digest", 'Digest realm="x"', 'Digest nonce="a", algorithm=XYZ, realm="r"', "å"]
)
def test_a_challenge_that_is_not_understood(challenge: str) -> None:
    with serving(lambda handler: handler.reply(401, WWW_Authenticate=challenge)) as server:
        tried = camera(server.url, auth="digest", user="anna", password="secret")
        assert failure(tried).kind == Failure.UNAUTHORISED


def test_no_secret_is_in_a_message_a_print_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(lambda handler: handler.reply(500)) as server:
        tried = camera(
            server.url + "?pwd=canary-1", auth="basic", user="canary-2", password="canary-3"
        )
        told = f"{failure(tried)} {tried!r} {caplog.text}"
    assert "canary" not in told
    assert base64.b64encode(b"canary-2:canary-3").decode() not in told


@pytest.mark.parametrize(
    "url",
    [
        "",
        "picture.jpg",
        "ftp://host/x",
        "http://",
        "http://a:b@host/x",
        "http://[::1",
        "http://ho st",
    ],
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"url: (expected|give)") as caught:
        camera(url)
    assert "a:b" not in str(caught.value)


# ---- every way to fail


def html(handler: Handler) -> None:
    handler.reply(200, b"<html><body>Log in</body></html>", Content_Type="text/html")


def film(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=x")
    handler.end_headers()
    while not handler.server.stopping.wait(0.001):
        handler.wfile.write(b"--x\r\nContent-Type: image/jpeg\r\n\r\n" + bytes(10_000))


def circle(handler: Handler) -> None:
    handler.reply(302, Location=handler.path)


def elsewhere(handler: Handler) -> None:
    handler.reply(302, Location="http://192.0.2.1/picture.jpg")


def nowhere(handler: Handler) -> None:
    handler.reply(302, Location="http://[nowhere")


def without_location(handler: Handler) -> None:
    handler.reply(302)


def garbage(handler: Handler) -> None:
    handler.wfile.write(b"\x00\xff not HTTP at all\r\n\r\n")
    handler.close_connection = True


def hung_up(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(2)


def bad_gzip(handler: Handler) -> None:
    handler.reply(200, b"\x1f\x8b" + bytes(99), Content_Encoding="gzip")


def lies_about_its_length(handler: Handler) -> None:
    handler.reply(200, b"\xff\xd8 and no more", Content_Length="5000")
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (html, Failure.NOT_A_PICTURE),
        (film, Failure.NOT_A_PICTURE),
        (bad_gzip, Failure.NOT_A_PICTURE),
        (lambda handler: handler.reply(200, b""), Failure.NOT_A_PICTURE),
        (lambda handler: handler.reply(204), Failure.NOT_A_PICTURE),
        (lambda handler: handler.reply(200, os.urandom(5000)), Failure.NOT_A_PICTURE),
        (circle, Failure.REDIRECTED),
        (elsewhere, Failure.REDIRECTED),
        (nowhere, Failure.REDIRECTED),
        (without_location, Failure.REFUSED),
        (lambda handler: handler.reply(401), Failure.UNAUTHORISED),
        (lambda handler: handler.reply(404), Failure.NOT_FOUND),
        (lambda handler: handler.reply(403), Failure.REFUSED),
        (lambda handler: handler.reply(503), Failure.REFUSED),
        (garbage, Failure.UNREACHABLE),
        (hung_up, Failure.UNREACHABLE),
        (lies_about_its_length, Failure.UNREACHABLE),
    ],
)
def test_each_answer_has_its_kind(answer: Callable[[Handler], None], kind: Failure) -> None:
    with serving(answer) as server:
        error = failure(camera(server.url))
    assert (error.kind, str(error).startswith("camera c1: ")) == (kind, True)


@pytest.mark.parametrize(
    ("side", "kind"), [(16, Failure.TOO_SMALL), (64, Failure.TOO_SMALL), (119, Failure.TOO_SMALL)]
)
def test_a_picture_too_small_to_see_a_bed_in(side: int, kind: Failure) -> None:
    small = cv2.imencode(".png", np.zeros((side, side + 200, 3), np.uint8))[1].tobytes()
    with serving(lambda handler: handler.reply(200, small)) as server:
        error = failure(camera(server.url))
    assert error.kind == kind


def test_a_picture_cut_off_on_the_way(jpeg: bytes) -> None:
    with serving(lambda handler: handler.reply(200, jpeg[: len(jpeg) // 2])) as server:
        assert failure(camera(server.url)).kind == Failure.NOT_A_PICTURE


def test_a_redirect_on_the_same_machine_is_followed(jpeg: bytes) -> None:
    def moved(handler: Handler) -> None:
        if handler.path == "/new.jpg":
            handler.reply(200, jpeg)
        else:
            handler.reply(301, Location="/new.jpg")

    with serving(moved) as server:
        assert camera(server.url).grab(GRANT, soon()).size == (640, 480)


def test_a_password_does_not_follow_a_redirect_to_another_machine() -> None:
    with serving(lambda handler: handler.reply(401)) as thief:
        away = thief.url.replace("127.0.0.1", "localhost")
        with serving(lambda handler: handler.reply(302, Location=away)) as server:
            tried = camera(server.url, auth="basic", user="anna", password="secret")
            assert failure(tried).kind == Failure.REDIRECTED
    assert thief.requests == []


# ---- deadlines and sizes


def drip(handler: Handler) -> None:
    """A head at once, then one byte at a time, each well within any limit for one read."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.stopping.wait(0.02):
        handler.wfile.write(b"x")


def dripping_head(handler: Handler) -> None:
    while not handler.server.stopping.wait(0.02):
        handler.wfile.write(b"H")


def silent(handler: Handler) -> None:
    handler.server.stopping.wait(10)


@pytest.mark.parametrize("answer", [drip, dripping_head, silent])
def test_a_slow_camera_is_broken_off_at_the_deadline(answer: Callable[[Handler], None]) -> None:
    with serving(answer) as server:
        begun = time.monotonic()
        error = failure(camera(server.url), 0.4)
        took = time.monotonic() - begun
    assert error.kind == Failure.TIMED_OUT
    assert 0.35 < took < 5  # seconds; a busy machine is late, none waits for the last byte


def test_one_that_takes_the_connection_and_says_nothing() -> None:
    with listening() as listener:
        error = failure(camera(f"http://127.0.0.1:{listener.getsockname()[1]}/"), 0.3)
    assert error.kind == Failure.TIMED_OUT


def test_nobody_listens() -> None:
    assert failure(camera(f"http://127.0.0.1:{unused_port()}/")).kind == Failure.REFUSED


def test_no_such_name() -> None:
    error = failure(camera("http://no-such-host.invalid/"), 3)
    assert error.kind in (Failure.UNREACHABLE, Failure.TIMED_OUT)  # as the resolver has it


@pytest.mark.parametrize("says", [True, False])
def test_200_megabytes_are_refused_and_never_held(says: bool) -> None:
    sent = []

    def huge(handler: Handler) -> None:
        handler.send_response(200)
        if says:
            handler.send_header("Content-Length", str(200 * 2**20))
        else:
            handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(bytes(2**20))
            sent.append(2**20)

    with serving(huge) as server:
        tried = camera(server.url, most_bytes=4 * 2**20)
        tracemalloc.start()
        error = failure(tried, 20)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert error.kind == Failure.TOO_LARGE
    assert peak < 16 * 2**20  # the server's own megabytes are in there
    assert sum(sent) < 40 * 2**20


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    from tests.test_processes import png_claiming

    bomb = png_claiming(100_000, 100_000)
    with serving(lambda handler: handler.reply(200, bomb)) as server:
        assert failure(camera(server.url)).kind == Failure.TOO_LARGE


@settings(max_examples=40, deadline=None)
@given(body=st.binary(max_size=400), head=st.binary(max_size=200))
def test_any_answer_gives_a_kind(body: bytes, head: bytes) -> None:
    def anything(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body)
        handler.close_connection = True

    with serving(anything) as server:
        failure(camera(server.url), 2)


# ---- encryption


def test_a_certificate_that_is_not_trusted_is_refused(jpeg: bytes, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(lambda handler: handler.reply(200, jpeg)) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = server.url.replace("http://", "https://")
        assert "certificate" in str(failure(camera(url)))
        trusting = camera(url, certificates=str(certificate))
        assert trusting.grab(GRANT, soon()).size == (640, 480)


def self_signed(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    import ipaddress

    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "camera.pem", folder / "camera.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for candidate in (text, f"http://{text}", f"https://host/{text}"):
        try:
            parsed = check_url(candidate)
        except ValueError as error:
            refusal = str(error)
        else:
            refusal = "url: " if isinstance(parsed, httpx.URL) else ""
        assert refusal.startswith("url: ")
