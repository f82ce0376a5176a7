"""ONVIF, for setting up alone: which cameras are there, and what are their addresses?

No picture is asked for. What the camera answers is not believed further than its own
machine: an address on another one is told as that of the machine that was asked.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bedcheck.errors import GrabError
from bedcheck.extras import needs
from bedcheck.night.cameras.port import Failure
from bedcheck.night.cameras.reading import within

__all__ = ["Found", "Profile", "ask", "discover"]

SERVICES = {  # the file that describes each, and its binding
    "device": ("devicemgmt.wsdl", "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding"),
    "media": ("media.wsdl", "{http://www.onvif.org/ver10/media/wsdl}MediaBinding"),
}
MOST_PROFILES = 16


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One way in which a camera sends its picture."""

    name: str
    codec: str = ""
    size: tuple[int, int] | None = None  # width and height, pixels
    snapshot: str = ""  # address; empty: it has none
    stream: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a camera says of itself."""

    maker: str
    model: str
    serial: str
    clock_ahead: float | None  # seconds; None: it does not say
    profiles: tuple[Profile, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def discover(seconds: float) -> tuple[str, ...]:
    """HOST or HOST:PORT of each camera that answers in this network within ``seconds``.

    Raises MissingExtra without the extra ``onvif``.
    """
    with needs("onvif"):
        from wsdiscovery import QName
        from wsdiscovery.discovery import ThreadedWSDiscovery

    searching = ThreadedWSDiscovery()
    searching.start()
    try:
        transmitter = QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")
        services = searching.searchServices(types=[transmitter], timeout=seconds)
        addresses = [address for service in services for address in service.getXAddrs()]
    finally:
        searching.stop()
    hosts = (urlsplit(address).netloc.rpartition("@")[2] for address in addresses)
    return tuple(sorted({host.removesuffix(":80") for host in hosts if host}))


def ask(host: str, user: str, password: str, now: datetime, seconds: float) -> Found:
    """What the camera at ``host`` (HOST or HOST:PORT) says, within ``seconds``.

    Raises ValueError where ``host`` is none, GrabError where the camera does not answer or
    refuses, MissingExtra without the extra ``onvif``.
    """
    base = f"http://{host}"
    try:
        parts = urlsplit(base)
        good = parts.hostname and parts.port != 0 and parts.netloc == host and "@" not in host
    except ValueError:
        good = False
    if not good or not host.isprintable() or not host.isascii() or " " in host:
        raise ValueError(f"expected a camera's machine, as 10.0.0.7 or 10.0.0.7:8080; got {host!r}")
    open_service = _opener(user, password, seconds)
    try:
        return within(base, lambda: _ask(base, open_service, now), time.monotonic() + seconds)
    except TimeoutError:
        kind = Failure.TIMED_OUT
    except Exception as error:  # of zeep or requests, which raise many
        kind = _kind(error)
    raise GrabError(_SAID[kind], kind=kind)


def _ask(base: str, open_service: Callable[[str, str], Any], now: datetime) -> Found:
    device = open_service("device", f"{base}/onvif/device_service")
    ahead = _clock_ahead(device.GetSystemDateAndTime(), now)
    about = device.GetDeviceInformation()
    can = device.GetCapabilities(Category="Media")
    media = open_service("media", _here(str(can.Media.XAddr), base))
    profiles = tuple(
        _profile(media, profile, base) for profile in media.GetProfiles()[:MOST_PROFILES]
    )
    return Found(
        maker=str(about.Manufacturer or ""),
        model=str(about.Model or ""),
        serial=str(about.SerialNumber or ""),
        clock_ahead=ahead,
        profiles=profiles,
    )


def _profile(media: Any, profile: Any, base: str) -> Profile:
    encoder = profile.VideoEncoderConfiguration
    size = encoder.Resolution if encoder is not None else None
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    return Profile(
        name=str(profile.Name),
        codec=str(encoder.Encoding) if encoder is not None else "",
        size=None if size is None else (int(size.Width), int(size.Height)),
        snapshot=_address(base, lambda: media.GetSnapshotUri(ProfileToken=profile.token)),
        stream=_address(
            base,
            lambda: media.GetStreamUri(StreamSetup=setup, ProfileToken=profile.token),
        ),
    )


def _address(base: str, get: Callable[[], Any]) -> str:
    """What ``get`` gives, on this machine and without a password; empty: it has none."""
    import zeep.exceptions

    try:
        uri = str(get().Uri or "")
    except zeep.exceptions.Error as error:
        if _kind(error) in (Failure.UNAUTHORISED, Failure.UNREACHABLE, Failure.REFUSED):
            raise
        return ""  # a fault: not every camera can do both
    return _here(uri, base) if urlsplit(uri).scheme in ("http", "https", "rtsp") else ""


def _here(address: str, base: str) -> str:
    """``address`` on the machine of ``base``, without name and password.

    Behind a router a camera tells an address of its own that leads nowhere from here, and
    a forged one could lead our password away.
    """
    parts, host = urlsplit(address), urlsplit(base).hostname or ""
    port = f":{parts.port}" if parts.port else ""
    host = f"[{host}]" if ":" in host else host
    return str(urlunsplit(parts._replace(netloc=f"{host}{port}")))


def _clock_ahead(told: Any, now: datetime) -> float | None:
    try:
        day, at = told.UTCDateTime.Date, told.UTCDateTime.Time
        said = datetime(
            day.Year, day.Month, day.Day, at.Hour, at.Minute, min(at.Second, 59), tzinfo=UTC
        )
    except (AttributeError, TypeError, ValueError):
        return None
    return (said - now).total_seconds()


def _opener(user: str, password: str, seconds: float) -> Callable[[str, str], Any]:
    """Makes clients of the device and media services. Raises MissingExtra.

    Of onvif only the service descriptions are used: its import sets up logging for the whole
    program, and its camera subscribes to events. Reading them takes seconds, so it is done
    before the camera's time begins.
    """
    with needs("onvif"):
        zeep: Any = importlib.import_module("zeep")  # it has types, and calls without
        username: Any = importlib.import_module("zeep.wsse.username")
        onvif = importlib.util.find_spec("onvif")
        if onvif is None or onvif.origin is None:
            raise ModuleNotFoundError(name="onvif")
    folder = Path(onvif.origin).parent.parent / "wsdl"
    transport = zeep.Transport(timeout=seconds, operation_timeout=seconds)
    transport.session.trust_env = False  # no proxy, no netrc
    transport.session.max_redirects = 0
    clients = {
        file: zeep.Client(
            str(folder / file),
            wsse=username.UsernameToken(user, password, use_digest=True),
            transport=transport,
            settings=zeep.Settings(strict=False),
        )
        for file, _ in SERVICES.values()
    }

    def open_service(name: str, address: str) -> Any:
        file, binding = SERVICES[name]
        return clients[file].create_service(binding, address)

    return open_service


_SAID = {
    Failure.UNAUTHORISED: "the name or password is wrong, or its clock is so wrong that"
    " it believes nobody",
    Failure.UNREACHABLE: "nobody answers there by ONVIF",
    Failure.TIMED_OUT: "it did not answer in time",
    Failure.REFUSED: "it answers, and not by ONVIF: it may have to be switched on in the camera",
    Failure.NOT_FOUND: "it answers, and does not say what it can do",
}


def _kind(error: BaseException) -> Failure:
    """Which failure an error of zeep or requests stands for; its text is not told."""
    import requests
    import zeep.exceptions

    if isinstance(error, requests.Timeout):
        return Failure.TIMED_OUT
    if isinstance(error, requests.RequestException):
        return Failure.UNREACHABLE
    if isinstance(error, zeep.exceptions.TransportError):
        wrong = getattr(error, "status_code", 0) in (401, 403)
        return Failure.UNAUTHORISED if wrong else Failure.REFUSED
    if isinstance(error, zeep.exceptions.Fault):
        said, words = str(error).lower(), ("authori", "authenti", "credential", "password")
        return Failure.UNAUTHORISED if any(word in said for word in words) else Failure.NOT_FOUND
    return Failure.REFUSED
