"""A body that needs no body model: an ellipsoid with a head, limbs by name only."""

from __future__ import annotations

import numpy as np
import pytest

ROWS, COLUMNS = 40, 24
HEIGHT = 1.7  # metres

# From the feet up: lower leg, upper leg, trunk, neck, head; see `bodies.GROUPS`.
LEVELS = ((0.05, 3), (0.28, 5), (0.5, 6), (0.82, 7), (0.88, 1), (1.01, 0))


@pytest.fixture(scope="session")
def library():
    """Four lying kinds and all upright ones, all of one shape."""
    bodies = pytest.importorskip("datasets.synth.bodies")
    along, round_ = np.meshgrid(
        np.linspace(0, 1, ROWS), np.linspace(0, 2 * np.pi, COLUMNS), indexing="ij"
    )
    girth = np.sqrt(np.clip(1 - (2 * along - 1) ** 2, 0.01, 1))
    x, y = 0.2 * girth * np.cos(round_), 0.12 * girth * np.sin(round_)
    rest = np.stack([x, y, along * HEIGHT], -1).reshape(-1, 3).astype(np.float32)
    level = along.ravel()
    group = np.zeros(len(level), np.int8)
    low = -1.0
    for high, number in LEVELS:
        group[(level >= low) & (level < high)] = number
        low = high
    lying = np.stack([rest[:, 0], rest[:, 2] - HEIGHT / 2, -rest[:, 1]], -1)
    index = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    )
    from datasets.synth.poses import KINDS, LYING

    kinds = list(KINDS)
    return bodies.Library(
        faces=faces.astype(np.int32),
        group=group,
        rest=rest,
        stack=np.stack([lying if kind in LYING else rest for kind in kinds]).astype(np.float16),
        kinds=np.array(kinds),
        genders=np.linspace(0, 1, len(kinds)).astype(np.float32),
        ages=np.linspace(0.6, 1, len(kinds)).astype(np.float32),
    )
