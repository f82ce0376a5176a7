"""Light on the bed: too little, too much, a lamp in view, and the noise of high gain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Cause
from datasets.degrade.outcome import SNR_KEPT, Degraded, Draw, by_contrast, by_share
from datasets.degrade.planes import mix, painted, solid, three, times
from datasets.degrade.region import Region, luma
from datasets.degrade.sensor import CHROMA, add_noise, compress, snr_of

__all__ = ["dark", "glare", "noisy", "overexposed"]

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def dark(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """The bed lies in the dark while some light is left elsewhere in the room."""
    rng = draw.rng
    height, width = picture.shape[:2]
    sigma = float(rng.uniform(1.0, 5.0))
    snr, _ = snr_of(picture.astype(np.float32), region, sigma)
    gain = min(draw.strength / max(snr, 1e-6), 1.0)
    # light grows with the distance from the bed, towards one side: a door left open, a lamp
    gap = 1 - region.spread(rng, 0.0, float(rng.uniform(0.25, 0.9)))
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.ogrid[0:height, 0:width]
    side = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle) + 0.5
    spill = gap * np.clip(side, 0, 1).astype(np.float32)
    light = gain + float(rng.uniform(0.15, 0.9)) * spill
    black = float(rng.uniform(1.0, 4.0)) * sigma  # the sensor's black level
    black = min(black, 16.0)
    scene = times(picture.astype(np.float32), light) + black
    snr, frame = snr_of(scene, region, sigma)
    grey = rng.random() < 0.4
    if grey:
        scene = three(luma(scene))
    out = add_noise(scene, sigma, rng, chroma=0.0 if grey else CHROMA)
    judged = by_contrast(snr, Cause.TOO_DARK, frame)
    return draw.done(out, judged, {"snr": snr, "frame_snr": frame, "sigma": sigma})


def overexposed(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """Sun or a lamp on the bed: the brightest share of it reaches white."""
    rng = draw.rng
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    inside = grey[region.mask > 0]
    level = float(np.quantile(inside, np.clip(1 - draw.strength, 0, 1)))
    gain = float(rng.uniform(0.8, 1.8))
    # in the light patch v = 255 + gain * (v - level): what lies over `level` is blown out
    lift = 255 + 120 * max(draw.strength - 1, 0) - gain * level
    patch = region.spread(rng, float(rng.uniform(0.0, 0.1)), float(rng.uniform(0.08, 0.4)))
    scene = picture.astype(np.float32)
    if draw.strength >= 1:  # colours reach white together
        scene = 0.3 * scene + three(0.7 * grey.astype(np.float32))
        lift += 40
    lit = scene * gain + lift
    scene = mix(scene * float(rng.uniform(0.7, 1.2)), lit, patch)
    sigma = float(rng.uniform(0.8, 2.5))
    snr, frame = snr_of(scene, region, sigma)
    out = add_noise(np.minimum(scene, np.float32(262)), sigma, rng)
    judged = by_contrast(snr, Cause.OVEREXPOSED, frame)
    return draw.done(out, judged, {"snr": snr, "frame_snr": frame, "sigma": sigma})


def noisy(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """High gain in little light: contrast falls and noise rises until the SNR is reached.

    Away from the bed more contrast is left where the bed's is under the noise.
    """
    rng = draw.rng
    sigma = float(rng.uniform(8.0, 40.0 if draw.strength > SNR_KEPT else 18.0))
    scene = picture.astype(np.float32)
    snr, _ = snr_of(scene, region, sigma)
    keep = min(draw.strength / max(snr, 1e-6), 1.0)
    level = float(np.clip(float(rng.uniform(0.25, 0.75)) * 255, 2 * sigma, 255 - 2 * sigma))
    mean = np.array(cv2.mean(scene, region.mask)[:3], np.float32)
    elsewhere = max(keep, float(rng.uniform(0.3, 0.8)))
    weight = region.spread(rng, float(rng.uniform(0.05, 0.2)), float(rng.uniform(0.2, 0.5)))
    scene = times(scene - mean, elsewhere + (keep - elsewhere) * weight) + level
    snr, frame = snr_of(scene, region, sigma)
    colour = rng.random() < 0.5
    if not colour:
        scene = three(luma(scene))
    out = add_noise(scene, sigma, rng, chroma=CHROMA if colour else 0.0)
    judged = by_contrast(snr, Cause.NOISY, frame)
    return draw.done(out, judged, {"snr": snr, "frame_snr": frame, "sigma": sigma})


def glare(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """A lamp or a reflection with its halo; washes out about ``strength`` of the bed."""
    rng = draw.rng
    height, width = picture.shape[:2]
    away = region.side * (0.1 + 0.9 * (1 - draw.strength))
    centre = np.array(region.pick(rng)) + rng.normal(0, 0.5 * away, 2)
    y, x = np.ogrid[0:height, 0:width]
    squeeze = float(rng.uniform(0.7, 1.4))
    distance = np.hypot((x - centre[0]) * squeeze, y - centre[1]).astype(np.float32)
    inside = distance[region.mask > 0]
    washed = max(float(np.quantile(inside, draw.strength)), 2.0)
    dim = float(rng.uniform(0.55, 1.0))  # exposure falls when a lamp is in view
    # light = peak / (1 + (r / core)^2)^slope; at `washed` it just drives the bed to white
    level = dim * float(cv2.mean(luma(picture.astype(np.float32)), region.mask)[0])
    need = max(252 - level, 20.0)
    peak = need * float(rng.uniform(2.0, 20.0))
    slope = float(rng.uniform(0.8, 2.0))
    core = washed / np.sqrt((peak / need) ** (1 / slope) - 1)
    fall = 1 + np.square(distance * np.float32(1 / core))
    light = peak * cv2.pow(fall, -slope)
    angles = np.arctan2(y - centre[1], x - centre[0]).astype(np.float32)
    rays = 1 + float(rng.uniform(0, 0.25)) * np.cos(angles * int(rng.integers(4, 9)))
    light = light * (1 + (rays - 1) * np.clip(distance / washed - 1, 0, 1))
    warm = np.array([rng.uniform(0.8, 1.0), 0.97, 1.0], np.float32)
    scene = picture.astype(np.float32) * dim + float(rng.uniform(0, 30))
    scene += painted(warm, light)
    seen = region.share(solid(luma(scene) - np.float32(249.5)))
    sigma = float(rng.uniform(0.5, 3.0))
    out = compress(add_noise(scene, sigma, rng), rng, share=0.5)
    judged = by_share(seen, Cause.GLARE)
    return draw.done(out, judged, {"bed_seen": seen, "sigma": sigma})
