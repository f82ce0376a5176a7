"""One finding: what was found in a picture, how bad it is, what to do and who does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bedcheck import texts

__all__ = ["Finding", "Severity", "What", "Who"]


class What(StrEnum):
    """What was found. Each `verdict.Cause` has a finding of the same name."""

    ALL_WELL = "all_well"  # nothing else was
    COVERED = "covered"
    PARTLY_COVERED = "partly_covered"
    DEFOCUSED = "defocused"
    MOVED = "moved"
    BED_MOVED = "bed_moved"
    BED_NOT_FOUND = "bed_not_found"
    SEVERAL_BEDS = "several_beds"
    GLARE = "glare"
    FROZEN = "frozen"
    NO_SIGNAL = "no_signal"
    SAME_HUE = "same_hue"
    TOO_DARK = "too_dark"
    OVEREXPOSED = "overexposed"
    NOISY = "noisy"
    BED_SMALL = "bed_small"  # too few pixels to be sure of
    BED_CUT_OFF = "bed_cut_off"  # by the picture's edge
    UNSURE = "unsure"  # the answer is not certain, and no measure says why


class Severity(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # past its limit, but the bed is seen all the same
    PROBLEM = "problem"  # a cause of the verdict: without it there would be a better one
    NOT_CHECKED = "not_checked"  # could not be measured; says neither well nor ill


class Who(StrEnum):
    """Who can set it right."""

    NIGHT_STAFF = "night_staff"  # restore the camera's view, at any hour
    ADMINISTRATOR = "administrator"  # changes bedding, light or set-up, by day
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was found, what it rests on, and what to do."""

    what: What
    severity: Severity
    who: Who
    advice: str  # key in `bedcheck.texts`
    measure: str | None = None  # what it rests on; None: on no single figure
    value: float | None = None  # None: could not be measured
    limit: float | None = None  # None: there is none
    unit: str | None = None  # share (0..1), pixels, grey_levels, degrees or ratio

    def title(self, language: str) -> str:
        """What was found, in a few words."""
        unchecked = self.severity is Severity.NOT_CHECKED
        key = f"unchecked.title.{self.what}" if unchecked else f"finding.{self.what}.title"
        return texts.text(key, language)

    def what_to_do(self, language: str) -> str:
        """The advice, a sentence or two."""
        return texts.text(self.advice, language)

    def who_acts(self, language: str) -> str:
        """Who can set it right, as a short sentence."""
        return texts.text(f"who.{self.who}", language)

    def measured(self, language: str) -> str:
        """The measure, its value and its limit; empty where there is no value."""
        if self.measure is None or self.value is None or self.unit is None:
            return ""
        kind = "none"
        if self.limit is not None:
            kind = "least" if self.value < self.limit else "most"
        return texts.text(
            f"limit.{kind}",
            language,
            measure=texts.text(f"measure.{self.measure}", language),
            value=_quantity(self.value, self.unit, language),
            limit="" if self.limit is None else _quantity(self.limit, self.unit, language),
        )

    def to_dict(self, language: str) -> dict[str, Any]:
        """Plain JSON values; the texts in ``language``."""
        return {
            "what": self.what.value,
            "severity": self.severity.value,
            "who": self.who.value,
            "measure": self.measure,
            "value": None if self.value is None else round(self.value, 4),
            "limit": None if self.limit is None else round(self.limit, 4),
            "unit": self.unit,
            "title": self.title(language),
            "advice": self.what_to_do(language),
        }


def _quantity(value: float, unit: str, language: str) -> str:
    if unit == "share":
        return texts.text("unit.share", language, value=texts.number(value * 100, language, 0))
    decimals = 0 if abs(value) >= 20 else 1
    return texts.text(f"unit.{unit}", language, value=texts.number(value, language, decimals))
