"""Reading one state of the embedded index: arrays, vectors and words that agree with each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.columns import FACETS, BoolArray, Snapshot
from indexer.document import TEXT_FIELDS, FloatArray
from indexer.intake import is_encodable
from indexer.lexical_store import LexicalStore
from indexer.query import Filter, Hit, QueryError, WordQuery
from indexer.vector_store import GATHER_SHARE, NO_ROW, IntArray, best_rows, exact_products

#: Up to so many hits it is faster to search without the filter and to filter then.
_MOST_ASKED = 4000
#: Masks of recent filters that are kept: one user asks many questions with the same.
_MASKS = 32
#: Document frequencies that are kept.
_MOST_FREQUENCIES = 100_000
#: Recent scans of all vectors that are kept.
_SCANS = 8
#: Hits asked for beyond those needed, so that ties at the cut are seen whole.
_SPARE = 32
#: Float32 sums in another order differ in their last bits; six of them are dropped, so that ties are ties.
_DROPPED_BITS = 6


@dataclass(frozen=True, slots=True)
class View:
    """One state, unchanged by writes; any thread may use it."""

    snapshot: Snapshot
    matrix: FloatArray
    lexical: LexicalStore
    searcher: Any
    _masks: dict[Filter, BoolArray] = field(default_factory=dict)
    _frequencies: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    _scans: dict[bytes, FloatArray] = field(default_factory=dict)

    def search(self, query: WordQuery, where: Filter, need: int, *, total: bool) -> tuple[list[Hit], int]:
        """The best ``need`` hits in order, and the number of matches if asked."""
        mask = self._passing(where)
        passing = int(np.count_nonzero(mask))
        words = self._words_query(query)
        if words is None or passing == 0:
            return [], 0
        if total or need == 0:
            within = self.lexical.unscored(self.lexical.within(words, where))
            _hits, count = self.lexical.top(self.searcher, within, 1, count=True)
            if need == 0:
                return [], count
        else:
            count = 0
        found = self._common(words, mask, passing, need)
        return (self._filtered(words, where, mask, need) if found is None else found), count

    def matching(self, query: WordQuery, where: Filter) -> BoolArray:
        """Which slots match query and filter."""
        mask = np.zeros(len(self.snapshot.alive), dtype=np.bool_)
        words = self._words_query(query)
        if words is not None:
            within = self.lexical.unscored(self.lexical.within(words, where))
            hits, _count = self.lexical.top(self.searcher, within, max(1, self.searcher.num_docs))
            slots = self._slots(hits)
            mask[slots[slots < len(mask)]] = True
        return mask & self._passing(where)

    def nearest(self, vector: FloatArray, where: Filter, limit: int) -> list[Hit]:
        """The ``limit`` documents of greatest cosine, exactly."""
        slots = np.flatnonzero(self._passing(where) & (self.snapshot.rows != NO_ROW))
        if limit == 0 or len(slots) == 0:
            return []
        rows = self.snapshot.rows[slots]
        positions, scores = best_rows(self.matrix, rows, vector, limit, self._rough(rows, vector))
        return self._ordered(slots[positions], scores, limit)

    def _rough(self, rows: IntArray, vector: FloatArray) -> FloatArray:
        """Product of each row with the vector; a vector is asked several times, of one kind after another."""
        vector = np.ascontiguousarray(vector)
        key = vector.tobytes()
        scan = self._scans.get(key)
        if scan is None and len(rows) < GATHER_SHARE * len(self.matrix):
            return np.asarray(self.matrix[rows] @ vector, dtype=np.float32)
        if scan is None:
            scan = np.asarray(self.matrix @ vector, dtype=np.float32)
            if len(self._scans) >= _SCANS:
                self._scans.clear()
            self._scans[key] = scan
        return scan[rows]

    def scores(self, vector: FloatArray, ids: Sequence[str]) -> dict[str, float]:
        """Cosine of each named document that has a vector."""
        slots = self._with_vector(ids)
        scores = exact_products(self.matrix, self.snapshot.rows[slots], vector)
        return {self.snapshot.ids[slot]: score for slot, score in zip(slots, scores.tolist(), strict=True)}

    def vectors(self, ids: Sequence[str]) -> dict[str, FloatArray]:
        """Copies of the vectors of the named documents that have one."""
        slots = self._with_vector(ids)
        rows = self.matrix[self.snapshot.rows[slots]]
        return {self.snapshot.ids[slot]: row for slot, row in zip(slots, rows, strict=True)}

    def count(self, where: Filter) -> int:
        """Documents that pass the filter."""
        return int(np.count_nonzero(self._passing(where)))

    def facets(self, where: Filter, part: str, query: WordQuery | None) -> dict[str, int]:
        """Documents by value of one part."""
        if part not in FACETS:
            raise QueryError(f"no facet {part!r}; there are {', '.join(FACETS)}")
        mask = self._passing(where) if query is None else self.matching(query, where)
        return self.snapshot.tally(FACETS[part], mask)

    def frequencies(self, words: Iterable[str], kinds: Sequence[str] | None) -> dict[str, int]:
        """Documents that contain each word."""
        asked = self.snapshot.tally("kinds", self.snapshot.alive) if kinds is None else dict.fromkeys(kinds)
        within = tuple(kind for kind in asked if is_encodable(kind))
        return {word: self._frequency(word, within) for word in words}

    def _frequency(self, word: str, kinds: tuple[str, ...]) -> int:
        """One count, kept as long as this state: problems share most of their words."""
        held = self._frequencies.get((word, kinds))
        if held is None:
            held = self.lexical.frequency(self.searcher, word, kinds) if is_encodable(word) else 0
            if len(self._frequencies) >= _MOST_FREQUENCIES:
                self._frequencies.clear()
            self._frequencies[word, kinds] = held
        return held

    def _passing(self, where: Filter) -> BoolArray:
        mask = self._masks.get(where)
        if mask is None:
            mask = self.snapshot.passing(where)
            if where.ids is None and not where.excluded:
                if len(self._masks) >= _MASKS:
                    self._masks.clear()
                mask.flags.writeable = False
                self._masks[where] = mask
        return mask

    def _words_query(self, query: WordQuery) -> Any | None:
        words = [(word, weight) for word, weight in query.heaviest() if is_encodable(word)]
        if not words or not any(query.boosts.get(field, 0) > 0 for field in TEXT_FIELDS):
            return None
        if not all(map(is_encodable, query.required)):
            return None
        return self.lexical.words_query(words, query.boosts, query.required)

    def _common(self, words: Any, mask: BoolArray, passing: int, need: int) -> list[Hit] | None:
        """Searches without the filter and filters then; None when that may have missed something."""
        living = int(np.count_nonzero(self.snapshot.alive))
        asked = int(1.25 * need * living / passing) + _SPARE
        if asked > _MOST_ASKED and passing < living:
            return None
        hits, is_whole = self._best(words, mask, need, asked)
        return hits if is_whole else None

    def _filtered(self, words: Any, where: Filter, mask: BoolArray, need: int) -> list[Hit]:
        within = self.lexical.within(words, where)
        asked = need + _SPARE
        while True:
            hits, is_whole = self._best(within, mask, need, asked)
            if is_whole:
                return hits
            asked *= 4

    def _best(self, query: Any, mask: BoolArray, need: int, asked: int) -> tuple[list[Hit], bool]:
        """The best ``need`` hits in the mask, and whether none outside the ``asked`` could be among them."""
        top, _count = self.lexical.top(self.searcher, query, asked)
        if not top:
            return [], True
        scores = _coarse(np.array([score for score, _address in top], dtype=np.float32))
        slots = self._slots(top)
        keep = np.append(mask, False)[slots]
        kept = scores[keep]
        is_whole = len(top) < asked or (len(kept) >= need and bool(kept[need - 1] > scores[-1]))
        return self._ordered(slots[keep], kept, need), is_whole

    def _slots(self, hits: list[tuple[float, Any]]) -> IntArray:
        return self.snapshot.slots_of_seqs(self.lexical.seqs(self.searcher, hits))

    def _ordered(self, slots: IntArray, scores: FloatArray, limit: int) -> list[Hit]:
        """The first ``limit`` hits by falling score, then id."""
        if len(scores) > limit:
            inside = scores >= np.partition(scores, len(scores) - limit)[len(scores) - limit]
            slots, scores = slots[inside], scores[inside]
        ids = self.snapshot.ids
        pairs = sorted(zip((-scores).tolist(), map(ids.__getitem__, slots.tolist()), strict=True))
        return [Hit(key, -score) for score, key in pairs[:limit]]

    def _with_vector(self, ids: Sequence[str]) -> list[int]:
        slots = dict.fromkeys(self.snapshot.slots(ids))
        return [slot for slot in slots if self.snapshot.rows[slot] != NO_ROW]


def _coarse(scores: npt.NDArray[np.float32]) -> FloatArray:
    """The scores, rounded to 17 significant bits; still falling."""
    half = np.uint32(1 << (_DROPPED_BITS - 1))
    bits = (scores.view(np.uint32) + half) >> np.uint32(_DROPPED_BITS) << np.uint32(_DROPPED_BITS)
    return bits.view(np.float32)
