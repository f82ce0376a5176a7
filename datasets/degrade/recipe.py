"""The recipes: which strengths, which textures and which seeds, for training and for the exam.

The two never meet: strengths come from disjoint intervals, textures from different generators
(family a and b) and random streams from different seeds. The exam's values are frozen; a test
notices a change, because figures from before it could no longer be compared.

Unit of a strength, by kind:

- cover_dark, cover_bright, cover_textured: 0..1, how much structure is left in the cover
- uniform: the grey level, 0..1
- cover_partial, arm, hand: the share of the bed to hide, 0..1
- defocus_moderate, defocus_strong: sigma of the blur in sides (square root of area) of the bed
- infrared: 0..1, from a good night camera to a poor one
- night_dim: share of the light that is left
- dark, same_hue, noise: the detectability (SNR) to reach
- overexposed: share of the bed that is blown out; over 1, all of it and by how much
- glare: share of the bed that is washed out
- jpeg: quality, 0..100
- clean: nothing
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

__all__ = ["EXAM", "KINDS", "TRAIN", "Family", "Recipe"]

Family = Literal["a", "b"]
Intervals = tuple[tuple[float, float], ...]

KINDS: tuple[str, ...] = (
    "cover_dark",
    "cover_bright",
    "cover_textured",
    "uniform",
    "cover_partial",
    "arm",
    "hand",
    "defocus_strong",
    "defocus_moderate",
    "infrared",
    "night_dim",
    "dark",
    "overexposed",
    "noise",
    "same_hue",
    "glare",
    "jpeg",
    "clean",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Recipe:
    """One set of strengths, textures and seeds."""

    name: str
    family: Family  # which generators and pools textures come from
    seed: int
    strengths: Mapping[str, Intervals]  # by kind; see the module for units

    def strength(self, kind: str, rng: np.random.Generator) -> float:
        """A strength for ``kind``: an interval at random, then a value inside it."""
        low, high = self.strengths[kind][int(rng.integers(len(self.strengths[kind])))]
        return low if high == low else float(rng.uniform(low, high))

    def rng(self, seed: int, row: int, kind: str) -> np.random.Generator:
        """The random stream of a manifest's row (0-based) and a kind; always the same."""
        return np.random.default_rng([self.seed, seed, row, zlib.crc32(kind.encode())])


def _frozen(strengths: dict[str, Intervals]) -> Mapping[str, Intervals]:
    missing = set(KINDS).symmetric_difference(strengths)
    if missing:
        raise ValueError(f"expected one entry for each kind; differing: {sorted(missing)}")
    return MappingProxyType(strengths)


TRAIN = Recipe(
    name="train",
    family="a",
    seed=20_250_301,
    strengths=_frozen(
        {
            "cover_dark": ((0.0, 0.15), (0.25, 0.45), (0.55, 0.75), (0.85, 1.0)),
            "cover_bright": ((0.0, 0.15), (0.25, 0.45), (0.55, 0.75), (0.85, 1.0)),
            "cover_textured": ((0.0, 0.15), (0.25, 0.45), (0.55, 0.75), (0.85, 1.0)),
            "uniform": ((0.0, 0.04), (0.08, 0.28), (0.34, 0.56), (0.62, 0.86), (0.94, 1.0)),
            "cover_partial": ((0.05, 0.18), (0.64, 0.73), (0.77, 0.88), (0.92, 1.0)),
            "arm": ((0.05, 0.18), (0.72, 0.78), (0.82, 0.97)),
            "hand": ((0.05, 0.18), (0.72, 0.78), (0.82, 0.97)),
            "defocus_strong": ((0.10, 0.115), (0.125, 0.15), (0.16, 0.19), (0.21, 0.30)),
            "defocus_moderate": ((0.008, 0.014), (0.016, 0.022), (0.024, 0.032)),
            "infrared": ((0.0, 0.18), (0.26, 0.44), (0.52, 0.70), (0.78, 1.0)),
            "night_dim": ((0.10, 0.14), (0.17, 0.22), (0.26, 0.34), (0.40, 0.60)),
            "dark": ((0.4, 0.7), (0.9, 1.3), (1.7, 2.2), (2.4, 2.9), (9.0, 13.0)),
            "overexposed": ((0.30, 0.50), (0.62, 0.78), (1.0, 1.06), (1.14, 1.3)),
            "noise": ((1.5, 1.9), (2.1, 2.7), (9.0, 13.0), (17.0, 26.0), (34.0, 90.0)),
            "same_hue": (
                (0.3, 0.7),
                (0.9, 1.3),
                (1.7, 2.2),
                (2.4, 2.9),
                (8.2, 11.0),
                (13.0, 18.0),
                (22.0, 34.0),
                (42.0, 80.0),
            ),
            "glare": ((0.05, 0.14), (0.17, 0.23), (0.62, 0.72), (0.78, 0.88), (0.92, 1.0)),
            "jpeg": ((8.0, 13.0), (16.0, 24.0), (28.0, 44.0)),
            "clean": ((0.0, 0.0),),
        }
    ),
)

EXAM = Recipe(
    name="exam",
    family="b",
    seed=7_771_009,
    strengths=_frozen(
        {
            "cover_dark": ((0.2, 0.2), (0.5, 0.5), (0.8, 0.8)),
            "cover_bright": ((0.2, 0.2), (0.5, 0.5), (0.8, 0.8)),
            "cover_textured": ((0.2, 0.2), (0.5, 0.5), (0.8, 0.8)),
            "uniform": ((0.06, 0.06), (0.31, 0.31), (0.59, 0.59), (0.90, 0.90)),
            "cover_partial": ((0.21, 0.21), (0.75, 0.75), (0.90, 0.90)),
            "arm": ((0.21, 0.21), (0.70, 0.70), (0.80, 0.80), (0.99, 0.99)),
            "hand": ((0.21, 0.21), (0.70, 0.70), (0.80, 0.80), (0.99, 0.99)),
            "defocus_strong": ((0.12, 0.12), (0.155, 0.155), (0.20, 0.20)),
            "defocus_moderate": ((0.015, 0.015), (0.023, 0.023), (0.033, 0.033)),
            "infrared": ((0.22, 0.22), (0.48, 0.48), (0.74, 0.74)),
            "night_dim": ((0.155, 0.155), (0.24, 0.24), (0.37, 0.37)),
            "dark": ((0.8, 0.8), (1.5, 1.5), (2.3, 2.3)),
            "overexposed": ((0.56, 0.56), (1.1, 1.1)),
            "noise": ((2.0, 2.0), (15.0, 15.0), (30.0, 30.0)),
            "same_hue": (
                (0.8, 0.8),
                (1.5, 1.5),
                (2.3, 2.3),
                (12.0, 12.0),
                (20.0, 20.0),
                (38.0, 38.0),
            ),
            "glare": ((0.155, 0.155), (0.75, 0.75), (0.90, 0.90)),
            "jpeg": ((14.5, 14.5), (26.0, 26.0)),
            "clean": ((0.0, 0.0),),
        }
    ),
)
