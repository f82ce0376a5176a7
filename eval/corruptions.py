"""A good picture made worse in five steps, each from hardly seen to nothing left.

What spoils the view of the bed by a known amount comes from `datasets.degrade`, in the exam's
textures; what a camera, a codec or a mount does comes from albumentations. The drawn bed stays
where it was: a camera that has moved does not tell its polygon.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bedcheck.errors import MissingExtra
from bedcheck.polygon import area
from bedcheck.verdict import Polygon
from datasets.degrade import EXAM, degrade

__all__ = ["CORRUPTIONS", "SEVERITIES", "Corruption", "corrupt"]

SEVERITIES = (1, 2, 3, 4, 5)

Pixels = NDArray[np.uint8]
Steps = tuple[float, float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """One kind at one severity; ``seed`` makes it the same picture every time."""

    kind: str  # one of CORRUPTIONS
    severity: int  # 1..5
    seed: int = 0


def corrupt(picture: Pixels, bed: Polygon | None, corruption: Corruption) -> Pixels:
    """``picture`` (HxWx3 BGR or HxW, uint8), corrupted: HxWx3 uint8. The input is kept.

    Raises ValueError for an unknown kind or severity, MissingExtra without albumentations.
    """
    kind, severity = corruption.kind, corruption.severity
    if kind not in CORRUPTIONS or severity not in SEVERITIES:
        raise ValueError(
            f"expected one of {', '.join(CORRUPTIONS)} and a severity of 1 to 5;"
            f" got {kind!r}, {severity!r}"
        )
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, 2)
    made = CORRUPTIONS[kind](np.ascontiguousarray(picture[..., :3]), bed, corruption)
    return np.ascontiguousarray(made, np.uint8)


def _degraded(kind: str, steps: Steps) -> Callable[[Pixels, Polygon | None, Corruption], Pixels]:
    """One of `datasets.degrade`, at a strength in its own unit (see `recipe`)."""

    def make(picture: Pixels, bed: Polygon | None, corruption: Corruption) -> Pixels:
        strength = steps[corruption.severity - 1]
        recipe = replace(
            EXAM, name="sweep", strengths={**EXAM.strengths, kind: ((strength, strength),)}
        )
        stream = [corruption.seed, corruption.severity, zlib.crc32(kind.encode())]
        rng = np.random.default_rng(stream)
        return degrade(picture, bed, kind=kind, recipe=recipe, rng=rng).picture

    return make


def _transformed(
    transform: Callable[[Any, float, float], Any], steps: Steps
) -> Callable[[Pixels, Polygon | None, Corruption], Pixels]:
    """One of albumentations: ``transform`` takes the library, the step and the bed's side."""

    def make(picture: Pixels, bed: Polygon | None, corruption: Corruption) -> Pixels:
        library = _albumentations()
        height, width = picture.shape[:2]
        side = float(np.sqrt((area(bed) if bed else 0.5) * height * width))
        step = transform(library, steps[corruption.severity - 1], side)
        seed = zlib.crc32(f"{corruption.seed} {corruption.severity}".encode()) % 2**31
        made = library.Compose([step], seed=seed)(image=picture)["image"]
        return np.asarray(made, np.uint8)

    return make


def _stalled(picture: Pixels, bed: Polygon | None, corruption: Corruption) -> Pixels:
    """A stream that stops within a picture: the last line received is repeated downwards."""
    received = round(picture.shape[0] * (0.85, 0.7, 0.5, 0.3, 0.1)[corruption.severity - 1])
    made = picture.copy()
    made[received:] = made[received - 1]
    return made


def _albumentations() -> Any:
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it would ask the network
    try:
        import albumentations
    except ModuleNotFoundError:
        raise MissingExtra(
            "sweeps need albumentations, which is not installed: pip install -e '.[eval]'"
        ) from None
    return albumentations


CORRUPTIONS: Mapping[str, Callable[[Pixels, Polygon | None, Corruption], Pixels]] = (
    MappingProxyType(
        {
            "infrared_look": _degraded("infrared", (0.1, 0.3, 0.5, 0.7, 0.95)),
            "low_light": _degraded("dark", (300, 80, 20, 5, 1)),  # SNR that is left
            "noise": _transformed(
                lambda a, s, _: a.GaussNoise(std_range=(s, s), p=1),
                (0.03, 0.08, 0.16, 0.3, 0.6),  # of the full range
            ),
            "jpeg": _transformed(
                lambda a, s, _: a.ImageCompression(quality_range=(int(s), int(s)), p=1),
                (50, 30, 15, 7, 2),
            ),
            "blur": _transformed(
                lambda a, s, side: a.GaussianBlur(
                    blur_limit=0, sigma_limit=(s * side, s * side), p=1
                ),
                (0.01, 0.025, 0.05, 0.1, 0.2),  # sigma in sides of the bed
            ),
            "shift_rotation": _transformed(
                lambda a, s, _: a.Affine(
                    translate_percent={"x": (s, s), "y": (-s, -s)},
                    rotate=(100 * s, 100 * s),  # degrees: one for each hundredth
                    border_mode=1,  # the edge goes on, as a wall does
                    p=1,
                ),
                (0.01, 0.02, 0.04, 0.07, 0.12),  # of width and height
            ),
            "partial_cover": _degraded("cover_partial", (0.15, 0.3, 0.5, 0.75, 0.95)),
            "lamp_on": _degraded("glare", (0.1, 0.25, 0.5, 0.75, 0.95)),
            "lamp_off": _transformed(
                lambda a, s, _: a.MultiplicativeNoise(multiplier=(s, s), p=1),
                (0.6, 0.35, 0.18, 0.08, 0.03),  # of the light is left
            ),
            "contrast_press": _degraded("same_hue", (100, 40, 15, 5, 1)),  # SNR that is left
            "stalled": _stalled,
        }
    )
)
"""Kinds and what makes them. A frozen feed is not among them: one picture cannot show it."""
