"""Night: the look of an infrared camera, and a colour camera in little light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Cause
from datasets.degrade.outcome import Degraded, Draw, by_contrast
from datasets.degrade.planes import blurred, resized, three, times
from datasets.degrade.region import Region
from datasets.degrade.sensor import add_noise, compress, snr_of
from datasets.degrade.textures import cloud

__all__ = ["infrared", "night_dim", "night_look"]

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def night_look(picture: Pixels, strength: float, rng: np.random.Generator) -> tuple[Floats, float]:
    """How a camera with its own infrared lamp would see the scene: HxWx3 grey, noise sigma.

    Most dyes are clear in the near infrared, so colours turn to shades of light grey; the lamp
    sits by the lens, so light falls off with distance and towards the corners.
    """
    height, width = picture.shape[:2]
    share = rng.dirichlet((0.8, 1.4, 2.5)).astype(np.float32)
    mixed = cv2.transform(picture, share[None, :]).astype(np.float32)
    highest = np.maximum(np.maximum(picture[..., 0], picture[..., 1]), picture[..., 2])
    clear = float(rng.uniform(0.2, 0.7))  # how far dyes let the cloth's own white through
    mixed = mixed + np.float32(clear) * (highest - mixed)
    gamma = float(rng.uniform(0.7, 1.35))
    grey = np.asarray(cv2.pow(mixed * np.float32(1 / 255), gamma), dtype=np.float32)
    # inverse-square fall-off: about the lamp's centre, and from the near side of the room
    y, x = np.ogrid[0:height, 0:width]
    long = max(height, width)
    centre = rng.uniform(0.3, 0.7, 2)
    reach = float(rng.uniform(0.55, 0.7 + 0.8 * (1 - strength)))
    fall = ((y / height - centre[0]) * (height / long)) ** 2
    distance = (fall + ((x / width - centre[1]) * (width / long)) ** 2) / reach**2
    lamp = (1 / (1 + distance.astype(np.float32))) ** 1.5
    near = float(rng.uniform(-0.1, 0.5)) * (y / height - 0.5).astype(np.float32)
    grey *= lamp * (1 + near)
    gain = float(rng.uniform(0.75, 1.25 - 0.45 * strength)) * 255
    grey *= gain
    # bright things bleed
    bright = resized(np.maximum(grey - 200, 0), (max(8, height // 8), max(8, width // 8)))
    bloom = resized(blurred(bright, 1.5), (height, width))
    grey += 0.6 * bloom + float(rng.uniform(2, 16))
    if strength > 0.3 and rng.random() < 0.5:
        grey = blurred(grey, float(rng.uniform(0.5, 0.6 + 0.7 * strength)))
    sigma = float(rng.uniform(1.0, 3.0) + 8.0 * strength * rng.random())
    return three(grey), sigma


def infrared(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """The night look; the label holds where the contrast does."""
    rng = draw.rng
    scene, sigma = night_look(picture, draw.strength, rng)
    snr, frame = snr_of(scene, region, sigma)
    smooth = float(rng.choice([0.0, 0.0, 0.7]))
    out = add_noise(scene, sigma, rng, chroma=0.0, smooth=smooth)
    out = compress(out, rng, share=0.8, low=round(75 - 30 * draw.strength))
    judged = by_contrast(snr, Cause.NOISY, frame)
    return draw.done(out, judged, {"snr": snr, "sigma": sigma})


def night_dim(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """A colour picture in little light: dark, tinted, noisy as the gain rises."""
    rng = draw.rng
    tint = np.array([rng.uniform(0.7, 1.1), 1.0, rng.uniform(0.9, 1.25)], np.float32)
    shape = picture.shape[:2]
    uneven = 0.6 + 0.8 * cloud(shape, float(rng.uniform(1.5, 3)), rng)
    scene = picture.astype(np.float32) * (tint * draw.strength)
    scene = times(scene, uneven)
    scene += float(rng.uniform(0, 10))
    sigma = float(rng.uniform(2.0, 9.0))
    snr, frame = snr_of(scene, region, sigma)
    out = add_noise(
        scene,
        sigma,
        rng,
        chroma=float(rng.uniform(0.4, 1.2)),
        smooth=float(rng.choice([0.0, 0.7, 1.2])),
    )
    out = compress(out, rng, share=0.6)
    judged = by_contrast(snr, Cause.TOO_DARK, frame)
    return draw.done(out, judged, {"snr": snr, "sigma": sigma})
