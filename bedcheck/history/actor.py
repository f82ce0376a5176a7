"""Who acts: the user that the operating system knows, or the holder of a token."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from datetime import datetime

import sqlalchemy as sa

from bedcheck.errors import RecordError
from bedcheck.history.plain import utc
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.tables import tokens
from bedcheck.history.transaction import Snapshot, Transaction

__all__ = ["holder", "issue_token", "operating_system_user", "withdraw_token"]

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
PREFIX = "bedcheck_"  # so that a lost token is known where it is found


def operating_system_user() -> str:
    """ "os:anna", of the process's own user; what the environment says of it does not count."""
    if os.name == "posix":
        import pwd

        try:
            return f"os:{pwd.getpwuid(os.getuid()).pw_name}"
        except KeyError:  # a user without a name, as in some containers
            return f"os:{os.getuid()}"
    return f"os:{os.getlogin()}"


def issue_token(tx: Transaction, name: str, *, by: str, at: datetime, expires: datetime) -> str:
    """A new token for ``name``, told this once; the store keeps its digest.

    One of the same name ends. Raises RecordError for a name that is none and a token that
    would have expired.
    """
    if not NAME.fullmatch(name):
        raise RecordError(
            f"name: expected small letters, digits and . _ - (63 at most), got {name!r:.70}"
        )
    if utc(expires) <= utc(at):
        raise RecordError("expires: expected a time that is to come")
    token = PREFIX + secrets.token_urlsafe(32)
    tx.connection.execute(sa.delete(tokens).where(tokens.c.name == name))
    tx.connection.execute(
        sa.insert(tokens).values(name=name, digest=_digest(token), expires=utc(expires))
    )
    _log(tx, name, "issued", by, at)
    return token


def withdraw_token(tx: Transaction, name: str, *, by: str, at: datetime) -> bool:
    """Ends a token at once; False where there is none of this name."""
    ended = tx.connection.execute(sa.delete(tokens).where(tokens.c.name == name)).rowcount
    if ended:
        _log(tx, name, "withdrawn", by, at)
    return bool(ended)


def holder(read: Snapshot, token: str, now: datetime) -> str | None:
    """ "token:central" where the token is valid; None: it is unknown, withdrawn or expired."""
    row = read.connection.execute(
        # By its digest: how long the look-up takes tells nothing about the token.
        sa.select(tokens.c.name, tokens.c.expires).where(tokens.c.digest == _digest(token))
    ).first()
    return f"token:{row.name}" if row is not None and utc(now) < row.expires else None


def _log(tx: Transaction, name: str, what: str, by: str, at: datetime) -> None:
    tx.append(HistoryRow(at=at, kind=Kind.TOKEN, who=by, facts={"name": name, "what": what}))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
