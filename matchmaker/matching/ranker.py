"""From a question to ranked documents and experts with reasons; takes an index and a model, no database."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from indexer.document import FloatArray
from indexer.embedder import CachedEmbedder, Use
from indexer.engine import Reader
from indexer.query import Filter
from matchmaker.matching import experts as people
from matchmaker.matching.analysis import Analysis, analyse
from matchmaker.matching.assemble import DOCUMENTS_SHOWN, Scored, Texts, documents_of, experts_of
from matchmaker.matching.candidates import (
    ACHIEVEMENT,
    LITERATURE,
    WORKS,
    Pool,
    Vectors,
    centre_of,
    gather,
    heaviest,
    pool_of,
    word_rarity,
)
from matchmaker.matching.evidence import maximal, points_of, telling
from matchmaker.matching.features import Features, features, in_list, listed
from matchmaker.matching.model import Model, shipped
from matchmaker.matching.question import Question, mixed
from matchmaker.matching.reasons import components_of, verdict_advice, verdict_reasons
from matchmaker.matching.result import NONE, STRONG, WORTH, RankedDocument, Ranking, Verdict

#: Candidates by group of kinds.
KEEP: dict[tuple[str, ...], int] = {LITERATURE: 180, ACHIEVEMENT: 40, people.EXPERT: 40}
VERSION = "fusion/1"
#: Characters of a text never seen whose pieces are embedded one by one: the model takes 0.1 ms for each.
TYPED_CHARACTERS = 800


@dataclass(frozen=True)
class Scores:
    """A pool in its order.

    Attributes:
        order: rows, best first; scores, probabilities: by row.
        is_work: which rows are works (not experts' profiles).
    """

    pool: Pool
    features: Features
    scores: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64]
    is_work: npt.NDArray[np.bool_]

    @cached_property
    def works(self) -> npt.NDArray[np.intp]:
        """Rows of works, best first; equal scores in the order of their ids."""
        return np.array([row for row in self._ordered() if self.is_work[row]], dtype=np.intp)

    def _ordered(self) -> list[int]:
        ids = [document.id for document in self.pool.stored]
        return sorted(range(len(ids)), key=lambda row: (-round(float(self.scores[row]), 9), ids[row]))


def rank(
    index: Reader,
    embedder: CachedEmbedder,
    question: Question,
    audiences: frozenset[str],
    *,
    limit: int = 10,
    model: Model | None = None,
) -> Ranking:
    """Experts, achievements and literature for a question.

    Args:
        index: to ask.
        embedder: used only for what the index and its cache do not hold.
        question: what is asked.
        audiences: of the reader; what he may not read is not in the answer.
        limit: of each list.
        model: the fitted numbers; the shipped ones when None.
    """
    fitted = model or shipped()
    clock = _Clock()
    analysis = analyse(question)
    vectors = vectors_of(index, embedder, question, analysis)
    clock.lap("question")
    where = Filter(audiences, excluded=question.excluded)
    scored = score(index, analysis, vectors, where, fitted)
    clock.lap("candidates")
    naming = _naming(scored, fitted)
    persons = people.score(
        index, vectors, where, scored.pool, scored.scores, scored.probabilities, naming, limit
    )
    clock.lap("experts")
    inputs = _inputs(question, embedder.fingerprint, index.generation, fitted)
    ranking = _answer(index, question, analysis, scored, persons, naming, limit, inputs)
    clock.lap("evidence")
    return replace(ranking, seconds=clock.laps)


def score(
    index: Reader,
    analysis: Analysis,
    vectors: Vectors,
    where: Filter,
    model: Model,
    keep: Mapping[tuple[str, ...], int] | None = None,
) -> Scores:
    """Candidates with their features, scores and probabilities."""
    rare = word_rarity(index, analysis.weights)
    ids = gather(index, heaviest(analysis, rare), vectors.asked, where, keep or KEEP)
    pool = pool_of(index, ids, rare, len(vectors.whole))
    is_work = np.array([document.kind in WORKS for document in pool.stored], dtype=bool)
    found = features(analysis, vectors, pool, is_work)
    scores = found.relative @ np.array(model.weights)
    ordered = Scores(pool, found, scores, np.zeros(len(scores)), is_work)
    chance = verdict_probability(ordered, model)
    probabilities = model.ranked.probability(in_list(found.absolute, scores, chance))
    return replace(ordered, probabilities=probabilities)


def vectors_of(
    index: Reader, embedder: CachedEmbedder, question: Question, analysis: Analysis, *, thorough: bool = False
) -> Vectors:
    """A question's vectors; those of a stored problem come without the model.

    A text never seen is embedded as a question only, which halves the time; ``thorough`` embeds it as a
    stored problem would be.
    """
    pieces = chunks_of(question, analysis)
    stored = index.vectors([question.id]).get(question.id) if question.id else None
    whole: FloatArray | None
    if stored is not None:
        known = [embedder.cached(text, "query") for text in pieces]
        chunks = [vector for vector in known if vector is not None]
        whole = stored
    else:
        pieces = pieces if thorough else _beginning(pieces)
        mixture = [part for part in question.mixture if thorough or part[1] == "query"]
        texts = dict.fromkeys([*(text for text, use, _share in mixture if use == "query"), *pieces])
        encoded = dict(zip(texts, embedder.encode(list(texts), "query"), strict=True))
        shares = [(_vector(embedder, encoded, text, use), share) for text, use, share in mixture]
        whole = mixed(shares) if shares else None
        chunks = [encoded[text] for text in pieces]
    dimension = embedder.dimension
    matrix = np.stack(chunks) if chunks else np.zeros((0, dimension))
    nothing = np.zeros(dimension, dtype=np.float32)
    return Vectors(
        nothing if whole is None else whole, np.asarray(matrix, dtype=np.float32), centre_of(index, dimension)
    )


def chunks_of(question: Question, analysis: Analysis) -> list[str]:
    """What is compared with documents on its own: the title and each piece of the text."""
    return [text for text in (question.title, *analysis.chunks) if text.strip()]


def _beginning(pieces: Sequence[str]) -> list[str]:
    """The first pieces, TYPED_CHARACTERS at most together; at least one."""
    ends = accumulate(map(len, pieces))
    return [
        piece
        for place, (piece, end) in enumerate(zip(pieces, ends, strict=True))
        if not place or end <= TYPED_CHARACTERS
    ]


def _vector(embedder: CachedEmbedder, encoded: Mapping[str, FloatArray], text: str, use: Use) -> FloatArray:
    return encoded[text] if use == "query" else embedder.encode([text], use)[0]


def verdict_of(scored: Scores, model: Model) -> tuple[float, str, list[float]]:
    """(probability of a good match, band of the whole list, the values it was told from).

    A list with a strong match has a good one: its probability is no less than the match's.
    """
    values = listed(scored.features, scored.works)
    nearest = float(scored.probabilities.max(initial=0.0))
    best = model.band(nearest)
    probability = verdict_probability(scored, model)
    if best == STRONG:
        probability = max(probability, nearest)
    band = NONE if probability < model.no_match else (best if best in {STRONG, WORTH} else WORTH)
    return probability, band, values.tolist()


def _naming(scored: Scores, model: Model) -> Model:
    """The model that names the bands: under “no good match” nothing is called worth a talk."""
    _probability, band, _values = verdict_of(scored, model)
    return model if band != NONE else replace(model, bands=(math.inf, math.inf, model.bands[2]))


def verdict_probability(scored: Scores, model: Model) -> float:
    """Probability that a list has a good match; 0 for an empty one."""
    works = scored.works
    return float(model.verdict.probability(listed(scored.features, works))[0]) if len(works) else 0.0


def _answer(
    index: Reader,
    question: Question,
    analysis: Analysis,
    scored: Scores,
    persons: Sequence[Scored],
    model: Model,
    limit: int,
    inputs: Mapping[str, str],
) -> Ranking:
    weights = {word: weight * scored.pool.rarity[word] for word, weight in analysis.weights.items()}
    weights = telling(weights)
    chunks = chunks_of(question, analysis)
    points = points_of([question.title, *question.needs], weights)
    achievements = _best(scored, ACHIEVEMENT, limit, model, weights, chunks)
    literature = _best(scored, LITERATURE, limit, model, weights, chunks)
    texts = _texts(index, scored, persons, weights)
    behind = _with_reasons(persons, scored, model, weights, chunks)
    probability, band, values = verdict_of(scored, model)
    shown = (*documents_of(literature[:5], points, texts), *documents_of(achievements[:5], points, texts))
    missing = _missing(shown, weights)
    reasons = verdict_reasons(band, probability, values, len(scored.works))
    return Ranking(
        experts=experts_of(behind, points, texts),
        achievements=documents_of(achievements, points, texts),
        literature=documents_of(literature, points, texts),
        problems=(),
        verdict=Verdict(probability, band, reasons, verdict_advice(band, len(points), missing)),
        words=tuple(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:30]),
        points=tuple(point.text for point in points),
        inputs=inputs,
        seconds={},
    )


def _best(
    scored: Scores,
    kinds: Sequence[str],
    limit: int,
    model: Model,
    weights: dict[str, float],
    chunks: Sequence[str],
) -> list[Scored]:
    rows = [int(row) for row in scored.works if scored.pool.stored[row].kind in kinds][:limit]
    return [_scored(row, scored, model, weights, chunks) for row in rows]


def _scored(
    row: int, scored: Scores, model: Model, weights: dict[str, float], chunks: Sequence[str]
) -> Scored:
    probability = float(scored.probabilities[row])
    return Scored(
        id=scored.pool.stored[row].id,
        score=float(scored.scores[row]),
        probability=probability,
        band=model.band(probability),
        components=components_of(row, scored.features, model, weights, chunks),
    )


def _with_reasons(
    persons: Sequence[Scored], scored: Scores, model: Model, weights: dict[str, float], chunks: Sequence[str]
) -> list[Scored]:
    """Experts whose shown documents carry their own components."""
    rows = {document.id: row for row, document in enumerate(scored.pool.stored)}

    @cache
    def told(identifier: str) -> Scored:
        return _scored(rows[identifier], scored, model, weights, chunks)

    return [
        replace(
            person,
            documents=(
                *(told(one.id) for one in person.documents[:DOCUMENTS_SHOWN]),
                *person.documents[DOCUMENTS_SHOWN:],
            ),
        )
        for person in persons
    ]


def _texts(index: Reader, scored: Scores, persons: Sequence[Scored], weights: Mapping[str, float]) -> Texts:
    stored = {document.id: document for document in scored.pool.stored}
    stored |= index.get([person.id for person in persons if person.id not in stored])
    return Texts(stored, weights)


def _missing(documents: Sequence[RankedDocument], weights: Mapping[str, float]) -> list[str]:
    """Heavy words of the question that none of the best documents speaks of."""
    open_words = [{word for point in document.uncovered for word in point.missing} for document in documents]
    if not open_words:
        return []
    nowhere = set.intersection(*open_words)
    return sorted(maximal(nowhere), key=lambda word: -weights.get(word, 0.0))


def _inputs(question: Question, fingerprint: str, generation: str, model: Model) -> dict[str, str]:
    return {
        "subject": question.id,
        "version": str(question.version),
        "text": question.hash,
        "embedding": fingerprint,
        "index": generation,
        "model": model.version,
        "scorer": VERSION,
    }


class _Clock:
    """Seconds by part."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        moment = time.perf_counter()
        self.laps[name] = moment - self._last
        self._last = moment
