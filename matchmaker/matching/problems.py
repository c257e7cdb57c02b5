"""The other direction: problems for an expert, each held against every one of his documents."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.document import FloatArray, StoredDocument
from indexer.engine import Reader
from indexer.query import Filter, WordQuery
from matchmaker.matching.analysis import boilerplate_words
from matchmaker.matching.assemble import Texts
from matchmaker.matching.candidates import (
    CENTRE,
    WORKS,
    as_float,
    centre_of,
    gather,
    word_rarity,
)
from matchmaker.matching.evidence import coverage, maximal, points_of, quotes, telling
from matchmaker.matching.experts import best_of
from matchmaker.matching.features import document_pairs
from matchmaker.matching.model import Model, shipped
from matchmaker.matching.ranker import VERSION
from matchmaker.matching.reasons import LABELS
from matchmaker.matching.result import NONE, STRONG, WORTH, Component, RankedDocument, Ranking, Verdict
from matchmaker.messages import Message

PROBLEM = ("problem",)
#: Problems looked at closely.
KEEP = 60
#: Works of an expert that are held against each problem; the nearest ones of somebody with more.
MOST_WORKS = 40
#: Words of an expert's profile that are searched for.
MOST_WORDS = 60


@dataclass(frozen=True)
class _Held:
    """One problem held against an expert's documents.

    Attributes:
        probabilities: of each document, in the order of the documents.
    """

    problem: StoredDocument
    probabilities: np.ndarray[tuple[int], np.dtype[np.float64]]


def rank(
    index: Reader,
    fingerprint: str,
    expert: str,
    audiences: frozenset[str],
    *,
    limit: int = 10,
    model: Model | None = None,
    excluded: tuple[str, ...] = (),
) -> Ranking | None:
    """Problems that an expert could solve; None when the index does not know him. Needs no model.

    Args:
        index: to ask.
        fingerprint: of the embedding, for the record.
        expert: index id.
        audiences: of the reader.
        limit: problems given.
        model: the fitted numbers; the shipped ones when None.
        excluded: index ids of problems that may not answer (refused pairs).
    """
    start = time.perf_counter()
    fitted = model or shipped()
    where = Filter(audiences, excluded=excluded)
    profile = index.get([expert]).get(expert)
    if profile is None:
        return None
    whole = index.vectors([expert]).get(expert)
    documents, matrix = _documents(index, profile, whole, where)
    problems = _candidates(index, profile, whole, where)
    held = _held(index, problems, documents, matrix, fitted)
    held.sort(key=lambda one: (-round(_score(one), 9), one.problem.id))
    found = tuple(_answered(index, one, documents, fitted) for one in held[:limit])
    best = found[0].probability if found else 0.0
    return Ranking(
        experts=(), achievements=(), literature=(), problems=found,
        verdict=_verdict(best, fitted, len(problems)),
        words=(), points=(),
        inputs={"subject": expert, "version": str(profile.version), "embedding": fingerprint,
                "index": index.generation, "model": fitted.version, "scorer": VERSION},
        seconds={"all": time.perf_counter() - start},
    )  # fmt: skip


def _documents(
    index: Reader, profile: StoredDocument, whole: FloatArray | None, where: Filter
) -> tuple[list[StoredDocument], FloatArray]:
    """The expert's readable works and his profile, with their vectors."""
    dimension = 0 if whole is None else len(whole)
    if whole is None:
        return [profile], np.zeros((1, dimension), dtype=np.float32)
    mine = replace(where, kinds=WORKS, people=(profile.id,))
    ids = [hit.id for hit in index.nearest(whole, mine, MOST_WORKS)]
    stored, vectors = index.get(ids), index.vectors(ids)
    works = [stored[identifier] for identifier in ids if identifier in stored and identifier in vectors]
    rows = [*(vectors[work.id] for work in works), whole]
    return [*works, profile], np.asarray(np.stack(rows), dtype=np.float32)


def _candidates(
    index: Reader, profile: StoredDocument, whole: FloatArray | None, where: Filter
) -> list[StoredDocument]:
    """Problems near the expert by meaning or by the words of his profile."""
    counts: dict[str, float] = {}
    for some in profile.words[1:]:
        for word in some:
            counts[word] = counts.get(word, 0.0) + boilerplate_words().get(word, 1.0)
    heavy = sorted(counts, key=lambda word: (-counts[word], word))[:MOST_WORDS]
    query = WordQuery({word: min(counts[word], 3.0) for word in heavy if counts[word] > 0})
    asked = whole if whole is not None else np.zeros(1, dtype=np.float32)
    ids = gather(index, query, asked, where, {PROBLEM: KEEP})
    stored = index.get(ids)
    return [stored[identifier] for identifier in ids if identifier in stored]


def _held(
    index: Reader,
    problems: Sequence[StoredDocument],
    documents: Sequence[StoredDocument],
    matrix: FloatArray,
    model: Model,
) -> list[_Held]:
    """Every pair's probability, from the absolute features alone: meaning, cover, title's cover."""
    vectors = index.vectors([problem.id for problem in problems])
    centre = centre_of(index, matrix.shape[1]) if matrix.shape[1] else np.zeros(0, np.float32)
    rare = word_rarity(index, {word for problem in problems for some in problem.words for word in some})
    held_words = [frozenset(word for some in document.words for word in some) for document in documents]
    held_pairs = [frozenset(document_pairs(document).tolist()) for document in documents]
    found = []
    for problem in problems:
        vector = vectors.get(problem.id)
        if vector is not None and matrix.shape[1]:
            meaning = as_float(matrix) @ as_float(vector - CENTRE * centre)
        else:
            meaning = np.zeros(len(documents))
        cover = _cover(frozenset(word for some in problem.words for word in some), held_words, rare)
        title = _cover(frozenset(problem.words[0]), held_words, rare)
        pair = _pair_cover(problem.title, held_pairs)
        values = np.stack([meaning, cover, title, pair], axis=1)
        found.append(_Held(problem, model.pair.probability(values)))
    return found


def _cover(
    asked: frozenset[str], held: Sequence[frozenset[str]], rare: dict[str, float]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    value = {word: boilerplate_words().get(word, 1.0) * rare[word] for word in asked}
    total = max(sum(value.values()), 1e-9)
    return np.array([sum(value[word] for word in asked & words) / total for words in held])


def _pair_cover(title: str, held: Sequence[frozenset[int]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    from matchmaker.matching.analysis import boilerplate_pairs, pairs

    value = {code: boilerplate_pairs().get(code, 1.0) for code in set(pairs(title).tolist())}
    total = max(sum(value.values()), 1e-9)
    return np.array([sum(value[code] for code in value.keys() & codes) / total for codes in held])


def _score(one: _Held) -> float:
    """As an expert's: his best documents first."""
    return best_of(np.sort(one.probabilities)[::-1])


def _answered(index: Reader, one: _Held, documents: Sequence[StoredDocument], model: Model) -> RankedDocument:
    problem = one.problem
    order = np.argsort(-one.probabilities, kind="stable")[:4]
    rare = word_rarity(index, {word for some in problem.words for word in some})
    weights = telling({word: value * boilerplate_words().get(word, 1.0) for word, value in rare.items()})
    texts = Texts({document.id: document for document in documents}, weights)
    points = points_of([problem.title, problem.body], weights)
    shown = [documents[row] for row in order]
    sources = [(document.id, texts.title(document.id), texts.sentences(document.id)) for document in shown]
    spoken: frozenset[str] = frozenset().union(*(texts.words(document.id) for document in shown))
    covered, open_points = coverage(points, spoken, weights)
    probability = float(one.probabilities.max())
    shared = sorted(maximal(spoken), key=lambda word: -weights.get(word, 0.0))[:6]
    share = len(covered) / max(1, len(points))
    return RankedDocument(
        id=problem.id,
        kind=problem.kind,
        title=problem.title,
        score=_score(one),
        band=model.band(probability),
        probability=probability,
        components=(
            Component("best", LABELS["best"], probability, _score(one),
                      Message("最相关的是“%(title)s”", {"title": texts.title(shown[0].id)})),
            Component("words", LABELS["words"], share, 0.0,
                      Message("共有：%(words)s", {"words": "、".join(shared)}) if shared
                      else Message("没有共有的专业词语")),
        ),
        quotes=quotes(points, sources, weights),
        uncovered=open_points,
        display=problem.display,
    )  # fmt: skip


def _verdict(best: float, model: Model, seen: int) -> Verdict:
    band = model.band(best)
    if band not in {STRONG, WORTH}:
        reason = Message("目前 %(seen)s 个难题中没有足够贴合的", {"seen": seen})
        return Verdict(
            best, NONE, (reason,), (Message("补充研究方向、横向项目和可提供的服务，会更容易匹配到难题"),)
        )
    return Verdict(
        best, band, (Message("有贴合的难题，把握 %(probability).0f%%", {"probability": 100 * best}),)
    )
