"""The baselines answer as they are said to."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bedcheck.errors import ManifestError, UnreadablePicture
from bedcheck.verdict import State
from datasets.manifest import Row, write
from eval.peers import always_in_bed, hog, judge_with, person_in_bed

BED = ((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0))
ANYWHERE = Path("a.jpg")


@pytest.mark.parametrize(
    ("boxes", "bed", "p"),
    [
        ([(0, 0.25, [0.6, 0.6, 0.2, 0.2])], BED, 0.5),  # at its own threshold
        ([(0, 1.0, [0.6, 0.6, 0.2, 0.2])], BED, 1.0),
        ([(0, 0.9, [0.0, 0.0, 0.2, 0.2])], BED, 0.0),  # beside the bed
        ([(0, 0.9, [0.0, 0.0, 0.2, 0.2])], None, 0.5 + 0.5 * 0.65 / 0.75),  # no bed is drawn
        ([(59, 0.9, [0.6, 0.6, 0.2, 0.2])], BED, 0.0),  # a bed is no person
        ([], BED, 0.0),
    ],
)
def test_a_person_over_the_bed(boxes: list, bed: object, p: float) -> None:  # type: ignore[type-arg]
    judge = person_in_bed(lambda picture: boxes)
    assert judge(ANYWHERE, bed)[State.IN_BED] == pytest.approx(p)  # type: ignore[arg-type]


def test_a_picture_that_a_peer_cannot_read_is_left_out() -> None:
    judge = person_in_bed(lambda picture: None)
    with pytest.raises(UnreadablePicture):
        judge(ANYWHERE, None)
    rows = [(4, Row(path="a.jpg", label="in_bed", scene="s"))]
    assert judge_with(judge, "peer", rows, Path()) == []
    (one,) = judge_with(always_in_bed, "always", rows, Path())
    assert (one.number, one.state, one.presence) == (4, State.IN_BED, 1.0)


def test_hog_learns_what_can_be_learnt(tmp_path: Path) -> None:
    rows = []
    for k in range(20):
        picture = np.full((96, 96), 120, np.uint8)
        if k % 2:
            cv2.ellipse(picture, (48, 48 + k % 5), (10, 30), 0, 0, 360, 220.0, -1)
        cv2.imwrite(str(tmp_path / f"{k}.png"), picture)
        label = "in_bed" if k % 2 else "not_in_bed"
        split = "train" if k < 14 else "dev"
        rows.append(Row(path=f"{k}.png", label=label, scene=f"s{k}", split=split))
    write(tmp_path / "manifest.csv", rows)
    judge = hog(tmp_path / "manifest.csv", tmp_path)
    held = judge_with(judge, "hog", list(enumerate(rows))[14:], tmp_path)
    assert [p.state.value for p in held] == [row.label for row in rows[14:]]
    with pytest.raises(ManifestError, match="split test"):
        hog(tmp_path / "manifest.csv", tmp_path, split="test")
