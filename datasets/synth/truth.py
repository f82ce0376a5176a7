"""What is true of a rendered picture: masks, the bed's outline, how much of it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.detectability import detectability
from bedcheck.verdict import Polygon
from datasets.degrade.outcome import CANT_TELL, SEEN_HIDDEN, SEEN_KEPT, SNR_KEPT, SNR_LOST
from datasets.synth.camera import Camera
from datasets.synth.mesh import Kind, Part
from datasets.synth.room import Place
from datasets.synth.trace import NOTHING, Tracer

__all__ = ["Alone", "BedTruth", "Masks", "in_frame", "judge", "masks", "outline", "seen"]

SMALLEST = 0.006  # share of the picture: a bed that covers less is not asked about
OF_BED = (Kind.FRAME, Kind.MATTRESS, Kind.BEDDING)


@dataclass(frozen=True, eq=False)
class Masks:
    """Bed by bed, height x width."""

    whole: NDArray[np.bool_]  # beds x height x width: the bed, were nothing before it
    visible: NDArray[np.bool_]  # the bed and what lies on it, as far as it shows
    people: NDArray[np.bool_]  # anybody, were nothing before them
    people_seen: NDArray[np.bool_]
    on_bed: NDArray[np.bool_]  # beds x height x width: who is in that bed, as far as seen
    on_bed_whole: NDArray[np.bool_]

    def picture(self) -> NDArray[np.uint8]:
        """BGR: blue the beds (90 whole, 120 more where visible), green 40 for the first bed,
        80 for the second and so on, red people (100 whole, 155 more where visible).
        """
        height, width = self.people.shape
        out = np.zeros((height, width, 3), np.uint8)
        for number in range(len(self.whole)):
            whole, visible = self.whole[number], self.visible[number]
            out[..., 0] = np.maximum(out[..., 0], whole * 90 + (whole & visible) * 120)
            out[..., 1] = np.where(
                visible | (whole & (out[..., 1] == 0)), 40 * (number + 1), out[..., 1]
            )
        out[..., 2] = self.people * 100 + (self.people & self.people_seen) * 155
        return out


@dataclass(frozen=True, kw_only=True)
class BedTruth:
    """One bed in one picture."""

    label: str
    outline: Polygon
    seen: float  # share of the mattress in frame with nothing before it
    area: float  # share of the picture inside the outline
    snr: float  # detectability inside the outline
    person_seen: float  # share of the person in the bed that shows; 0 without
    person_area: float  # share of the picture that this is
    why: str = ""


class Alone:
    """Each bed, who is on it, and whoever is on none: made once, then cast at by each camera."""

    def __init__(self, parts: Sequence[Part], beds: int) -> None:
        def of(*kinds: Kind, bed: int | None = None) -> Tracer | None:
            chosen = [p for p in parts if p.kind in kinds and bed in (None, p.bed)]
            return Tracer(chosen) if chosen else None

        self.beds = [of(*OF_BED, bed=number) for number in range(beds)]
        self.sleepers = [of(Kind.PERSON, bed=number) for number in range(beds)]
        self.bystanders = of(Kind.BYSTANDER)


def masks(parts: Sequence[Part], alone: Alone, shown: NDArray[np.int32], camera: Camera) -> Masks:
    """Masks by casting rays at each bed and at the people alone.

    ``shown`` is the index in ``parts`` of what each pixel shows; -1: nothing.
    """
    shape = shown.shape
    kinds = np.array([part.kind for part in parts] + [-1])[shown]
    owners = np.array([part.bed for part in parts] + [-1])[shown]
    y, x = np.mgrid[: shape[0], : shape[1]]
    directions = camera.rays(np.stack([x.ravel(), y.ravel()], -1) + 0.5)
    origins = np.tile(np.float32(camera.place), (len(directions), 1))

    def cast(tracer: Tracer | None) -> NDArray[np.bool_]:
        if tracer is None:
            return np.zeros(shape, bool)
        return (tracer.first(origins, directions).face != NOTHING).reshape(shape)

    whole = [cast(tracer) for tracer in alone.beds]
    on_whole = [cast(tracer) for tracer in alone.sleepers]
    mine = [owners == number for number in range(len(whole))]
    visible = [own & np.isin(kinds, [*OF_BED, Kind.PERSON]) for own in mine]
    on = [own & (kinds == Kind.PERSON) for own in mine]
    others = cast(alone.bystanders)
    anybody = np.any([others, *on_whole], axis=0)
    return Masks(
        np.array(whole), np.array(visible), anybody,
        np.isin(kinds, [Kind.PERSON, Kind.BYSTANDER]), np.array(on), np.array(on_whole),
    )  # fmt: skip


def outline(place: Place, camera: Camera) -> Polygon | None:
    """The mattress in the picture, cut to the frame; None where it is out of it."""
    bed = place.bed
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, 90), np.linspace(-0.5, 0.5, 140))
    flat = np.stack([u.ravel() * bed.width, v.ravel() * bed.length, np.full(u.size, bed.top)], -1)
    at = camera.pixels(_placed(place, flat))
    keep = (
        np.isfinite(at).all(1)
        & (at > 0).all(1)
        & (at[:, 0] < camera.width)
        & (at[:, 1] < camera.height)
    )
    if keep.sum() < 12:
        return None
    hull = cv2.convexHull(at[keep].astype(np.float32))
    slim = cv2.approxPolyDP(hull, 0.006 * cv2.arcLength(hull, True), True)
    if len(slim) < 3:
        slim = hull
    if len(slim) < 3 or cv2.contourArea(slim) < SMALLEST * camera.width * camera.height:
        return None
    size = np.array([camera.width, camera.height])
    return tuple((float(round(x, 4)), float(round(y, 4))) for x, y in slim[:, 0] / size)


def seen(place: Place, number: int, camera: Camera, visible: NDArray[np.bool_]) -> float:
    """Share of the mattress's area in frame where the picture shows this bed or who is in it."""
    inside, pixel = _framed(place, camera)
    mine = visible[number][pixel[:, 1], pixel[:, 0]]
    return float((inside & mine).mean())


def in_frame(place: Place, camera: Camera) -> float:
    """Share of the mattress's area in frame, whatever is before it."""
    return float(_framed(place, camera)[0].mean())


def _framed(place: Place, camera: Camera) -> tuple[NDArray[np.bool_], NDArray[np.int_]]:
    """Of points all over the mattress, which are in frame and at which pixels."""
    bed = place.bed
    u, v = np.meshgrid(np.linspace(-0.47, 0.47, 24), np.linspace(-0.47, 0.47, 48))
    flat = np.stack(
        [u.ravel() * bed.width, v.ravel() * bed.length, np.full(u.size, bed.top + 0.05)], -1
    )
    at = camera.pixels(_placed(place, flat))
    inside = np.isfinite(at).all(1)
    inside[inside] &= (at[inside] >= 0).all(1) & (at[inside] < [camera.width, camera.height]).all(1)
    pixel = np.zeros(at.shape, int)
    pixel[inside] = at[inside].astype(int)
    return inside, pixel


def _placed(place: Place, points: NDArray) -> NDArray:
    from datasets.synth.mesh import turned

    return turned(place.bed.bent(points), place.turn) + np.array([place.x, place.y, 0.0])


def judge(
    occupied: bool,
    polygon: Polygon,
    share: float,
    clean: NDArray[np.uint8],
    noise: float,
    cover: Masks,
    number: int,
    framed: float = 1.0,
) -> BedTruth:
    """The label of one bed, by how much of it is seen and what noise leaves of it.

    ``framed`` is the share of it in frame where the camera was turned after ``polygon`` was
    marked: too little of that is what hides it then.
    """
    found = detectability(clean, polygon, noise)
    snr = found.snr if found is not None else 0.0
    label, why = ("in_bed" if occupied else "not_in_bed"), ""
    if snr < SNR_LOST:
        label, why = "low_contrast", "snr"
    elif snr < SNR_KEPT:
        label, why = CANT_TELL, "snr"
    if share < SEEN_HIDDEN:
        label, why = "obstructed", "moved" if framed < SEEN_HIDDEN else "share"
    elif share < SEEN_KEPT and label not in ("low_contrast", CANT_TELL):
        label, why = CANT_TELL, "share"
    pixels = clean.size
    whole = int(cover.on_bed_whole[number].sum())
    shown = int(cover.on_bed[number].sum())
    return BedTruth(
        label=label,
        outline=polygon,
        seen=share,
        area=float(abs(cv2.contourArea(np.float32(polygon)))),
        snr=snr,
        person_seen=shown / whole if whole else 0.0,
        person_area=shown / pixels,
        why=why,
    )
