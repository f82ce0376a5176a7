"""Same-hue bedding: the bed's own contrast pressed to a chosen detectability."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Cause
from datasets.degrade.outcome import Degraded, Draw, by_contrast
from datasets.degrade.planes import times
from datasets.degrade.region import Region
from datasets.degrade.sensor import add_noise, snr_of

__all__ = ["same_hue"]

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

LEFT = 0.15
"""Share of the frame that stays unpressed at least; else only the bed itself is pressed."""


def same_hue(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """Press the bed towards its mean until its SNR against added noise is ``strength``.

    Coarse contrast and texture are pressed by the same factor, colours too. In half of the
    cases wall and floor by the bed go with it, so that its outline is lost; in the others the
    outline stays.
    """
    rng = draw.rng
    sigma = float(rng.uniform(2.0, 12.0))
    scene = picture.astype(np.float32)
    full, _ = snr_of(scene, region, sigma)
    keep = min(draw.strength / max(full, 1e-6), 1.0)
    mean = np.array(cv2.mean(scene, region.mask)[:3], np.float32)
    weight, outline_lost = _weight(region, rng)
    target = mean
    if outline_lost:  # bed and wall meet at a hue between theirs
        ring = ((weight > 0.5) & (region.mask == 0)).astype(np.uint8)
        if ring.any():
            around = np.array(cv2.mean(scene, ring)[:3], np.float32)
            target = mean + float(rng.uniform(0, 1)) * (around - mean)
    margin = 3.5 * sigma  # no clipping: it would change the contrast and the noise
    target = np.clip(target, margin, 255 - margin)
    # scene + weight * (target + keep * (scene - mean) - scene)
    change = scene * (keep - 1) + (target - keep * mean)
    pressed = scene + times(change, weight)
    snr, frame = snr_of(pressed, region, sigma)
    out = add_noise(pressed, sigma, rng, chroma=float(rng.uniform(0.2, 0.8)))
    judged = by_contrast(snr, Cause.SAME_HUE, frame)
    return draw.done(
        out,
        judged,
        {
            "snr": snr,
            "frame_snr": frame,
            "sigma": sigma,
            "kept": keep,
            "outline_lost": float(outline_lost),
        },
    )


def _weight(region: Region, rng: np.random.Generator) -> tuple[Floats, bool]:
    """1 on the bed, feathered outside of it (HxW); and whether the neighbourhood goes along."""
    plateau, feather = float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.1, 0.4))
    lost = bool(rng.random() < 0.5)
    if lost:
        wide = region.spread(rng, plateau, feather)
        if np.count_nonzero(wide < 0.5) >= LEFT * wide.size:
            return wide, True
    return region.spread(rng, 0.0, 0.04 if region.given else 0.1), False
