"""Hair: a shell round the head, thin at its line and uneven, and how it looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasets.synth.bodies import HEAD, NECK, Library
from datasets.synth.drape import waves
from datasets.synth.material import Material, Rgb

__all__ = ["draw_hair", "shell"]


def draw_hair(rng: np.random.Generator, rgb: Rgb) -> Material:
    """The look of hair of this colour: darker than skin in infrared, even where it is white."""
    bright = 0.05 + 0.42 * float(np.mean(rgb)) + rng.normal(0, 0.03)
    return Material(
        base=(*rgb, float(np.clip(bright, 0.04, 0.34))),
        relief="wrinkles", depth=float(rng.uniform(0.3, 0.7)), relief_period=0.22,
        shine=float(rng.uniform(0.0, 0.05)), lobe=8.0,
    )  # fmt: skip


def shell(
    v: NDArray, normals: NDArray, library: Library, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Where hair lies over each vertex of a body (Nx3, metres), and which vertices have any.

    It is cut short, full or to the neck; its line wavers, and at times has gone back.
    """
    group, rest = library.group, library.rest
    head = rest[group == HEAD]
    front, back = head[:, 1].min(), head[:, 1].max()
    chin, crown = np.percentile(head[:, 2], 1), head[:, 2].max()
    eyes = chin + 0.52 * (crown - chin)
    depth = (rest[:, 1] - front) / (back - front)
    long = rng.random() < 0.4
    nape = -0.16 if long else -0.06
    line = eyes + np.interp(
        depth,
        [0, 0.15, 0.35, 0.48, 0.55, 0.62, 0.75, 1],
        [0.075, 0.07, 0.045, -0.06 if long else 0.0, nape * 0.6, 0.03 + nape, nape, nape],
    )
    line = line + 0.010 * waves(rng, rest[:, 0], rest[:, 1], 0.04)
    if rng.random() < 0.3:  # gone back over the brow
        line = line + rng.uniform(0.02, 0.05) * np.clip(1 - depth / 0.5, 0, 1)
    on = np.isin(group, [HEAD, NECK] if long else [HEAD]) & (rest[:, 2] > line)
    full = rng.uniform(0.004, 0.012) if rng.random() < 0.4 else rng.uniform(0.012, 0.028)
    # lumps as wide as a hand's breadth, locks as wide as a finger
    lumps = waves(rng, rest[:, 0] + 0.5 * rest[:, 2], rest[:, 1] + 0.5 * rest[:, 2], 0.13)
    locks = waves(rng, rest[:, 0] - rest[:, 2], rest[:, 1] + rest[:, 2], 0.035)
    behind = 1 + 0.6 * np.clip(depth - 0.4, 0, 1) + 0.35 * np.clip(rest[:, 2] - eyes, 0, 0.1) / 0.1
    thick = full * behind * (1 + 0.45 * lumps) + 0.22 * full * locks
    edge = np.clip((rest[:, 2] - line) / 0.035, 0, 1)
    thick = np.maximum(thick, 0.003) * (0.15 + 0.85 * edge)
    return v + normals * thick[:, None], on
