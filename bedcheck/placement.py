"""How one camera is placed: the bed's polygon, references to align to; a TOML file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck import placement_file
from bedcheck.errors import PlacementError
from bedcheck.frame import Frame, Picture, read
from bedcheck.layout import GRID, layout, likeness, part_moved
from bedcheck.noise import noise, octaves
from bedcheck.placement_file import MOST_REFERENCES
from bedcheck.polygon import area, check_polygon, format_polygon, mask, parse_polygon
from bedcheck.reference import Reference
from bedcheck.registration import Registration, carry, key_points, register
from bedcheck.structure import coverage, structure_map
from bedcheck.verdict import Polygon

__all__ = ["Alignment", "Placement", "format_polygon", "parse_polygon"]

STILL = 0.004  # share of the diagonal: a smaller shift is jitter, the polygon stays
FARTHEST = 0.08  # share of the diagonal: a larger shift is `moved`
MOST_TURN = 8.0  # degrees about the lens's axis: a larger turn is `moved`
MOST_ZOOM = 1.2  # times larger or smaller: more is `moved`
LEAST_BED = 0.8  # share of the bed that is still in the picture, else `moved`
AFAR, SURELY_SAME = 0.04, 0.45  # no view shifted by that share of the diagonal is so alike
SAME_VIEW = 0.35  # likeness of layouts: the same view in another light reaches 0.5
OTHER_VIEW = 0.25  # unrelated views stay under 0.2
SEEN = 0.5  # structure coverage from which a view can be called another one
STEADY_TURN = 2.0  # degrees
STEADY = 0.015  # share of the diagonal: the camera shifted less than a cell of the layout
OUTWARD, INWARD = 0.15, 0.1  # of the bed's size: frame, rails and boards lie in this border
ALREADY_KNOWN = 0.85  # likeness above which a further reference adds nothing


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """How a picture lies to the placement's references."""

    moved: bool | None  # whether the camera has moved too far; None: cannot be told
    bed_moved: bool | None  # whether the bed has, the camera not; None: cannot be told
    shift: float | None  # of the centre, share of the diagonal; None: too few points agree
    rotation: float | None  # degrees, clockwise as seen
    scale: float | None  # above 1: things look larger than in the reference
    inliers: int  # key points that agree
    likeness: float  # of the edges' layout to the most alike reference's, -1..1
    bed: Polygon  # the mattress in this picture, moved along with a small shift


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where the bed is in one camera's picture, and what the view looks like.

    With a polygon alone there is no reference, so nothing is said about movement.
    """

    bed: Polygon  # the mattress, (x, y) in 0..1 of width and height
    name: str = ""  # the camera's or the resident's, for the reader
    reference: tuple[Reference, ...] = ()  # four at most, each in another light
    empty_bed: tuple[tuple[float, ...], ...] = ()  # features of the bed when empty, if any

    def __post_init__(self) -> None:
        object.__setattr__(self, "bed", check_polygon(self.bed))

    @classmethod
    def fit(
        cls, pictures: Iterable[Picture | Frame] | Picture | Frame, *, bed: Polygon, name: str = ""
    ) -> Placement:
        """The placement of a camera from pictures of its view and the bed drawn in them.

        Give one by day and one by night where the camera switches to infrared; pictures that
        look like one given before add nothing and are left out, and four are kept at most.
        Raises PlacementError where no picture shows enough to align to, and PictureError where
        one cannot be read.
        """
        single = str, os.PathLike, bytes, bytearray, memoryview, np.ndarray, Frame
        several = cast(Any, [pictures] if isinstance(pictures, single) else pictures)
        outline = check_polygon(bed)
        kept: list[Reference] = []
        count = 0
        for picture in several:
            count += 1
            reference = Reference.of(read(picture), outline)
            known = any(likeness(reference.layout, one.layout) > ALREADY_KNOWN for one in kept)
            if not known and len(kept) < MOST_REFERENCES and len(reference.points) >= 40:
                kept.append(reference)
        if not kept:
            raise PlacementError(
                f"pictures: expected at least one that shows the room, got {count} without"
                " enough detail to align to; take one in light, with the lens free"
            )
        return cls(bed=outline, name=name, reference=tuple(kept))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Placement:
        """The placement in a TOML file.

        Raises PlacementError naming the file, the field and the form expected.
        """
        try:
            contents = placement_file.parse(Path(path).read_bytes().decode("utf-8"))
        except OSError as fault:
            raise PlacementError(
                f"{path}: expected a placement file: {fault.strerror or fault}"
            ) from None
        except UnicodeDecodeError:
            raise PlacementError(f"{path}: expected a TOML file in UTF-8") from None
        except PlacementError as fault:
            raise PlacementError(f"{path}: {fault}") from None
        return cls(**contents._asdict())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the placement as a TOML file, under 100 kB; OSError where that fails."""
        contents = placement_file.Contents(self.bed, self.name, self.reference, self.empty_bed)
        Path(path).write_text(placement_file.dump(contents), encoding="utf-8", newline="\n")

    def align(self, luma: NDArray[np.uint8]) -> Alignment | None:
        """How the picture with this working luma (HxW uint8) lies to the references.

        None without a reference. The references are tried in order of their likeness, and the
        first that registers counts. Where none does, the layout of the edges still tells the
        same view in another light (not moved) from another view (moved), if the picture shows
        enough structure. It also has the last word where the key points that agree are those
        of a large thing that moved, such as the bed itself.
        """
        if not self.reference:
            return None
        edges = layout(luma)
        ranked = sorted(self.reference, key=lambda one: -likeness(one.layout, edges))
        alike = likeness(ranked[0].layout, edges)
        seen = key_points(luma)
        for one in ranked:
            found = register(one.points, seen)
            if found.checkable and not (found.shift > AFAR and alike > SURELY_SAME):
                bed, moved = self._carried(one.points.size, seen.size, found)
                steady = not moved and found.shift < STEADY and abs(found.rotation) < STEADY_TURN
                return Alignment(
                    moved=moved,
                    bed_moved=self._bed_moved(ranked[0], edges) if steady else None,
                    shift=found.shift,
                    rotation=found.rotation,
                    scale=found.scale,
                    inliers=found.inliers,
                    likeness=alike,
                    bed=bed,
                )
        nearly = max(likeness(one.layout, edges, reach=2) for one in ranked)
        view: bool | None = None
        if nearly >= SAME_VIEW:
            view = False
        elif nearly < OTHER_VIEW and _shows_structure(luma):
            view = True
        return Alignment(
            moved=view,
            bed_moved=self._bed_moved(ranked[0], edges) if alike >= SAME_VIEW else None,
            shift=None,
            rotation=None,
            scale=None,
            inliers=0,
            likeness=alike,
            bed=self.bed,
        )

    def _carried(
        self, start: tuple[int, int], end: tuple[int, int], found: Registration
    ) -> tuple[Polygon, bool]:
        """The bed after the camera's movement, and whether that was too large to follow."""
        large = (
            found.shift > FARTHEST
            or abs(found.rotation) > MOST_TURN
            or not 1 / MOST_ZOOM <= found.scale <= MOST_ZOOM
        )
        still = found.shift < STILL and abs(found.rotation) < 0.5 and abs(found.scale - 1) < 0.01
        if large or still:
            return self.bed, large
        carried = carry(np.array(self.bed), found.movement, start, end)
        whole = tuple((float(x), float(y)) for x, y in carried)
        clipped = tuple((float(x), float(y)) for x, y in carried.clip(0, 1))
        if area(clipped) < LEAST_BED * area(whole):
            return self.bed, True
        try:
            return check_polygon(clipped), False
        except PlacementError:  # clipping made its sides cross
            return self.bed, False

    def _bed_moved(self, reference: Reference, edges: NDArray[np.int8]) -> bool | None:
        return part_moved(reference.layout, edges, _border(self.bed))


def _border(bed: Polygon) -> NDArray[np.bool_]:
    """Which cells of a layout show the bed's outline, frame, rails and boards, 30x40.

    Linen changes every night, so the middle of the mattress does not count.
    """
    columns, rows = GRID
    fine = 4  # pixels a side of a cell
    drawn = np.pad(mask(bed, columns * fine, rows * fine), 1)
    inside = cv2.distanceTransform(drawn, cv2.DIST_L2, 3)[1:-1, 1:-1]
    outside = cv2.distanceTransform(255 - drawn, cv2.DIST_L2, 3)[1:-1, 1:-1]
    size = float(np.sqrt(area(bed) * columns * rows)) * fine
    border = (outside <= OUTWARD * size) & (inside <= INWARD * size)
    cells = border.reshape(rows, fine, columns, fine).mean(axis=(1, 3))
    return np.asarray(cells > 0.5)


def _shows_structure(luma: NDArray[np.uint8]) -> bool:
    scales = octaves(luma)
    tiles = structure_map(scales[2], noise(scales)[1])
    return tiles is not None and coverage(tiles) >= SEEN
