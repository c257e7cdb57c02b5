"""The Elasticsearch engine: an existing cluster under the same contract as the embedded one.

Only the core of the server is used (mappings, BM25, kNN, bulk, aliases, point in time), so that every
distribution and licence will do. See ``indexer.elasticsearch_indices`` for what lies where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from indexer.cursor import digest_of, place_of, token_of
from indexer.document import Document, FloatArray, StoredDocument
from indexer.elasticsearch_indices import Indices
from indexer.elasticsearch_lease import Lease
from indexer.elasticsearch_mapping import stored_of, vector_of
from indexer.elasticsearch_pages import Place, versions
from indexer.elasticsearch_query import LIVE, anywhere, clauses, facet_field, filtered, words_query
from indexer.elasticsearch_questions import Questions
from indexer.elasticsearch_rebuild import ElasticsearchRebuild
from indexer.elasticsearch_server import Server, client_of, guarded
from indexer.elasticsearch_writing import Target, delete, write
from indexer.engine import Capabilities, Health, IndexBroken, IndexMismatch, Rebuild, WriteReport
from indexer.intake import checked_limit, checked_vector, is_encodable
from indexer.query import Filter, Hit, Page, WordQuery

#: Hits asked for beyond those needed, so that ties at the cut are seen whole.
_SPARE = 32
#: Vectors looked at in one search at most: the server takes no more.
_MOST_CANDIDATES = 10_000
#: The nearest by the quantised vectors, so many times as needed, are compared again by the whole ones.
_OVERSAMPLE = 1.5
#: Values of a facet that are counted.
_MOST_VALUES = 10_000
#: Words whose frequencies are counted by one request.
_WORDS_AT_ONCE = 500


class ElasticsearchEngine:
    """See ``indexer.engine`` for what it promises; made by ``indexer.factory.open_elasticsearch``."""

    def __init__(
        self,
        server: Server,
        fingerprint: str,
        dimension: int,
        *,
        lock_wait: float = 10.0,
        is_rebuilding: bool = False,
    ) -> None:
        self._server = server
        self._dimension = dimension
        self._client = client_of(server)
        self._indices = Indices(self._client, server, fingerprint, dimension)
        self._ask = Questions(self._client, self._indices)
        self.capabilities = Capabilities(
            name="elasticsearch",
            exact_vectors=False,
            exact_totals=True,
            several_writers=True,
            visible_after=2.0,
            lock_wait=lock_wait,
            empty_length=1,
        )
        try:
            self._ask.generation = self._indices.open()
        except (IndexBroken, IndexMismatch):
            if not is_rebuilding:
                self.close()
                raise
        except BaseException:
            self.close()
            raise

    # Reading

    @property
    def generation(self) -> str:
        """Name of the live index, as the latest answer told it."""
        return self._ask.generation

    def search(
        self,
        query: WordQuery,
        where: Filter,
        limit: int = 10,
        after: str | None = None,
        *,
        total: bool = False,
    ) -> Page:
        """Clauses 7–10 and 12–15."""
        checked_limit(limit)
        place = None if after is None else Place.of(place_of(after, query, where))
        wanted = words_query(query, where)
        if wanted is None or limit == 0:
            return Page((), 0 if wanted is None else self._ask.count(wanted), None)
        asked = {"query": wanted, "size": limit + 1, "track_total_hits": total}
        hits, count, pit = self._ask.page(asked, place, digest_of(query, where))
        if len(hits) <= limit:
            self._ask.let_go(pit)
            return Page(tuple(hits), count, None)
        last = Place(hits[limit - 1].score, hits[limit - 1].id, pit)
        return Page(tuple(hits[:limit]), count, token_of(last.text(), query, where))

    def nearest(self, vector: FloatArray, where: Filter, limit: int = 10) -> tuple[Hit, ...]:
        """Clauses 11–13."""
        asked = checked_vector(vector, self._dimension)
        if checked_limit(limit) == 0 or not asked.any():
            return ()
        needed = limit + _SPARE
        knn = {
            "field": "vector",
            "query_vector": asked,
            "k": needed,
            "num_candidates": min(max(self._server.candidates, 2 * needed), _MOST_CANDIDATES),
            "filter": clauses(where),
            "rescore_vector": {"oversample": _OVERSAMPLE},
        }
        hits = self._ask.hits("searching by meaning", {"knn": knn, "size": limit, "track_total_hits": False})
        return tuple(Hit(hit.id, 2 * hit.score - 1) for hit in hits)

    def scores(self, vector: FloatArray, ids: Sequence[str]) -> dict[str, float]:
        """Clause 16."""
        asked = checked_vector(vector, self._dimension)
        return {key: float(own @ asked) for key, own in self.vectors(ids).items()}

    def vectors(self, ids: Sequence[str]) -> dict[str, FloatArray]:
        """Clause 16."""
        return {key: vector_of(raw) for key, raw in self._ask.vectors(ids)}

    def get(self, ids: Sequence[str]) -> dict[str, StoredDocument]:
        """Clause 16."""
        return {source["id"]: stored_of(source) for source in self._ask.sources(ids) if source["live"]}

    def count(self, where: Filter) -> int:
        """Clause 12."""
        return self._ask.count(filtered(where, LIVE))

    def facets(self, where: Filter, part: str, query: WordQuery | None = None) -> dict[str, int]:
        """Clause 12."""
        field = facet_field(part)
        wanted = filtered(where, LIVE) if query is None else words_query(query, where)
        if wanted is None:
            return {}
        buckets = self._ask.tally(wanted, {"terms": {"field": field, "size": _MOST_VALUES}})
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    def frequencies(self, words: Iterable[str], kinds: Sequence[str] | None = None) -> dict[str, int]:
        """Clause 17."""
        asked = list(dict.fromkeys(words))
        found = dict.fromkeys(asked, 0)
        known = [word for word in asked if is_encodable(word)]
        within = filtered(Filter(None, kinds=None if kinds is None else tuple(kinds)), LIVE)
        for start in range(0, len(known), _WORDS_AT_ONCE):
            some = known[start : start + _WORDS_AT_ONCE]
            buckets = self._ask.tally(within, {"filters": {"filters": [anywhere(word) for word in some]}})
            found.update(zip(some, (bucket["doc_count"] for bucket in buckets), strict=True))
        return found

    def versions(self) -> Iterator[tuple[str, int]]:
        """Clause 18."""
        with self._ask.told("listing the versions"):
            return versions(self._client, self._indices.live)

    def health(self) -> Health:
        """Sizes and state; "behind" while copies are being made, "broken" while parts are away."""
        documents = self.facets(Filter(None), "kind")
        with self._ask.told("looking at the index"):
            name = self._indices.named(self._indices.table(), self._indices.live) or self.generation
            stats = self._client.indices.stats(index=name, metric=["store", "docs"])["_all"]
            color = self._client.cluster.health(index=name)["status"]
        self._ask.generation = name
        primaries = stats["primaries"]["docs"]
        return Health(
            engine=self.capabilities.name,
            generation=name,
            fingerprint=self._indices.fingerprint,
            dimension=self._dimension,
            documents=documents,
            garbage_rows=primaries["count"] + primaries["deleted"] - sum(documents.values()),
            bytes_on_disk=stats["total"]["store"]["size_in_bytes"],
            state={"green": "ok", "yellow": "ok"}.get(color, "broken"),
            notes=("copies of some shards are missing",) if color == "yellow" else (),
        )

    # Writing

    def write(self, documents: Iterable[Document]) -> WriteReport:
        """Clauses 2–4 and 6."""
        with self._ask.told("writing"):
            return write(self._targets(), documents, self._dimension)

    def delete(self, versions: Mapping[str, int]) -> WriteReport:
        """Clauses 4 and 5."""
        with self._ask.told("deleting"):
            return delete(self._client, self._targets(), versions)

    def refresh(self) -> None:
        """Makes what was written visible, here and everywhere."""
        with self._ask.told("refreshing the index"):
            self._client.indices.refresh(index=self._indices.live)

    def rebuild(self) -> Rebuild:
        """Clause 19."""
        self._ask.check_open()
        return ElasticsearchRebuild(self._indices, self.capabilities.lock_wait)

    def prune(self) -> None:
        """Removes every generation but the live one; EngineBusy while a rebuild is under way."""
        with Lease(self._indices, self.capabilities.lock_wait), guarded("clearing up"):
            self._indices.prune()

    def drop(self) -> None:
        """Removes all indices of this installation; the engine is closed."""
        with guarded("dropping the index"):
            self._indices.drop()
        self.close()

    def close(self) -> None:
        """Lets go of connections."""
        self._ask.is_closed = True
        self._client.close()

    # Within

    def _targets(self) -> list[Target]:
        """The live index, and the one that a rebuild fills for this model."""
        self._ask.check_open()
        targets = [Target(self._client, self._indices.live)]
        with guarded("looking for a rebuild"):
            if self._client.indices.exists_alias(name=self._indices.next):
                targets.append(Target(self._client, self._indices.next, must=False))
        return targets
