"""The daily seal: what the chain was on a day, signed, to be kept away from the machine.

Whoever owns the file and its secrets can rewrite all of it. A seal that somebody else
keeps shows that they did.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bedcheck.errors import RecordError
from bedcheck.history.keys import Keys, verified
from bedcheck.history.plain import instant

__all__ = ["SCHEMA", "Seal", "make_seal"]

SCHEMA = "bedcheck.seal/1"


@dataclass(frozen=True, kw_only=True)
class Seal:
    """One day's seal, read but not yet believed: see `signed`."""

    store: str
    seq: int  # the last row that it seals
    link: bytes  # of that row, 32 bytes
    at: str  # when, as in the file
    public: bytes  # of the signing key, 32 bytes
    signature: bytes

    @classmethod
    def parse(cls, table: Any) -> Seal:
        """The seal in what `make_seal` gave. Raises RecordError where it is none."""
        try:
            if table["schema"] != SCHEMA:
                raise ValueError(table["schema"])
            seal = cls(
                store=_text(table["store"]),
                seq=_number(table["seq"]),
                link=bytes.fromhex(table["link"]),
                at=_text(table["at"]),
                public=base64.b64decode(table["public"], validate=True),
                signature=base64.b64decode(table["signature"], validate=True),
            )
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise RecordError(
                f"expected a seal ({SCHEMA}) as it was sent, with its signature"
            ) from None
        if (len(seal.link), len(seal.public), len(seal.signature)) != (32, 32, 64):
            raise RecordError(f"expected a seal ({SCHEMA}) as it was sent, whole")
        return seal

    @property
    def signed(self) -> bool:
        """Whether the owner of its public key signed just this."""
        return verified(self.public, self.signature, _message(self._content()))

    def _content(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "store": self.store,
            "seq": self.seq,
            "link": self.link.hex(),
            "at": self.at,
            "public": base64.b64encode(self.public).decode(),
        }


def make_seal(keys: Keys, store: str, seq: int, link: bytes, at: datetime) -> dict[str, Any]:
    """The seal of the chain up to row ``seq``, as plain JSON values."""
    content = {
        "schema": SCHEMA,
        "store": store,
        "seq": seq,
        "link": link.hex(),
        "at": instant(at),
        "public": base64.b64encode(keys.public).decode(),
    }
    signature = keys.sign(_message(content))
    return {**content, "signature": base64.b64encode(signature).decode()}


def _message(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isascii():
        raise ValueError
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError
    return value
