"""Hands and arms before the lens, with the room still partly in view."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.verdict import Cause
from datasets.degrade.flesh import Lighting, paint
from datasets.degrade.night import night_look
from datasets.degrade.outcome import Degraded, Draw, by_share
from datasets.degrade.planes import blurred, is_grey, resized, solid, times
from datasets.degrade.region import Region
from datasets.degrade.relief import FOCAL, Projected, Projection, project, relief, silhouette
from datasets.degrade.sensor import add_noise, compress
from datasets.degrade.skeleton import Skeleton, draw_pose, skeleton

__all__ = ["limb"]

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

WORKING = (128, 256)
"""Least and largest longer side, in pixels, at which a limb is drawn; between them half of the
picture's. Near things are out of focus anyway."""

COARSE = 64
"""Longer side at which its place is searched for."""

ROOM = 0.12
"""Share of the frame that stays free at least."""


LIMB = 0.06
"""Share of the frame that the limb takes at least."""


@dataclass(frozen=True, kw_only=True)
class _Stand:
    """How a limb is turned and where it may slide."""

    body: Skeleton
    turn: NDArray[np.float64]
    depth: float  # cm before the lens
    anchor: NDArray[np.float64]  # the point of the skeleton that is put on the target
    way: NDArray[np.float64]  # unit vector in the picture: from the border inwards
    target: NDArray[np.float64]  # in longer sides from the middle of the frame

    def step(self, slide: float, nearer: float) -> NDArray[np.float64]:
        """Centimetres (2,) to move back along the way, for ``slide`` longer sides."""
        return -slide * self.way * self.depth * nearer / FOCAL

    def seen(self, slide: float, nearer: float, shape: tuple[int, int]) -> Projection:
        """The limb in a picture of ``shape``, ``nearer`` times as far away."""
        depth = self.depth * nearer
        flat = self.target * depth / FOCAL + self.step(slide, nearer)
        place = np.array([flat[0], flat[1], depth]) - self.turn @ self.anchor
        return project(self.body, self.turn, place, shape, depth)


def limb(picture: Pixels, region: Region, draw: Draw) -> Degraded:
    """Kinds arm and hand: a limb that reaches in until about ``strength`` of the bed is hidden."""
    rng = draw.rng
    grey = is_grey(picture)
    base = picture.astype(np.float32)
    if not grey and rng.random() < 0.25:
        base, _ = night_look(picture, float(rng.uniform(0, 0.6)), rng)
        grey = True
    height, width = picture.shape[:2]
    long = max(height, width)
    working = float(np.clip(long / 2, *WORKING))
    shape = (max(8, round(height * working / long)), max(8, round(width * working / long)))
    bones = _placed(draw, region, shape)
    planes = relief(bones, shape)
    lighting = _lighting(base, grey, rng)
    colour = paint(planes, bones, lighting, draw.recipe, rng, glove=bool(rng.random() < 0.12))
    alpha = planes.mask.astype(np.float32) * (1 / 255)
    soft = working * float(rng.choice([0.003, 0.006, 0.012, 0.025])) * float(rng.uniform(0.7, 1.3))
    layer = np.dstack([times(colour, alpha), alpha])  # colour times alpha, as it is blurred
    layer = resized(_soften(layer, soft, rng), (height, width))
    alpha = np.clip(layer[..., 3], 0, 1)
    scene = times(_room(base, alpha, grey, rng), 1 - alpha) + layer[..., :3]
    cover = solid(alpha)
    seen = region.share(cover)
    sigma = float(rng.uniform(0.8, 4.0))
    out = add_noise(scene, sigma, rng, chroma=0.0 if grey else 0.5)
    out = compress(out, rng, share=0.6)
    facts = {
        "bed_seen": seen,
        "room_seen": 1 - float(np.count_nonzero(cover)) / cover.size,
        "night": float(grey),
        "sigma": sigma,
    }
    return draw.done(out, by_share(seen, Cause.PARTLY_COVERED), facts, cover)


def _placed(draw: Draw, region: Region, shape: tuple[int, int]) -> list[Projected]:
    """The bones where they hide about the strength's share of the bed and leave room free."""
    height, width = shape
    scale = COARSE / max(shape)
    small = (max(4, round(height * scale)), max(4, round(width * scale)))
    mask = solid(resized(region.mask.astype(np.float32), small) * np.float32(1 / 255))
    if not mask.any():
        mask[:] = 255
    bed = cv2.countNonZero(mask)
    best, found = None, np.inf
    for _ in range(3):
        stand = _stand(draw.kind, mask, draw.rng)
        for nearer in (1.0, 0.72, 0.52):
            start = stand.seen(0.0, nearer, small)
            for slide in np.linspace(0.9, -0.3, 11):
                outline = silhouette(start.moved(stand.step(float(slide), nearer)), small)
                hidden = cv2.countNonZero(cv2.bitwise_and(outline, mask)) / bed
                share = cv2.countNonZero(outline) / outline.size
                miss = abs(hidden - draw.strength)
                miss += 4 * max(0.0, share - (1 - ROOM)) + 4 * max(0.0, LIMB - share)
                if miss < found:
                    best, found = stand.seen(float(slide), nearer, shape), miss
            if found < 0.08:
                break
        if found < 0.16:
            break
    assert best is not None
    return best.each()


def _stand(kind: str, mask: Pixels, rng: np.random.Generator) -> _Stand:
    sleeve = float(rng.uniform(1, 24)) if rng.random() < 0.6 else None
    strap = bool(rng.random() < 0.2)
    roll = float(rng.choice([0, 180]) + rng.normal(0, 35))  # palm or back, or edge on
    body = skeleton(draw_pose(rng), rng, roll=roll, sleeve=sleeve, strap=strap)
    hand = kind == "hand"
    angle = float(rng.uniform(0, 2 * np.pi))  # from which border the limb enters
    way = np.array([np.cos(angle), np.sin(angle)])
    tilt = float(np.clip(rng.normal(8 if hand else 0, 14), -32, 32))
    # skeleton axes to camera axes: y along the way, z (out of the palm) to the lens, rolled
    toward = np.array(
        [
            way[0] * np.cos(np.radians(tilt)),
            way[1] * np.cos(np.radians(tilt)),
            -np.sin(np.radians(tilt)),
        ]
    )
    side = np.array([-way[1], way[0], 0.0])
    out = np.cross(side, toward)
    if out[2] > 0:
        side, out = -side, -out
    cos, sin = np.cos(np.radians(roll)), np.sin(np.radians(roll))
    turn = np.stack([cos * side + sin * out, toward, cos * out - sin * side], axis=1)
    depth = float(rng.uniform(9, 24) if hand else rng.uniform(14, 40))
    anchor = body.centre if hand or rng.random() < 0.45 else body.forearm
    if not hand and rng.random() < 0.3:
        anchor = body.forearm * 1.4
    height, width = mask.shape
    ys, xs = np.nonzero(mask)
    middle = np.array([xs.mean() - width / 2, ys.mean() - height / 2]) / COARSE
    spread = 0.35 * float(np.sqrt(len(xs))) / COARSE
    return _Stand(
        body=body,
        turn=turn,
        depth=depth,
        anchor=anchor,
        way=way,
        target=middle + rng.normal(0, spread, 2),
    )


def _lighting(base: Floats, night: bool, rng: np.random.Generator) -> Lighting:
    """The lamp by the lens at night; else the room's own light, its colour and strength too."""
    tint = np.ones(3, np.float32)
    if night:
        direction = np.array([rng.normal(0, 0.12), rng.normal(0, 0.12), 1.0])
        level = float(rng.uniform(0.6, 2.0))
    else:
        angle = rng.uniform(0, 2 * np.pi)
        direction = np.array([np.cos(angle), np.sin(angle), rng.uniform(0.15, 1.2)])
        mean = np.array(cv2.mean(base)[:3], np.float32) + 5
        cast = mean / mean.mean()
        tint = (1 + float(rng.uniform(0.1, 0.5)) * (cast - 1)).astype(np.float32)
        around = float(np.clip(mean.mean() / 125, 0.15, 1.4))
        level = float(rng.choice([0.35, 0.65, 0.85, 1.0, 1.2])) * float(rng.uniform(0.85, 1.15))
        level *= around ** float(rng.uniform(0.2, 1.0))
    direction /= np.linalg.norm(direction)
    return Lighting(
        night=night,
        direction=direction.astype(np.float32),
        ambient=float(rng.uniform(0.2, 0.6)),
        level=level,
        tint=tint,
        shoulder=bool(rng.random() < 0.6),
    )


def _soften(layer: Floats, sigma: float, rng: np.random.Generator) -> Floats:
    """Out of focus because near; sometimes moving."""
    if rng.random() < 0.2:
        reach = int(rng.integers(5, 16))
        kernel = np.zeros((reach, reach), np.float32)
        angle = rng.uniform(0, np.pi)
        arm = reach / 2 * np.array([np.cos(angle), np.sin(angle)])
        middle = (reach - 1) / 2
        cv2.line(
            kernel,
            (round(middle - arm[0]), round(middle - arm[1])),
            (round(middle + arm[0]), round(middle + arm[1])),
            1.0,
        )
        kernel /= kernel.sum()
        moved = cv2.filter2D(layer, -1, kernel, borderType=cv2.BORDER_REPLICATE)
        layer = np.asarray(moved, dtype=np.float32)
    soft = cv2.GaussianBlur(layer, (0, 0), max(sigma, 0.85), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft, dtype=np.float32)


def _room(base: Floats, alpha: Floats, grey: bool, rng: np.random.Generator) -> Floats:
    """The room behind: shaded near the limb, darker where the exposure follows a bright limb."""
    height, width = alpha.shape
    small = resized(alpha, (max(4, height // 8), max(4, width // 8)))
    shade = resized(blurred(small, float(rng.uniform(1.0, 4.0))), (height, width))
    exposure = float(rng.uniform(0.3, 1.0) if grey else rng.uniform(0.7, 1.1))
    return times(base, exposure * (1 - float(rng.uniform(0, 0.4)) * shade))
