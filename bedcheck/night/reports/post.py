"""The way by which a mail leaves: the municipality's mail server."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from email.message import EmailMessage
from typing import Protocol

from bedcheck.night.channels.mail import deliver
from bedcheck.night.channels.port import Accepted, Delivery
from bedcheck.night.secrets import Secrets
from bedcheck.night.settings import Settings

__all__ = ["FakePost", "Post", "ServerPost"]

SECONDS = 60.0  # for one mail with its attachments, all in all


class Post(Protocol):
    """Takes mails."""

    sender: str  # the mail address that they come from

    def send(self, message: EmailMessage, key: str) -> Delivery:
        """Hands the mail over within the server's time limit; never raises for the world.

        ``key`` is the delivery's, and `Message-ID` is made of it: a repetition has the same.
        """
        ...


class ServerPost:
    """By the mail server of the settings. ValueError where none is registered, or no password."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        server = settings.mail
        if server is None:
            raise ValueError("no mail server is registered: `bedcheck night set --mail-server`")
        self._server = server
        self._password = secrets.get(server.secret) or "" if server.login else ""
        if server.login and not self._password:
            raise ValueError(f"there is no secret named {server.secret!r}")
        self.sender = server.sender

    def send(self, message: EmailMessage, key: str) -> Delivery:
        """See `Post.send`."""
        return deliver(self._server, self._password, message, [str(message["To"])], seconds=SECONDS)


class FakePost:
    """Gives each of ``answers`` in turn, and the last one from then on; ``sent`` lists all."""

    sender = "bedcheck@example.org"

    def __init__(self, answers: Iterable[Delivery] = (Accepted(),)) -> None:
        self.sent: list[tuple[EmailMessage, str]] = []
        self._answers = list(answers)
        self._lock = threading.Lock()

    def send(self, message: EmailMessage, key: str) -> Delivery:
        """The next answer; see `Post.send`."""
        with self._lock:
            self.sent.append((message, key))
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
