"""Times are counted by round, and a verdict's stages are told apart without trace."""

from __future__ import annotations

import numpy as np
import pytest

from bedcheck import detector as judging
from bedcheck.detector import Detector
from bedcheck.frame import Frame
from bedcheck.placement import Placement
from benchmarks.pictures import BED, bedroom, jpeg
from benchmarks.timing import STAGES, Times, clocked, staged


def test_figures_are_least_median_and_95th_percentile() -> None:
    times = Times()
    for value in range(101):
        times.add(wall=value, cpu=2 * value)
    assert times.figures() == {
        "wall_min_ms": 0,
        "wall_p50_ms": 50,
        "wall_p95_ms": 95,
        "cpu_min_ms": 0,
        "cpu_p50_ms": 100,
        "cpu_p95_ms": 190,
    }


def test_every_round_is_called_and_counted() -> None:
    calls: list[int] = []
    times = clocked(lambda: calls.append(1), 7)
    assert len(calls) == len(times.wall) == len(times.cpu) == 7


@pytest.mark.parametrize(
    ("placement", "used", "unused"),
    [
        (Placement(bed=BED), set(), {"find bed"}),
        (None, {"find bed"}, {"registration"}),
    ],
)
def test_stages_are_told_apart(
    placement: Placement | None, used: set[str], unused: set[str]
) -> None:
    detector, picture = Detector(), jpeg(bedroom(160, 120))
    found = staged(detector, lambda: detector.judge(picture, placement), 3)
    assert set(found) == {*STAGES, "rest"}
    assert all(len(times.wall) == 3 for times in found.values())
    for stage in {"decode", "measures", "preprocess", "network", "rules", *used}:
        assert min(found[stage].wall) > 0, stage
    for stage in unused:
        assert max(found[stage].wall) == 0, stage


def test_staging_leaves_everything_as_it_was() -> None:
    detector, picture = Detector(), bedroom(96, 72)
    names = ("read", "working_luma", "measure", "find_bed", "decide")
    before = [getattr(judging, name) for name in names]
    luma, align, own = Frame.__dict__["luma"], Placement.align, dict(vars(detector.network))

    def fail() -> None:
        detector.judge(picture)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        staged(detector, fail, 1)
    assert [getattr(judging, name) for name in names] == before
    assert (Frame.__dict__["luma"], Placement.align) == (luma, align)
    assert vars(detector.network) == own


def test_two_frames_of_one_camera_differ_in_noise_alone() -> None:
    first, second = bedroom(96, 72, seed=1), bedroom(96, 72, seed=2)
    assert first.shape == (72, 96, 3)
    np.testing.assert_array_equal(first, bedroom(96, 72, seed=1))
    apart = first.astype(float) - second
    assert 0 < np.std(apart) < 8
