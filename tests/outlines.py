"""Beds' outlines for properties."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from bedcheck.verdict import Polygon


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    """Star-shaped outlines round a centre, so that no sides cross."""
    count = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(0.15, 0.4), min_size=count, max_size=count))
    angles = [2 * math.pi * i / count for i in range(count)]
    return tuple(
        (round(0.5 + r * math.cos(a), 4), round(0.5 + r * math.sin(a), 4))
        for r, a in zip(radii, angles, strict=True)
    )
