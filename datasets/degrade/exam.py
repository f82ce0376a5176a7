"""The exam: degraded pictures with known labels, written as a manifest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.errors import ManifestError, UnreadablePicture
from bedcheck.verdict import State
from datasets.degrade.apply import degrade
from datasets.degrade.outcome import CANT_TELL, Degraded
from datasets.degrade.recipe import EXAM, KINDS, Recipe
from datasets.manifest import Row, write

__all__ = ["COUNTS", "choose", "write_exam"]

SEED = 1
"""Seed of the exam whose figures are quoted."""

COUNTS = {"arm": 60, "hand": 60, "same_hue": 80}
"""Pictures a kind where it is not the usual number."""

USUAL = 40

LOSSLESS = ("same_hue", "noise", "dark", "overexposed")
"""Kinds kept as PNG: JPEG would round contrasts under one grey level away."""

QUALITY = 92

TRIES = 12
"""Draws for a picture until its label is not cant_tell."""

ON_BED = ("same_hue", "dark", "overexposed")
"""Kinds that change the bed itself and so need to know where it is."""

SMALL_ROOM = 10
"""Rows under which a room does not take a turn of its own."""

Progress = Callable[[int, int], None]
"""Called with pictures done and pictures in all."""


def choose(
    rows: Sequence[Row], kind: str, count: int, seed: int, recipe: Recipe = EXAM
) -> list[int]:
    """Indices of ``count`` of ``rows`` for ``kind``, each at most once.

    Rooms take turns and, within a room, labels, so that no camera and no state outweighs the
    others; rooms of few pictures count together, by the first folder of their path. Kinds that
    change the bed itself take pictures whose bed is drawn; the night look takes none that
    are infrared already.
    """
    rng = recipe.rng(seed, 0, kind)
    order = [int(index) for index in rng.permutation(len(rows))]
    if kind in ON_BED:
        drawn = [index for index in order if rows[index].bed is not None]
        order = drawn if len(drawn) >= count else order
    if kind == "infrared":
        order = [index for index in order if rows[index].modality != "ir"]
    sizes = Counter(row.unit for row in rows)

    def room(index: int) -> str:
        row = rows[index]
        return row.unit if sizes[row.unit] >= SMALL_ROOM else PurePosixPath(row.path).parts[0]

    return _take_turns(order, count, [room, lambda index: rows[index].label])


def _take_turns(order: list[int], count: int, levels: list[Callable[[int], str]]) -> list[int]:
    """The first ``count`` of ``order`` when groups, and groups in them, take turns."""
    if not levels:
        return order[:count]
    groups: dict[str, list[int]] = defaultdict(list)
    for index in order:
        groups[levels[0](index)].append(index)
    queues = [iter(_take_turns(group, len(group), levels[1:])) for group in groups.values()]
    taken: list[int] = []
    while queues and len(taken) < count:
        for queue in list(queues):
            first = next(queue, None)
            if first is None:
                queues.remove(queue)
            else:
                taken.append(first)
    return taken[:count]


def write_exam(
    rows: Iterable[Row],
    root: Path,
    out: Path,
    *,
    split: str = "dev",
    kinds: Sequence[str] = KINDS,
    count: int | None = None,
    seed: int = SEED,
    recipe: Recipe = EXAM,
    progress: Progress | None = None,
) -> list[Row]:
    """Degrade pictures of ``split`` ("" for all) and write them with ``out/manifest.csv``.

    Rows labelled in_bed or not_in_bed are degraded whole, with the row's own bed. A row of the
    result has the label after degradation and the columns kind, strength, snr, bed_seen,
    causes, base_path and base_label beside those of its base; ``count`` pictures a kind
    (default: `COUNTS`, else 40; fewer where there are fewer rows). The same arguments give the
    same pictures. Returns the rows written.

    Raises ManifestError when no row qualifies, ValueError for an unknown kind, and
    UnreadablePicture when a picture cannot be read.
    """
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise ValueError(f"expected kinds out of {', '.join(KINDS)}; got {', '.join(unknown)}")
    usable = [
        row
        for row in rows
        if row.split == split or not split
        if row.label in (State.IN_BED, State.NOT_IN_BED) and row.certainty != CANT_TELL
    ]
    if not usable:
        raise ManifestError(
            f"expected rows of split {split!r} labelled in_bed or not_in_bed; found none"
        )
    plan = [
        (kind, index)
        for kind in kinds
        for index in choose(usable, kind, count or COUNTS.get(kind, USUAL), seed, recipe)
    ]
    written: list[Row] = []
    out.mkdir(parents=True, exist_ok=True)
    for done, (kind, index) in enumerate(plan):
        if progress:
            progress(done, len(plan))
        base = usable[index]
        file = root / base.path
        picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if picture is None:
            raise UnreadablePicture(f"{file}: expected a picture; check the path and the root")
        degraded = _decided(np.asarray(picture, np.uint8), base, index, kind, seed, recipe)
        name = f"{kind}/{index:05d}{'.png' if kind in LOSSLESS else '.jpg'}"
        _save(out / name, degraded.picture)
        written.append(_row(base, name, degraded))
    write(out / "manifest.csv", written)
    if progress:
        progress(len(plan), len(plan))
    return written


def _decided(
    picture: NDArray[np.uint8], base: Row, index: int, kind: str, seed: int, recipe: Recipe
) -> Degraded:
    """The first draw whose label is not cant_tell; the last one where there is none."""
    for attempt in range(TRIES):
        rng = recipe.rng(seed + 1000 * attempt, index, kind)
        degraded = degrade(picture, base.bed, kind=kind, recipe=recipe, rng=rng)
        if degraded.label != CANT_TELL:
            break
    return degraded


def _save(file: Path, picture: NDArray[np.uint8]) -> None:
    file.parent.mkdir(exist_ok=True)
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY] if file.suffix == ".jpg" else []
    if not cv2.imwrite(str(file), picture, options):
        raise OSError(f"{file}: the picture could not be written; is the disk full?")


def _row(base: Row, name: str, degraded: Degraded) -> Row:
    facts = degraded.facts
    extras = {
        **base.extras,
        "kind": degraded.kind,
        "strength": f"{degraded.strength:g}",
        "snr": f"{facts['snr']:.3f}" if "snr" in facts else "",
        "bed_seen": f"{facts['bed_seen']:.3f}" if "bed_seen" in facts else "",
        "causes": " ".join(degraded.causes),
        "base_path": base.path,
        "base_label": base.label,
    }
    modality = "ir" if degraded.kind == "infrared" else base.modality
    return replace(
        base, path=name, label=degraded.label or base.label, modality=modality, extras=extras
    )
