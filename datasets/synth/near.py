"""What comes right before a lens: somebody passing, an arm, a cloth, tape, dust."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from datasets.synth.bodies import HAND, HEAD, LOWER_ARM, TRUNK, Library
from datasets.synth.camera import Camera
from datasets.synth.drape import waves
from datasets.synth.dress import draw_looks, dress
from datasets.synth.material import Material, colour, infrared
from datasets.synth.mesh import Kind, Part, sheet, turned
from datasets.synth.patterns import cloth

__all__ = ["WHAT", "near_lens"]

WHAT = {"passing": 0.34, "arm": 0.3, "cloth": 0.24, "tape": 0.12}
"""How often each is drawn. All is lit as the rest is: in infrared a near thing is bright."""

CLOSEST = 0.05  # metres from the lens


def near_lens(rng: np.random.Generator, camera: Camera, library: Library) -> tuple[str, list[Part]]:
    """One of `WHAT` before ``camera``, and its parts; they hide little, much or all."""
    what = str(rng.choice(list(WHAT), p=list(WHAT.values())))
    if what == "passing":
        return what, _body(rng, camera, library, away=rng.uniform(0.25, 0.6), aside=0.6)
    if what == "arm":
        return what, _arm(rng, camera, library)
    away = rng.uniform(0.08, 0.3) if what == "cloth" else rng.uniform(0.03, 0.06)
    reach = away * np.tan(min(camera.field / 2, 1.2)) * 1.5
    n = 40
    u, v = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    # its edge lies anywhere from just out of the picture to beyond its other side
    shift, lean = rng.uniform(0.3, 2.0), rng.uniform(0, 2 * np.pi)
    edge = u + (0.1 * waves(rng, v, v, 1.0) if what == "cloth" else 0.0)
    right, down, forward = camera.axes
    x, y = (edge + shift) * reach * 1.4, v * reach * 1.6
    x, y = x * np.cos(lean) - y * np.sin(lean), x * np.sin(lean) + y * np.cos(lean)
    depth = away * (1 + (0.18 * waves(rng, u, v, 0.8) if what == "cloth" else 0.0))
    depth = np.maximum(depth, 0.025)
    points = camera.place + x[..., None] * right + y[..., None] * down + depth[..., None] * forward
    rgb = colour(rng.random(), rng.choice([0, 0.1, 0.5]), rng.uniform(0.1, 0.95))
    if what == "cloth":
        stuff = cloth(rng, rgb, colour(rng.random(), 0.4, 0.6), plain=0.6)
    else:
        stuff = Material(base=(*rgb, infrared(rgb, "paper")), shine=0.04)
    uv = np.stack([u, v], -1) * reach
    return what, [sheet(points, stuff, uv=uv, kind=Kind.NEAR)]


def _body(rng, camera: Camera, library: Library, away: float, aside: float) -> list[Part]:
    body = library.pick(rng, "standing", "bending")
    v = body.vertices.astype(float)
    upper = np.flatnonzero(np.isin(library.group, [HEAD, HAND, TRUNK]))
    v -= v[int(rng.choice(upper))]  # from above no feet dangle before the lens
    v = turned(v, float(rng.uniform(0, 2 * np.pi))).astype(float)
    right, down, forward = camera.axes
    v += np.asarray(camera.place) + forward * away
    v += right * rng.uniform(-aside, aside) * away + down * rng.uniform(-aside, aside) * away
    return _dressed(rng, camera, library, body, v)


def _arm(rng, camera: Camera, library: Library) -> list[Part]:
    """A hand reaching for the camera from outside of the picture."""
    body = library.pick(rng, "standing", "bending", "sitting")
    side = int(rng.choice([-1, 1]))
    v = body.vertices.astype(float)
    own = library.rest[:, 0] * side > 0
    hand, arm = v[(library.group == HAND) & own], v[(library.group == LOWER_ARM) & own]
    if not len(hand) or not len(arm):  # a body without arms passes by instead
        return _body(rng, camera, library, away=0.4, aside=0.6)
    # turn the forearm's own direction to point across the lens
    points = hand.mean(0) - arm.mean(0)
    points /= np.linalg.norm(points)
    right, down, forward = camera.axes
    turn = rng.uniform(0, 2 * np.pi)
    wanted = np.cos(turn) * right + np.sin(turn) * down - rng.uniform(0.0, 0.8) * forward
    wanted /= np.linalg.norm(wanted)
    v = (v - hand.mean(0)) @ _between(points, wanted).T
    away = rng.uniform(0.08, 0.25)
    v += np.asarray(camera.place) + forward * away
    v += (right * rng.uniform(-0.5, 0.5) + down * rng.uniform(-0.5, 0.5)) * away
    keep = own & np.isin(library.group, [HAND, LOWER_ARM])
    return _dressed(rng, camera, library, body, v, keep)


def _between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The rotation that takes one direction to another."""
    axis, cosine = np.cross(start, end), float(start @ end)
    if cosine < -0.999:
        return -np.eye(3)
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + k + k @ k / (1 + cosine)


def _dressed(rng, camera: Camera, library: Library, body, v, keep=None) -> list[Part]:
    forward = camera.axes[2]
    near = v if keep is None else v[keep]
    depth = (near - camera.place) @ forward
    if depth.min() < CLOSEST:
        v = v + forward * (CLOSEST - depth.min())
    parts = dress(v, draw_looks(rng, body, staff=rng.random() < 0.5), library, Kind.NEAR)
    if keep is not None:
        parts = [_cut(part, v, keep) for part in parts]
    # clothes hang wider than the skin does, and may not hang behind the lens
    shown = np.concatenate([part.vertices[part.faces.ravel()] for part in parts])
    lacking = CLOSEST / 2 - ((shown - camera.place) @ forward).min()
    if lacking <= 0:
        return parts
    step = (forward * lacking).astype(np.float32)
    return [replace(part, vertices=part.vertices + step) for part in parts]


def _cut(part: Part, v: np.ndarray, keep: np.ndarray) -> Part:
    """Faces of ``part`` that lie by the kept vertices, so that no trunk comes along."""
    distance, _ = cKDTree(v[keep]).query(part.vertices)
    return replace(part, faces=part.faces[(distance < 0.06)[part.faces].all(1)])
