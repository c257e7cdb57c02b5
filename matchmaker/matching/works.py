"""Experts for a work: colleagues in its direction, its own people left out, with reasons and quotes.

Who stands where is ``colleagues.rank``; whether somebody is near at all is told by the cosine of his nearest
work, since ranks and the pair model, which was fitted on problems, cannot tell it (docs/matching.md).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.document import FloatArray, StoredDocument, text_of
from indexer.engine import Reader
from indexer.query import Filter
from matchmaker.matching import colleagues
from matchmaker.matching.analysis import Analysis, analyse
from matchmaker.matching.assemble import Scored, Texts, experts_of
from matchmaker.matching.candidates import Pool, as_float, centre_of, pool_of, word_rarity
from matchmaker.matching.evidence import points_of, telling
from matchmaker.matching.experts import EXPERT
from matchmaker.matching.model import Model, shipped
from matchmaker.matching.question import Question
from matchmaker.matching.reasons import LABELS, squashed
from matchmaker.matching.result import NONE, Component, Ranking, Verdict
from matchmaker.messages import Message

#: Works of an expert that are looked at: those his score is made of.
MOST_WORKS = len(colleagues.BEST)
#: Cosine of two works, less the mean document, at which they are as likely as not of one direction, and how
#: steeply this grows.
HALFWAY, STEEP = 0.40, 15.0
VERSION = "colleagues/1"


@dataclass(frozen=True)
class _Asked:
    """The work as a question."""

    document: StoredDocument
    analysis: Analysis
    vector: FloatArray
    centre: FloatArray


def rank(
    index: Reader,
    fingerprint: str,
    work: str,
    audiences: frozenset[str],
    *,
    limit: int = 8,
    model: Model | None = None,
) -> Ranking | None:
    """Who else does what a work is about; None when the index does not know the work or its meaning.

    Args:
        index: to ask.
        fingerprint: of the embedding, for the record.
        work: index id.
        audiences: of the reader; neither people nor works he may not read are in the answer.
        limit: experts given.
        model: the fitted numbers; the shipped ones when None.
    """
    start = time.perf_counter()
    fitted = model or shipped()
    document = index.get([work]).get(work)
    vector = index.vectors([work]).get(work)
    if document is None or vector is None:
        return None
    asked = _asked(document, vector, centre_of(index, len(vector)))
    where = Filter(audiences, excluded=(work,))
    ranked = colleagues.rank(index, text_of(document), vector, asked.centre, where)
    others = _readable(index, vector, where, [one for one in ranked if one.id not in document.people])[:limit]
    pool, probabilities = _held(index, asked, others)
    scored = [_scored(one, pool, probabilities, fitted) for one in others]
    weights = _weights(asked.analysis, pool.rarity)
    points = points_of([document.title, document.body], weights)
    return Ranking(
        experts=experts_of(scored, points, _texts(index, pool, others, weights)),
        achievements=(), literature=(), problems=(),
        verdict=_verdict(scored),
        words=tuple(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:30]),
        points=tuple(point.text for point in points),
        inputs={"subject": work, "version": str(document.version), "embedding": fingerprint,
                "index": index.health().generation, "model": fitted.version, "scorer": VERSION},
        seconds={"all": time.perf_counter() - start},
    )  # fmt: skip


def _asked(document: StoredDocument, vector: FloatArray, centre: FloatArray) -> _Asked:
    question = Question(document.title, (document.body,), document.keywords, id=document.id)
    return _Asked(document, analyse(question), vector, centre)


def _readable(
    index: Reader, vector: FloatArray, where: Filter, found: Sequence[colleagues.Colleague]
) -> list[colleagues.Colleague]:
    """Those whom the reader may see, in their order."""
    if not found:
        return []
    ids = tuple(one.id for one in found)
    seen = {hit.id for hit in index.nearest(vector, replace(where, kinds=EXPERT, ids=ids), len(ids))}
    return [one for one in found if one.id in seen]


def _held(
    index: Reader, asked: _Asked, others: Sequence[colleagues.Colleague]
) -> tuple[Pool, Mapping[str, float]]:
    """The others' best works, and of each how likely it is of the asked one's direction."""
    ids = list(dict.fromkeys(work for one in others for work, _score in one.documents[:MOST_WORKS]))
    pool = pool_of(index, ids, word_rarity(index, asked.analysis.weights), len(asked.vector))
    moved = as_float(pool.vectors) - as_float(asked.centre)
    length = np.maximum(np.linalg.norm(moved, axis=1), 1e-9)
    ours = as_float(asked.vector) - as_float(asked.centre)
    cosines = moved @ ours / (length * max(float(np.linalg.norm(ours)), 1e-9))
    values = 1 / (1 + np.exp(-STEEP * (cosines - HALFWAY)))
    return pool, {document.id: float(value) for document, value in zip(pool.stored, values, strict=True)}


def _scored(
    one: colleagues.Colleague, pool: Pool, probabilities: Mapping[str, float], model: Model
) -> Scored:
    titles = {document.id: document.title or document.body[:40] for document in pool.stored}
    works = [(work, score) for work, score in one.documents[:MOST_WORKS] if work in titles]
    works.sort(key=lambda work: -probabilities[work[0]])
    near = [work for work, _score in works if model.band(probabilities[work]) != NONE]
    probability = max((probabilities[work] for work, _score in works), default=0.0)
    return Scored(
        id=one.id,
        score=one.score,
        probability=probability,
        band=model.band(probability),
        components=(_by_works(one, len(near), titles[works[0][0]] if works else ""),),
        documents=tuple(
            Scored(work, score, probabilities[work], model.band(probabilities[work]), ())
            for work, score in works
        ),
    )


def _by_works(one: colleagues.Colleague, near: int, nearest: str) -> Component:
    if near:
        reason = Message(
            "他有 %(near)s 项成果与它方向相近，最接近的是“%(title)s”", {"near": near, "title": nearest}
        )
    else:
        reason = Message("他的成果与它相距较远，最接近的是“%(title)s”", {"title": nearest})
    return Component("best", LABELS["best"], squashed(one.score), one.score, reason)


def _weights(analysis: Analysis, rare: Mapping[str, float]) -> dict[str, float]:
    """The work's words by what they are worth as evidence."""
    return telling({word: weight * rare[word] for word, weight in analysis.weights.items()})


def _texts(
    index: Reader, pool: Pool, others: Sequence[colleagues.Colleague], weights: Mapping[str, float]
) -> Texts:
    persons = index.get([one.id for one in others])
    return Texts({**persons, **{document.id: document for document in pool.stored}}, weights)


def _verdict(scored: Sequence[Scored]) -> Verdict:
    """Whether anybody does this; the best of them tells it."""
    best = max(scored, key=lambda one: one.probability, default=None)
    if best is None or best.band == NONE:
        reason = Message("库里没有发现还有谁在做这个方向")
        return Verdict(best.probability if best else 0.0, NONE, (reason,))
    count = sum(1 for one in scored if one.band != NONE)
    reason = Message("还有 %(count)s 位专家在做相近的方向", {"count": count})
    return Verdict(best.probability, best.band, (reason,))
