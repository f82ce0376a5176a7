"""Triangles of boxes, tubes and sheets."""

from __future__ import annotations

import numpy as np
import pytest

from datasets.synth.material import matt
from datasets.synth.mesh import Kind, Part, box, cylinder, grid_faces, quad, sheet, turned

GREY = matt((0.5, 0.5, 0.5), "plastic")


def area(part: Part) -> float:
    a, b, c = (part.vertices[part.faces[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_a_box_has_its_size() -> None:
    made = box((1, 2, 3), (0.4, 0.6, 1.0), GREY)
    assert made.vertices.min(0) == pytest.approx([0.8, 1.7, 2.5])
    assert made.vertices.max(0) == pytest.approx([1.2, 2.3, 3.5])
    assert area(made) == pytest.approx(2 * (0.24 + 0.4 + 0.6), rel=1e-5)


def test_turning_is_counterclockwise_from_above() -> None:
    assert turned(np.array([[1.0, 0, 0]]), np.pi / 2)[0] == pytest.approx([0, 1, 0], abs=1e-6)


def test_a_grid_has_two_triangles_a_cell() -> None:
    faces = grid_faces(5, 4)
    assert len(faces) == 2 * 4 * 3
    assert set(faces.ravel()) == set(range(20))


def test_a_tube_runs_from_foot_to_head() -> None:
    made = cylinder([0, 0, 0], [0, 0, 2], 0.1, GREY, sides=32)
    assert area(made) == pytest.approx(2 * np.pi * 0.1 * 2, rel=0.01)
    assert np.ptp(made.vertices[:, 2]) == pytest.approx(2)


def test_uv_is_in_metres() -> None:
    made = quad(np.zeros(3), np.array([2.0, 0, 0]), np.array([0, 0, 3.0]), GREY)
    assert made.uv is not None
    assert made.uv.max(0) == pytest.approx([2, 3])


def test_a_part_is_moved_and_renamed_without_touching_the_first() -> None:
    first = sheet(np.zeros((2, 2, 3)), GREY)
    moved = first.moved(1, 2, 3).of(Kind.BEDDING, 4)
    assert moved.vertices[0] == pytest.approx([1, 2, 3])
    assert (moved.kind, moved.bed) == (Kind.BEDDING, 4)
    assert (first.kind, first.bed) == (Kind.ROOM, -1)
    assert not first.vertices.any()
