"""Each corruption takes more away from step to step, and is the same picture every time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.corruptions import CORRUPTIONS, SEVERITIES, Corruption, corrupt
from eval.judges import Spec
from eval.plots import sweep_plot
from eval.sweep import choose, sweep, sweep_figures
from tests.conftest import BED

Pixels = NDArray[np.uint8]


@pytest.mark.parametrize("kind", list(CORRUPTIONS))
def test_a_corruption(bedroom: Pixels, kind: str) -> None:
    small = np.ascontiguousarray(bedroom[::2, ::2])
    before = small.copy()
    made = [corrupt(small, BED, Corruption(kind=kind, severity=s, seed=3)) for s in SEVERITIES]
    assert all(one.shape == small.shape and one.dtype == np.uint8 for one in made)
    assert (small == before).all()
    again = corrupt(small, BED, Corruption(kind=kind, severity=3, seed=3))
    assert (again == made[2]).all()
    away = [float(np.abs(one.astype(int) - small).mean()) for one in made]
    assert away[0] > 0
    if kind != "infrared_look":  # which is another look, not a worse one of the same
        assert away[4] > away[0]


def test_a_grey_picture_and_one_without_a_bed(bedroom: Pixels) -> None:
    grey = bedroom[:, :, 0].copy()
    made = corrupt(grey, None, Corruption(kind="blur", severity=2))
    assert made.shape == (480, 640, 3)


@pytest.mark.parametrize(("kind", "severity"), [("moths", 1), ("blur", 6), ("blur", 0)])
def test_what_is_no_corruption_is_told(bedroom: Pixels, kind: str, severity: int) -> None:
    with pytest.raises(ValueError, match="expected one of"):
        corrupt(bedroom, None, Corruption(kind=kind, severity=severity))


def test_rows_of_a_sweep_take_turns() -> None:
    from datasets.manifest import Row

    rows = list(
        enumerate(
            Row(path=f"{k}", label=label, scene=f"{k}", room=room, posture=posture)
            for k, (label, room, posture) in enumerate(
                [("in_bed", "a", "")] * 9
                + [("in_bed", "b", ""), ("in_bed", "c", "edge"), ("not_in_bed", "a", "")]
                + [("obstructed", "a", "")]
            )
        )
    )
    assert [(row.label, row.room) for _, row in choose(rows, 4)] == [
        ("in_bed", "a"),
        ("not_in_bed", "a"),
        ("in_bed", "b"),
        ("in_bed", "a"),
    ]


def test_a_sweep_from_pictures_to_a_plot(bedroom: Pixels, tmp_path) -> None:  # type: ignore[no-untyped-def]
    import cv2

    from datasets.manifest import Row

    cv2.imwrite(str(tmp_path / "a.png"), bedroom[::2, ::2])
    row = Row(path="a.png", label="not_in_bed", scene="a", bed=BED)
    done = sweep([(0, row)], tmp_path, Spec(), kinds=["stalled", "jpeg"], workers=1)
    assert len(done) == 1 + 2 * 5
    figures = sweep_figures(done)
    curve = figures["jpeg"]["not_in_bed"]
    assert [point["severity"] for point in curve] == [0, 1, 2, 3, 4, 5]
    assert all(sum(point["states"].values()) == pytest.approx(1) for point in curve)
    assert figures["jpeg"]["in_bed"] == []  # there is none in this set
    assert sweep_plot(figures).startswith(b"\x89PNG")
