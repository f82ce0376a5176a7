"""From a kind's name to its degradation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Polygon
from datasets.degrade import contrast, covers, focus, light, limbs, night, sensor
from datasets.degrade.outcome import Degraded, Draw
from datasets.degrade.recipe import Recipe
from datasets.degrade.region import Region

__all__ = ["degrade"]


_BY_KIND: Mapping[str, Callable[[NDArray[np.uint8], Region, Draw], Degraded]] = MappingProxyType(
    {
        "cover_dark": covers.cover_dark,
        "cover_bright": covers.cover_bright,
        "cover_textured": covers.cover_textured,
        "uniform": covers.uniform,
        "cover_partial": covers.cover_partial,
        "arm": limbs.limb,
        "hand": limbs.limb,
        "defocus_strong": focus.defocus,
        "defocus_moderate": focus.defocus,
        "infrared": night.infrared,
        "night_dim": night.night_dim,
        "dark": light.dark,
        "overexposed": light.overexposed,
        "noise": light.noisy,
        "same_hue": contrast.same_hue,
        "glare": light.glare,
        "jpeg": sensor.jpeg,
        "clean": sensor.clean,
    }
)


def degrade(
    picture: NDArray[np.uint8],
    bed: Polygon | None,
    *,
    kind: str,
    recipe: Recipe,
    rng: np.random.Generator,
) -> Degraded:
    """Degrade ``picture`` (HxWx3 uint8 BGR, both sides at least 64) as ``kind`` says.

    ``bed`` is the bed's polygon in this picture, x and y in 0..1; points may lie outside (a
    crop). Without it the central 70 % of each side stands for the bed. The outcome follows
    from the arguments and the state of ``rng`` alone; ``picture`` is not changed.

    Raises ValueError for an unknown kind or another shape or dtype.
    """
    if kind not in _BY_KIND:
        raise ValueError(f"expected a kind out of {', '.join(_BY_KIND)}; got {kind!r}")
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(
            f"expected an HxWx3 uint8 picture; got shape {picture.shape}, {picture.dtype}"
        )
    if min(picture.shape[:2]) < 64:
        raise ValueError(f"expected sides of at least 64 pixels; got shape {picture.shape}")
    draw = Draw(kind=kind, strength=recipe.strength(kind, rng), recipe=recipe, rng=rng)
    return _BY_KIND[kind](picture, Region.of(picture.shape, bed), draw)
