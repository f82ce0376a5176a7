"""Procedural textures in two families that share no generator.

Family a (training): value noise, plain weave, stripes, gingham and dots.
Family b (exam): Fourier noise, twill and knit, tartan, zigzag and blossoms.

Tiles are made once for a family and seed, on first use; a sample is a piece of a tile at a
random place, angle and zoom.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.degrade.planes import blurred
from datasets.degrade.recipe import Family, Recipe

__all__ = ["cloud", "fibres", "folds", "grain", "noise", "print_", "weave"]

Plane = NDArray[np.float32]
SIZE = 512
TILES = 6
GRAIN = 1024


def cloud(shape: tuple[int, int], cells: float, rng: np.random.Generator) -> Plane:
    """A smooth field, HxW float32 0..1, with about ``cells`` cells along the longer side."""
    height, width = shape
    unit = max(height, width) / cells
    grid = (max(2, round(height / unit) + 1), max(2, round(width / unit) + 1))
    field = cv2.resize(
        rng.random(grid, dtype=np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    return np.clip(field, 0, 1)


def noise(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, zoom: float) -> Plane:
    """Fractal noise, mean 0 and deviation 1, HxW float32."""
    return _piece(_noise_tiles(recipe.family, recipe.seed), shape, rng, zoom)


def weave(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, zoom: float) -> Plane:
    """Threads of a cloth seen close, about -1..1, HxW float32; a thread is 8 px at zoom 1."""
    return _piece(_weave_tiles(recipe.family, recipe.seed), shape, rng, zoom)


def folds(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, zoom: float) -> Plane:
    """Light on folded cloth, mean 0 and deviation 1, HxW float32."""
    return _piece(_fold_tiles(recipe.family, recipe.seed), shape, rng, zoom)


def print_(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator, zoom: float) -> Plane:
    """A printed pattern, 0 (ground) to 1 (ink), HxW float32."""
    return _piece(_print_tiles(recipe.family, recipe.seed), shape, rng, zoom)


def fibres(recipe: Recipe, shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Crinkles and fibres of tape or paper, mean 0 and deviation 1, HxW float32."""
    tiles = _noise_tiles(recipe.family, recipe.seed)
    tile = tiles[int(rng.integers(len(tiles)))]
    zoom = float(rng.uniform(0.5, 1.2))
    return _warp(tile, shape, rng, zoom * 8, zoom * 0.5)


def grain(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """White Gaussian noise of deviation 1, HxW float32; not to be written to.

    A piece of a large tile at a random place: drawing it anew would be the costliest step of
    most kinds.
    """
    height, width = shape
    if max(height, width) > GRAIN:
        return rng.standard_normal(shape, dtype=np.float32)
    top, left = (int(place) for place in rng.integers(0, GRAIN, 2))
    return _grain_tile()[top : top + height, left : left + width]


@cache
def _grain_tile() -> Plane:
    tile = np.random.default_rng(5).standard_normal((GRAIN, GRAIN), dtype=np.float32)
    return np.tile(tile, (2, 2))


def _piece(
    tiles: tuple[Plane, ...], shape: tuple[int, int], rng: np.random.Generator, zoom: float
) -> Plane:
    tile = tiles[int(rng.integers(len(tiles)))]
    return _warp(tile, shape, rng, zoom, zoom)


def _warp(
    tile: Plane, shape: tuple[int, int], rng: np.random.Generator, along: float, across: float
) -> Plane:
    height, width = shape
    angle = rng.uniform(0, 2 * np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]]) / np.array([[along], [across]])
    centre = rng.uniform(0, SIZE, 2) - turn @ (width / 2, height / 2)
    matrix = np.hstack([turn, centre[:, None]]).astype(np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(tile, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_WRAP),
        dtype=np.float32,
    )


def _standard(plane: NDArray[Any]) -> Plane:
    return np.asarray((plane - plane.mean()) / max(float(plane.std()), 1e-6), dtype=np.float32)


def _grid() -> tuple[Plane, Plane]:
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    return y, x


def _value_noise(rng: np.random.Generator, first: int, octaves: int, gain: float) -> Plane:
    total = np.zeros((SIZE, SIZE), np.float32)
    for octave in range(octaves):
        cells = min(first * 2**octave, SIZE)
        lattice = rng.random((cells, cells), dtype=np.float32)
        lattice = np.pad(lattice, 2, mode="wrap")
        scale = SIZE // cells
        full = cv2.resize(lattice, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        edge = 2 * scale
        total += gain**octave * full[edge : edge + SIZE, edge : edge + SIZE]
    return _standard(total)


def _fourier_noise(rng: np.random.Generator, slope: float, squeeze: float) -> Plane:
    fy = np.fft.fftfreq(SIZE)[:, None] * squeeze
    fx = np.fft.rfftfreq(SIZE)[None, :]
    radius = np.hypot(fx, fy)
    radius[0, 0] = 1
    phase = rng.uniform(0, 2 * np.pi, radius.shape)
    spectrum = np.where(radius < 1.5 / SIZE, 0, radius**-slope) * np.exp(1j * phase)
    return _standard(np.fft.irfft2(spectrum, s=(SIZE, SIZE)))


@cache
def _noise_tiles(family: Family, seed: int) -> tuple[Plane, ...]:
    rng = np.random.default_rng([seed, 1])
    if family == "a":
        return tuple(
            _value_noise(rng, int(rng.choice([4, 8, 16])), 5, float(rng.uniform(0.45, 0.7)))
            for _ in range(TILES)
        )
    return tuple(_fourier_noise(rng, float(rng.uniform(1.1, 1.9)), 1.0) for _ in range(TILES))


@cache
def _weave_tiles(family: Family, seed: int) -> tuple[Plane, ...]:
    rng = np.random.default_rng([seed, 2])
    y, x = _grid()
    tiles = []
    for index in range(TILES):
        wobble = noise_at(family, rng)
        u = (x + 1.2 * wobble) * (np.pi / 8)
        v = (y + 1.2 * np.roll(wobble, 97, axis=1)) * (np.pi / 8)
        if family == "a":  # plain weave: warp and weft take turns on top
            over = np.sin(u) * np.sin(v) > 0
            tile = np.where(over, np.abs(np.sin(u)), np.abs(np.sin(v))) * 2 - 1
            if index % 3 == 2:  # terry: loops without order
                tile = np.clip(_value_noise(rng, 64, 2, 0.8) * 0.7, -1, 1)
        elif index % 2:  # knit: columns of small V
            tile = np.sin(u) * 0.5 + np.sin(v * 2 + np.abs(np.sin(u / 2)) * np.pi * 2) * 0.5
        else:  # twill: diagonal ribs
            tile = np.sin(u + v) * 0.7 + np.sin(v * 2 - u) * 0.3
        tiles.append((tile * (1 + 0.15 * wobble)).astype(np.float32))
    return tuple(tiles)


def noise_at(family: Family, rng: np.random.Generator) -> Plane:
    """A tile of the family's own noise."""
    return _value_noise(rng, 8, 4, 0.6) if family == "a" else _fourier_noise(rng, 1.6, 1.0)


@cache
def _fold_tiles(family: Family, seed: int) -> tuple[Plane, ...]:
    """Height of cloth that hangs or lies in ridges, lit from one side."""
    rng = np.random.default_rng([seed, 3])
    tiles = []
    for _ in range(TILES):
        if family == "a":  # ridged value noise: where two slopes meet there is a crest
            height = -np.abs(_value_noise(rng, 2, 3, 0.45)) - 0.4 * np.abs(
                _value_noise(rng, 4, 2, 0.5)
            )
            blur = 4.0
        else:  # long folds: Fourier noise squeezed along one direction, creased by its modulus
            height = -np.abs(_fourier_noise(rng, 1.9, float(rng.uniform(0.25, 0.7))))
            height = height - 0.5 * np.abs(_fourier_noise(rng, 1.7, 1.6))
            blur = 3.0
        smooth = cv2.GaussianBlur(height, (0, 0), blur, borderType=cv2.BORDER_REFLECT)
        gx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3)
        gy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3)
        angle = rng.uniform(0, 2 * np.pi)
        slope = np.tanh(_standard(gx * np.cos(angle) + gy * np.sin(angle)))
        tiles.append(_standard(slope + 0.4 * _standard(smooth)))
    return tuple(tiles)


@cache
def _print_tiles(family: Family, seed: int) -> tuple[Plane, ...]:
    rng = np.random.default_rng([seed, 4])
    makers = (_stripes, _gingham, _dots) if family == "a" else (_tartan, _zigzag, _blossoms)
    tiles = []
    for index in range(TILES):
        tile = makers[index % 3](rng)
        tiles.append(blurred(tile, 0.8))
    return tuple(tiles)


def _stripes(rng: np.random.Generator) -> Plane:
    _, x = _grid()
    period = SIZE / int(rng.integers(5, 14))
    return (np.mod(x, period) < period * rng.uniform(0.15, 0.6)).astype(np.float32)


def _gingham(rng: np.random.Generator) -> Plane:
    y, x = _grid()
    period = SIZE / int(rng.integers(6, 16))
    across, along = np.mod(x, period) < period / 2, np.mod(y, period) < period / 2
    return np.asarray((across.astype(np.float32) + along) / 2, dtype=np.float32)


def _dots(rng: np.random.Generator) -> Plane:
    y, x = _grid()
    period = SIZE / int(rng.integers(6, 14))
    row = np.floor(y / period)
    dx = np.mod(x + np.mod(row, 2) * period / 2, period) - period / 2
    dy = np.mod(y, period) - period / 2
    return np.asarray(np.hypot(dx, dy) < period * rng.uniform(0.15, 0.35), dtype=np.float32)


def _tartan(rng: np.random.Generator) -> Plane:
    y, x = _grid()
    sett = np.repeat(rng.random(12), rng.integers(4, 24, 12))
    line_x = sett[np.mod(x, len(sett)).astype(int)]
    line_y = sett[np.mod(y, len(sett)).astype(int)]
    return np.asarray(np.where(np.mod(x + y, 4) < 2, line_x, line_y), dtype=np.float32)


def _zigzag(rng: np.random.Generator) -> Plane:
    y, x = _grid()
    period = SIZE / int(rng.integers(6, 14))
    wave = np.abs(np.mod(x, period) - period / 2)
    return (np.mod(y + wave, period / 2) < period / 4).astype(np.float32)


def _blossoms(rng: np.random.Generator) -> Plane:
    y, x = _grid()
    ink = np.zeros((SIZE, SIZE), np.float32)
    for _ in range(int(rng.integers(40, 90))):
        cx, cy = rng.uniform(0, SIZE, 2)
        dx, dy = x - cx, y - cy
        petals = int(rng.integers(4, 8))
        radius = rng.uniform(12, 34)
        reach = radius * (0.6 + 0.4 * np.cos(petals * np.arctan2(dy, dx) + rng.uniform(0, 6)))
        flower = np.hypot(dx, dy) < reach
        ink[flower] = rng.uniform(0.4, 1.0)
    return ink
