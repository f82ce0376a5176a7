"""What people look like: skin, hair and clothes round a posed body."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from datasets.synth.bodies import (
    FOOT,
    HEAD,
    LOWER_ARM,
    LOWER_LEG,
    TRUNK,
    UPPER_LEG,
    Body,
    Library,
)
from datasets.synth.clothes import garment
from datasets.synth.eyes import eyes as open_eyes
from datasets.synth.garments import bordered, hung, normals, skirt, under_skirt
from datasets.synth.hair import draw_hair, shell
from datasets.synth.material import Material, colour, matt
from datasets.synth.mesh import Kind, Part
from datasets.synth.poses import LYING

__all__ = ["Looks", "draw_looks", "dress"]

TONES = (0.75, 0.62, 0.48, 0.33, 0.18)  # reflectance of skin in red light
TONE_ODDS = (0.32, 0.28, 0.18, 0.12, 0.10)

HAIRS = ((0.02, 0.015, 0.01), (0.06, 0.035, 0.02), (0.14, 0.08, 0.04), (0.35, 0.24, 0.12),
         (0.5, 0.5, 0.5), (0.68, 0.67, 0.64), (0.25, 0.07, 0.03))  # fmt: skip
OLD_HAIRS = (4, 5)

OUTFITS = {
    "pyjamas": (LOWER_ARM, LOWER_LEG, UPPER_LEG, TRUNK),
    "shirt": (UPPER_LEG, TRUNK),
    "gown": (TRUNK, UPPER_LEG, LOWER_ARM),
    "day": (LOWER_ARM, LOWER_LEG, UPPER_LEG, TRUNK, FOOT),
    "underwear": (UPPER_LEG,),
    "trousers": (LOWER_LEG, UPPER_LEG),
}
"""Parts of the body that each covers; a gown has a skirt beside."""

WORN = (0.44, 0.12, 0.22, 0.14, 0.03, 0.05)
"""How often residents wear each of `OUTFITS`."""

AWAKE, AWAKE_LYING = 0.85, 0.25
"""Share of people whose eyes are open."""

NIGHTWEAR = (0.022, 0.05)
DAYWEAR = (0.010, 0.024)
"""Metres between skin and cloth."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Looks:
    """What somebody looks like; the same wherever the body goes."""

    skin: Material
    hair: Material | None  # None: bald
    top: Material
    bottom: Material
    outfit: str
    loose: float  # metres between skin and cloth
    hem: float  # of a gown: share of the height at which it ends
    dark: Material  # brows and eyes
    gaze: tuple[float, float] | None  # radians to the left and up; None: eyes closed
    seed: int


def draw_looks(rng: np.random.Generator, body: Body, *, staff: bool = False) -> Looks:
    """Looks for ``body``; ``staff`` is dressed for work."""
    tone = float(rng.choice(TONES, p=TONE_ODDS))
    ruddy = rng.uniform(0.64, 0.78)
    skin_rgb = (tone, tone * ruddy, tone * ruddy * rng.uniform(0.72, 0.85))
    old = body.age > 0.8 and rng.random() < 0.75
    hair_rgb = HAIRS[int(rng.choice(OLD_HAIRS)) if old else int(rng.integers(len(HAIRS)))]
    hair = None
    if body.gender > 0.5 or rng.random() > 0.2:
        hair = draw_hair(rng, hair_rgb)
    if staff:
        first = colour(
            rng.choice([0.5, 0.58, 0.0, 0.33, 0.8]),
            rng.choice([0.0, 0.3, 0.6]),
            rng.uniform(0.5, 0.95),
        )
        outfit, plain = "day", 0.95
    else:
        first = colour(rng.random(), rng.choice([0, 0.1, 0.25, 0.45]), rng.uniform(0.12, 0.97))
        outfit = str(rng.choice(list(OUTFITS), p=WORN))
        plain = 0.55
    second = colour(rng.random(), rng.choice([0, 0.3, 0.6]), rng.uniform(0.1, 0.95))
    skin = matt(skin_rgb, "skin", shift=float(rng.normal(0, 0.03)), shine=0.02, lobe=12.0)
    bright = skin.base[3]
    top = garment(rng, first, second, plain=plain, skin=bright)
    bottom = top
    if rng.random() < (0.5 if outfit in ("day", "shirt") else 0.2):
        other = colour(rng.random(), rng.choice([0, 0.1, 0.3, 0.6]), rng.uniform(0.08, 0.9))
        bottom = garment(rng, other, second, plain=0.75, skin=bright, seams=False)
    return Looks(
        skin=skin,
        hair=hair,
        top=top,
        bottom=bottom,
        outfit=outfit,
        loose=float(rng.uniform(*(DAYWEAR if outfit == "day" else NIGHTWEAR))),
        hem=float(rng.choice([0.12, 0.2, 0.26, 0.33])),
        dark=matt(tuple(0.35 * c for c in skin_rgb), "skin", shift=-0.2),
        gaze=_gaze(rng, body),
        seed=int(rng.integers(2**31)),
    )


def _gaze(rng: np.random.Generator, body: Body) -> tuple[float, float] | None:
    if rng.random() > (AWAKE_LYING if body.kind in LYING else AWAKE):
        return None
    return float(rng.normal(0, 0.15)), float(rng.normal(0, 0.1))


def dress(
    vertices: NDArray, looks: Looks, library: Library, kind: Kind, bed: int = -1
) -> list[Part]:
    """Skin, hair and clothes round a posed body."""
    rng = np.random.default_rng(looks.seed)
    group, rest, faces = library.group, library.rest, library.faces
    v = np.asarray(vertices, float)
    out = normals(v, faces)
    parts = [_part(v, faces, np.ones(len(v), bool), looks.skin, rest, kind, bed)]
    head = rest[group == HEAD]
    front = head[:, 1].min()
    chin, crown = np.percentile(head[:, 2], 1), head[:, 2].max()
    eyes = chin + 0.52 * (crown - chin)
    face = (group == HEAD) & (rest[:, 1] < front + 0.07)
    side = np.abs(np.abs(rest[:, 0]) - 0.034)
    dark = face & (side < 0.02) & (np.abs(rest[:, 2] - eyes - 0.004) < 0.016)
    dark |= (
        face
        & (np.abs(rest[:, 2] - (chin + 0.19 * (crown - chin))) < 0.008)
        & (np.abs(rest[:, 0]) < 0.024)
    )
    parts.append(_part(v + out * 0.0015, faces, dark, looks.dark, rest, kind, bed))
    if looks.gaze is not None:
        parts += open_eyes(v, library, looks.gaze, kind, bed)
    if looks.hair is not None:
        points, scalp = shell(v, out, library, rng)
        parts.append(_part(points, faces, scalp, looks.hair, rest, kind, bed))
    worn = np.isin(group, OUTFITS[looks.outfit])
    cloth = hung(v, looks.loose, library, rng)
    if looks.outfit == "gown":
        worn &= ~under_skirt(library)
    upper = np.isin(group, [TRUNK, LOWER_ARM])
    for chosen, material in ((upper, looks.top), (~upper, looks.bottom)):
        parts.append(_hemmed(_part(cloth, faces, worn & chosen, material, rest, kind, bed)))
    if looks.outfit == "gown":
        points, triangles, uv = skirt(v, library, rng, loose=looks.loose, hem=looks.hem)
        parts.append(
            Part(
                vertices=points.astype(np.float32),
                faces=triangles,
                uv=uv.astype(np.float32),
                material=looks.top,
                kind=kind,
                bed=bed,
            )
        )
    return [part for part in parts if len(part.faces)]


def _hemmed(part: Part) -> Part:
    points = bordered(part.vertices.astype(float), part.faces)
    return replace(part, vertices=points.astype(np.float32))


def _part(v, faces, keep, material, rest, kind, bed) -> Part:
    kept = faces[keep[faces].sum(1) >= 2]
    used = np.unique(kept)
    index = np.full(len(v), -1, np.int32)
    index[used] = np.arange(len(used))
    return Part(
        vertices=np.asarray(v[used], np.float32),
        faces=index[kept].astype(np.int32),
        uv=np.asarray(rest[used][:, [0, 2]], np.float32),
        material=material,
        kind=kind,
        bed=bed,
    )
