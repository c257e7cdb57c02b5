"""The contract of an index engine. The suite in tests/engine_contract names its clauses by number.

 1. A fresh index is empty and answers every query with nothing.
 2. ``write`` stores documents; after ``refresh`` each is found by its words, its vector and its id, in
    this process at once and in any other process that opened the index, within
    ``Capabilities.visible_after`` s.
 3. Writing an id again replaces the document as a whole: nothing of the old one is found any more.
 4. A document with a lower version than the stored (or deleted) one is left out and reported as
    ``stale``; an equal version is written again (a repair).
 5. ``delete`` removes by id with the version of the deletion; deleting an unknown id is no error.
 6. One bad document in a batch (wrong dimension, not finite, empty id, a lone surrogate) is reported
    with its reason under ``failed`` and the others are written.
 7. ``search`` ranks by Σ weight × Σ boost × BM25 (k1 1.2, b 0.75, per field), up to a factor; numbers and
    mean lengths are those of all documents, where a field without words has
    ``Capabilities.empty_length`` words; order is falling score, then id.
 8. More occurrences, rarer words, shorter fields and higher weights or boosts rank higher.
 9. Words that occur nowhere, an empty query and a query of only unknown words give an empty page.
10. ``required`` words must all be in a searched field.
11. ``nearest`` gives the documents of greatest cosine among those that pass the filter: exactly when
    ``Capabilities.exact_vectors``, else exactly in a small index and at least 95 of 100 of the first ten in a
    large one, always with their true cosines; documents without a vector are never among them.
12. Filters hold in ``search``, ``nearest``, ``count`` and ``facets`` alike, are applied before the cut
    to ``limit``, and combine with *and*; a tuple within one part combines with *or*.
13. Audiences: a document is found iff its readers meet the audiences and its hidden_from does not.
14. Pages follow each other without a gap or a repeat while nothing is written; a cursor of another
    query or a damaged one raises QueryError.
15. ``limit`` 0 counts only; a limit below 0 or above MOST_HITS raises QueryError.
16. ``get``, ``vectors``, ``scores`` take any number of ids, keep no order, and leave unknown ids out.
17. ``frequencies`` counts the documents that contain each word in any text field, within the kinds
    given.
18. ``versions`` yields every live id with its version, in id order.
19. A rebuild fills a second index beside the live one, unseen until ``switch``, which is one atomic
    act; a rebuild that is dropped or killed leaves the live index as it was, and the next one clears
    its remains.
20. Opening with another dimension or fingerprint than the index was built with raises IndexMismatch.
21. A killed writer loses at most the batch that was being written; the index opens, and its words,
    vectors and versions agree.
22. Any number of processes read while one writes; a second writer gets EngineBusy after
    ``Capabilities.lock_wait`` s.
23. A lost or broken index raises IndexBroken, whose message says how to rebuild it.
24. What ``Capabilities`` denies raises Unsupported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from indexer.document import Document, FloatArray, StoredDocument
from indexer.query import Filter, Hit, Page, WordQuery

#: Called often during long work.
Alive = Callable[[], None]


class EngineError(Exception):
    """Something between us and the index; the message is for an operator."""


class IndexMismatch(EngineError):
    """The index was built with another model, dimension or layout; rebuild it."""


class IndexBroken(EngineError):
    """The index is lost or damaged; it can be rebuilt from the database."""


class EngineBusy(EngineError):
    """Another process is writing."""


class EngineUnavailable(EngineError):
    """The engine's server does not answer."""


class Unsupported(EngineError):
    """The engine does not offer this; ask ``capabilities`` first."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a caller may rely on.

    Attributes:
        exact_vectors: clause 11.
        exact_totals: totals are exact, not lower bounds.
        several_writers: several processes may write at a time; else clause 22.
        visible_after: seconds until other processes find what was written.
        lock_wait: seconds that a writer or a rebuild waits for another one.
        empty_length: clause 7.
    """

    name: str
    exact_vectors: bool
    exact_totals: bool
    several_writers: bool
    visible_after: float
    lock_wait: float
    empty_length: int


@dataclass(slots=True)
class WriteReport:
    """What became of a batch."""

    written: int = 0
    deleted: int = 0
    stale: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """What the page “index health” shows.

    Attributes:
        documents: live documents by kind.
        bytes_on_disk: 0 when the engine does not know.
        generation: name of the live index; changes with each switch.
    """

    engine: str
    generation: str
    fingerprint: str
    dimension: int
    documents: Mapping[str, int]
    garbage_rows: int
    bytes_on_disk: int
    state: str
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reading one index; every method is safe in several threads."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine promises."""
        ...

    @property
    def generation(self) -> str:
        """Name of the live index, as in ``health`` but at no cost; changes with each switch."""
        ...

    def search(
        self,
        query: WordQuery,
        where: Filter,
        limit: int = 10,
        after: str | None = None,
        *,
        total: bool = False,
    ) -> Page:
        """Best documents by words (clauses 7–10, 12–15); ``total`` asks for the count as well (else 0)."""
        ...

    def nearest(self, vector: FloatArray, where: Filter, limit: int = 10) -> tuple[Hit, ...]:
        """Best documents by cosine with a unit vector of shape (dimension,) (clauses 11–13)."""
        ...

    def scores(self, vector: FloatArray, ids: Sequence[str]) -> dict[str, float]:
        """Cosine of each named document that has a vector (clause 16)."""
        ...

    def vectors(self, ids: Sequence[str]) -> dict[str, FloatArray]:
        """The vectors of the named documents that have one (clause 16)."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, StoredDocument]:
        """The stored documents, unfiltered: callers check readers themselves (clause 16)."""
        ...

    def count(self, where: Filter) -> int:
        """Documents that pass the filter."""
        ...

    def facets(self, where: Filter, part: str, query: WordQuery | None = None) -> dict[str, int]:
        """Documents by value of "kind", "field", "region" or "body", among those that match."""
        ...

    def frequencies(self, words: Iterable[str], kinds: Sequence[str] | None = None) -> dict[str, int]:
        """Document frequency of each word (clause 17); unknown words get 0."""
        ...

    def versions(self) -> Iterator[tuple[str, int]]:
        """Every live (id, version), in id order, as of the call (clause 18)."""
        ...

    def health(self) -> Health:
        """Sizes and state; never raises for an index that is merely empty."""
        ...


class Writer(Protocol):
    """Writing one index."""

    def write(self, documents: Iterable[Document]) -> WriteReport:
        """Adds or replaces a batch of at most some 500 documents, durably on return (clauses 2–4, 6)."""
        ...

    def delete(self, versions: Mapping[str, int]) -> WriteReport:
        """Removes documents; id → version of the deletion (clauses 4, 5)."""
        ...

    def refresh(self) -> None:
        """Makes what was written visible to searches of this process."""
        ...


class Rebuild(Writer, Protocol):
    """A new index beside the live one (clause 19); leaving the block without ``switch`` drops it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def switch(self, alive: Alive = ...) -> None:
        """Takes the new index into use; the old one is kept until ``Engine.prune``.

        ``alive`` is called now and then while this lasts: renews a lease, or raises to end it.
        """
        ...


class Engine(Reader, Writer, Protocol):
    """An index: what both engines offer."""

    def rebuild(self) -> Rebuild:
        """Begins a new, empty index of the same dimension and this engine's fingerprint."""
        ...

    def prune(self) -> None:
        """Removes what earlier rebuilds and killed ones left behind."""
        ...

    def drop(self) -> None:
        """Removes the index as a whole."""
        ...

    def close(self) -> None:
        """Lets go of files and connections; a second call is no error."""
        ...
