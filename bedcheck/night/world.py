"""The world outside: which camera and which channel an entry of the registry stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bedcheck.errors import GrabError
from bedcheck.history.grant import Redeem
from bedcheck.night.cameras.files import FileCamera
from bedcheck.night.cameras.http import Auth, HttpCamera
from bedcheck.night.cameras.port import Camera, Failure
from bedcheck.night.channels.port import Channel
from bedcheck.night.channels.printed import PrintChannel
from bedcheck.night.channels.webhook import WebhookChannel
from bedcheck.night.contact import Contact, Medium
from bedcheck.night.look import Judge
from bedcheck.night.reports.post import Post, ServerPost
from bedcheck.night.secrets import Secrets
from bedcheck.night.settings import Settings
from bedcheck.night.unit import Unit

__all__ = ["World", "real_world"]


@dataclass(frozen=True, kw_only=True)
class World:
    """What the runner reaches out to; every part may be a fake."""

    camera: Callable[[Unit, Redeem], Camera]  # ValueError, GrabError: it cannot be used
    channel: Callable[[Contact], Channel]  # ValueError where the contact cannot be reached
    judge: Judge
    post: Callable[[Settings], Post] | None = None  # ValueError where no mail can be sent


def real_world(secrets: Secrets, judge: Judge) -> World:
    """The world as the registry describes it."""

    def camera(unit: Unit, redeem: Redeem) -> Camera:
        if not unit.source.startswith(("http://", "https://")):
            return FileCamera(camera=unit.key, path=Path(unit.source), redeem=redeem)
        password = secrets.get(unit.secret) if unit.secret else ""
        if unit.secret and not password:
            message = f"there is no secret named {unit.secret!r}: put it among the secrets"
            raise GrabError(f"camera {unit.key}: {message}", kind=Failure.NO_SECRET)
        return HttpCamera(
            camera=unit.key,
            url=unit.source,
            redeem=redeem,
            auth=Auth(unit.scheme) if unit.login else Auth.NONE,
            user=unit.login,
            password=password,
        )

    printed = PrintChannel()

    def channel(contact: Contact) -> Channel:
        if contact.medium is Medium.PRINT:
            return printed
        secret = secrets.get(contact.secret)
        if not secret:
            raise ValueError(f"there is no secret named {contact.secret!r}")
        return WebhookChannel(url=contact.address, secret=secret.encode())

    def post(settings: Settings) -> Post:
        return ServerPost(settings, secrets)

    return World(camera=camera, channel=channel, judge=judge, post=post)
