"""Fits the ranking's few numbers to graded judgments: convex problems, non-negative weights, L2."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from matchmaker.matching.model import PLAIN, Logistic

Array = npt.NDArray[np.float64]

#: Pull of the ranker's weights towards the plain ones: 98 problems are few, and a fit from zero was worse.
RANK_L2 = 300.0
#: How much a problem counts whose best document is only of the same broad field.
ALMOST = 0.3
#: Weight of the data against the pull towards 0 in the two logistic models.
VERDICT_C, PAIR_C = 0.1, 0.1


def gains(grades: npt.NDArray[np.int64]) -> Array:
    """2^grade − 1; unjudged (negative) counts 0."""
    return np.asarray(2.0 ** np.maximum(grades, 0) - 1)


def fit_weights(features: Sequence[Array], grades: Sequence[npt.NDArray[np.int64]]) -> tuple[float, ...]:
    """Listwise softmax cross-entropy to the normalised gains (ListNet, Cao et al. 2007).

    Args:
        features: one matrix (candidates, features) a problem.
        grades: of the same candidates; −1 where unjudged.
    """
    prior = np.array(PLAIN)
    used = [k for k, some in enumerate(grades) if len(some) and gains(some).max() > 0]
    matrix = np.vstack([features[k] for k in used])
    sizes = np.array([len(features[k]) for k in used])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    target = np.concatenate([gains(grades[k]) / gains(grades[k]).sum() for k in used])
    share = np.array([1.0 if grades[k].max() >= 2 else ALMOST for k in used])
    rows = np.repeat(share, sizes)
    pulled = matrix.T @ (target * rows)

    def loss(weights: Array) -> tuple[float, Array]:
        score = matrix @ weights
        top = np.repeat(np.maximum.reduceat(score, starts), sizes)
        raised = np.exp(score - top)
        total = np.add.reduceat(raised, starts)
        value = float((rows * target * (top - score)).sum() + share @ np.log(total))
        slope = matrix.T @ (raised / np.repeat(total, sizes) * rows) - pulled
        away = weights - prior
        return value + 0.5 * RANK_L2 * float(away @ away), slope + RANK_L2 * away

    return _least(loss, matrix.shape[1], free=0)


def fit_logistic(
    values: Array, positive: npt.NDArray[np.bool_], c: float, weights: Array | None = None
) -> Logistic:
    """Logistic regression with non-negative coefficients over standardised values, shape (n, features)."""
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    standard = (values - mean) / spread
    sign = 2.0 * positive - 1.0
    each = np.ones(len(values)) if weights is None else weights

    def loss(parameters: Array) -> tuple[float, Array]:
        margin = sign * (standard @ parameters[1:] + parameters[0])
        slope = -each * sign / (1 + np.exp(margin))
        value = c * float((each * np.logaddexp(0, -margin)).sum()) + 0.5 * float(
            parameters[1:] @ parameters[1:]
        )
        return value, np.concatenate([[c * slope.sum()], c * (standard.T @ slope) + parameters[1:]])

    intercept, *coefficients = _least(loss, values.shape[1] + 1, free=1)
    return Logistic(tuple(mean.tolist()), tuple(spread.tolist()), tuple(coefficients), intercept)


def _least(loss: Callable[[Array], tuple[float, Array]], size: int, free: int) -> tuple[float, ...]:
    """Minimises; the first ``free`` parameters may be negative."""
    bounds = [(None, None)] * free + [(0, None)] * (size - free)
    found = minimize(loss, np.full(size, 0.1), jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(float(value) for value in found.x)


#: A list with a lower probability of a good match is said to have none.
NO_MATCH = 0.45
#: Share of pairs worth a meeting among those of a band, at least (for strong, worth, weak).
PURITY = (0.6, 0.35, 0.12)


def bands(probabilities: Array, positive: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Least probabilities of the bands.

    The calibrated probability itself is the purity wanted, unless the judged pairs above it are less often
    worth a meeting than that.
    """
    found = []
    for purity in PURITY:
        least = purity
        while least < 0.95 and (above := probabilities >= least).any() and positive[above].mean() < purity:
            least += 0.02
        found.append(round(least, 3))
    return found[0], found[1], found[2]
