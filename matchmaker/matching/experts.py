"""From documents to people: an expert is ranked through his best documents and as a whole.

His own profile (directions, services, industrial projects) counts as a document of his, so that somebody
without papers is ranked too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from indexer.engine import Reader
from indexer.query import Filter
from matchmaker.matching.assemble import Scored
from matchmaker.matching.candidates import Pool, Vectors
from matchmaker.matching.model import Model
from matchmaker.matching.reasons import LABELS, squashed
from matchmaker.matching.result import Component
from matchmaker.messages import Message

EXPERT = ("expert",)
#: Weights of an expert's best, second, third document; his score is their weighted mean.
BEST = (1.0, 0.3, 0.15)
#: Weight of the expert as a whole (the mean vector of all he did) beside his best documents.
WHOLE = 0.3
#: Experts considered.
MOST = 400


def score(
    index: Reader,
    vectors: Vectors,
    where: Filter,
    pool: Pool,
    scores: npt.NDArray[np.float64],
    probabilities: npt.NDArray[np.float64],
    model: Model,
    limit: int,
) -> list[Scored]:
    """The best experts behind the pool's documents; those the reader may not see are left out."""
    behind = _documents_of(pool, scores)
    named = sorted(behind, key=lambda person: (-scores[behind[person][0]], person))[:MOST]
    length = max(float(np.linalg.norm(vectors.asked)), 1e-9)
    asked = np.asarray(vectors.asked / length, dtype=np.float32)
    seen = index.nearest(asked, replace(where, kinds=EXPERT, ids=tuple(named)), max(1, len(named)))
    if not seen:
        return []
    values = np.array([hit.score for hit in seen])
    whole = (values - values.mean()) / (values.std() + 1e-9)
    totals = [best_of(scores[behind[hit.id]]) + WHOLE * value for hit, value in zip(seen, whole, strict=True)]
    order = sorted(range(len(seen)), key=lambda place: (-round(float(totals[place]), 9), seen[place].id))
    return [
        _scored(
            seen[place].id, behind[seen[place].id], float(whole[place]), pool, scores, probabilities, model
        )
        for place in order[:limit]
    ]


def best_of(scores: npt.NDArray[np.float64]) -> float:
    """The weighted mean of somebody's best documents, scores falling."""
    some = scores[: len(BEST)].tolist()
    weights = BEST[: len(some)]
    return float(sum(score * weight for score, weight in zip(some, weights, strict=True)) / sum(weights))


def _documents_of(pool: Pool, scores: npt.NDArray[np.float64]) -> dict[str, list[int]]:
    """Expert → rows of his documents in the pool (his own profile among them), best first."""
    behind: dict[str, list[int]] = {}
    for row, document in enumerate(pool.stored):
        for person in (document.id,) if document.kind == "expert" else document.people:
            behind.setdefault(person, []).append(row)
    values = scores.tolist()
    for rows in behind.values():
        rows.sort(key=lambda row: (-values[row], row))
    return behind


def _scored(
    person: str,
    rows: list[int],
    whole: float,
    pool: Pool,
    scores: npt.NDArray[np.float64],
    probabilities: npt.NDArray[np.float64],
    model: Model,
) -> Scored:
    best = best_of(scores[rows])
    probability = float(probabilities[rows].max())
    works = [row for row in rows if pool.stored[row].id != person]
    return Scored(
        id=person,
        score=best + WHOLE * whole,
        probability=probability,
        band=model.band(probability),
        components=(_by_works(best, len(works), len(works) < len(rows)), _as_whole(whole)),
        documents=tuple(
            Scored(pool.stored[row].id, float(scores[row]), float(probabilities[row]), "", ())
            for row in works
        ),
    )


def _by_works(best: float, works: int, profile: bool) -> Component:
    if works and profile:
        reason = Message("他的 %(works)s 项成果和个人简介都在最相关的候选里", {"works": works})
    elif works:
        reason = Message("他的 %(works)s 项成果在最相关的候选里", {"works": works})
    else:
        reason = Message("他的研究方向、服务经历与需求相关")
    return Component("best", LABELS["best"], squashed(best / 2), best, reason)


def _as_whole(whole: float) -> Component:
    if whole > 0.5:
        reason = Message("他的整体研究方向比多数候选更接近")
    elif whole < -0.5:
        reason = Message("他的整体研究方向与需求较远，只有个别成果相关")
    else:
        reason = Message("他的整体研究方向与其他候选相当")
    return Component("whole", LABELS["whole"], squashed(whole), WHOLE * whole, reason)
