"""SLP, the public set of lying postures, as manifest rows: everybody lies in bed in it."""

from __future__ import annotations

from pathlib import Path

from bedcheck.errors import ManifestError
from bedcheck.verdict import Posture, State
from datasets.manifest import Row

__all__ = ["read_slp"]

COVERS = {"uncover": "none", "cover1": "full", "cover2": "full"}  # a sheet, a blanket
NOTES = {"cover1": "thin sheet", "cover2": "thick blanket"}
MODALITIES = {"RGB": "rgb", "IR": "thermal"}
LABS = ("danaLab", "simLab")


def read_slp(root: Path, *, split: str = "", modality: str = "RGB") -> list[Row]:
    """Rows of ``root/LAB/SUBJECT/RGB/COVER/image_*.png``.

    The lab is the room: one bed under one camera, so a hundred subjects are one or two rooms,
    and nothing is learnt of empty beds. ``modality`` is RGB or IR; the latter is long wave, heat
    and not a night camera's light. Raises ManifestError where there is none of it.

    S. Liu, S. Ostadabbas, "Seeing Under the Cover", MICCAI 2019, arXiv:1907.02161.
    """
    if modality not in MODALITIES:
        raise ManifestError(f"expected the modality RGB or IR; got {modality!r}")
    rows = []
    for lab in LABS:
        for file in sorted((root / lab).glob(f"*/{modality}/*/image_*.png")):
            subject, cover = file.parts[-4], file.parts[-2]
            if cover not in COVERS:
                continue
            rows.append(
                Row(
                    path=file.relative_to(root).as_posix(),
                    label=State.IN_BED,
                    scene=f"slp_{lab}_{subject}",
                    room=f"slp_{lab}",
                    posture=Posture.LYING,
                    cover=COVERS[cover],
                    light="day",
                    modality=MODALITIES[modality],
                    view="overhead",
                    certainty="sure",
                    split=split,
                    source="SLP",
                    licence="research only, by request",
                    note=NOTES.get(cover, ""),
                )
            )
    if not rows:
        raise ManifestError(
            f"{root}: expected SLP's {'/, '.join(LABS)}/ with SUBJECT/{modality}/COVER/image_*.png;"
            " got none"
        )
    return rows
