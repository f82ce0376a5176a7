"""The world outside: which camera and which channel an entry of the registry stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bedcheck.errors import GrabError
from bedcheck.history.grant import Redeem
from bedcheck.night.cameras.files import FileCamera
from bedcheck.night.cameras.http import Auth, HttpCamera
from bedcheck.night.cameras.port import Camera, Failure
from bedcheck.night.cameras.rtsp import RtspCamera
from bedcheck.night.channels.making import channel_for
from bedcheck.night.channels.port import Channel
from bedcheck.night.contact import Contact
from bedcheck.night.lines.port import LineTester
from bedcheck.night.lines.tcp import TcpTester
from bedcheck.night.look import Judge
from bedcheck.night.reports.post import Post, ServerPost
from bedcheck.night.secrets import Secrets
from bedcheck.night.settings import Settings
from bedcheck.night.unit import Unit

__all__ = ["World", "camera_of", "real_world"]


@dataclass(frozen=True, kw_only=True)
class World:
    """What the runner reaches out to; every part may be a fake."""

    camera: Callable[[Unit, Redeem], Camera]  # ValueError, GrabError: it cannot be used
    channel: Callable[[Contact], Channel]  # ValueError where the contact cannot be reached
    judge: Judge
    line: LineTester | None = None  # None: the lines to the homes are not tested
    post: Callable[[Settings], Post] | None = None  # ValueError where no mail can be sent


def camera_of(secrets: Secrets, unit: Unit, redeem: Redeem) -> Camera:
    """The camera that ``unit`` stands for. Raises ValueError, GrabError: it cannot be used."""
    if not unit.live:
        return FileCamera(camera=unit.key, path=Path(unit.source), redeem=redeem)
    password = secrets.get(unit.secret) if unit.secret else ""
    if unit.secret and not password:
        message = f"there is no secret named {unit.secret!r}: put it among the secrets"
        raise GrabError(f"camera {unit.key}: {message}", kind=Failure.NO_SECRET)
    kind = RtspCamera if unit.streams else HttpCamera
    return kind(
        camera=unit.key,
        url=unit.source,
        redeem=redeem,
        auth=Auth(unit.scheme) if unit.login else Auth.NONE,
        user=unit.login,
        password=password,
    )


def real_world(
    secrets: Secrets, judge: Judge, settings: Callable[[], Settings] = Settings
) -> World:
    """The world as the registry describes it; ``settings`` gives the municipality's as they are."""

    def channel(contact: Contact) -> Channel:
        return channel_for(contact, secrets, settings())

    def post(settings: Settings) -> Post:
        return ServerPost(settings, secrets)

    return World(
        camera=partial(camera_of, secrets),
        channel=channel,
        judge=judge,
        line=TcpTester(),
        post=post,
    )
