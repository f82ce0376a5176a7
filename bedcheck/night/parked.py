"""What a parked camera's pictures say of the camera: pure rules on its measures.

Parked, a camera shows ceiling or floor: little structure, nobody, and no bed. Its light,
its noise and whether it stands still tell whether it will see at night.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bedcheck.frame import Frame
from bedcheck.measures import Exposure, exposure, histogram, working_luma
from bedcheck.noise import noise, octaves
from bedcheck.placement import Placement

__all__ = ["Ill", "Sight", "ills", "sight"]

DARK = 24.0  # grey levels, median; a darker picture has no light, or something before the lens
WHITE = 210.0  # grey levels, median; no exposure puts a white ceiling there by itself
WASHED = 0.5  # share of the pixels at 251 or brighter
SPREAD = 4.65  # standard deviations between the 1st and the 99th percentile of noise alone
FLAT = 4.0  # grey levels beyond its noise by which even a ceiling differs from edge to edge
NOISY = 10.0  # grey levels of one pixel; no camera in order has as much


class Ill(StrEnum):
    """What is wrong with a camera, as far as its parked pictures tell."""

    FROZEN = "frozen"  # every picture was the same to the bit
    COVERED = "covered"  # nothing differs from edge to edge: something is before the lens
    TOO_DARK = "too_dark"  # no light; at night, its own lamps are dead or covered
    OVEREXPOSED = "overexposed"  # washed out: something close throws its own light back
    NOISY = "noisy"
    NOT_PARKED = "not_parked"  # the view is that of the looks: the bed may be in it


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What is kept of one picture until all are judged: numbers, no picture."""

    light: Exposure
    noise: float  # grey levels, of one pixel
    coarse: float  # grey levels, as judged from coarser scales: at least what codecs leave
    print: bytes  # of its pixels, to tell two pictures apart
    at_bed: bool  # it shows the view of the looks


def sight(frame: Frame, placement: Placement | None = None) -> Sight:
    """The measures of one picture. A placement without a reference tells no view."""
    luma = working_luma(frame.luma)
    fine, coarse = noise(octaves(luma))
    alignment = placement.align(luma) if placement else None
    return Sight(
        light=exposure(histogram(luma)),
        noise=fine,
        coarse=max(fine, coarse),
        print=hashlib.blake2b(frame.pixels.tobytes(), digest_size=16).digest(),
        at_bed=alignment is not None and alignment.moved is False,
    )


def ills(sights: Sequence[Sight], *, live: bool = True) -> tuple[Ill, ...]:
    """What is wrong by the pictures of one test, one at least; nothing: the camera is well.

    ``live``: two of its pictures are never the same to the bit. What most of the pictures
    show counts: a person who passes before one of them is no fault.
    """
    if any(one.at_bed for one in sights):
        return (Ill.NOT_PARKED,)
    found = []
    if live and len(sights) > 1 and len({one.print for one in sights}) == 1:
        found.append(Ill.FROZEN)
    for ill in (Ill.COVERED, Ill.TOO_DARK, Ill.OVEREXPOSED, Ill.NOISY):
        if 2 * sum(_shows(one, ill) for one in sights) > len(sights):
            found.append(ill)
    return tuple(found)


def _shows(one: Sight, ill: Ill) -> bool:
    light = one.light
    match ill:
        case Ill.COVERED:
            return light.range <= SPREAD * one.coarse + FLAT
        case Ill.TOO_DARK:
            return light.median < DARK
        case Ill.OVEREXPOSED:
            return light.bright >= WASHED or light.median >= WHITE
        case _:
            return one.noise >= NOISY
