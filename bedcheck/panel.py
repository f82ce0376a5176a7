"""The panel beside the picture: the findings, what the colours mean, the contrast map."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bedcheck import rules
from bedcheck.contrast_map import ContrastMap
from bedcheck.finding import Finding, Severity
from bedcheck.texts import font, text

__all__ = ["HIDDEN", "OUTLINE", "PAD", "PAPER", "WIDTH", "Colour", "Panel", "Pixels", "hatch"]

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]  # red, green, blue

WIDTH, PAD = 600, 24  # pixels
TALLEST = 4000  # pixels: more than every finding at once needs
INSET = 300  # pixels: longer side of the contrast map

INK: Colour = (32, 32, 32)
GREY: Colour = (90, 90, 90)
PAPER: Colour = (255, 255, 255)
OUTLINE: Colour = (240, 228, 66)
# Told apart by colour-blind eyes too: M. Okabe and K. Ito, "Color Universal Design", 2008.
SHOWS: Colour = (0, 114, 178)
FAINT: Colour = (230, 159, 0)
HIDDEN: Colour = (213, 94, 0)

MARK = {
    Severity.OK: (0, 115, 85),
    Severity.NOTE: (140, 85, 0),
    Severity.PROBLEM: (190, 50, 0),
    Severity.NOT_CHECKED: GREY,
}


class Panel:
    """A column that is filled from the top; ``page`` down to ``bottom`` is drawn."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.page = Image.new("RGB", (WIDTH, TALLEST), PAPER)
        self.draw = ImageDraw.Draw(self.page)
        self.bottom = PAD

    def line(self, words: str, size: int, colour: Colour, bold: bool = False, x: int = PAD) -> None:
        """``words``, broken into as many lines as they need."""
        face = font(size, bold)
        row = ""
        for word in words.split():
            longer = f"{row} {word}".strip()
            if row and face.getlength(longer) > WIDTH - PAD - x:
                self._write(row, x, size, colour, bold)
                longer = word
            row = longer
        self._write(row, x, size, colour, bold)

    def _write(self, row: str, x: int, size: int, colour: Colour, bold: bool) -> None:
        self.draw.text((x, self.bottom), row, colour, font(size, bold))
        self.bottom += round(size * 1.3)

    def findings(self, findings: Sequence[Finding]) -> None:
        """Each with who acts, what it is, what to do and what was measured."""
        for finding in findings:
            colour = MARK[finding.severity]
            top, indent = self.bottom, 2 * PAD
            label = text(f"severity.{finding.severity}", self.language)
            self.line(f"{label} · {finding.who_acts(self.language)}", 17, colour, x=indent)
            self.line(finding.title(self.language), 24, INK, bold=True, x=indent)
            self.line(finding.what_to_do(self.language), 20, INK, x=indent)
            measured = finding.measured(self.language)
            if measured and finding.measure != "probability":  # that stands in the banner
                self.line(measured, 16, GREY, x=indent)
            self.draw.rectangle((PAD, top, PAD + 8, self.bottom), colour)
            self.bottom += 20

    def key(self, name: str) -> None:
        """What the outline ("bed") or the hatching ("lost") in the picture means."""
        swatch = _framed() if name == "bed" else _hatched(HIDDEN)
        self.page.paste(Image.fromarray(swatch), (PAD, self.bottom))
        self.draw.text(
            (PAD + 60, self.bottom + 2), text(f"picture.{name}", self.language), INK, font(18)
        )
        self.bottom += 38

    def map(self, luma: Pixels, found: ContrastMap) -> None:
        """The bed from near with coloured cells, and what the colours mean beside it."""
        self.bottom += 6
        self.line(text("picture.map", self.language), 20, INK, bold=True)
        self.bottom += 4
        top = self.bottom
        inset = _inset(luma, found)
        self.page.paste(Image.fromarray(inset), (PAD, top))
        x = PAD + inset.shape[1] + 20
        swatches = {"shows": _plain(SHOWS), "faint": _plain(FAINT), "hidden": _hatched(HIDDEN)}
        for row, (name, swatch) in enumerate(swatches.items()):
            y = top + row * 38
            self.page.paste(Image.fromarray(swatch), (x, y))
            words = text(f"picture.{name}", self.language)
            self.draw.text((x + 60, y + 2), words, INK, font(18))
        self.bottom = top + max(inset.shape[0], 3 * 38)


def _inset(luma: Pixels, found: ContrastMap) -> Pixels:
    """The bed's part of the picture in grey (RGB), the map's colours over it."""
    height, width = luma.shape
    left, top, right, bottom = found.box
    part = luma[
        int(top * height) : max(round(bottom * height), int(top * height) + 1),
        int(left * width) : max(round(right * width), int(left * width) + 1),
    ]
    zoom = INSET / max(part.shape)
    size = (max(round(part.shape[1] * zoom), 1), max(round(part.shape[0] * zoom), 1))
    view = np.asarray(cv2.cvtColor(cv2.resize(part, size), cv2.COLOR_GRAY2RGB), np.uint8)
    cells = cv2.resize(found.cells, size, interpolation=cv2.INTER_NEAREST)
    for colour, low, high in (
        (SHOWS, rules.CLEAR, np.inf),
        (FAINT, rules.ROSE, rules.CLEAR),
        (HIDDEN, -np.inf, rules.ROSE),
    ):
        where = (cells >= low) & (cells < high)
        view[where] = (0.45 * view[where] + 0.55 * np.array(colour)).astype(np.uint8)
        if colour is HIDDEN:
            hatch(view, where, colour)
    return view


def hatch(view: Pixels, where: NDArray[np.bool_], colour: Colour) -> None:
    """Oblique lines in ``colour``, with a dark edge that shows on any ground."""
    y, x = np.indices(where.shape)
    stripe = (x + y) % 16
    view[where & (stripe < 5)] = 0
    view[where & (stripe >= 1) & (stripe < 4)] = colour


def _hatched(colour: Colour) -> Pixels:
    """A swatch for the key."""
    swatch = np.full((28, 44, 3), 120, np.uint8)
    hatch(swatch, np.ones(swatch.shape[:2], bool), colour)
    return swatch


def _framed() -> Pixels:
    swatch = np.full((28, 44, 3), 120, np.uint8)
    cv2.rectangle(swatch, (4, 4), (39, 23), (0, 0, 0), 7)
    cv2.rectangle(swatch, (4, 4), (39, 23), OUTLINE, 3)
    return swatch


def _plain(colour: Colour) -> Pixels:
    return np.full((28, 44, 3), colour, np.uint8)
