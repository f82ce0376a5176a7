"""How rows hang together, so that none is changed, removed or slipped in unseen.

Each row has a leaf, SHA-256 of a random salt and its content, and a link, SHA-256 of the
link before it, its number and its leaf. A purge erases content and salt: what is left
proves where the row stood, and without the salt nobody can guess what it said.
"""

from __future__ import annotations

import hashlib
import json

__all__ = ["Content", "first_link", "head_message", "leaf_of", "link_of"]

Content = tuple[str | None, ...]
"""at, kind, resident, camera, window, alarm, who and facts, as their columns hold them."""


def leaf_of(salt: bytes, content: Content) -> bytes:
    """The digest of one row's content."""
    # A damaged file may hold what UTF-8 cannot write; it has a digest all the same.
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(
        b"bedcheck.row/1\0" + salt + text.encode("utf-8", "surrogatepass")
    ).digest()


def link_of(before: bytes, seq: int, leaf: bytes) -> bytes:
    """The digest of a row's place: everything up to it is in there."""
    return hashlib.sha256(b"bedcheck.link/1\0" + before + seq.to_bytes(8) + leaf).digest()


def first_link(store: str) -> bytes:
    """What the first row is linked to; another for every store."""
    return hashlib.sha256(b"bedcheck.store/1\0" + store.encode()).digest()


def head_message(store: str, seq: int, link: bytes) -> bytes:
    """What the head's MAC is made of."""
    return b"\0".join((b"bedcheck.head/1", store.encode(), seq.to_bytes(8), link))
