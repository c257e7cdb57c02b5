"""Experts for a work: who else does this? A paper, patent or achievement is asked, experts are ranked.

Another question than a problem's: a work is written like the works it is compared with, so an expert's many
like works count (the best six), not only his best one, and co-authors lift each other. Chosen by
leave-one-out on authorship (docs/matching.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.document import FloatArray, StoredDocument
from indexer.engine import Reader
from indexer.query import MOST_HITS, Filter, WordQuery
from indexer.text import words
from matchmaker.matching.analysis import IntArray, pairs
from matchmaker.matching.candidates import WORKS, as_float
from matchmaker.matching.features import document_pairs

Array = npt.NDArray[np.float64]

#: Documents taken from each list of the engine, by words and by meaning.
LIST = 200
#: Hits by words whose scores are known; documents below count as the lowest of them.
DEPTH = 1000
#: Weights of the signals: pairs of characters, meaning, words.
PAIRS, MEANING, WORDS = 1.0, 0.5, 0.3
#: Steepness of the rarity of a pair: pairs of special terms decide.
POWER = 2.0
#: Scores are standardised by the best of them.
TOP = 200
#: Weights of an expert's best documents; his score is their weighted mean over those he has.
BEST = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
#: How far an expert rises towards co-authors who fit better; nobody sinks.
LIFT = 0.6
#: Experts looked at closely.
MOST = 400


@dataclass(frozen=True, slots=True)
class Colleague:
    """An expert with his score and the documents that speak for him, best first."""

    id: str
    score: float
    documents: tuple[tuple[str, float], ...]
    works: int


def rank(
    index: Reader,
    text: str,
    vector: FloatArray,
    centre: FloatArray,
    where: Filter,
    among: Sequence[str] | None = None,
) -> list[Colleague]:
    """Experts for a work, best first; equal scores: more works, then id.

    Args:
        index: to ask.
        text: of the work.
        vector: of the work, embedded as a passage, unit length.
        centre: the mean document.
        where: who may read what, and which documents are left out (the work itself).
        among: index ids of the experts that are candidates; all when None.
    """
    works = replace(where, kinds=WORKS, people=None if among is None else tuple(among))
    asked = np.asarray(_unit(as_float(vector) - as_float(centre)), dtype=np.float32)
    query = WordQuery({word: float(count) for word, count in Counter(words(text)).items()})
    by_words = index.search(query, works, DEPTH).hits
    by_meaning = index.nearest(asked, works, LIST)
    near = index.get(list(dict.fromkeys(hit.id for hit in (*by_words[:LIST], *by_meaning))))
    allowed = None if among is None else set(among)
    persons = _persons([near[hit.id] for hit in (*by_words[:LIST], *by_meaning) if hit.id in near], allowed)
    if not persons:
        return []
    theirs = index.nearest(asked, replace(works, people=tuple(persons)), MOST_HITS)
    stored = index.get([hit.id for hit in theirs])
    documents = [stored[hit.id] for hit in theirs if hit.id in stored]
    score = _document_scores(index, text, asked, centre, documents, {h.id: h.score for h in by_words})
    return _experts(persons, documents, score)


def _persons(documents: Sequence[StoredDocument], allowed: set[str] | None) -> list[str]:
    found = dict.fromkeys(person for document in documents for person in document.people)
    return [person for person in found if allowed is None or person in allowed][:MOST]


def _document_scores(
    index: Reader,
    text: str,
    asked: FloatArray,
    centre: FloatArray,
    documents: Sequence[StoredDocument],
    by_words: dict[str, float],
) -> Array:
    vectors = index.vectors([document.id for document in documents])
    nothing = np.zeros(len(asked), dtype=np.float32)
    matrix = as_float(np.stack([vectors.get(document.id, nothing) for document in documents]))
    cosines = _unit(matrix - as_float(centre)) @ as_float(asked)
    lowest = min(by_words.values(), default=0.0)
    known = np.array([by_words.get(document.id, lowest) for document in documents])
    by_pairs = pair_cosines(pairs(text), [document_pairs(document) for document in documents])
    return PAIRS * standard(by_pairs) + MEANING * standard(cosines) + WORDS * standard(known)


def pair_cosines(query: IntArray, rows: Sequence[IntArray]) -> Array:
    """Cosines of weighted counts of character pairs; rarity is taken from the rows themselves.

    A pair that stands in one document only and not in the query counts nothing: it would only lengthen it.
    """
    counted = [np.unique(row, return_counts=True) for row in rows]
    codes, place = np.unique(np.concatenate([row[0] for row in counted]), return_inverse=True)
    if not len(codes):
        return np.zeros(len(rows))
    document = np.repeat(np.arange(len(rows)), [len(row[0]) for row in counted])
    frequency = np.bincount(place, minlength=len(codes))
    asked, times = np.unique(query, return_counts=True)
    at = np.minimum(np.searchsorted(codes, asked), len(codes) - 1)
    known = codes[at] == asked
    counts = frequency > 1
    counts[at[known]] = True
    weight = counts * (np.log((len(rows) + 1) / frequency) + 1) ** POWER
    values = (1 + np.log(np.concatenate([row[1] for row in counted]))) * weight[place]
    wanted = np.zeros(len(codes))
    wanted[at[known]] = (1 + np.log(times[known])) * weight[at[known]]
    lengths = np.sqrt(np.bincount(document, values * values, len(rows))) * np.linalg.norm(wanted)
    return np.asarray(np.bincount(document, values * wanted[place], len(rows)) / np.maximum(lengths, 1e-9))


def standard(values: Array, top: int = TOP) -> Array:
    """Standard scores by the mean and spread of the best."""
    best = np.sort(values)[::-1][:top]
    return np.asarray((values - best.mean()) / (best.std() + 1e-9))


def lifted(scores: Array, joint: Array) -> Array:
    """Scores raised towards the mean of better co-authors.

    Args:
        scores: of the experts.
        joint: numbers of joint documents, shape (n, n), zero diagonal.
    """
    number = joint.sum(axis=1)
    mates = np.where(number > 0, joint @ scores / np.maximum(number, 1e-9), scores)
    return np.asarray(scores + LIFT * np.maximum(0, mates - scores))


def _experts(persons: Sequence[str], documents: Sequence[StoredDocument], score: Array) -> list[Colleague]:
    column = {person: place for place, person in enumerate(persons)}
    rows: list[list[int]] = [[] for _ in persons]
    joint = np.zeros((len(persons), len(persons)))
    for row, document in enumerate(documents):
        places = [column[person] for person in document.people if person in column]
        for place in places:
            rows[place].append(row)
            joint[place, [other for other in places if other != place]] += 1
    present = [place for place in range(len(persons)) if rows[place]]
    raw = np.array([_mean_of_best(score[rows[place]]) for place in present])
    final = lifted(standard(raw), joint[np.ix_(present, present)])
    found = [
        Colleague(
            persons[place],
            float(value),
            tuple(
                (documents[row].id, float(score[row])) for row in sorted(rows[place], key=lambda r: -score[r])
            ),
            len(rows[place]),
        )
        for place, value in zip(present, final, strict=True)
    ]
    return sorted(found, key=lambda one: (-round(one.score, 5), -one.works, one.id))


def _mean_of_best(scores: Array) -> float:
    weights = np.array(BEST[: len(scores)])
    return float(np.sort(scores)[::-1][: len(weights)] @ weights / weights.sum())


def _unit(values: Array) -> Array:
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), 1e-9))
