"""The prototype renderer's frames as a manifest.

``python -m datasets.prototype FACTS.csv OUT.csv`` wrote `prototype.csv` beside this file.

Its `facts.csv` has for each frame the situation and, by ray casting, the share of the bed that
is seen. The labels here follow the design, not the prototype: an edge sitter is in bed; a frame
is obstructed by the share seen, and where that share is neither, the row's `visibility` is
`unsure`. What the prototype called low contrast rests on a threshold of its own, and is
`cant_tell` here.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from bedcheck.verdict import Posture, State
from datasets.manifest import CANT_TELL, Row, write

__all__ = ["prototype_rows"]

HIDDEN, SEEN = 0.35, 0.6  # share of the bed: under the first obstructed, over the second seen
POSTURES = {"situp": Posture.SITTING_UP, "edge": Posture.EDGE}
COVERS = {"hidden": "full", "head_only": "full", "on_top": "none"}
SITUATIONS = 14  # the prototype goes through its situations scene by scene
DEV_OF, DEV_IS = 7, 4  # one round of all situations in seven is kept for development


def prototype_rows(facts: Path) -> list[Row]:
    """One row a frame; split by scene, so that no room is in two splits."""
    with facts.open(newline="", encoding="utf-8") as lines:
        return [_row(frame) for frame in csv.DictReader(lines)]


def _row(frame: dict[str, str]) -> Row:
    seen = float(frame["bed_visible"] or 0)
    label = frame["truth"]
    if frame["label"] == State.LOW_CONTRAST:
        label = CANT_TELL
    elif seen < HIDDEN:
        label = State.OBSTRUCTED
    in_bed = frame["truth"] == State.IN_BED
    scene = f"synth_{frame['scene']}"
    return Row(
        path=frame["path"],
        label=str(label),
        scene=scene,
        room=scene,
        posture=str(POSTURES.get(frame["situation"], Posture.LYING)) if in_bed else "",
        cover=COVERS.get(frame["situation"], "part") if in_bed else "",
        light=frame["light"],
        modality="ir" if frame["light"] == "ir" else "rgb",
        split="dev" if int(frame["scene"]) // SITUATIONS % DEV_OF == DEV_IS else "train",
        source="prototype renderer",
        licence="ours",
        extras={
            "situation": frame["situation"],
            "visibility": "unsure" if HIDDEN <= seen < SEEN else "",
        },
    )


if __name__ == "__main__":
    write(sys.argv[2], prototype_rows(Path(sys.argv[1])))
