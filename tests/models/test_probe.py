"""The presence head's fit."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.probe import fit_presence
from models.samples import IGNORE


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = (rng.random(400) < 0.3).astype(float)
    features = rng.normal(0, [1, 5, 0.1], (400, 3)) + truth[:, None] * [1.0, 2.0, 0.0] + 7
    return features, truth


@pytest.mark.parametrize("ridge", [0.01, 0.5, 2.0])
def test_it_is_scikit_learns_balanced_ridge(
    rows: tuple[np.ndarray, np.ndarray], ridge: float
) -> None:
    features, truth = rows
    weight, bias = fit_presence(features, truth, ridge)
    z = (features - features.mean(axis=0)) / features.std(axis=0)
    # Their C weighs the summed loss, in which a balanced weight is 1 on average.
    model = LogisticRegression(
        C=1 / (ridge * len(z)), class_weight="balanced", tol=1e-8, max_iter=1000
    ).fit(z, truth)
    np.testing.assert_allclose(features @ weight + bias, model.decision_function(z), atol=1e-3)


def test_what_is_not_known_has_no_say(rows: tuple[np.ndarray, np.ndarray]) -> None:
    features, truth = rows
    more = np.concatenate([features, np.full((50, 3), 1e3)])
    unknown = np.concatenate([truth, np.full(50, IGNORE)])
    ours, theirs = fit_presence(more, unknown, 1.0), fit_presence(features, truth, 1.0)
    np.testing.assert_array_equal(ours[0], theirs[0])


def test_one_answer_alone_is_refused(rows: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="got one of them only"):
        fit_presence(rows[0], np.ones(400), 1.0)
