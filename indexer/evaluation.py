"""Measures of a ranking against graded judgments: nDCG, recall, success, MRR, AUC, bootstrap intervals.

Gain is 2^grade − 1, an unjudged document counts 0; “relevant” means a grade of RELEVANT or more.
Source of nDCG: Järvelin and Kekäläinen 2002, with the gain of Burges et al. 2005.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

#: Query → document → grade.
Judgments = Mapping[str, Mapping[str, int]]
#: Query → document ids, best first.
Run = Mapping[str, Sequence[str]]

RELEVANT = 2
MEASURES = ("ndcg@10", "recall@10", "success@3", "mrr")


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its bootstrap interval."""

    mean: float
    low: float
    high: float


def read_judgments(path: Path) -> dict[str, dict[str, int]]:
    """Tab-separated ``query, document, grade``; ValueError names the line of a fault."""
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        parts = line.split("\t")
        if len(parts) != 3 or not parts[2].strip().lstrip("-").isdigit():
            raise ValueError(f"{path}, line {number}: expected 'query<TAB>document<TAB>grade'")
        found.setdefault(parts[0], {})[parts[1]] = int(parts[2])
    return found


def measure(ranked: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """All MEASURES of one ranking; the ideal is taken from the judged grades."""
    gains = [2.0 ** grades.get(document, 0) - 1 for document in ranked[:10]]
    ideal = sorted((2.0**grade - 1 for grade in grades.values()), reverse=True)[:10]
    relevant = {document for document, grade in grades.items() if grade >= RELEVANT}
    first = next((place for place, document in enumerate(ranked, 1) if document in relevant), 0)
    best = _discounted(ideal)
    return {
        "ndcg@10": _discounted(gains) / best if best else 0.0,
        "recall@10": len(relevant.intersection(ranked[:10])) / len(relevant) if relevant else 0.0,
        "success@3": float(0 < first <= 3),
        "mrr": 1 / first if first else 0.0,
    }


def measure_run(run: Run, judgments: Judgments, queries: Iterable[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Measure → one value a query, in the order of the queries."""
    rows = [measure(run.get(query, ()), judgments[query]) for query in queries]
    return {name: np.array([row[name] for row in rows]) for name in MEASURES}


def bootstrap(values: npt.NDArray[np.float64], *, seed: int = 7, samples: int = 2000) -> Interval:
    """Mean with the central 95 % of resampled means."""
    if not len(values):
        return Interval(0.0, 0.0, 0.0)
    drawn = np.random.default_rng(seed).integers(0, len(values), (samples, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


def auc(scores: npt.NDArray[np.float64], positive: npt.NDArray[np.bool_]) -> float:
    """Probability that a positive case scores above a negative one; ties count half. 0.5 without a pair."""
    ahead, behind = scores[positive], scores[~positive]
    if not len(ahead) or not len(behind):
        return 0.5
    difference = ahead[:, None] - behind[None, :]
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())


def bootstrap_auc(
    scores: npt.NDArray[np.float64], positive: npt.NDArray[np.bool_], *, seed: int = 7, samples: int = 1000
) -> Interval:
    """AUC with its 95 % interval over resampled cases."""
    generator = np.random.default_rng(seed)
    drawn = [generator.integers(0, len(scores), len(scores)) for _ in range(samples)]
    low, high = np.percentile([auc(scores[rows], positive[rows]) for rows in drawn], [2.5, 97.5])
    return Interval(auc(scores, positive), float(low), float(high))


def precision_recall(said: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Precision and recall of a yes/no statement; 0 where nothing was said or nothing is true."""
    both = float((said & true).sum())
    return (both / said.sum() if said.any() else 0.0), (both / true.sum() if true.any() else 0.0)


def write_trec(path: Path, system: str, scored: Mapping[str, Sequence[tuple[str, float]]]) -> None:
    """TREC run format: ``query Q0 document rank score system``."""
    with path.open("w", encoding="utf-8") as file:
        for query, hits in scored.items():
            for rank, (document, score) in enumerate(hits, 1):
                file.write(f"{query} Q0 {document} {rank} {score:.6f} {system}\n")


def folds(strata: Sequence[bool], number: int, *, seed: int) -> list[npt.NDArray[np.int64]]:
    """Positions of cases in ``number`` disjoint folds of nearly equal size, each with its share of True."""
    chance = np.random.default_rng(seed)
    marks = np.array(strata, dtype=bool)
    order = np.concatenate([chance.permutation(np.flatnonzero(marks == value)) for value in (True, False)])
    return [np.sort(order[start::number]) for start in range(number)]


def _discounted(gains: Sequence[float]) -> float:
    return float(sum(gain / np.log2(place + 1) for place, gain in enumerate(gains, 1)))
