"""What speaks for a document: words, pairs of characters, meaning, nearest sentence. Pure numpy.

Two kinds of value: *relative* ones, standardised among the candidates, order them; *absolute* ones tell
whether a pair is worth a meeting at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from indexer.document import StoredDocument
from matchmaker.matching.analysis import (
    Analysis,
    IntArray,
    boilerplate_pairs,
    boilerplate_words,
    pairs,
    rarity,
)
from matchmaker.matching.candidates import CENTRE, Pool, Vectors, as_float

Array = npt.NDArray[np.float64]

#: Relative features, in the order of the ranker's weights.
RELATIVE = ("words", "pairs", "meaning", "sentence")
#: Absolute features, in the order of the pair model's coefficients.
ABSOLUTE = ("meaning", "cover", "title_cover", "pair_cover")
#: Features of a document within a list, in the order of the ranked model's coefficients: the absolute ones,
#: its score, and the log-odds that the list has a good match at all.
RANKED = (*ABSOLUTE, "score", "list")
#: Features of a whole list, in the order of the verdict's coefficients.
LISTED = ("close", "shared", "title_cover")

K1, B = 1.2, 0.75
#: Buckets of the hash of pairs; a power of 2.
_BUCKETS = 1 << 16


@dataclass(frozen=True)
class Features:
    """Features of a pool's documents.

    Attributes:
        relative: shape (n, len(RELATIVE)).
        absolute: shape (n, len(ABSOLUTE)).
        shared: word value that each document shares with the question, as ``LISTED`` needs it, shape (n,).
        nearest: row of ``Vectors.chunks`` that lies nearest to each document, −1 without any.
        counts: of the question's words, shape (n, words).
        words: the columns of ``counts``.
    """

    relative: Array
    absolute: Array
    shared: Array
    nearest: npt.NDArray[np.intp]
    counts: Array
    words: tuple[str, ...]


def features(analysis: Analysis, vectors: Vectors, pool: Pool, reference: npt.NDArray[np.bool_]) -> Features:
    """Features of every document of a pool.

    Args:
        analysis: of the question.
        vectors: of the question.
        pool: the candidates.
        reference: which of them the standard scores are taken from (works; profiles are held against them).
    """
    words = tuple(sorted(analysis.weights))
    counts, lengths = count_matrix(pool.stored, words)
    value = np.array([boilerplate_words().get(word, 1.0) * pool.rarity[word] for word in words])
    weight = np.array([analysis.weights[word] * pool.rarity[word] for word in words])
    in_title = np.array([word in analysis.title_words for word in words], dtype=float)
    by_words = saturated(counts, lengths, reference) @ weight if words else np.zeros(len(pool.stored))
    by_pairs, pair_cover = pair_scores(analysis, pool.stored, reference)
    meaning = as_float(pool.vectors) @ as_float(vectors.asked)
    chunks = as_float(vectors.chunks) - CENTRE * as_float(vectors.centre)
    near = chunks @ as_float(pool.vectors).T if len(vectors.chunks) else np.zeros((0, len(pool.stored)))
    sentence = near.max(axis=0) if len(near) else meaning
    has = counts > 0
    shared = has @ value if words else np.zeros(len(pool.stored))
    cover = shared / max(float(value.sum()), 1e-9)
    title_cover = (has @ (value * in_title)) / max(float(value @ in_title), 1e-9) if words else cover
    relative = [by_words, by_pairs, meaning, sentence]
    return Features(
        relative=np.stack([standard(column, reference) for column in relative], axis=1),
        absolute=np.stack([meaning, cover, title_cover, pair_cover], axis=1),
        shared=shared / max(float(np.sqrt(value.sum())), 1e-9),
        nearest=near.argmax(axis=0) if len(near) else np.full(len(pool.stored), -1),
        counts=counts,
        words=words,
    )


def count_matrix(stored: Sequence[StoredDocument], words: Sequence[str]) -> tuple[Array, Array]:
    """Counts of the given words, shape (documents, words), and lengths in words, all fields together."""
    column = {word: place for place, word in enumerate(words)}
    counts = np.zeros((len(stored), len(words)))
    lengths = np.zeros(len(stored))
    for row, document in enumerate(stored):
        for some in document.words:
            lengths[row] += len(some)
            for word in filter(column.__contains__, some):
                counts[row, column[word]] += 1
    return counts, lengths


def saturated(counts: Array, lengths: Array, reference: npt.NDArray[np.bool_]) -> Array:
    """BM25's term weight, with the mean length of the reference documents."""
    mean = max(float(lengths[reference].mean()) if reference.any() else 1.0, 1.0)
    return counts * (K1 + 1) / (counts + K1 * (1 - B + B * (lengths / mean)[:, None]))


def pair_scores(
    analysis: Analysis, stored: Sequence[StoredDocument], reference: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """(BM25 over pairs of characters, idf from the reference documents; share of the title's pairs held)."""
    asked = np.concatenate([analysis.title_pairs, analysis.title_pairs, analysis.text_pairs])
    codes, times = np.unique(asked, return_counts=True)
    if not len(codes) or not stored:
        return np.zeros(len(stored)), np.zeros(len(stored))
    documents = [document_pairs(document) for document in stored]
    counts = _pair_counts(codes, documents)
    held = counts > 0
    rare = rarity(held[reference].sum(axis=0), int(reference.sum()))
    discount = np.array([boilerplate_pairs().get(code, 1.0) for code in codes.tolist()])
    lengths = np.array([float(len(document)) for document in documents])
    score = saturated(counts, lengths, reference) @ (times * rare * discount)
    title = np.isin(codes, analysis.title_pairs) * discount
    return score, (held @ title) / max(float(title.sum()), 1e-9)


def document_pairs(document: StoredDocument) -> IntArray:
    """Pairs of characters of a document's title, keywords and body."""
    return _pairs_of(f"{document.title} {' '.join(document.keywords)} {document.body}")


@lru_cache(maxsize=16384)
def _pairs_of(text: str) -> IntArray:
    """The same documents come up again and again: their pairs are kept."""
    return pairs(text)


def _pair_counts(codes: IntArray, documents: Sequence[IntArray]) -> Array:
    """Counts of sorted codes, shape (documents, codes); most pairs are none of them, as a hash tells fast."""
    wanted = np.zeros(_BUCKETS, dtype=np.bool_)
    wanted[_bucket(codes)] = True
    every = np.concatenate(documents)
    likely = np.flatnonzero(wanted[_bucket(every)])
    row = np.repeat(np.arange(len(documents)), [len(document) for document in documents])[likely]
    found = every[likely]
    place = np.searchsorted(codes, found)
    place[place == len(codes)] = 0
    hit = codes[place] == found
    flat = np.bincount(row[hit] * len(codes) + place[hit], minlength=len(documents) * len(codes))
    return flat.reshape(len(documents), len(codes)).astype(float)


def _bucket(codes: IntArray) -> IntArray:
    return (codes + (codes >> 21) * 40503) & (_BUCKETS - 1)


def standard(values: Array, reference: npt.NDArray[np.bool_]) -> Array:
    """Standard scores against the reference; 0 where there is nothing to compare with."""
    known = values[reference]
    if not len(known):
        return np.zeros_like(values)
    return np.asarray((values - known.mean()) / (known.std() + 1e-9))


def listed(features_: Features, order: npt.NDArray[np.intp]) -> Array:
    """What tells whether the best of a list is good: closeness of the first 15, what the first 3 share, how
    much of the title the best of the first 10 covers.
    """
    if not len(order):
        return np.array([-1.0, np.log(1e-3), 0.0])
    meaning = features_.absolute[:, ABSOLUTE.index("meaning")]
    title_cover = features_.absolute[:, ABSOLUTE.index("title_cover")]
    return np.array(
        [
            meaning[order[:15]].mean(),
            np.log(max(float(features_.shared[order[:3]].mean()), 1e-3)),
            title_cover[order[:10]].max(),
        ]
    )


def in_list(absolute: Array, scores: Array, verdict: float) -> Array:
    """RANKED features, shape (n, len(RANKED)).

    Args:
        absolute: shape (n, len(ABSOLUTE)).
        scores: by which the list is ordered, shape (n,).
        verdict: probability that the list has a good match.
    """
    held = min(max(verdict, 1e-3), 1 - 1e-3)
    odds = np.full(len(scores), np.log(held / (1 - held)))
    return np.column_stack([absolute, scores, odds])


def shared_words(features_: Features, row: int, weights: Mapping[str, float]) -> list[str]:
    """The question's words that a document holds, heaviest first."""
    held = [features_.words[place] for place in np.flatnonzero(features_.counts[row] > 0).tolist()]
    return sorted(held, key=lambda word: (-weights.get(word, 0.0), word))
