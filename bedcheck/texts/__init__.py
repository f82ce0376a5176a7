"""Every text that people read, in Swedish and English, and the font that draws them."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from io import BytesIO
from string import Formatter
from typing import Any

from PIL import ImageFont

__all__ = ["LANGUAGES", "font", "keys", "number", "said", "text"]

LANGUAGES = ("sv", "en")


def text(key: str, language: str, /, **values: object) -> str:
    """The text ``key`` ("finding.covered.title") in ``language``, ``values`` filled in.

    A text may have ``{count:home|homes}``: the first where ``count`` is 1, else the second.

    Raises KeyError for a key that there is not, ValueError for another language than
    `LANGUAGES`.
    """
    return _WORDS.vformat(_texts(language)[key], (), values)


def keys(language: str) -> frozenset[str]:
    """Every key that `text` takes."""
    return frozenset(_texts(language))


def said(message: str, language: str) -> str:
    """An English message of the software's in ``language``; as it is where it has no other form.

    For what is written where nobody knows who will read it: why a receiver did not take an
    alarm. What is filled in is looked up as well.
    """
    if language == "en":
        return message
    for pattern, other in _said():
        if found := pattern.fullmatch(message):
            return other.format(*(said(part, language) for part in found.groups()))
    return message


def number(value: float, language: str, decimals: int = 1) -> str:
    """``value`` as it is written in ``language``: 2.5 or 2,5."""
    written = f"{value:.{decimals}f}"
    return written.replace(".", ",") if language == "sv" else written


class _OneOrMany(Formatter):
    """As str.format, and chooses between one and many."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else many
        return str(super().format_field(value, format_spec))


_WORDS = _OneOrMany()


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans of ``size`` pixels, with the letters of western Europe.

    It ships with the package because the one inside Pillow has no å, ä or ö.
    """
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(BytesIO((files(__name__) / name).read_bytes()), size)


@cache
def _texts(language: str) -> dict[str, str]:
    if language not in LANGUAGES:
        raise ValueError(f"language: expected {' or '.join(LANGUAGES)}; got {language!r}")
    written = (files(__name__) / f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(written), ""))


@cache
def _said() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What is looked for, the most particular first, and its Swedish."""
    table = tomllib.loads((files(__name__) / "said.toml").read_text(encoding="utf-8"))
    order = sorted(table, key=lambda one: -len(one.replace("{}", "")))
    return tuple(
        (re.compile("(.+?)".join(map(re.escape, one.split("{}"))), re.DOTALL), table[one])
        for one in order
    )


def _flat(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{name}.")
        else:
            pairs.append((prefix + name, str(value)))
    return pairs
