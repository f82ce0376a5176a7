"""Small things stand in the room, on nobody's bed, and are nobody."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("embreex")

from datasets.synth import props
from datasets.synth.layout import draw_home, draw_ward
from datasets.synth.mesh import Kind


@pytest.mark.parametrize("draw", [draw_home, draw_ward])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_scattered_is_in_the_room_and_counts_as_the_room(draw, seed: int) -> None:
    rng = np.random.default_rng(seed)
    room = draw(rng)
    before = len(room.parts)
    props.scatter(rng, room)
    added = room.parts[before:]
    assert added
    for part in added:
        assert part.kind == Kind.ROOM
        low, high = part.vertices.min(0), part.vertices.max(0)
        assert np.isfinite(part.vertices).all()
        assert (low > [room.x0 - 0.15, room.y0 - 0.15, -0.02]).all()
        assert (high < [room.x1 + 0.15, room.y1 + 0.15, room.high]).all()


def test_a_notice_has_print_that_infrared_sees() -> None:
    wall = np.zeros(3), np.array([1.0, 0, 0]), np.array([0, -1.0, 0])
    (sheet,) = props._notice(np.random.default_rng(0), *wall)
    nir = sheet.material.image[..., 3]
    assert nir.min() < 0.3 < 0.7 < nir.max()
