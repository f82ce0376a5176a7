"""Furniture, each standing on the floor round the origin, its front towards -y."""

from __future__ import annotations

import numpy as np

from datasets.synth.drape import waves
from datasets.synth.linen import pillow
from datasets.synth.material import Material, colour, matt
from datasets.synth.mesh import Part, box, cylinder, sheet
from datasets.synth.patterns import cloth, wood

__all__ = ["PIECES", "curtain", "fabric", "lamp", "night_table", "stuff", "tidy"]


def stuff(rng: np.random.Generator) -> Material:
    """Wood or paint, for a suite of furniture."""
    if rng.random() < 0.65:
        rgb = colour(rng.uniform(0.04, 0.11), rng.uniform(0.1, 0.65), rng.uniform(0.25, 0.9))
        return wood(rng, rgb)
    rgb = colour(rng.random(), rng.choice([0, 0, 0.12, 0.3]), rng.uniform(0.1, 0.95))
    return matt(rgb, "plastic", shine=0.03)


def fabric(rng: np.random.Generator) -> Material:
    """A cloth of any colour, for covers and clutter."""
    rgb = colour(rng.random(), rng.choice([0, 0.2, 0.5]), rng.uniform(0.1, 0.9))
    return cloth(rng, rgb, colour(rng.random(), 0.4, 0.5), plain=0.6)


def cabinet(rng: np.random.Generator, of: Material) -> list[Part]:
    """A wardrobe or a chest of drawers, with seams and knobs."""
    tall = rng.random() < 0.5
    w, d, h = (
        rng.uniform(0.5, 1.4),
        rng.uniform(0.35, 0.6),
        rng.uniform(1.5, 2.2) if tall else rng.uniform(0.6, 1.2),
    )
    parts = [box((0, 0, h / 2), (w, d, h), of)]
    dark = matt((0.03,) * 3, "plastic")
    columns, rows = (
        (int(rng.integers(2, 4)), 1) if tall else (int(rng.integers(1, 3)), int(rng.integers(2, 5)))
    )
    for k in range(1, columns):
        parts.append(
            box((-w / 2 + w * k / columns, -d / 2 - 0.001, h / 2), (0.012, 0.004, h * 0.92), dark)
        )
    for k in range(1, rows):
        parts.append(box((0, -d / 2 - 0.001, h * k / rows), (w * 0.94, 0.004, 0.012), dark))
    if rng.random() < 0.5:  # something on top
        parts.append(
            box(
                (rng.uniform(-0.2, 0.2) * w, 0, h + 0.1),
                (rng.uniform(0.1, 0.4), 0.2, 0.2),
                fabric(rng),
            )
        )
    return parts


def shelves(rng: np.random.Generator, of: Material) -> list[Part]:
    """Shelves with books and boxes."""
    w, d, h = rng.uniform(0.6, 1.1), 0.28, rng.uniform(1.0, 2.1)
    parts = [box((side * w / 2, 0, h / 2), (0.02, d, h), of) for side in (-1, 1)]
    parts.append(box((0, d / 2, h / 2), (w, 0.01, h), of))
    for z in np.arange(0.05, h, 0.35):
        parts.append(box((0, 0, float(z)), (w, d, 0.02), of))
        x = -w / 2 + 0.05
        while x < w / 2 - 0.1:
            wide, high = rng.uniform(0.02, 0.12), rng.uniform(0.12, 0.28)
            if rng.random() < 0.75:
                rgb = colour(rng.random(), rng.uniform(0, 0.8), rng.uniform(0.1, 0.9))
                parts.append(
                    box((x + wide / 2, -0.02, z + high / 2), (wide, 0.18, high), matt(rgb, "paper"))
                )
            x += wide + 0.005
    return parts


def table(rng: np.random.Generator, of: Material) -> list[Part]:
    """A table or desk with things on it."""
    w, d, h = rng.uniform(0.5, 1.3), rng.uniform(0.45, 0.75), rng.uniform(0.5, 0.76)
    parts = [box((0, 0, h), (w, d, 0.03), of)]
    for x in (-1, 1):
        for y in (-1, 1):
            parts.append(box((x * (w / 2 - 0.04), y * (d / 2 - 0.04), h / 2), (0.05, 0.05, h), of))
    for _ in range(int(rng.integers(0, 4))):
        size = rng.uniform(0.05, 0.3, 3)
        parts.append(
            box(
                (rng.uniform(-0.3, 0.3) * w, rng.uniform(-0.2, 0.2), h + size[2] / 2),
                tuple(size),
                fabric(rng),
            )
        )
    if rng.random() < 0.3:  # a screen
        parts.append(
            box(
                (0, 0.1, h + 0.3),
                (0.6, 0.03, 0.36),
                matt((0.02,) * 3, "plastic", shine=0.06, lobe=900.0),
            )
        )
    return parts


def chair(rng: np.random.Generator, of: Material) -> list[Part]:
    """A chair, at times with clothes over its back."""
    parts = [box((0, 0, 0.44), (0.44, 0.42, 0.04), of)]
    for x in (-0.19, 0.19):
        parts += [
            box((x, -0.18, 0.22), (0.04, 0.04, 0.44), of),
            box((x, 0.19, 0.46), (0.04, 0.04, 0.92), of),
        ]
    parts.append(box((0, 0.2, 0.78), (0.40, 0.025, 0.25), of))
    if rng.random() < 0.4:
        n = 14
        u, v = np.meshgrid(np.linspace(-0.24, 0.24, n), np.linspace(-0.35, 0.35, n))
        z = 0.94 - np.abs(v) * 0.9 + 0.02 * waves(rng, u, v, 0.2)
        y = 0.2 + 0.06 * np.tanh(v / 0.05) + 0.02 * waves(rng, u, v, 0.15)
        parts.append(sheet(np.stack([u, y, z], -1), fabric(rng), uv=np.stack([u, v], -1)))
    return parts


def armchair(rng: np.random.Generator, of: Material) -> list[Part]:
    """An armchair."""
    cover = fabric(rng)
    parts = [
        box((0, 0, 0.22), (0.72, 0.7, 0.36), cover),
        box((0, 0.3, 0.6), (0.72, 0.16, 0.72), cover),
    ]
    parts += [box((side * 0.36, 0, 0.38), (0.14, 0.72, 0.5), cover) for side in (-1, 1)]
    seat = pillow(rng, cover, width=0.58, depth=0.58, height=0.2)
    parts.append(seat.moved(0, -0.03, 0.44))
    return parts


def plant(rng: np.random.Generator, of: Material) -> list[Part]:
    """A plant in a pot."""
    leaf = matt(
        colour(rng.uniform(0.24, 0.36), rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.6)),
        "fabric",
        shift=0.15,
    )
    parts = [cylinder([0, 0, 0], [0, 0, 0.3], 0.12, matt(colour(0.05, 0.5, 0.5), "wall"), top=0.16)]
    stalk, size = rng.uniform(0.0, 0.7), rng.uniform(0.18, 0.5)
    broad = rng.uniform(0.12, 0.5)  # of its length
    for _ in range(int(rng.integers(10, 24))):
        at = [*rng.normal(0, 0.03, 2), 0.3 + stalk * rng.random()]
        made = _leaf(rng, size * rng.uniform(0.6, 1.2), broad, leaf)
        parts.append(made.moved(*at, rng.uniform(0, 6.28)))
    if stalk > 0.2:
        parts.append(cylinder([0, 0, 0.28], [0, 0, 0.3 + stalk], 0.012, leaf, sides=5))
    return parts


def _leaf(rng: np.random.Generator, long: float, broad: float, of: Material) -> Part:
    """A leaf that rises along x from the origin and bends down under its weight."""
    along, across = np.meshgrid(np.linspace(0, 1, 8), np.linspace(-1, 1, 3))
    rise, droop = rng.uniform(0.5, 1.4), rng.uniform(0.4, 1.6)
    angle = rise - (rise + 0.4) * droop * along**1.5
    x = np.cumsum(np.cos(angle), 1) * long / 8
    z = np.cumsum(np.sin(angle), 1) * long / 8
    half = 0.5 * broad * long * np.sin(np.pi * np.clip(along, 0.04, 1) ** 0.8) ** 0.8
    z = z + 0.25 * half * np.abs(across)  # folded along its midrib
    return sheet(np.stack([x, across * half, z], -1), of)


def carton(rng: np.random.Generator, of: Material) -> list[Part]:
    """A box, bag or heap on the floor."""
    size = rng.uniform(0.15, 0.5, 3)
    if rng.random() < 0.4:
        return [box((0, 0, size[2] / 2), tuple(size), fabric(rng))]
    soft = pillow(rng, fabric(rng), width=size[0] + 0.15, depth=size[1] + 0.15, height=size[2])
    return [soft.moved(0, 0, size[2] * 0.38)]


PIECES = (cabinet, cabinet, shelves, table, chair, armchair, plant, carton, carton)


def night_table(rng: np.random.Generator, of: Material) -> tuple[list[Part], float]:
    """A night table and its height."""
    w, h = rng.uniform(0.35, 0.5), rng.uniform(0.4, 0.75)
    parts = [box((0, 0, h / 2), (w, 0.4, h), of)]
    parts.append(box((0, -0.201, h * 0.6), (w * 0.9, 0.004, 0.012), matt((0.03,) * 3, "plastic")))
    for _ in range(int(rng.integers(0, 4))):
        size = rng.uniform(0.03, 0.14, 3)
        parts.append(
            box(
                (rng.uniform(-0.14, 0.14), rng.uniform(-0.14, 0.05), h + size[2] / 2),
                tuple(size),
                fabric(rng),
            )
        )
    return parts, float(h)


def lamp(rng: np.random.Generator, height: float, shade: Material) -> tuple[list[Part], float]:
    """A table lamp on something of ``height``; its parts and the height of its bulb (metres)."""
    base = matt((rng.uniform(0.05, 0.7),) * 3, "plastic", shine=0.05)
    stem, high = rng.uniform(0.15, 0.35), rng.uniform(0.13, 0.24)
    parts = [cylinder([0, 0, height], [0, 0, height + stem], 0.025, base)]
    parts.append(cylinder([0, 0, height], [0, 0, height + 0.02], 0.07, base, closed=True))
    wide = rng.uniform(0.09, 0.16)
    parts.append(
        cylinder(
            [0, 0, height + stem - 0.02],
            [0, 0, height + stem + high],
            wide,
            shade,
            top=wide * rng.uniform(0.5, 1),
            sides=16,
        )
    )
    return parts, height + stem + high * 0.5


def curtain(
    rng: np.random.Generator, start, end, low: float, high: float, of: Material | None = None
) -> Part:
    """A curtain in folds between two floor points."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    long = float(np.linalg.norm(end - start))
    n = max(int(long / 0.025), 8)
    along, z = np.meshgrid(np.linspace(0, 1, n), np.linspace(low, high, 6))
    across = np.array([-(end - start)[1], (end - start)[0]]) / max(long, 1e-6)
    fold = 0.035 * np.sin(along * long * 2 * np.pi / rng.uniform(0.1, 0.2) + 2 * np.sin(along * 5))
    fold = fold * (1.25 - 0.5 * (z - low) / (high - low))
    x = start[0] + (end - start)[0] * along + across[0] * fold
    y = start[1] + (end - start)[1] * along + across[1] * fold
    uv = np.stack([along * long * 1.5, z], -1)
    return sheet(np.stack([x, y, z], -1), of or fabric(rng), uv=uv)


def tidy(parts: list[Part], x: float, y: float, turn: float) -> list[Part]:
    """Parts moved to their place in the room."""
    return [part.moved(x, y, 0.0, turn) for part in parts]
