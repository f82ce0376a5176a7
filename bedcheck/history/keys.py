"""The store's secrets, in a file of their own beside it; never in a log or an export.

One symmetric key for what only this store checks (the chain's head, links, webhooks) and
one signing key (Ed25519) for the seal, which others can check with the public half.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from bedcheck.errors import StoreError

__all__ = ["Keys", "key_file", "verified"]

VERSION = 1
MOST = 4096  # bytes of the file


def key_file(store: Path) -> Path:
    """Where the secrets of the store at this path are kept."""
    return store.with_name(store.name + ".key")


@dataclass(frozen=True)
class Keys:
    """The secrets; nothing of them shows when printed."""

    symmetric: bytes = field(repr=False)  # 32 bytes
    signing: bytes = field(repr=False)  # 32 bytes, Ed25519

    @classmethod
    def create(cls, path: Path) -> Keys:
        """New secrets, written to ``path`` for the owner alone. Never overwrites a file."""
        keys = cls(secrets.token_bytes(32), secrets.token_bytes(32))
        text = json.dumps(
            {
                "about": "Secrets of the Bedcheck store beside this file. Keep a copy apart.",
                "version": VERSION,
                "symmetric": base64.b64encode(keys.symmetric).decode(),
                "signing": base64.b64encode(keys.signing).decode(),
            },
            indent=2,
        )
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            _sync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from None
        return keys

    @classmethod
    def load(cls, path: Path) -> Keys:
        """The secrets at ``path``; StoreError where they are missing, damaged or open to others."""
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o777
                content = file.read(MOST + 1)
        except OSError as error:
            raise StoreError(
                f"{path}: the store's secrets cannot be read: {error.strerror or error};"
                " without them its history cannot be checked: bring back the copy kept of it"
            ) from None
        if os.name == "posix" and mode & 0o077:
            raise StoreError(
                f"{path}: holds secrets and others may read it (mode {mode:03o}): chmod 600 {path}"
            )
        try:
            table = json.loads(content)
            version = table["version"]
            parts = [
                base64.b64decode(table[name], validate=True) for name in ("symmetric", "signing")
            ]
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
            parts, version = [], None
        if version != VERSION or [len(part) for part in parts] != [32, 32]:
            # Nothing of the content is told: it may be a secret, damaged.
            raise StoreError(f"{path}: expected the secrets of a store: bring back the copy of it")
        return cls(*parts)

    def mac(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 of ``message`` under a key that is used for ``purpose`` alone."""
        return hmac.digest(self.derived(purpose), message, "sha256")

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for ``purpose`` alone."""
        return hmac.digest(self.symmetric, b"bedcheck/" + purpose.encode(), "sha256")

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.signing)

    @cached_property
    def public(self) -> bytes:
        """The public half of the signing key, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @cached_property
    def fingerprint(self) -> str:
        """The public key in short, to compare by eye."""
        return hashlib.sha256(self.public).hexdigest()[:16]

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature, 64 bytes."""
        return self._private.sign(message)


def _sync_folder(folder: Path) -> None:
    """Makes sure of a new file's name as well, where the system knows how."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def verified(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of ``public`` signed ``message``."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
