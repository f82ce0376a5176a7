"""An arm and its hand as tapered bones in space, in centimetres.

Local axes: the wrist is the origin, y runs to the fingertips, x to the thumb's side of a right
hand, z out of the palm. Lengths and radii are about an adult's, set by eye and varied by a
tenth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bone", "Pose", "Skeleton", "draw_pose", "skeleton"]

Vector = NDArray[np.float64]

KNUCKLES = ((2.5, 8.6), (0.7, 9.0), (-1.0, 8.6), (-2.6, 7.7))  # index .. little: x, y
PHALANGES = ((4.3, 2.5, 2.2), (4.8, 2.9, 2.3), (4.4, 2.8, 2.3), (3.5, 2.1, 2.0))
FINGER_RADII = (0.98, 0.86, 0.78, 0.66)
FINGER_SCALE = (1.0, 1.03, 0.98, 0.86)


@dataclass(frozen=True, kw_only=True)
class Bone:
    """A tapered capsule."""

    start: Vector  # (3,)
    end: Vector  # (3,)
    radii: tuple[float, float]  # at start and end
    part: str  # arm, palm, finger, sleeve, strap
    joint: bool = False  # a finger's joint lies at the start: the skin creases there
    dorsal: Vector | None = None  # of a fingertip: where its nail looks


@dataclass(frozen=True, kw_only=True)
class Pose:
    """How the hand is held; angles in degrees."""

    curl: tuple[float, ...]  # bend of the first joint, index .. little
    bend: tuple[float, ...]  # bend of the second joint
    spread: float  # between neighbouring fingers
    thumb: float  # how far the thumb stands off the palm
    wrist: tuple[float, float]  # the hand's pitch and yaw against the forearm
    elbow: float  # bend at the elbow


@dataclass(frozen=True, kw_only=True)
class Skeleton:
    """Bones from the shoulder's side to the fingertips."""

    bones: tuple[Bone, ...]
    centre: Vector  # (3,): middle of the palm
    forearm: Vector  # (3,): middle of the forearm

    @cached_property
    def points(self) -> Vector:
        """(n, 2, 3): start and end of each bone."""
        return np.array([[bone.start, bone.end] for bone in self.bones])

    @cached_property
    def radii(self) -> Vector:
        """(n, 2): at start and end of each bone."""
        return np.array([bone.radii for bone in self.bones])


def draw_pose(rng: np.random.Generator) -> Pose:
    """One of the ways in which a hand comes near a lens."""
    how = rng.choice(["open", "flat", "relaxed", "grasp", "fist", "point"])
    base = {
        "open": ((-5, 15), (0, 15), (8, 16)),
        "flat": ((-5, 10), (0, 10), (0, 4)),
        "relaxed": ((10, 40), (15, 45), (2, 7)),
        "grasp": ((20, 60), (25, 60), (5, 12)),
        "fist": ((60, 85), (75, 100), (0, 2)),
        "point": ((55, 80), (70, 95), (0, 3)),
    }[str(how)]
    curl = rng.uniform(*base[0]) + rng.normal(0, 6, 4)
    bend = rng.uniform(*base[1]) + rng.normal(0, 7, 4)
    if how == "point":
        curl[0], bend[0] = rng.uniform(-5, 15), rng.uniform(0, 15)
    return Pose(
        curl=tuple(float(angle) for angle in curl),
        bend=tuple(max(float(angle), 0.0) for angle in bend),
        spread=float(rng.uniform(*base[2])),
        thumb=float(rng.uniform(10, 55)),
        wrist=(float(rng.normal(0, 22)), float(rng.normal(0, 10))),
        elbow=float(rng.uniform(0, 70)),
    )


def _turn(axis: int, degrees: float) -> NDArray[np.float64]:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    a, b = [(1, 2), (2, 0), (0, 1)][axis]
    matrix[a, a] = matrix[b, b] = cos
    matrix[a, b], matrix[b, a] = -sin, sin
    return matrix


def skeleton(
    pose: Pose,
    rng: np.random.Generator,
    *,
    roll: float = 0.0,
    sleeve: float | None = None,
    strap: bool = False,
) -> Skeleton:
    """The bones of ``pose``.

    ``roll`` is by how many degrees the palm will be turned about the arm away from the
    camera; the ``sleeve`` begins so many cm above the wrist (None: bare).
    """
    size = float(rng.uniform(0.9, 1.1))
    plump = float(rng.uniform(0.88, 1.15))
    wrist_turn = _turn(0, pose.wrist[0]) @ _turn(2, pose.wrist[1])
    bones: list[Bone] = []

    elbow = np.array([0.0, -25.0, 0.0]) * size
    # The elbow bends in the picture's plane, whichever way the hand is rolled, and the upper
    # arm is long enough to reach past any border: an arm does not begin in mid air.
    left = bool(rng.random() < 0.5)
    rolled = np.radians(-roll if left else roll)
    bend = np.radians(pose.elbow)
    upper = elbow + 80 * np.array(
        [np.sin(bend) * np.cos(rolled), -np.cos(bend), -np.sin(bend) * np.sin(rolled)]
    )
    flesh = 2.05 * plump
    for offset in (0.75, -0.75):  # two, side by side: a forearm is wider than thick
        bones.append(
            Bone(
                start=np.array([offset * 0.9, -24.0 * size, 0.0]),
                end=np.array([offset, 0.5, 0.0]),
                radii=(flesh * 1.6, flesh * 0.93),
                part="arm",
            )
        )
    bones.append(Bone(start=upper, end=elbow, radii=(flesh * 2.4, flesh * 1.9), part="arm"))
    for index, (x, y) in enumerate(KNUCKLES):
        root = wrist_turn @ (np.array([x * 0.55, 0.6, 0.0]) * size)
        knuckle = wrist_turn @ (np.array([x, y, 0.0]) * size)
        bones.append(Bone(start=root, end=knuckle, radii=(1.55 * plump, 1.12 * plump), part="palm"))
        lean = (1.3 - index) * pose.spread
        turn = wrist_turn @ _turn(2, -lean)
        at, bent = knuckle, 0.0
        angles = (pose.curl[index], pose.bend[index], 0.6 * pose.bend[index])
        for joint, (length, angle) in enumerate(zip(PHALANGES[index], angles, strict=True)):
            bent += angle
            local = turn @ _turn(0, bent)
            ahead = local @ np.array([0.0, length * size, 0.0])
            scale = FINGER_SCALE[index] * plump
            bones.append(
                Bone(
                    start=at,
                    end=at + ahead,
                    radii=(FINGER_RADII[joint] * scale, FINGER_RADII[joint + 1] * scale),
                    part="finger",
                    joint=joint > 0,
                    dorsal=local @ np.array([0.0, 0.0, -1.0]) if joint == 2 else None,
                )
            )
            at = at + ahead
    bones.extend(_thumb(pose, wrist_turn, size, plump))
    bones.extend(_dress(size, flesh, elbow, upper, sleeve, strap, rng))
    if left:
        flip = np.array([-1.0, 1.0, 1.0])
        bones = [
            replace(
                bone,
                start=bone.start * flip,
                end=bone.end * flip,
                dorsal=None if bone.dorsal is None else bone.dorsal * flip,
            )
            for bone in bones
        ]
    return Skeleton(
        bones=tuple(bones),
        centre=wrist_turn @ np.array([0.0, 5.0 * size, 0.0]),
        forearm=elbow * 0.5,
    )


def _thumb(pose: Pose, wrist_turn: Vector, size: float, plump: float) -> list[Bone]:
    root = wrist_turn @ (np.array([1.4, 1.4, 0.3]) * size)
    out = wrist_turn @ _turn(1, -pose.thumb * 0.7) @ _turn(2, -(25 + pose.thumb * 0.6))
    first = root + out @ np.array([0.0, 4.6 * size, 0.0])
    bend = out @ _turn(2, 18)
    second = first + bend @ np.array([0.0, 3.3 * size, 0.0])
    tip_turn = bend @ _turn(2, 12)
    third = second + tip_turn @ np.array([0.0, 2.6 * size, 0.0])
    dorsal = tip_turn @ np.array([0.6, 0.0, -0.8])
    return [
        Bone(start=root, end=first, radii=(1.7 * plump, 1.2 * plump), part="palm"),
        Bone(start=first, end=second, radii=(1.1 * plump, 1.0 * plump), part="finger", joint=True),
        Bone(
            start=second,
            end=third,
            radii=(1.0 * plump, 0.8 * plump),
            part="finger",
            joint=True,
            dorsal=dorsal,
        ),
    ]


def _dress(
    size: float,
    flesh: float,
    elbow: Vector,
    upper: Vector,
    sleeve: float | None,
    strap: bool,
    rng: np.random.Generator,
) -> list[Bone]:
    worn: list[Bone] = []
    if sleeve is not None:
        loose = float(rng.uniform(0.5, 2.2))
        cuff = np.array([0.0, -sleeve, 0.0])
        # never narrower than the arm at that place
        at_cuff = 1.0 + flesh * (0.93 + 0.67 * sleeve / (24 * size))
        at_elbow = 1.2 + flesh * 1.9
        if sleeve < 23 * size:
            worn.append(
                Bone(
                    start=cuff,
                    end=elbow,
                    radii=(at_cuff + 0.8 * loose, at_elbow + loose),
                    part="sleeve",
                )
            )
        worn.append(
            Bone(
                start=elbow,
                end=upper,
                radii=(at_elbow + loose, flesh * 2.6 + loose),
                part="sleeve",
            )
        )
    if strap and (sleeve is None or sleeve > 4):
        place = float(rng.uniform(1.0, 2.6))
        wide = float(rng.uniform(0.7, 1.1))
        worn.append(
            Bone(
                start=np.array([0.0, -place, 0.0]),
                end=np.array([0.0, -place - 2 * wide, 0.0]),
                radii=(flesh * 1.36, flesh * 1.40),
                part="strap",
                dorsal=np.array([0.0, 0.0, -1.0]),
            )
        )
    return worn
