"""Requests that read Elasticsearch: what is asked is given, what comes back is checked and taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from indexer.elasticsearch_indices import Indices
from indexer.elasticsearch_mapping import key_of
from indexer.elasticsearch_pages import KEPT, LAST_NUMBER, Place, let_go
from indexer.elasticsearch_query import Json
from indexer.elasticsearch_server import REBUILD, guarded
from indexer.elasticsearch_writing import LOOK_UPS
from indexer.engine import EngineError, IndexBroken
from indexer.query import Hit

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

_BEST_FIRST = [{"_score": "desc"}, {"id": "asc"}]
#: Score and id are among the values sorted by: nothing else of a hit need be read or sent.
_SORTED_ONLY = "hits.hits.sort,hits.hits._index,hits.total.value"
_JSON = {"accept": "application/json", "content-type": "application/json"}


class Questions:
    """Asks through the live alias; any thread may.

    Attributes:
        generation: index behind the alias, as the latest answer named it.
    """

    def __init__(self, client: Elasticsearch, indices: Indices) -> None:
        self._client = client
        self._indices = indices
        self._is_spread = indices.server.shards > 1
        self.generation = ""
        self.is_closed = False

    def check_open(self) -> None:
        """EngineError once the engine was closed."""
        if self.is_closed:
            raise EngineError("the engine is closed; open another")

    @contextmanager
    def told(self, what: str) -> Iterator[None]:
        """Faults as EngineErrors; of an index that is not there, why."""
        self.check_open()
        try:
            with guarded(what):
                yield
        except IndexBroken as fault:
            raise self._indices.why_lost() from fault

    def hits(self, what: str, asked: Json, **where: Any) -> list[Hit]:
        """The hits of a search, best first."""
        return _hits(self._search(what, asked, **where))

    def page(self, asked: Json, place: Place | None, preference: str) -> tuple[list[Hit], int, str]:
        """Hits after a place, the total if asked, and the point in time they were read in ("" at first).

        Copies of a shard may score a little differently: ``preference`` leads the pages of one query to one.
        """
        if place is None:
            return *_counted(self._search("searching by words", asked, preference=preference)), ""
        asked = asked | {"search_after": [place.score, place.id, LAST_NUMBER]}
        answer = self._within(asked, place.pit) if place.pit else None
        pit = place.pit
        if answer is None:
            with self.told("paging"):
                pit = self._client.open_point_in_time(
                    index=self._indices.live, keep_alive=KEPT, preference=preference
                )["id"]
            answer = self._within(asked, pit) or {}
        return *_counted(answer), pit

    def let_go(self, pit: str) -> None:
        """The last page of a query was read."""
        if pit:
            let_go(self._client, pit)

    def count(self, query: Json) -> int:
        """How many match; a search, since the server's own count may leave out shards that are away."""
        asked = {"query": {"bool": {"filter": query}}, "size": 0, "track_total_hits": True}
        return _counted(self._search("counting", asked))[1]

    def tally(self, query: Json, buckets: Json) -> list[Json]:
        """The buckets of one aggregation over what matches."""
        asked = {"query": {"bool": {"filter": query}}, "size": 0, "aggs": {"all": buckets}}
        answer = self._search("counting", asked, filter_path="aggregations.all.buckets")
        return list(answer.get("aggregations", {}).get("all", {}).get("buckets", ()))

    def sources(self, ids: Sequence[str]) -> Iterator[Json]:
        """The JSON of documents and tombstones, without vectors."""
        for _name, entry in self._looked_up(ids, {"filter_path": "docs._index,docs._source,docs.error"}):
            yield entry["_source"]

    def vectors(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The field "raw" of those that have one."""
        only = {"stored_fields": "raw", "filter_path": "docs._index,docs.fields,docs.error"}
        for name, entry in self._looked_up(ids, only):
            yield name, entry["fields"]["raw"][0]

    def _looked_up(self, ids: Sequence[str], parameters: Json) -> Iterator[tuple[str, Json]]:
        names = [name for name in dict.fromkeys(ids) if name]
        for start in range(0, len(names), LOOK_UPS):
            some = names[start : start + LOOK_UPS]
            with self.told("looking documents up"):
                answer = self._client.perform_request(
                    "POST",
                    f"/{self._indices.live}/_mget",
                    params=parameters,
                    headers=_JSON,
                    body={"ids": [key_of(name) for name in some]},
                ).body["docs"]
                faults = [entry["error"] for entry in answer if "error" in entry]
                if faults:
                    raise IndexBroken(f"documents cannot be read: {faults[0].get('reason')}; {REBUILD}")
            for name, entry in zip(some, answer, strict=True):
                if len(entry) > 1:  # found: the unknown have an index only
                    self.generation = entry["_index"]
                    yield name, entry

    def _search(self, what: str, asked: Json, *, filter_path: str = _SORTED_ONLY, **where: Any) -> Json:
        with self.told(what):
            answer = self._client.search(
                index=self._indices.live,
                source=False,
                stored_fields="_none_",
                sort=_BEST_FIRST if asked["size"] else None,
                filter_path=filter_path,
                allow_partial_search_results=False,
                search_type="dfs_query_then_fetch" if self._is_spread and "knn" not in asked else None,
                **asked,
                **where,
            ).body
        self._notice(answer)
        return dict(answer)

    def _within(self, asked: Json, pit: str) -> Json | None:
        """An answer out of a point in time; None when that has ended."""
        from elasticsearch import NotFoundError

        with self.told("paging"):
            try:
                answer = self._client.search(
                    pit={"id": pit, "keep_alive": KEPT},
                    source=False,
                    stored_fields="_none_",
                    sort=_BEST_FIRST,
                    filter_path=_SORTED_ONLY,
                    allow_partial_search_results=False,
                    search_type="dfs_query_then_fetch" if self._is_spread else None,
                    **asked,
                ).body
            except NotFoundError:
                return None
        self._notice(answer)
        return dict(answer)

    def _notice(self, answer: Json) -> None:
        hits = answer.get("hits", {}).get("hits")
        if hits:
            self.generation = hits[0]["_index"]


def _hits(answer: Json) -> list[Hit]:
    return [Hit(hit["sort"][1], hit["sort"][0]) for hit in answer.get("hits", {}).get("hits", ())]


def _counted(answer: Json) -> tuple[list[Hit], int]:
    return _hits(answer), answer.get("hits", {}).get("total", {}).get("value", 0)
