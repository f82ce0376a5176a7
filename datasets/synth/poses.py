"""How people lie, sit, stand and fall: joint angles for the body model.

A pose is a rotation for each bone that is bent. The body model rests upright with its arms
held out, faces -y, z up. Angles are in degrees; left and right are the body's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

__all__ = ["KINDS", "LYING", "Pose", "draw"]


@dataclass(kw_only=True)
class Pose:
    """Bone by bone; ``roll`` turns a lying body about its length, None: upright."""

    bones: dict[str, Rotation] = field(default_factory=dict)
    roll: float | None = None


def _x(angle: float) -> Rotation:
    return Rotation.from_euler("x", angle, degrees=True)


def _y(angle: float) -> Rotation:
    return Rotation.from_euler("y", angle, degrees=True)


def _z(angle: float) -> Rotation:
    return Rotation.from_euler("z", angle, degrees=True)


def _leg(pose: Pose, side: str, flex=0.0, knee=0.0, out=0.0, turn=0.0, foot=0.0) -> None:
    sign = 1 if side == "L" else -1
    pose.bones[f"upperleg01.{side}"] = _y(-sign * out) * _x(-flex) * _z(sign * turn)
    pose.bones[f"lowerleg01.{side}"] = _x(knee)
    pose.bones[f"foot.{side}"] = _x(foot)


def _arm(pose: Pose, side: str, down=30.0, forward=0.0, twist=0.0, elbow=0.0) -> None:
    sign = 1 if side == "L" else -1
    pose.bones[f"upperarm01.{side}"] = _x(-forward) * _y(sign * down) * _z(-sign * twist)
    pose.bones[f"lowerarm01.{side}"] = _x(-elbow)


def _trunk(pose: Pose, bend=0.0, neck=0.0, turn=0.0, side=0.0) -> None:
    for bone in ("spine04", "spine03", "spine02", "spine01"):
        pose.bones[bone] = _x(bend / 4) * _y(side / 4)
    for bone in ("neck01", "neck02", "neck03", "head"):
        pose.bones[bone] = _z(turn / 4) * _x(neck / 4)


def _supine(rng: np.random.Generator) -> Pose:
    u = rng.uniform
    pose = Pose(roll=0.0)
    raised = (u(0, 25) if rng.integers(4) else u(30, 70)) * rng.integers(2)
    _leg(pose, "L", flex=raised * 0.62, knee=raised * 1.15, out=u(0, 12), foot=u(15, 40))
    _leg(pose, "R", flex=-u(3, 8), knee=u(0, 4), out=u(0, 10), foot=u(15, 40))
    for side in "LR":
        how = rng.integers(3)
        if how == 0:
            _arm(pose, side, down=u(20, 32), forward=u(-12, -2), elbow=-u(35, 48))
        elif how == 1:
            _arm(pose, side, down=u(20, 30), forward=u(2, 14), twist=u(55, 80), elbow=-u(22, 38))
        else:
            _arm(pose, side, down=-u(10, 80), forward=u(-14, -6), elbow=-u(30, 48))
    _trunk(pose, bend=u(0, 8), neck=u(15, 28), turn=u(-50, 50))
    return pose


def _side(rng: np.random.Generator, low: float = 15, high: float = 80) -> Pose:
    u = rng.uniform
    flex, sign = u(low, high), int(rng.choice([-1, 1]))
    under, over = ("L", "R") if sign > 0 else ("R", "L")
    pose = Pose(roll=sign * u(72, 100))
    _leg(
        pose, under, flex=flex * u(0.5, 1) + u(0, 10), knee=flex * u(0.8, 1.3) + 8, out=-2, foot=25
    )
    upper = flex + u(-5, 30)
    _leg(pose, over, flex=upper, knee=upper * u(0.9, 1.2) + 5, out=-u(10, 22), foot=25)
    _arm(pose, under, down=u(5, 30), forward=u(45, 100), twist=u(-10, 25), elbow=u(0, 70))
    _arm(pose, over, down=u(30, 42), forward=u(15, 60), twist=u(20, 55), elbow=u(-15, 50))
    _trunk(pose, bend=u(5, 40), neck=u(-5, 20), turn=u(-15, 15), side=-sign * u(0, 6))
    return pose


def _curled(rng: np.random.Generator) -> Pose:
    return _side(rng, 70, 105)


def _prone(rng: np.random.Generator) -> Pose:
    u = rng.uniform
    pose = Pose(roll=180 + u(-12, 12))
    sign = int(rng.choice([-1, 1]))
    one, other = ("L", "R") if sign > 0 else ("R", "L")
    _leg(pose, one, flex=u(0, 6), knee=u(0, 8), out=u(4, 12), foot=55)
    _leg(pose, other, flex=u(0, 6), knee=u(0, 10), out=u(8, 25), foot=55, turn=20)
    for side, free in ((one, True), (other, rng.random() < 0.5)):
        if free:
            _arm(pose, side, down=-u(20, 95), forward=-u(10, 20), elbow=-u(40, 60))
        else:
            _arm(pose, side, down=u(10, 30), forward=-u(8, 16), elbow=-u(38, 50))
    _trunk(pose, bend=-u(0, 8), neck=-u(5, 12), turn=sign * u(60, 80))
    return pose


def _sitting(rng: np.random.Generator) -> Pose:
    u = rng.uniform
    pose = Pose()
    for side in "LR":
        _leg(pose, side, flex=u(78, 92), knee=u(70, 95), out=u(2, 12))
        if rng.random() < 0.6:
            _arm(pose, side, down=u(20, 35), forward=u(15, 40), twist=u(0, 40), elbow=u(0, 40))
        else:
            _arm(pose, side, down=u(20, 28), forward=-u(5, 20), elbow=-u(20, 40))
    _trunk(pose, bend=u(5, 50), neck=u(0, 30), turn=u(-30, 30))
    return pose


def _sitting_up(rng: np.random.Generator) -> Pose:
    u = rng.uniform
    pose = Pose()
    for side in "LR":
        _leg(pose, side, flex=u(68, 85), knee=u(0, 25), out=u(2, 10), foot=20)
        _arm(pose, side, down=u(20, 32), forward=u(5, 40), twist=u(0, 50), elbow=u(-10, 50))
    _trunk(pose, bend=u(0, 30), neck=u(0, 30), turn=u(-40, 40))
    return pose


def _reclined(rng: np.random.Generator) -> Pose:
    """Half lying against a raised head of the bed."""
    u = rng.uniform
    pose = Pose(roll=0.0)
    back = u(20, 45)
    for side in "LR":
        _leg(pose, side, flex=u(0, 25), knee=u(0, 35), out=u(0, 10), foot=u(10, 30))
        _arm(pose, side, down=u(22, 32), forward=u(0, 20), twist=u(0, 70), elbow=u(-40, 40))
    _trunk(pose, bend=back, neck=u(5, 25), turn=u(-40, 40))
    return pose


def _standing(rng: np.random.Generator) -> Pose:
    u = rng.uniform
    pose = Pose()
    step = u(0, 25)
    _leg(pose, "L", flex=step, knee=u(0, step + 5), out=2)
    _leg(pose, "R", flex=-step * 0.6, knee=u(0, 15), out=2)
    for side in "LR":
        _arm(pose, side, down=u(18, 35), forward=u(-15, 35), twist=u(0, 20), elbow=u(-30, 50))
    _trunk(pose, bend=u(0, 20), neck=u(0, 20), turn=u(-40, 40))
    return pose


def _bending(rng: np.random.Generator) -> Pose:
    u = rng.uniform
    pose = Pose()
    flex = u(35, 75)
    for side in "LR":
        _leg(pose, side, flex=flex * 0.3, knee=u(0, 20))
        _arm(pose, side, down=u(20, 40), forward=u(40, 90), elbow=u(-20, 20))
    _trunk(pose, bend=flex, neck=u(-20, 10), turn=u(-20, 20))
    return pose


def _kneeling(rng: np.random.Generator) -> Pose:
    u = rng.uniform
    pose = Pose()
    for side in "LR":
        _leg(pose, side, flex=u(40, 100), knee=u(95, 130), out=u(0, 10), foot=50)
        _arm(pose, side, down=u(10, 35), forward=u(20, 90), elbow=u(0, 40))
    _trunk(pose, bend=u(10, 60), neck=u(-10, 20), turn=u(-30, 30))
    return pose


def _floor_sitting(rng: np.random.Generator) -> Pose:
    u = rng.uniform
    pose = Pose()
    for side in "LR":
        _leg(pose, side, flex=u(70, 115), knee=u(10, 110), out=u(2, 18))
        _arm(pose, side, down=u(15, 35), forward=u(-15, 60), elbow=u(-20, 40))
    _trunk(pose, bend=u(5, 45), neck=u(0, 35), turn=u(-40, 40))
    return pose


KINDS = {
    "supine": _supine,
    "side": _side,
    "curled": _curled,
    "prone": _prone,
    "sitting": _sitting,
    "sitting_up": _sitting_up,
    "reclined": _reclined,
    "standing": _standing,
    "bending": _bending,
    "kneeling": _kneeling,
    "floor_sitting": _floor_sitting,
}
LYING = ("supine", "side", "curled", "prone")


def draw(kind: str, rng: np.random.Generator) -> Pose:
    """A pose of ``kind``, one of `KINDS`."""
    return KINDS[kind](rng)
