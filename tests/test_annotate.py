"""The annotated picture: readable whatever the picture's size, the same words in it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bedcheck import annotate as page
from bedcheck import panel, texts
from bedcheck.annotate import annotate
from bedcheck.finding import Finding, Severity, What, Who
from bedcheck.frame import read
from bedcheck.verdict import Polygon, Posture, State, Verdict

BED: Polygon = ((0.25, 0.35), (0.75, 0.35), (0.85, 0.9), (0.15, 0.9))
COVERED = Finding(
    what=What.COVERED,
    severity=Severity.PROBLEM,
    who=Who.NIGHT_STAFF,
    advice="finding.covered.advice",
)
PARTLY = Finding(
    what=What.PARTLY_COVERED,
    severity=Severity.PROBLEM,
    who=Who.NIGHT_STAFF,
    advice="finding.partly_covered.advice",
)
WELL = Finding(
    what=What.ALL_WELL,
    severity=Severity.OK,
    who=Who.NOBODY,
    advice="finding.all_well.advice",
)
Pixels = NDArray[np.uint8]


def verdict(
    state: State = State.IN_BED, bed: Polygon | None = BED, posture: Posture | None = None
) -> Verdict:
    return Verdict(
        state=state,
        probabilities={one: 0.97 if one is state else 0.01 for one in State},
        certain=False,
        posture=posture,
        bed=bed,
        network="none@0",
        elapsed_ms=1.0,
    )


def pixels_of(picture: Pixels, colour: panel.Colour) -> int:
    """How many pixels have this colour (red, green, blue)."""
    return int((picture == colour[::-1]).all(axis=2).sum())


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    "size", [(640, 480), (1920, 1080), (320, 240), (480, 800), (64, 64), (2000, 100)]
)
def test_every_size_of_picture_gives_a_page_of_readable_size(
    bedroom: Pixels, size: tuple[int, int], language: str
) -> None:
    drawn = annotate(read(np.array(cv2.resize(bedroom, size))), verdict(), [WELL], language)
    assert drawn.dtype == np.uint8
    assert drawn.flags.c_contiguous
    height, width, channels = drawn.shape
    assert channels == 3
    assert page.NARROWEST <= width <= page.WIDEST + panel.WIDTH
    assert page.BANNER < height <= page.BANNER + page.HEIGHT + 400


def test_a_grey_picture_and_one_without_a_bed_are_drawn_too(bedroom: Pixels) -> None:
    grey = cv2.cvtColor(bedroom, cv2.COLOR_BGR2GRAY)
    drawn = annotate(read(np.asarray(grey, np.uint8)), verdict(bed=None), [WELL], "sv")
    assert pixels_of(drawn, panel.OUTLINE) == 0


def test_the_bed_is_outlined_where_it_is(bedroom: Pixels) -> None:
    with_bed = annotate(read(bedroom), verdict(), [WELL], "sv")
    left = round(0.5 * (0.25 + 0.15) * 960)  # half way down the left side, enlarged 1.5 times
    row = page.BANNER + round(0.5 * (0.35 + 0.9) * 720)
    around = with_bed[row, left - 6 : left + 7]
    assert (around == panel.OUTLINE[::-1]).all(axis=1).any()


def test_a_cover_is_hatched_and_a_plain_wall_is_not(bedroom: Pixels) -> None:
    blank = np.full((480, 640, 3), 90, np.uint8)
    state = verdict(State.OBSTRUCTED)
    assert pixels_of(annotate(read(blank), state, [COVERED], "sv"), panel.HIDDEN) > 50_000
    assert pixels_of(annotate(read(blank), verdict(bed=None), [WELL], "sv"), panel.HIDDEN) == 0


def test_of_a_bed_that_is_partly_hidden_only_the_bed_is_hatched() -> None:
    blank = np.full((480, 640, 3), 90, np.uint8)
    whole, part = (
        pixels_of(annotate(read(blank), verdict(State.OBSTRUCTED), [one], "sv"), panel.HIDDEN)
        for one in (COVERED, PARTLY)
    )
    assert 0.2 * whole < part < 0.6 * whole


def test_findings_that_need_more_room_get_it(bedroom: Pixels) -> None:
    one = annotate(read(bedroom), verdict(), [COVERED], "sv")
    nine = annotate(read(bedroom), verdict(), [COVERED] * 9, "sv")
    assert nine.shape[0] > one.shape[0]


def test_the_languages_differ(bedroom: Pixels) -> None:
    swedish, english = (annotate(read(bedroom), verdict(), [WELL], one) for one in ("sv", "en"))
    assert not np.array_equal(swedish, english)


def test_a_language_that_there_is_not_is_refused(bedroom: Pixels) -> None:
    with pytest.raises(ValueError, match="expected sv or en"):
        annotate(read(bedroom), verdict(), [WELL], "")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_banner_s_words_fit_the_narrowest_page(language: str) -> None:
    room = page.NARROWEST - 2 * panel.PAD
    told = " · ".join(
        [
            texts.text(
                "picture.probability", language, value=texts.text("picture.above", language)
            ),
            texts.text("picture.uncertain", language),
            texts.text("picture.infrared", language),
        ]
    )
    assert texts.font(22).getlength(told) <= room
    for state in State:
        assert texts.font(24).getlength(texts.text(f"meaning.{state}", language)) <= room
        for posture in Posture:
            answer = f"{texts.text(f'state.{state}', language)} "
            answer += f"({texts.text(f'posture.{posture}', language)})"
            assert texts.font(40, True).getlength(answer) <= room


def luminance(colour: panel.Colour) -> float:
    """Relative luminance, 0..1 (WCAG 2.2)."""
    parts = [value / 255 for value in colour]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [*page.BACKGROUND.values(), *panel.MARK.values(), panel.INK])
def test_text_stands_out_from_its_ground(colour: panel.Colour) -> None:
    """Every text is one of these on white, or white on one of these; WCAG AA asks 4.5."""
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5
