"""Bodies between poses keep their limbs; who gets up lies first and stands at last."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

pytest.importorskip("numba")

from datasets.synth.beds import Bed
from datasets.synth.between import Limbs, like
from datasets.synth.linen import draw_linen
from datasets.synth.mesh import Kind
from datasets.synth.rising import getting_up, turning

BED = Bed(style="plain", width=0.9, length=2.0, top=0.5, head=0.0, tilt=0.0, hinge=0.2)


def test_a_pose_begins_and_ends_where_it_should(library) -> None:
    start = library.pick(np.random.default_rng(0), "supine").vertices.astype(float)
    end = library.pick(np.random.default_rng(0), "standing").vertices.astype(float)
    limbs = Limbs(library)
    assert np.allclose(limbs.between(start, end, 0.0), start, atol=1e-6)
    assert np.allclose(limbs.between(start, end, 1.0), end, atol=1e-6)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_body_that_is_turned_keeps_its_size_on_the_way(library, share: float) -> None:
    start = library.pick(np.random.default_rng(0), "standing").vertices.astype(float)
    end = Rotation.from_euler("x", 100, degrees=True).apply(start)
    now = Limbs(library).between(start, end, share)
    straight = (1 - share) * start + share * end
    size = np.sqrt(start.var(0).sum())
    assert np.sqrt(now.var(0).sum()) == pytest.approx(size, rel=0.02)
    assert np.sqrt(straight.var(0).sum()) < 0.95 * size


def test_the_body_of_another_pose_is_of_the_kind_asked_for(library) -> None:
    body = library.pick(np.random.default_rng(0), "supine")
    assert like(library, body, "sitting").kind == "sitting"


def test_who_gets_up_lies_sits_and_stands_in_this_order_and_leaves_the_duvet(library) -> None:
    rng = np.random.default_rng(1)
    phases = getting_up(rng, BED, draw_linen(rng, care=False), library, 12, side=1)
    order = ["lying", "sitting_up", "edge", "standing"]
    told = [order.index(phase.posture) for phase in phases]
    assert told == sorted(told)
    assert set(told) == {0, 1, 2, 3}
    skin = [next(p for p in phase.parts if p.kind == Kind.PERSON) for phase in phases]
    assert abs(skin[0].vertices[:, 0].mean()) < BED.width / 2
    assert skin[-1].vertices[:, 0].mean() > BED.width / 2
    assert skin[-1].vertices[:, 2].min() == pytest.approx(0, abs=0.05)
    duvets = [phase.parts[-1].vertices for phase in phases]
    assert duvets[-1][:, 1].max() < duvets[0][:, 1].max() - 0.2


def test_who_turns_over_stays_in_bed_and_moves_the_duvet_a_little(library) -> None:
    rng = np.random.default_rng(4)
    phases = turning(rng, BED, draw_linen(rng, care=False), library, 4)
    assert {phase.posture for phase in phases} == {"lying"}
    steps = [
        np.linalg.norm(b.parts[-1].vertices - a.parts[-1].vertices, axis=1).mean()
        for a, b in pairwise(phases)
    ]
    assert max(steps) < 0.15
