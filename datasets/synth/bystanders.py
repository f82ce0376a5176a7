"""People in the room who are on no bed: beside it, bending over it, on a chair, on the floor."""

from __future__ import annotations

import numpy as np

from datasets.synth.bodies import Library
from datasets.synth.dress import draw_looks, dress
from datasets.synth.mesh import Kind, Part
from datasets.synth.person import upright
from datasets.synth.room import Room

__all__ = ["WHERE", "bystander"]

WHERE = {"standing": 0.26, "beside": 0.2, "bending": 0.18, "chair": 0.12, "floor": 0.24}


def bystander(rng: np.random.Generator, room: Room, library: Library) -> tuple[str, list[Part]]:
    """Somebody who is not in bed, and where."""
    where = str(rng.choice(list(WHERE), p=list(WHERE.values())))
    staff = where in ("standing", "beside", "bending") and rng.random() < 0.45
    if where == "chair" and not room.seats:
        where = "floor"
    place = room.places[int(rng.integers(len(room.places)))]
    bed, side = place.bed, int(rng.choice([-1, 1]))
    if where == "chair":
        x, y, seat, turn = room.seats[int(rng.integers(len(room.seats)))]
        body = library.pick(rng, "sitting")
        v = upright(body, library, x=x, y=y, turn=turn, seat=seat)
    elif where in ("beside", "bending"):
        body = library.pick(rng, "bending" if where == "bending" else "standing")
        along = rng.uniform(-0.4, 0.45) * bed.length
        x, y, _ = place.point(side * (bed.width / 2 + rng.uniform(0.18, 0.5)), along, 0)
        turn = place.turn - side * np.pi / 2 + rng.normal(0, 0.25 if where == "bending" else 1.2)
        v = upright(body, library, x=float(x), y=float(y), turn=float(turn))
    else:
        low = ("supine", "side", "curled", "prone", "kneeling", "floor_sitting")
        body = library.pick(rng, *(("standing",) if where == "standing" else low))
        at = room.spot(rng, (0.2, 0.2)) or (0.0, (room.y0 + room.y1) / 2)
        if where == "floor" and rng.random() < 0.5:  # close by the bed
            x, y, _ = place.point(
                side * (bed.width / 2 + rng.uniform(0.3, 0.6)),
                rng.uniform(-0.4, 0.4) * bed.length,
                0,
            )
            at = (float(x), float(y))
        v = upright(body, library, x=at[0], y=at[1], turn=float(rng.uniform(0, 2 * np.pi)))
    v[:, 0] += max(0, room.x0 + 0.03 - v[:, 0].min()) - max(0, v[:, 0].max() - room.x1 + 0.03)
    v[:, 1] += max(0, room.y0 + 0.03 - v[:, 1].min()) - max(0, v[:, 1].max() - room.y1 + 0.03)
    return where, dress(v, draw_looks(rng, body, staff=staff), library, Kind.BYSTANDER)
