"""Stored problems near a draft in meaning: takes index and model, no database; nothing is remembered."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np

from indexer.document import FloatArray, StoredDocument
from indexer.embedder import CachedEmbedder
from indexer.engine import Reader
from indexer.query import Filter
from matchmaker.matching.analysis import pairs
from matchmaker.matching.candidates import centre_of
from matchmaker.matching.features import document_pairs
from matchmaker.matching.question import Question, mixed

PROBLEMS = ("problem",)
#: Problems looked at for a draft.
KEEP = 12
#: Characters of a draft that are embedded: the model takes 0.1 ms for each, and somebody is typing.
MOST_CHARACTERS = 1000
#: Closeness from which a stored problem is called the same need, and from which it is called similar
#: (docs/clinic.md tells how often that is right).
SAME, SIMILAR = 0.54, 0.3
#: Problems whose mean is taken off, and how many problems the mean of all works counts for beside them.
SAMPLE, WEIGHT_OF_WORKS = 1000, 20

_CENTRES: WeakKeyDictionary[Reader, tuple[str, int, FloatArray]] = WeakKeyDictionary()
_LOCK = Lock()


def nearest(
    index: Reader, embedder: CachedEmbedder, question: Question, where: Filter
) -> list[tuple[str, float]]:
    """(index id, closeness) of the nearest readable problems, closest first.

    Closeness is a cosine about the mean problem (near 0 for any two, 0.55 and more for the same need in other
    words), or the share of pairs of characters in common where that is larger: copies are told also where
    there are too few documents for a mean.
    """
    vector = _vector(embedder, question)
    if vector is None:
        return []
    some = replace(where, kinds=PROBLEMS)
    found = index.vectors([hit.id for hit in index.nearest(vector, some, KEEP)])
    if not found:
        return []
    centre = _centre(index, len(vector))
    mine, stored = _unit(vector - centre), index.get(list(found))
    own = frozenset(pairs(question.text).tolist())
    close = {
        identifier: max(float(mine @ _unit(other - centre)), _shared(own, stored.get(identifier)))
        for identifier, other in found.items()
    }
    return sorted(close.items(), key=lambda pair: (-pair[1], pair[0]))


def _shared(own: frozenset[int], document: StoredDocument | None) -> float:
    """Pairs of characters in common, of all that either has."""
    theirs = frozenset(document_pairs(document).tolist()) if document else frozenset()
    return len(own & theirs) / max(1, len(own | theirs))


def _vector(embedder: CachedEmbedder, question: Question) -> FloatArray | None:
    """As a text never seen is embedded, cut to what can be waited for, and not kept."""
    short = replace(
        question, parts=(question.body[:MOST_CHARACTERS],), keywords=(), title=question.title[:200]
    )
    parts = [part for part in short.mixture if part[1] == "query"]
    if not parts:
        return None
    texts = list(dict.fromkeys(text for text, _use, _share in parts))
    vectors = dict(zip(texts, embedder.encode(texts, "query", remember=False), strict=True))
    return mixed([(vectors[text], share) for text, _use, share in parts])


def _centre(index: Reader, dimension: int) -> FloatArray:
    """The mean problem of the index; kept until the number of problems has changed by a tenth."""
    count = index.count(Filter(None, kinds=PROBLEMS))
    with _LOCK:
        held = _CENTRES.get(index)
    if held is not None and held[0] == index.generation and abs(held[1] - count) <= held[1] // 10:
        return held[2]
    works = centre_of(index, dimension)
    hits = index.nearest(_unit(works), Filter(None, kinds=PROBLEMS), SAMPLE) if works.any() else ()
    vectors = list(index.vectors([hit.id for hit in hits]).values())
    total = WEIGHT_OF_WORKS * works + np.sum(vectors, axis=0) if vectors else works
    centre = np.asarray(total / (WEIGHT_OF_WORKS + len(vectors) if vectors else 1), dtype=np.float32)
    with _LOCK:
        _CENTRES[index] = (index.generation, count, centre)
    return centre


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 0 else vector, dtype=np.float32)
