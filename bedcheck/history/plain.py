"""What may be stored: small plain values, aware times, short keys. Never a picture."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bedcheck.errors import RecordError

__all__ = ["MOST_DOCUMENT", "MOST_FACTS", "MOST_KEY", "check_key", "dump", "instant", "utc"]

MOST_KEY = 200  # characters
MOST_FACTS = 16 * 2**10  # bytes of JSON in one row of the history
MOST_DOCUMENT = 512 * 2**10  # bytes of JSON in one document, window or intent
MOST_NUMBERS = 1000  # in one list
DEEPEST = 12  # levels of lists and tables

# How the base64 of a picture begins: JPEG, PNG, GIF, WebP, TIFF (both byte orders).
PICTURES = ("/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR", "SUkqA", "TU0AK")


def utc(at: datetime) -> datetime:
    """The same instant in UTC. Raises RecordError where ``at`` is naive."""
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise RecordError(
            f"expected a time with its zone, got {at!r:.60}: add a tzinfo, of zoneinfo or UTC"
        )
    return at.astimezone(UTC)


def instant(at: datetime) -> str:
    """The instant as text of one width, so that its order is time's order."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def check_key(key: str, name: str = "key") -> str:
    """``key`` itself. Raises RecordError where it is no printable text of 1 to 200 characters."""
    if not isinstance(key, str) or not 1 <= len(key) <= MOST_KEY or not key.isprintable():
        raise RecordError(f"{name}: expected 1 to {MOST_KEY} printable characters, got {key!r:.60}")
    return key


def dump(body: Mapping[str, Any], name: str, most: int) -> str:
    """``body`` as canonical JSON of ``most`` bytes at most.

    Raises RecordError naming the place of what is not plain: other types than text,
    whole and finite numbers, true, false, null, lists and tables with text keys; and of
    what is, or looks like, a picture.
    """
    _check(dict(body) if isinstance(body, Mapping) else body, name, 0)
    if not isinstance(body, Mapping):
        raise RecordError(f"{name}: expected a table, got {type(body).__name__}")
    text = json.dumps(
        dict(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    try:
        size = len(text.encode())
    except UnicodeEncodeError:  # half a surrogate pair
        raise RecordError(f"{name}: expected text that UTF-8 can write") from None
    if size > most:
        raise RecordError(f"{name}: expected {most} bytes of JSON at most, got {size}")
    return text


def _check(value: Any, place: str, depth: int) -> None:
    if value is None or isinstance(value, bool | int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RecordError(f"{place}: expected a finite number, got {value}")
        return
    if isinstance(value, str):
        if value.startswith("data:image") or (len(value) > 64 and value.startswith(PICTURES)):
            raise RecordError(f"{place}: looks like a picture, and no picture is ever stored")
        return
    if depth >= DEEPEST:
        raise RecordError(f"{place}: expected {DEEPEST} levels at most")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise RecordError(f"{place}: expected text as key, got {key!r:.60}")
            _check(inner, f"{place}.{key}"[:MOST_KEY], depth + 1)
        return
    if isinstance(value, list | tuple):
        if len(value) > MOST_NUMBERS and all(isinstance(inner, int | float) for inner in value):
            raise RecordError(
                f"{place}: {len(value)} numbers look like a picture, and no picture is ever stored"
            )
        for number, inner in enumerate(value):
            _check(inner, f"{place}[{number}]", depth + 1)
        return
    hint = "write it as text" if isinstance(value, datetime) else "only plain values are stored"
    raise RecordError(f"{place}: got {type(value).__name__}: {hint}")
