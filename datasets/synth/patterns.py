"""Patterns of cloth, wood, paper and floor, drawn as small images that repeat.

Each gives an SxSx4 float32 image of linear reflectances (see `material`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasets.synth.material import Material, Rgb, colour, eye, infrared

__all__ = ["CLOTH", "cloth", "field", "floor", "painting", "wood"]

Image = NDArray[np.float32]

SIZE = 192  # pixels of an image's side
CLOTH = ("stripes", "check", "grid", "dots", "floral", "clouds", "patches", "leaves",
         "herringbone", "figures", "figures")  # fmt: skip
SOOT = 0.3  # share of dyes and prints that are dark in infrared too


def field(rng: np.random.Generator, coarse: float, size: int = SIZE, stretch: float = 1.0) -> Image:
    """Noise that repeats, about ``coarse`` blobs a side, mean 0, deviation 1."""
    f = np.fft.fftfreq(size) * size
    fx, fy = np.meshgrid(f, f * stretch)
    keep = np.exp(-(fx**2 + fy**2) / (2 * coarse**2))
    made = np.fft.ifft2(np.fft.fft2(rng.normal(size=(size, size))) * keep).real
    made -= made.mean()
    return np.asarray(made / (made.std() + 1e-9), np.float32)


def _share(rng: np.random.Generator, name: str) -> Image:
    """Where the second colour shows: SxS, 0..1."""
    axis = np.arange(SIZE) / SIZE
    u, v = np.meshgrid(axis, axis)
    n = int(rng.choice([2, 4, 6, 10]))
    if name == "stripes":
        duty = rng.uniform(0.15, 0.6)
        at = u * n % 1
        made = (at < duty) * 1.0
        if rng.random() < 0.5:
            made = np.maximum(made, ((at > 0.75) & (at < 0.82)) * 0.7)
    elif name == "check":
        made = ((u * n % 1 < 0.5) * 1.0 + (v * n % 1 < 0.5)) / 2
    elif name == "grid":
        line = rng.uniform(0.06, 0.2)
        made = np.maximum((u * n % 1 < line) * 1.0, v * n % 1 < line)
    elif name == "dots":
        du, dv = u * n % 1 - 0.5, (v * n + 0.5 * (np.floor(u * n) % 2)) % 1 - 0.5
        made = (np.hypot(du, dv) < rng.uniform(0.15, 0.35)) * 1.0
    elif name == "floral":
        made = np.zeros((SIZE, SIZE))
        for _ in range(int(rng.integers(10, 28))):
            x, y, r = rng.random(), rng.random(), rng.uniform(0.03, 0.11)
            du, dv = (u - x + 0.5) % 1 - 0.5, (v - y + 0.5) % 1 - 0.5
            petals = 1 + 0.35 * np.cos(rng.integers(4, 8) * np.arctan2(dv, du) + rng.uniform(0, 6))
            made = np.maximum(made, np.clip((r * petals - np.hypot(du, dv)) / 0.01, 0, 1))
            made = np.where(np.hypot(du, dv) < r * 0.3, 0.3, made)
    elif name == "clouds":
        made = np.clip(0.5 + field(rng, rng.uniform(2, 6)) * rng.uniform(0.5, 2), 0, 1)
    elif name == "patches":
        cells = rng.random((n, n))
        made = cells[(v * n).astype(int) % n, (u * n).astype(int) % n]
    elif name == "figures":
        made = _figures(rng, u, v)
    elif name == "leaves":
        a, b = field(rng, 7, stretch=0.5), field(rng, 7)
        made = ((np.abs(a) < 0.35) | (b > 1.3)) * 1.0
    else:
        made = ((u * n + np.abs((v * n) % 1 - 0.5)) % 1 < 0.5) * 1.0
    return np.asarray(made, np.float32)


def _figures(rng: np.random.Generator, u: Image, v: Image) -> Image:
    """Small drawings in line: heads, limbs and tails of no animal in particular."""
    made = np.zeros((SIZE, SIZE), np.float32)
    for _ in range(int(rng.integers(5, 10))):
        x, y, size = rng.random(), rng.random(), rng.uniform(0.06, 0.13)
        du, dv = (u - x + 0.5) % 1 - 0.5, (v - y + 0.5) % 1 - 0.5
        line = 0.012
        for _ in range(int(rng.integers(2, 5))):  # rings, and at times one that is filled
            a, b, r = *rng.normal(0, 0.45, 2) * size, size * rng.uniform(0.25, 0.7)
            off = np.hypot(du - a, (dv - b) * rng.uniform(0.7, 1.5)) - r
            made = np.maximum(made, (off < 0 if rng.random() < 0.25 else np.abs(off) < line))
        for _ in range(int(rng.integers(2, 6))):  # strokes
            turn, a, b = rng.uniform(0, np.pi), *rng.normal(0, 0.5, 2) * size
            along = (du - a) * np.cos(turn) + (dv - b) * np.sin(turn)
            across = (dv - b) * np.cos(turn) - (du - a) * np.sin(turn)
            made = np.maximum(made, (np.abs(along) < size * 0.5) & (np.abs(across) < line * 0.8))
    return made


def _mixed(first: Rgb, second: Rgb, share: Image, nir: tuple[float, float]) -> Image:
    a, b = np.float32([*first, nir[0]]), np.float32([*second, nir[1]])
    return np.asarray(a + (b - a) * share[..., None], np.float32)


def cloth(
    rng: np.random.Generator,
    first: Rgb,
    second: Rgb,
    *,
    plain: float = 0.45,
    wrinkle: float | None = None,
) -> Material:
    """A fabric in one or two colours; ``plain`` is how often in one."""
    name = "plain" if rng.random() < plain else str(rng.choice(CLOTH))
    one = _dyed(rng, first)
    if rng.random() < SOOT:  # a print in pigment
        two = one * float(rng.uniform(0.3, 0.75))
    else:
        shift = one - infrared(first, "fabric")
        two = one + (infrared(second, "fabric", shift) - one) * float(rng.uniform(0.15, 1.0))
    weave = 1 + 0.03 * field(rng, 40)
    share = np.zeros((SIZE, SIZE), np.float32) if name == "plain" else _share(rng, name)
    image = _mixed(first, second, share, (one, two)) * weave[..., None]
    return Material(
        base=(*first, one),
        image=np.asarray(np.clip(image, 0.01, 0.95), np.float32),
        period=float(rng.choice([0.25, 0.45, 0.8, 1.4])),
        relief="wrinkles",
        depth=float(rng.uniform(0.06, 0.45)) if wrinkle is None else wrinkle,
        relief_period=float(rng.uniform(0.6, 1.3)),
    )


def _dyed(rng: np.random.Generator, rgb: Rgb) -> float:
    """Infrared reflectance of a cloth: white cotton is bright, some dark dyes stay dark."""
    seen = eye(rgb)
    if seen > 0.85:
        return float(rng.uniform(0.66, 0.86))
    if rng.random() < SOOT:
        return float(np.clip(0.04 + 0.5 * seen * rng.uniform(0.4, 1.0), 0.04, 0.6))
    return infrared(rgb, "fabric", float(rng.normal(0, 0.11)))


def wood(rng: np.random.Generator, rgb: Rgb, shine: float = 0.03) -> Material:
    """Wood with its grain along v."""
    grain = np.clip(
        0.5 + 0.25 * field(rng, 14, stretch=6.0) + 0.15 * field(rng, 40, stretch=9.0), 0, 1
    )
    dark: Rgb = tuple(c * 0.55 for c in rgb)  # type: ignore[assignment]
    nir = infrared(rgb, "wood", float(rng.normal(0, 0.12)))
    return Material(
        base=(*rgb, nir),
        image=_mixed(dark, rgb, grain, (nir * float(rng.uniform(0.6, 0.9)), nir)),
        period=0.9,
        shine=shine,
        lobe=40,
    )


def floor(rng: np.random.Generator) -> Material:
    """Boards, tiles, linoleum or carpet."""
    what = rng.choice(["boards", "boards", "tiles", "lino", "carpet"])
    axis = np.arange(SIZE) / SIZE
    u, v = np.meshgrid(axis, axis)
    if what == "boards":
        rgb = colour(rng.uniform(0.04, 0.11), rng.uniform(0.15, 0.6), rng.uniform(0.35, 0.85))
        made = wood(rng, rgb, shine=float(rng.uniform(0, 0.13)))
        n = int(rng.choice([3, 4, 6]))
        tone = rng.uniform(0.8, 1.1, n)[(u * n).astype(int) % n]
        seam = np.where(u * n % 1 < 0.03, 0.6, 1.0)
        image = np.asarray(made.image, np.float32) * (tone * seam)[..., None].astype(np.float32)
        image = np.minimum(image, np.float32(0.95))
        return Material(
            base=made.base,
            image=image,
            period=float(rng.uniform(0.4, 1.0)),
            shine=made.shine,
            lobe=40,
        )
    hue, value = rng.random(), rng.uniform(0.25, 0.85)
    rgb = colour(hue, rng.choice([0.03, 0.15, 0.35]), value)
    nir = infrared(rgb, "wall" if what != "carpet" else "fabric", float(rng.normal(-0.1, 0.14)))
    if what == "tiles":
        seam = (u * 2 % 1 < 0.03) | (v * 2 % 1 < 0.03)
        share = np.clip(seam * 0.7 + 0.1 * field(rng, 6), 0, 1).astype(np.float32)
        dark: Rgb = tuple(c * 0.5 for c in rgb)  # type: ignore[assignment]
        image = _mixed(rgb, dark, share, (nir, nir * 0.7))
        return Material(
            base=(*rgb, nir), image=image, period=float(rng.uniform(0.4, 1.0)), shine=0.06, lobe=60
        )
    fleck = np.clip(
        1 + rng.uniform(0.02, 0.15) * field(rng, 45 if what == "carpet" else 20), 0.4, 1.5
    )
    image = np.float32([*rgb, nir]) * fleck[..., None]
    return Material(
        base=(*rgb, nir),
        image=np.asarray(np.clip(image, 0.01, 0.95), np.float32),
        period=float(rng.uniform(0.3, 1.0)),
        shine=0.0 if what == "carpet" else float(rng.uniform(0.0, 0.18)),
        lobe=float(rng.uniform(15, 60)),
    )


def painting(rng: np.random.Generator) -> Material:
    """A picture on the wall, or a poster."""
    layers = np.stack([field(rng, rng.uniform(1.5, 6)) for _ in range(3)], -1)
    base = rng.uniform(0.1, 0.6, 3)
    rgb = np.clip(base + rng.uniform(0.03, 0.14) * layers, 0.01, 0.9)
    nir = np.clip(0.4 + 0.3 * rgb.mean(-1, keepdims=True), 0, 0.9)
    image = np.concatenate([rgb, nir], -1).astype(np.float32)
    return Material(
        base=(*(float(c) for c in base), 0.5), image=image, period=1.0, shine=0.05, lobe=80
    )  # type: ignore[arg-type]
