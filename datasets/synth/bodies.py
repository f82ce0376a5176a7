"""A library of posed bodies, made once by the body model `anny` and kept in one file.

`anny` (code Apache-2.0, shapes CC0) gives bodies from child to frail elderly. Making it
takes a minute of start and about 0.1 CPU-seconds a body; the renderer afterwards reads the
file alone and needs neither `anny` nor torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.synth.poses import KINDS, LYING, draw

__all__ = ["GROUPS", "Body", "Library", "build", "load"]

GROUPS = ("head", "neck", "hand", "foot", "lower_arm", "lower_leg", "upper_leg", "trunk")
HEAD, NECK, HAND, FOOT, LOWER_ARM, LOWER_LEG, UPPER_LEG, TRUNK = range(8)

SHARES = {
    "supine": 5,
    "side": 6,
    "curled": 3,
    "prone": 3,
    "sitting": 4,
    "sitting_up": 3,
    "reclined": 2,
    "standing": 4,
    "bending": 3,
    "kneeling": 2,
    "floor_sitting": 2,
}
TRIES = 25  # poses drawn for one lying body before the least bad is kept
GOOD = 0.03  # metres by which limbs may sink or stick out


@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """One person. Lying bodies have the head towards +y; upright ones face -y."""

    vertices: NDArray[np.float32]  # Nx3, metres
    kind: str
    gender: float  # 0 male .. 1 female
    age: float  # 0 child .. 1 elderly


@dataclass(frozen=True, kw_only=True, eq=False)
class Library:
    """All bodies; they share their faces."""

    faces: NDArray[np.int32]
    group: NDArray[np.int8]  # of each vertex, index into `GROUPS`
    rest: NDArray[np.float32]  # a middling body upright, for seams and hairlines
    stack: NDArray[np.float16]  # bodies x vertices x 3
    kinds: NDArray[np.str_]
    genders: NDArray[np.float32]
    ages: NDArray[np.float32]

    def pick(self, rng: np.random.Generator, *kinds: str) -> Body:
        """A body of one of ``kinds``, each as likely."""
        kind = str(rng.choice(list(kinds)))
        index = int(rng.choice(np.flatnonzero(self.kinds == kind)))
        return Body(
            vertices=self.stack[index].astype(np.float32),
            kind=kind,
            gender=float(self.genders[index]),
            age=float(self.ages[index]),
        )

    @cached_property
    def smoothing(self):  # a sparse matrix
        """Takes each vertex to the mean of its neighbours."""
        from scipy.sparse import coo_matrix, diags

        f = self.faces
        edges = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]])
        n = len(self.group)
        joined = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n)).tocsr()
        joined = joined + joined.T
        joined.data[:] = 1
        degree = np.asarray(joined.sum(1)).ravel()
        return diags(1 / np.maximum(degree, 1)) @ joined


def load(path: Path) -> Library:
    """The library that `build` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return Library(**{name: stored[name] for name in stored.files})


def build(
    path: Path, count: int, seed: int = 0, tell: Callable[[int], None] = lambda done: None
) -> None:
    """Write ``count`` bodies to ``path``; ``tell`` is called after each."""
    import anny
    import torch

    torch.set_num_threads(1)
    model = anny.Anny().to(dtype=torch.float32)
    names = list(model.bone_labels)
    weights = model.vertex_bone_weights.numpy()
    strongest = model.vertex_bone_indices.numpy()[np.arange(len(weights)), weights.argmax(1)]
    group = np.array([_group(names[bone]) for bone in strongest], np.int8)
    middle = np.isin(group, [TRUNK, UPPER_LEG])
    rng = np.random.default_rng(seed)

    def posed(kind: str):
        pose = draw(kind, rng)
        turns = torch.eye(4)[None, None].repeat(1, model.bone_count, 1, 1)
        for bone, rotation in pose.bones.items():
            turns[0, names.index(bone), :3, :3] = torch.tensor(
                rotation.as_matrix(), dtype=torch.float32
            )
        gender = float(rng.choice([rng.uniform(0, 0.15), rng.uniform(0.85, 1)]))
        age = float(rng.uniform(0.62, 1) if rng.random() < 0.85 else rng.uniform(0.35, 0.62))
        shape = {
            "gender": gender,
            "age": age,
            "muscle": float(rng.uniform(0.2, 0.65)),
            "weight": float(rng.uniform(0.15, 0.85)),
            "height": float(rng.uniform(0.3, 0.65)),
            "proportions": float(rng.uniform(0.35, 0.7)),
        }
        with torch.no_grad():
            made = model(pose_parameters=turns, phenotype_kwargs=shape)
        vertices = made["vertices"][0].numpy()
        if pose.roll is not None:
            from scipy.spatial.transform import Rotation

            lay = Rotation.from_euler("y", pose.roll, degrees=True) * Rotation.from_euler(
                "x", -90, degrees=True
            )
            vertices = vertices @ lay.as_matrix().T
        return vertices.astype(np.float32), gender, age

    kinds = [k for k in KINDS for _ in range(SHARES[k])]
    order = [kinds[i % len(kinds)] for i in range(count)]
    found = []
    for number, kind in enumerate(order):
        best = None
        for _ in range(TRIES if kind in LYING else 1):
            made = posed(kind)
            fault = _fault(made[0], group, middle) if kind in LYING else 0.0
            if best is None or fault < best[0]:
                best = (fault, made)
            if fault < GOOD:
                break
        found.append(best[1])
        tell(number + 1)
    with torch.no_grad():
        rest = model()["rest_vertices"][0].numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        faces=np.asarray(model.faces).astype(np.int32),
        group=group,
        rest=rest.astype(np.float32),
        stack=np.stack([v for v, _, _ in found]).astype(np.float16),
        kinds=np.array(order),
        genders=np.array([g for _, g, _ in found], np.float32),
        ages=np.array([a for _, _, a in found], np.float32),
    )
    part.replace(path)


def _group(bone: str) -> int:
    if bone == "head" or bone.startswith("eye"):
        return HEAD
    if bone.startswith("neck"):
        return NECK
    if bone.startswith(("wrist", "finger", "metacarpal")):
        return HAND
    if bone.startswith(("foot", "toe")):
        return FOOT
    if bone.startswith("lowerarm"):
        return LOWER_ARM
    if bone.startswith("lowerleg"):
        return LOWER_LEG
    if bone.startswith(("upperleg", "pelvis")) or bone in ("root", "spine05"):
        return UPPER_LEG
    return TRUNK


def _fault(vertices: NDArray, group: NDArray, middle: NDArray) -> float:
    """Metres by which limbs sink below the trunk or stick out above it."""
    z = vertices[:, 2]
    low, high = np.percentile(z[middle], 3), z[middle].max()
    limbs = np.isin(group, [LOWER_ARM, HAND, LOWER_LEG, FOOT])
    arms = np.isin(group, [LOWER_ARM, HAND])
    return float(
        max(0, low - z[limbs].min() - 0.06)
        + max(0, z[arms].max() - high - 0.05)
        + max(0, z[group == FOOT].max() - high - 0.03)
    )
