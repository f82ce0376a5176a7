"""The presence head: a logistic regression with a strong ridge on frozen features.

A thousand pictures of a few hundred rooms easily teach a network those rooms. Kumar et al.
(ICLR 2022, arXiv:2202.10054) show how fine-tuning distorts features that a linear probe keeps;
on our dev rooms the probe did best of what was tried (the card has figures and caveats).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.samples import IGNORE

__all__ = ["fit_presence"]


def fit_presence(
    features: NDArray[Any], presence: NDArray[Any], ridge: float
) -> tuple[NDArray[np.float32], float]:
    """Weights (D) and bias for ``features`` N x D and ``presence`` N (1, 0 or IGNORE).

    Minimises the mean loss, both answers weighing the same, plus ``ridge``/2 times the squared
    weights of standardised features. Raises ValueError where one of the answers is missing.
    """
    known = presence != IGNORE
    x, y = features[known].astype(np.float64), presence[known].astype(np.float64)
    if len(np.unique(y)) < 2:
        raise ValueError("expected samples of both in_bed and not_in_bed; got one of them only")
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = (x - mean) / spread
    weight = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean())) / len(y)

    def loss(w: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        logit = z @ w[:-1] + w[-1]
        value = float((weight * (np.logaddexp(0, logit) - y * logit)).sum())
        slope = weight * (1 / (1 + np.exp(-logit)) - y)
        gradient = np.append(z.T @ slope + ridge * w[:-1], slope.sum())
        return value + ridge / 2 * float(w[:-1] @ w[:-1]), gradient

    found = minimize(loss, np.zeros(z.shape[1] + 1), jac=True, method="L-BFGS-B").x
    plain = found[:-1] / spread
    return plain.astype(np.float32), float(found[-1] - mean @ plain)
