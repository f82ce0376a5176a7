"""The annotated picture: what was judged, where it cannot be seen, what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bedcheck import panel, polygon
from bedcheck.contrast_map import contrast_map
from bedcheck.finding import Finding, Severity, What
from bedcheck.frame import Frame
from bedcheck.measures import working_luma
from bedcheck.noise import noise, octaves
from bedcheck.panel import HIDDEN, OUTLINE, PAD, PAPER, Panel, Pixels, hatch
from bedcheck.structure import structure_map
from bedcheck.texts import font, number, text
from bedcheck.verdict import Polygon, State, Verdict

__all__ = ["annotate"]

HEIGHT, WIDEST = 720, 1280  # of the picture inside, pixels
BANNER = 148  # pixels
NARROWEST = 1200  # pixels: the page, so that the banner's words find room

BACKGROUND = {
    State.IN_BED: (0, 90, 140),
    State.NOT_IN_BED: (176, 64, 0),
    State.OBSTRUCTED: (40, 40, 40),
    State.LOW_CONTRAST: (110, 60, 105),
}
LOSING = {What.COVERED, What.DEFOCUSED, What.GLARE}
"""Problems with which it is worth showing where there is no detail."""


def annotate(frame: Frame, verdict: Verdict, findings: Sequence[Finding], language: str) -> Pixels:
    """The picture under a banner with the verdict, a panel with the findings on its right.

    HxWx3 uint8 BGR. In the picture: the bed's outline and, where the view is obstructed, a
    hatching over the tiles without detail. In the panel: each finding with its measure, its
    advice and who acts; the contrast map; what the colours mean. No date and no file name.
    """
    luma = working_luma(frame.luma)
    scales = octaves(luma)
    sigmas = noise(scales)
    sigma = sigmas[1] if sigmas else 0.0
    tiles = structure_map(scales[2], sigma)
    problems = {one.what for one in findings if one.severity is Severity.PROBLEM}
    lost = None if tiles is None else _lost(tiles, verdict.bed, problems)
    view = _view(frame, verdict, lost)
    column = Panel(language)
    column.findings(findings)
    if lost is not None:
        column.key("lost")
    if verdict.bed:
        column.key("bed")
        if verdict.state is not State.OBSTRUCTED:  # else it would tell of what is in the way
            column.map(luma, contrast_map(luma, verdict.bed, sigma))
    below = max(view.shape[0], column.bottom + PAD)
    width = max(view.shape[1] + panel.WIDTH, NARROWEST)
    page = Image.new("RGB", (width, BANNER + below), PAPER)
    page.paste(Image.fromarray(view), (0, BANNER))
    page.paste(column.page.crop((0, 0, panel.WIDTH, below)), (view.shape[1], BANNER))
    _banner(page, verdict, language)
    return np.ascontiguousarray(np.asarray(page)[..., ::-1])


def _lost(
    tiles: NDArray[np.float32], bed: Polygon | None, found: set[What]
) -> NDArray[np.bool_] | None:
    """The tiles without detail that are worth showing; None where there are none.

    Of a bed that is hidden in part only its own tiles: a plain wall has no detail either.
    """
    lost = np.asarray(tiles < 1)
    if not LOSING & found:
        if What.PARTLY_COVERED not in found or bed is None:
            return None
        lost &= polygon.mask(bed, tiles.shape[1], tiles.shape[0]) > 0
    return lost if lost.any() else None


def _view(frame: Frame, verdict: Verdict, lost: NDArray[np.bool_] | None) -> Pixels:
    """The picture (RGB) enlarged or reduced, with the outline and the hatching."""
    height, width = frame.pixels.shape[:2]
    zoom = min(HEIGHT / height, WIDEST / width)
    size = (max(round(width * zoom), 1), max(round(height * zoom), 1))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    code = cv2.COLOR_GRAY2RGB if frame.pixels.ndim == 2 else cv2.COLOR_BGR2RGB
    resized = cv2.resize(cv2.cvtColor(frame.pixels, code), size, interpolation=how)
    view = np.asarray(resized, np.uint8)
    if lost is not None:
        where = cv2.resize(lost.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        hatch(view, where, HIDDEN)
    if verdict.bed:
        corners = np.rint(polygon.to_pixels(verdict.bed, *size)).astype(np.int32)
        for colour, thickness in (((0, 0, 0), 7), (OUTLINE, 3)):
            cv2.polylines(view, [corners], True, colour, thickness, cv2.LINE_AA)
    return view


def _banner(page: Image.Image, verdict: Verdict, language: str) -> None:
    """The verdict across the whole width: the answer, what it means, how sure it is."""
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, page.width, BANNER), BACKGROUND[verdict.state])
    answer = text(f"state.{verdict.state}", language)
    if verdict.posture:
        answer += f" ({text(f'posture.{verdict.posture}', language)})"
    share = verdict.probabilities[verdict.state]
    written = f"{number(100 * share, language, 0)} %"
    if share >= 0.995:
        written = text("picture.above", language)
    sure = text("picture.certain" if verdict.certain else "picture.uncertain", language)
    mode = "infrared" if verdict.measures.get("infrared") else "colour"
    told = (
        text("picture.probability", language, value=written),
        sure,
        text(f"picture.{mode}", language),
    )
    draw.text((PAD, 12), answer, PAPER, font(40, bold=True))
    draw.text((PAD, 66), text(f"meaning.{verdict.state}", language), PAPER, font(24))
    draw.text((PAD, 104), " · ".join(told), PAPER, font(22))
