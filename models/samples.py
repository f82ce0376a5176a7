"""From an example to one training sample: window, degradation, warp, targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck import crop
from bedcheck.verdict import Polygon
from datasets.degrade import TRAIN, degrade
from models.augment import colours, jitter, warp
from models.examples import Example
from models.net import INPUT_SIZE, MASK_SIZE, POSTURES, VISIBILITY

__all__ = ["ALWAYS", "IGNORE", "Mix", "Sample", "draw_sample", "plain_sample"]

IGNORE = -1
ALWAYS = 2.0  # `Mix.whole` from which every picture is shown whole
WORK_SIZE = 288  # side at which degradations are drawn, pixels: near a camera's own scale


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How often what is shown. Shares are of all samples."""

    whole: float = 0.3  # the whole picture without its bed; half as often where beds are many;
    # from `ALWAYS` on never anything else
    no_polygon: float = 0.15  # of windows: the bed is not drawn in
    kinds: tuple[tuple[str, float], ...] = ()  # degradation and its share; the rest stay clean


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One input and what should come out; IGNORE where nothing is known."""

    picture: NDArray[np.uint8]  # S x S x 3 BGR
    bed: NDArray[np.uint8]  # S x S, 0 or 255
    visibility: int
    presence: float  # 1, 0 or IGNORE
    posture: int
    masks: NDArray[np.float32]  # 3 x M x M, 0..1, or IGNORE: see `models.net.MASKS`


def draw_sample(example: Example, mix: Mix, rng: np.random.Generator) -> Sample:
    """One random view of ``example``."""
    height, width = example.pixels.shape[:2]
    # A whole ward has no single answer: it teaches where beds are, and nothing of people.
    whole = example.bed is None or rng.random() < mix.whole * (1 if example.alone else 0.5)
    if whole:
        window = crop.whole(width, height)
        if example.bed is not None:
            # Of one bed in many, more is kept in view: which is the largest must show.
            margin = rng.uniform(-0.2, 0.3) if example.alone else rng.uniform(0.2, 1.2)
            window = _between(window, crop.around(example.bed, width, height, margin), rng)
    else:
        assert example.bed is not None
        margin = rng.uniform(0.08, 0.55)
        window = crop.around(jitter(example.bed, 0.03, rng), width, height, margin)
    work, scale = _shown(example.pixels, window)
    bed = _moved(example.bed, window, width, height) if example.bed else None

    kind = _kind(mix, rng)
    if example.label in ("obstructed", "cant_tell"):
        kind = "clean"
    done = degrade(work, bed, kind=kind, recipe=TRAIN, rng=rng)
    layers = _layers(example, window, work.shape[:2], scale)
    # Where nothing is asked of people a bed may well leave the view.
    loosely = whole and (mix.whole >= ALWAYS or not example.alone)
    picture, layers, drawn = warp(done.picture, layers, bed, INPUT_SIZE, rng, loosely=loosely)
    picture = colours(picture, rng, gently=kind in ("same_hue", "noise", "dark"))

    visibility, presence = _targets(example, done.label, whole)
    shows_bed = not whole and bed is not None and rng.random() >= mix.no_polygon
    mask = np.zeros((INPUT_SIZE, INPUT_SIZE), np.uint8)
    if shows_bed and drawn is not None:
        mask = crop.draw(
            jitter(drawn, 0.04, rng),
            crop.whole(INPUT_SIZE, INPUT_SIZE),
            INPUT_SIZE,
            INPUT_SIZE,
            INPUT_SIZE,
        )
    return Sample(
        picture=picture,
        bed=mask,
        visibility=visibility,
        presence=presence,
        posture=_posture(example, visibility),
        masks=_mask_targets(example, layers, visibility, shows_bed),
    )


def plain_sample(example: Example, mix: Mix | None, rng: np.random.Generator) -> Sample:
    """The view that the detector takes: neither turned nor coloured.

    As taken without a ``mix``, else degraded by one of its kinds.
    """
    height, width = example.pixels.shape[:2]
    bed = example.bed
    window = crop.around(bed, width, height) if bed else crop.whole(width, height)
    work, _ = _shown(example.pixels, window)
    inside = _moved(bed, window, width, height) if bed else None
    known = example.label in ("in_bed", "not_in_bed")
    kind = _kind(mix, rng) if mix and known else "clean"
    done = degrade(work, inside, kind=kind, recipe=TRAIN, rng=rng)
    shown = crop.whole(work.shape[1], work.shape[0])
    visibility, presence = _targets(example, done.label, whole=bed is None)
    return Sample(
        picture=crop.cut(done.picture, shown, INPUT_SIZE),
        bed=crop.draw(inside, shown, shown.width, shown.height, INPUT_SIZE),
        visibility=visibility,
        presence=presence,
        posture=_posture(example, visibility),
        masks=np.full((3, MASK_SIZE, MASK_SIZE), IGNORE, np.float32),
    )


def _between(far: crop.Window, close: crop.Window, rng: np.random.Generator) -> crop.Window:
    """A window between two: cameras stand at all distances, and so do their people."""
    share = rng.random() ** 1.5
    left, top, right, bottom = (
        round(getattr(far, side) * (1 - share) + getattr(close, side) * share)
        for side in ("left", "top", "right", "bottom")
    )
    return crop.Window(left=left, top=top, right=right, bottom=bottom)


def _kind(mix: Mix, rng: np.random.Generator) -> str:
    ball = rng.random()
    for kind, share in mix.kinds:
        ball -= share
        if ball < 0:
            return kind
    return "clean"


def _shown(pixels: NDArray[np.uint8], window: crop.Window) -> tuple[NDArray[np.uint8], float]:
    """The window at a working size near `WORK_SIZE`, its proportions kept."""
    part = pixels[window.top : window.bottom, window.left : window.right]
    scale = WORK_SIZE / max(part.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(part, None, fx=scale, fy=scale, interpolation=how), scale


def _moved(bed: Polygon, window: crop.Window, width: int, height: int) -> Polygon:
    """The polygon in the window's own coordinates, 0..1, cut to it."""
    return tuple(
        (
            min(max((x * width - window.left) / window.width, 0.0), 1.0),
            min(max((y * height - window.top) / window.height, 0.0), 1.0),
        )
        for x, y in bed
    )


def _layers(
    example: Example, window: crop.Window, shape: tuple[int, ...], scale: float
) -> NDArray[np.uint8]:
    """HxWx3 uint8 at working size: largest bed, person, every bed."""
    height, width = example.pixels.shape[:2]
    size = (shape[1], shape[0])
    layers: NDArray[Any] = np.zeros((*shape[:2], 3), np.uint8)

    def part(mask: NDArray[np.uint8]) -> NDArray[Any]:
        inside = mask[window.top : window.bottom, window.left : window.right]
        return np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_NEAREST))

    if example.person is not None:
        layers[:, :, 1] = part(example.person)
    if example.bed_mask is not None:
        layers[:, :, 0] = layers[:, :, 2] = part(example.bed_mask)
        return layers
    planes = []
    for bed in example.beds:
        points = np.array(bed) * (width, height) - (window.left, window.top)
        corners = [np.round(points * scale).astype(np.int32)]
        planes.append(cv2.fillPoly(np.zeros(shape[:2], np.uint8), corners, 255))
    if planes:
        layers[:, :, 0] = max(planes, key=np.count_nonzero)  # the largest of what is in view
        layers[:, :, 2] = np.maximum.reduce(planes)
    return layers


def _targets(example: Example, degraded: str | None, whole: bool) -> tuple[int, float]:
    """What the two heads should say: index into VISIBILITY, and presence."""
    label = degraded or example.label
    speaks = example.alone or not whole  # a whole ward has no single answer
    if label in ("obstructed", "low_contrast"):
        return VISIBILITY.index(label), IGNORE
    if label == "cant_tell":
        return IGNORE, IGNORE
    presence = float(label == "in_bed")
    if not speaks or example.posture == "edge":
        presence = IGNORE
    unsure = example.extras.get("visibility") == "unsure"
    return (IGNORE if unsure else VISIBILITY.index("seen")), presence


def _posture(example: Example, visibility: int) -> int:
    if visibility != 0 or example.label != "in_bed" or example.posture not in POSTURES:
        return IGNORE
    return POSTURES.index(example.posture)


def _mask_targets(
    example: Example, layers: NDArray[np.uint8], visibility: int, shows_bed: bool
) -> NDArray[np.float32]:
    cells = cv2.resize(layers, (MASK_SIZE, MASK_SIZE), interpolation=cv2.INTER_AREA)
    masks = np.ascontiguousarray(cells.transpose(2, 0, 1).astype(np.float32)) / 255
    if not example.beds or visibility != 0:
        masks[:] = IGNORE
    if shows_bed and len(example.beds) > 1:
        masks[0] = IGNORE  # the bed pointed at need not be the largest
    if example.person is None:
        masks[1] = IGNORE  # people are drawn in rendered pictures only
    return masks
