"""Candidates for a question out of an index: by words and by meaning, each list standardised, summed, cut.

Only scale-free scores are summed, since the BM25 of two engines differ by a factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from indexer.document import FloatArray, StoredDocument
from indexer.engine import Reader
from indexer.query import Filter, Hit, WordQuery
from matchmaker.matching.analysis import MOST_WORDS, Analysis, rarity

#: Kinds of documents that show expertise.
LITERATURE = ("publication", "patent")
ACHIEVEMENT = ("achievement",)
WORKS = (*LITERATURE, *ACHIEVEMENT)

#: BM25 boosts of the fields in the first stage.
BOOSTS = {"title": 0.5, "keywords": 0.2, "body": 1.0}
#: Depth of each list that is standardised.
DEPTH = 1000
#: A document below a list counts as this many standard deviations.
FLOOR = -3.0
#: Share of the mean document's vector that is taken off a question's.
CENTRE = 0.75
#: Vectors looked at for the mean document.
SAMPLE = 4000


@dataclass(frozen=True)
class Vectors:
    """A question's vectors.

    Attributes:
        whole: title and text together, unit length, shape (dimension,).
        chunks: its pieces and its title, unit length, shape (n, dimension); may be empty.
        centre: the mean document of the index, shape (dimension,).
    """

    whole: FloatArray
    chunks: FloatArray
    centre: FloatArray

    @property
    def asked(self) -> FloatArray:
        """What documents are compared with: the whole less a share of the mean document."""
        return np.asarray(self.whole - CENTRE * self.centre, dtype=np.float32)


@dataclass(frozen=True)
class Pool:
    """Candidates with what scoring needs of them.

    Attributes:
        stored: the documents; row i of ``vectors`` (zero without one) belongs to stored[i].
        rarity: the idf of each word of the question, in 0…1 of the largest possible.
    """

    stored: tuple[StoredDocument, ...]
    vectors: FloatArray
    rarity: Mapping[str, float]


def word_rarity(index: Reader, words: Iterable[str]) -> dict[str, float]:
    """Idf of words among all works, as a share of that of a word which occurs nowhere."""
    known = list(words)
    frequencies = index.frequencies(known, WORKS)
    total = index.count(Filter(None, kinds=WORKS))
    values = rarity(np.array([float(frequencies[word]) for word in known]), total)
    largest = float(rarity(np.zeros(1), max(total, 1))[0])
    return {word: float(value / largest) for word, value in zip(known, values, strict=True)}


def heaviest(analysis: Analysis, rare: Mapping[str, float]) -> WordQuery:
    """The words worth asking the engine for."""
    ordered = sorted(analysis.weights, key=lambda word: (-analysis.weights[word] * rare[word], word))
    return WordQuery({word: analysis.weights[word] for word in ordered[:MOST_WORDS]}, BOOSTS)


def gather(
    index: Reader, query: WordQuery, asked: FloatArray, where: Filter, keep: Mapping[tuple[str, ...], int]
) -> list[str]:
    """Ids of the best candidates of each group of kinds.

    Args:
        index: to ask.
        query: the words.
        asked: vector, of any length.
        where: who may read what.
        keep: kinds → number of candidates.
    """
    length = float(np.linalg.norm(asked))
    unit = np.asarray(asked / length, dtype=np.float32) if length > 0 else None
    found: list[str] = []
    for kinds, most in keep.items():
        some = replace(where, kinds=kinds)
        depth = DEPTH if most > 100 else 4 * most
        lists: list[Sequence[Hit]] = [index.search(query, some, depth).hits] if query.words else []
        if unit is not None:
            lists.append(index.nearest(unit, some, depth))
        found.extend(summed(lists, most))
    return found


def summed(lists: Sequence[Sequence[Hit]], most: int) -> list[str]:
    """The best ids by the sum of their standard scores, FLOOR at the least; absent counts as its last."""
    places: dict[str, int] = {}
    held = [[places.setdefault(hit.id, len(places)) for hit in hits] for hits in lists]
    total = np.zeros(len(places))
    for hits, rows in zip(lists, held, strict=True):
        if not hits:
            continue
        scores = np.array([hit.score for hit in hits])
        values = np.maximum(FLOOR, (scores - scores.mean()) / (scores.std() + 1e-9))
        column = np.full(len(places), values.min())
        column[rows] = values
        total += column
    least = np.partition(total, -most)[-most] if 0 < most < len(total) else -np.inf
    ids, sums = list(places), total.tolist()
    near = np.flatnonzero(total >= least).tolist()
    return [ids[row] for row in sorted(near, key=lambda row: (-sums[row], ids[row]))[:most]]


def pool_of(index: Reader, ids: Sequence[str], rare: Mapping[str, float], dimension: int) -> Pool:
    """The candidates' texts and vectors."""
    stored = index.get(ids)
    present = [stored[identifier] for identifier in ids if identifier in stored]
    vectors = index.vectors([document.id for document in present])
    nothing = np.zeros(dimension, dtype=np.float32)
    rows = [vectors.get(document.id, nothing) for document in present]
    matrix = np.stack(rows) if rows else np.zeros((0, dimension), dtype=np.float32)
    return Pool(tuple(present), np.asarray(matrix, dtype=np.float32), rare)


_CENTRES: WeakKeyDictionary[Reader, tuple[str, FloatArray]] = WeakKeyDictionary()


def centre_of(index: Reader, dimension: int) -> FloatArray:
    """The mean document of an index, from a sample; kept until the index changes its generation."""
    generation = index.generation
    held = _CENTRES.get(index)
    if held is not None and held[0] == generation:
        return held[1]
    ids = [identifier for identifier, _version in islice(index.versions(), 10 * SAMPLE)]
    works = [identifier for identifier in ids if identifier.partition(":")[0] in WORKS] or ids
    step = max(1, len(works) // SAMPLE)
    vectors = list(index.vectors(works[::step]).values())
    mean = np.mean(vectors, axis=0) if vectors else np.zeros(dimension)
    centre = np.asarray(mean, dtype=np.float32)
    if vectors:
        _CENTRES[index] = (generation, centre)
    return centre


def as_float(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Double precision, in which scores are summed."""
    return np.asarray(values, dtype=np.float64)
