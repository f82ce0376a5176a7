"""Beds of homes, care homes and hospitals, in their own frame.

x across, y towards the head, z up; the mattress is centred on the origin.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from datasets.synth.drape import waves
from datasets.synth.material import Material, colour, matt
from datasets.synth.mesh import Kind, Part, box, cylinder, sheet
from datasets.synth.patterns import cloth, wood

__all__ = ["STYLES", "Bed", "draw_bed", "mattress"]

STYLES = ("wooden", "upholstered", "metal", "divan", "plain", "care", "hospital")


@dataclass(frozen=True, kw_only=True, eq=False)
class Bed:
    """A bed without bedding."""

    style: str
    width: float  # of the mattress, metres
    length: float
    top: float  # height of the mattress
    head: float  # height of the head board; 0: none
    tilt: float  # of the raised back rest, radians
    hinge: float  # y at which the back rest begins
    frame: list[Part] = field(default_factory=list)

    def bent(self, points: NDArray) -> NDArray:
        """Points that lie on the flat bed, carried along as the back rest rises."""
        if self.tilt == 0:
            return points
        out = np.array(points, float)
        soft = 0.15  # metres over which the bend is spread
        along = out[:, 1] - self.hinge
        share = np.clip((along + soft) / (2 * soft), 0, 1)
        angle = self.tilt * share
        up = out[:, 2] - self.top
        reach = np.maximum(along, 0)
        above = out[:, 2] > self.top - 0.3
        y = self.hinge + np.minimum(along, 0) + reach * np.cos(angle) - up * np.sin(angle)
        z = self.top + reach * np.sin(angle) + up * np.cos(angle)
        out[:, 1] = np.where(above, y, out[:, 1])
        out[:, 2] = np.where(above, z, out[:, 2])
        return out


def draw_bed(rng: np.random.Generator, style: str | None = None) -> Bed:
    """A bed of ``style``, else of any but a hospital's."""
    style = style or str(rng.choice(STYLES[:6], p=[0.27, 0.18, 0.12, 0.13, 0.12, 0.18]))
    care = style in ("care", "hospital")
    width = float(rng.choice([0.85, 0.9, 1.0] if care else [0.8, 0.9, 1.05, 1.2, 1.4, 1.6, 1.8]))
    length = float(rng.choice([1.9, 2.0, 2.0, 2.1]))
    top = float(rng.uniform(0.32, 0.72) if care else rng.uniform(0.36, 0.64))
    tilt = float(np.radians(rng.uniform(12, 50))) if care and rng.random() < 0.4 else 0.0
    head = 0.0 if style == "plain" else top + float(rng.uniform(0.2, 0.75))
    made = Bed(
        style=style,
        width=width,
        length=length,
        top=top,
        head=head,
        tilt=tilt,
        hinge=length / 2 - float(rng.uniform(0.75, 0.95)),
    )
    builder = {"metal": _bars, "hospital": _hospital}.get(style, _boards)
    made.frame.extend(part.of(Kind.FRAME) for part in builder(rng, made))
    return made


def _stuff(rng: np.random.Generator, style: str) -> Material:
    if style == "upholstered" or (style == "divan" and rng.random() < 0.7):
        rgb = colour(rng.random(), rng.choice([0, 0.1, 0.3]), rng.uniform(0.15, 0.8))
        return cloth(rng, rgb, rgb, plain=0.9, wrinkle=0.15)
    if rng.random() < 0.3:
        return matt((rng.uniform(0.02, 0.85),) * 3, "plastic", shine=0.03)
    return wood(rng, colour(rng.uniform(0.04, 0.1), rng.uniform(0.1, 0.65), rng.uniform(0.25, 0.9)))


def _boards(rng: np.random.Generator, bed: Bed) -> list[Part]:
    w, n, top = bed.width, bed.length, bed.top
    stuff = _stuff(rng, bed.style)
    parts = []
    deep = 0.04 if bed.style == "divan" else rng.uniform(0.08, 0.25)
    high = top - rng.uniform(0.14, 0.24)
    parts.append(
        box((0, 0, (high + deep) / 2), (w + 0.05, n + 0.05, max(high - deep, 0.06)), stuff)
    )
    if bed.style == "wooden" and rng.random() < 0.4:  # a bed box with raised sides
        for side in (-1, 1):
            parts.append(box((side * (w / 2 + 0.03), 0, top - 0.12), (0.05, n, 0.16), stuff))
    if bed.head > top:
        if bed.style == "wooden" and rng.random() < 0.4:  # slats between posts
            parts += _slats(w, n / 2 + 0.05, top - 0.2, bed.head, stuff, int(rng.integers(4, 10)))
        else:
            thick = 0.12 if bed.style == "upholstered" else 0.05
            parts.append(
                box((0, n / 2 + thick / 2 + 0.01, bed.head / 2), (w + 0.08, thick, bed.head), stuff)
            )
    foot = rng.random()
    if bed.style == "care" or foot < 0.35:
        high = top + rng.uniform(0.05, 0.4)
        if foot < 0.12:
            parts += _slats(w, -n / 2 - 0.05, top - 0.2, high, stuff, int(rng.integers(4, 9)))
        else:
            parts.append(
                box((0, -n / 2 - 0.04, high / 2 + 0.05), (w + 0.08, 0.045, high - 0.1), stuff)
            )
    if bed.style == "care":
        parts += _wooden_rails(rng, bed, stuff)
        for x in (-1, 1):
            for y in (-1, 1):
                parts.append(
                    cylinder(
                        [x * w / 2.2, y * n / 2.2, 0],
                        [x * w / 2.2, y * n / 2.2, 0.2],
                        0.04,
                        matt((0.05,) * 3, "rubber"),
                    )
                )
    return parts


def _slats(
    width: float, y: float, low: float, high: float, stuff: Material, count: int
) -> list[Part]:
    parts = [box((0, y, high - 0.03), (width + 0.08, 0.04, 0.07), stuff)]
    for x in np.linspace(-width / 2, width / 2, count):
        wide = 0.06 if abs(x) > width / 2 - 0.01 else 0.03
        parts.append(box((float(x), y, (low + high) / 2), (wide, 0.035, high - low), stuff))
    return parts


def _wooden_rails(rng: np.random.Generator, bed: Bed, stuff: Material) -> list[Part]:
    parts = []
    for side in (-1, 1):
        if rng.random() < 0.35:
            continue
        count = int(rng.choice([2, 2, 3]))
        raised = bed.top + rng.uniform(0.22, 0.36) if rng.random() < 0.75 else bed.top - 0.05
        for k in range(count):
            z = raised - 0.13 * k
            parts.append(
                box((side * (bed.width / 2 + 0.05), 0, z), (0.025, bed.length * 0.94, 0.07), stuff)
            )
    return parts


def _bars(rng: np.random.Generator, bed: Bed) -> list[Part]:
    w, n, top = bed.width, bed.length, bed.top
    tone = float(rng.choice([0.02, 0.05, 0.5, 0.75]))
    stuff = matt((tone,) * 3, "metal", **_polish(rng))
    parts = [box((0, 0, top - 0.2), (w, n, 0.05), stuff)]
    for y, high in ((n / 2 + 0.03, bed.head), (-n / 2 - 0.03, top + rng.uniform(0.0, 0.35))):
        for x in (-w / 2, w / 2):
            parts.append(cylinder([x, y, 0], [x, y, high], 0.022, stuff))
        for z in (high, top + 0.02):
            parts.append(cylinder([-w / 2, y, z], [w / 2, y, z], 0.018, stuff))
        for x in np.linspace(-w / 2, w / 2, int(rng.integers(4, 9)))[1:-1]:
            parts.append(cylinder([x, y, top], [x, y, high], 0.009, stuff, sides=8))
    return parts


def _polish(rng: np.random.Generator) -> dict[str, float]:
    """Shine of rails: painted, brushed or chromed."""
    if rng.random() < 0.4:
        return {"shine": 0.06, "lobe": 60.0}
    return {"shine": float(rng.uniform(0.06, 0.3)), "lobe": float(rng.uniform(80, 400))}


def _hospital(rng: np.random.Generator, bed: Bed) -> list[Part]:
    w, n, top = bed.width, bed.length, bed.top
    pale = colour(
        rng.choice([0.1, 0.13, 0.55, 0.08]), rng.choice([0.02, 0.15, 0.3]), rng.uniform(0.7, 0.95)
    )
    board = matt(pale, "plastic", shine=0.05)
    metal = matt((rng.uniform(0.4, 0.8),) * 3, "metal", **_polish(rng))
    parts = [
        box((0, 0, top - 0.19), (w, n, 0.05), metal),
        box((0, 0, 0.25), (w * 0.7, n * 0.8, 0.08), metal),
    ]
    for y, high in (
        (n / 2 + 0.05, top + rng.uniform(0.3, 0.5)),
        (-n / 2 - 0.05, top + rng.uniform(0.1, 0.35)),
    ):
        low = top - 0.25
        parts.append(box((0, y, (low + high) / 2), (w + 0.06, 0.05, high - low), board))
        if rng.random() < 0.5:
            panel = wood(
                rng, colour(rng.uniform(0.06, 0.1), rng.uniform(0.3, 0.6), rng.uniform(0.5, 0.85))
            )
            inset = box((0, y, (low + high) / 2), (w - 0.1, 0.056, (high - low) * 0.6), panel)
            parts.append(inset)
    how = rng.choice(["bars", "panels", "down", "mixed"])
    for side in (-1, 1):
        x = side * (w / 2 + 0.05)
        style = str(rng.choice(["bars", "panels", "down"])) if how == "mixed" else str(how)
        low, high = top - 0.02, top + 0.33
        if style == "down":
            low, high = max(top - 0.42, 0.17), max(top - 0.08, 0.3)
        if style == "panels":
            for y, long in ((n * 0.22, n * 0.36), (-n * 0.2, n * 0.3)):
                parts.append(box((x, y, (low + high) / 2), (0.03, long, high - low - 0.06), board))
            continue
        span = n * rng.uniform(0.30, 0.46)
        for z in np.linspace(low, high, int(rng.integers(2, 5))):
            parts.append(cylinder([x, -span, z], [x, span, z], 0.014, metal, sides=8))
        for y in np.linspace(-span, span, int(rng.integers(4, 8))):
            parts.append(cylinder([x, y, low - 0.1], [x, y, high], 0.011, metal, sides=8))
    for x in (-1, 1):
        for y in (-1, 1):
            parts.append(
                box(
                    (x * w / 2.3, y * n / 2.3, 0.07),
                    (0.06, 0.14, 0.14),
                    matt((0.04,) * 3, "rubber"),
                )
            )
            parts.append(
                cylinder(
                    [x * w / 2.3, y * n / 2.3, 0.1],
                    [x * w / 2.6, y * n / 2.6, top - 0.2],
                    0.03,
                    metal,
                )
            )
    return parts


def mattress(rng: np.random.Generator, bed: Bed, material: Material, thick: float = 0.17) -> Part:
    """The mattress and its sheet, bent with the back rest; its edges are rounded."""
    w, n = bed.width, bed.length
    columns, rows = 30, 44
    u, v = np.meshgrid(np.linspace(-w / 2, w / 2, columns), np.linspace(-n / 2, n / 2, rows))
    creases = waves(rng, u, v, 0.5) * 0.003 + np.abs(waves(rng, u, v, 0.3)) * 0.003
    inward = np.minimum(w / 2 - np.abs(u), n / 2 - np.abs(v))
    z = bed.top + creases - 0.004 - 0.04 * np.clip(1 - inward / 0.05, 0, 1) ** 2
    upper = np.stack([u, v, z], -1)
    # the sides: the outer ring pulled down
    ring = np.pad(upper, ((1, 1), (1, 1), (0, 0)), mode="edge")
    edge = np.ones(ring.shape[:2], bool)
    edge[1:-1, 1:-1] = False
    ring[edge, 2] = bed.top - thick
    flat = ring.reshape(-1, 3)
    uv = np.stack([flat[:, 0], flat[:, 1] + 0.7 * (flat[:, 2] - bed.top)], -1)
    points = bed.bent(flat).reshape(ring.shape)
    return sheet(points, material, uv=uv, kind=Kind.MATTRESS)
