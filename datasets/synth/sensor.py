"""A camera's electronics: linear radiance in, an 8-bit picture out.

Light becomes electrons, electrons become noise; gain, denoising, tone, sharpening, H.264 and
JPEG do the rest. It needs numpy and OpenCV alone, so that training can run it on linear pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.synth.codec import compressed

__all__ = ["Sensor", "Shot", "draw_sensor", "expose"]

Floats = NDArray[np.float32]

TOE = 0.02  # light up to which tones run nearly straight
STREAMED = 0.55  # share of cameras whose pictures come out of an H.264 stream


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """One camera's settings for one picture."""

    key: float  # mean brightness that exposure aims at, linear, 0..1
    electrons: float  # that fill a pixel at white
    read: float  # noise of reading, electrons
    rows: float  # of that, the share that whole rows have in common
    denoise: float  # sigma of the camera's own smoothing, pixels; 0: none
    vignette: float
    blur: float  # of the lens, pixels
    bloom: float
    haze: float  # stray light, linear
    gamma: float
    shoulder: bool  # rolls highlights off
    black: float  # level of black, 0..1
    crush: float  # light that is still shown as black, linear
    sharpen: float
    meter: float  # brightest that metering heeds in infrared, medians of the picture
    saturation: float
    balance: tuple[float, float, float]  # gain of red, green, blue
    quality: int  # JPEG
    quantiser: int  # of H.264 before that, QP 1 to 51; 0: none


@dataclass(frozen=True, eq=False)
class Shot:
    """What the camera gave, and what it would have given without noise."""

    picture: NDArray[np.uint8]  # HxWx3 BGR, before JPEG
    clean: NDArray[np.uint8]  # HxW luma, the mean over all noise
    noise: float  # deviation of noise, grey levels, after a blur of one pixel times its gain
    exposure: float


def draw_sensor(rng: np.random.Generator, infrared: bool, dark: bool = False) -> Sensor:
    """Settings as found on cheap and better cameras; ``dark``: hardly any light."""
    # most cameras have enough light; some work at the end of their gain
    exponent = rng.uniform(3.0, 4.8) if rng.random() < 0.82 else rng.uniform(1.9, 3.0)
    electrons = 10 ** (rng.uniform(1.0, 1.8) if dark else exponent)
    bend = 0.12 if not infrared else 0.0
    low_high = (0.05, 0.40) if infrared else (0.08, 0.45)
    key = float(np.exp(rng.uniform(*np.log(low_high)))) * (0.4 if dark else 1.0)
    return Sensor(
        key=key,
        electrons=float(electrons),
        # where light ends a camera on sale gives a dark picture, not one of noise alone
        read=float(min(rng.uniform(1.0, 5.0), 0.1 * electrons)),
        rows=float(rng.uniform(0.0, 0.2)),
        # even the cheapest smooths between its pixels, and more so as its gain rises
        denoise=float(rng.uniform(0.8, 1.6) if dark else rng.uniform(0.5, 1.2)),
        vignette=float(rng.uniform(0.05, 0.5)),
        blur=float(rng.uniform(0.6, 1.15)),
        bloom=float(rng.uniform(0.02, 0.08)),
        haze=float(rng.uniform(0.0, 0.006)),
        gamma=float(rng.uniform(1.4, 2.1) if infrared else rng.uniform(1.6, 2.3)),
        shoulder=bool(rng.random() < 0.65),
        black=float(rng.uniform(0.0, 0.04)),
        crush=key * float(rng.uniform(0.0, 0.15)),
        sharpen=float(rng.uniform(0.0, 0.7)),
        meter=float(rng.uniform(4, 9)),
        saturation=float(rng.uniform(0.55, 1.25)),
        balance=tuple(float(1 + rng.normal(0, bend)) for _ in range(3)),
        quality=int(rng.uniform(40, 92)),
        quantiser=int(rng.uniform(20, 39)) if rng.random() < STREAMED else 0,
    )


def expose(light: Floats, sensor: Sensor, rng: np.random.Generator) -> Shot:
    """A picture of ``light``: HxWx3 linear RGB, or HxWx1 infrared."""
    height, width = light.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    off = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / (width / 2) ** 2
    x_lin = light / (1 + sensor.vignette * off)[..., None]
    luma = x_lin.mean(-1)
    middle = np.exp(np.log(luma + 1e-4 * luma.max() + 1e-9).mean())
    # a camera with diodes of its own is not wholly misled by what is hot right before it
    hottest = sensor.meter * np.median(luma)
    mean = luma.mean() if light.shape[-1] == 3 else np.minimum(luma, hottest).mean()
    exposure = float(sensor.key / (0.5 * middle + 0.5 * mean + 1e-9))
    signal = x_lin * exposure
    if signal.shape[-1] == 3:
        grey = signal.reshape(-1, 3).mean(0)
        adapted = (
            grey.mean() / np.maximum(grey, 1e-6)
        ) ** 0.6  # white balance goes most of the way
        signal = signal * (adapted * sensor.balance).astype(np.float32)
    hot = np.maximum(np.clip(signal, 0, 6) - 0.8, 0)
    glare = _blur(hot, width * 0.012) + 0.5 * _blur(hot, width * 0.05) + 0.3 * hot.mean((0, 1))
    signal = _blur(signal + sensor.bloom * glare + sensor.haze, sensor.blur)
    deviation = (
        np.sqrt(np.clip(signal, 0, 1.5) * sensor.electrons + sensor.read**2) / sensor.electrons
    )
    noise = rng.normal(size=signal.shape).astype(np.float32) * deviation
    if sensor.denoise:
        noise = _blur(noise, sensor.denoise) * (1 + sensor.denoise)
    stripes = rng.normal(0, sensor.rows * sensor.read / sensor.electrons, (height, 1, 1))
    noise = noise + stripes.astype(np.float32)
    # what the picture is on average: tones bend, and clip, noise as well as signal
    spread = deviation * _kept(sensor.denoise) * 3**0.5
    clean = _tone(signal, sensor) * (2 / 3)
    for side in (-1, 1):
        clean = clean + _tone(signal + side * spread, sensor) / 6
    noisy = _tone(signal + noise, sensor)
    grain = cv2.GaussianBlur((noisy - clean).mean(-1), (0, 0), 1.0) * 2 * np.sqrt(np.pi)
    soft = _blur(noisy, 1.2)
    # cameras hold the dark rim of their sharpening back, lest it draws outlines
    rim = np.clip(sensor.sharpen * (noisy - soft), -0.04, 0.12)
    noisy = np.clip(noisy + rim, 0, 1)
    picture = _eight(noisy, sensor.black)
    if sensor.quantiser:
        picture = compressed(picture, sensor.quantiser)
    return Shot(
        picture=picture,
        clean=cv2.cvtColor(_eight(clean, sensor.black), cv2.COLOR_BGR2GRAY),
        noise=float(grain.std() * 255 * (1 - sensor.black)),
        exposure=exposure,
    )


def _kept(denoise: float) -> float:
    """Share of white noise's deviation that smoothing and its gain leave."""
    return min(1.0, 1 / (2 * np.pi**0.5 * denoise)) * (1 + denoise) if denoise else 1.0


def _tone(signal: Floats, sensor: Sensor) -> Floats:
    up = np.clip(signal - sensor.crush, 0, None)
    up = 1 - np.exp(-up * 1.35) if sensor.shoulder else np.clip(up * 1.1, 0, 1)
    if up.shape[-1] == 3:
        grey = up.mean(-1, keepdims=True)
        up = grey + (up - grey) * sensor.saturation
    # near black the curve runs straight, or it would lift noise there above all else
    bend = 1 / sensor.gamma
    low, high = TOE**bend, (1 + TOE) ** bend
    return np.asarray(((np.clip(up, 0, 1) + TOE) ** bend - low) / (high - low), np.float32)


def _eight(image: Floats, black: float) -> NDArray[np.uint8]:
    out = np.rint((black + (1 - black) * image) * 255).astype(np.uint8)
    if out.shape[-1] == 1:
        out = np.repeat(out, 3, -1)
    return np.ascontiguousarray(out[..., ::-1])


def _blur(image: NDArray, sigma: float) -> Floats:
    done = cv2.GaussianBlur(np.asarray(image, np.float32), (0, 0), sigma)
    return done.reshape(image.shape)
