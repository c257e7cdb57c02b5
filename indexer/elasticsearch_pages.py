"""Reading on where a page ended: search_after, within a point in time from the second page on."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from indexer.elasticsearch_query import LIVE
from indexer.elasticsearch_server import guarded
from indexer.query import QueryError

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: How long the server keeps a point in time for the next page.
KEPT = "3m"
#: Versions read at a time.
_AT_ONCE = 5000
#: Within a point in time the server sorts by its own number of the document last; ids are unique, so that
#: the greatest number lets nothing follow which has the same.
LAST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """The last hit of a page.

    Attributes:
        pit: point in time in which the page was read; "" for the first page, which is read without.
    """

    score: float
    id: str
    pit: str = ""

    def text(self) -> str:
        """For a token."""
        return base64.urlsafe_b64encode(orjson.dumps([self.score, self.id, self.pit])).decode("ascii")

    @classmethod
    def of(cls, text: str) -> Place:
        """Out of a token.

        Raises:
            QueryError: it was not made here.
        """
        try:
            score, key, pit = orjson.loads(base64.urlsafe_b64decode(text))
            return cls(float(score), str(key), str(pit))
        except (ValueError, TypeError) as fault:
            raise QueryError("the page is unknown; begin again with the first one") from fault


def versions(client: Elasticsearch, alias: str) -> Iterator[tuple[str, int]]:
    """Every live (id, version) in id order, as of this call; the point in time is given back at the end."""
    with guarded("listing the versions"):
        client.indices.refresh(index=alias)
        pit = client.open_point_in_time(index=alias, keep_alive=KEPT)["id"]
    return _versions(client, pit)


def _versions(client: Elasticsearch, pit: str) -> Iterator[tuple[str, int]]:
    options: dict[str, Any] = {}
    try:
        while True:
            with guarded("listing the versions"):
                answer = client.search(
                    pit={"id": pit, "keep_alive": KEPT},
                    query=LIVE,
                    sort=[{"id": "asc"}, {"version": "asc"}],
                    size=_AT_ONCE,
                    source=False,
                    stored_fields="_none_",
                    track_total_hits=False,
                    allow_partial_search_results=False,
                    filter_path="hits.hits.sort,pit_id",
                    **options,
                ).body
            pit = answer.get("pit_id", pit)
            rows = [hit["sort"] for hit in answer.get("hits", {}).get("hits", ())]
            yield from ((row[0], row[1]) for row in rows)
            if len(rows) < _AT_ONCE:
                return
            options = {"search_after": rows[-1]}
    finally:
        let_go(client, pit)


def let_go(client: Elasticsearch, pit: str) -> None:
    """Gives a point in time back; one that is gone is as good."""
    with guarded("ending a list"):
        client.options(ignore_status=404).close_point_in_time(id=pit)
