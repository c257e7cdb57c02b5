"""Filters and weighted words as Elasticsearch's query JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from indexer.document import TEXT_FIELDS
from indexer.intake import asked_date, is_encodable
from indexer.query import Filter, QueryError, WordQuery

Json = dict[str, Any]

#: Facet → field.
FACETS = {"kind": "kind", "field": "fields", "region": "regions", "body": "bodies"}
#: Part of a Filter → field.
_PARTS = {
    "kinds": "kind",
    "fields": "fields",
    "regions": "regions",
    "bodies": "bodies",
    "people": "people",
    "ids": "id",
}
#: Terms in one clause; the server takes 65,536.
_MOST_TERMS = 60_000
LIVE: Json = {"term": {"live": True}}
NOTHING: Json = {"match_none": {}}


def filtered(where: Filter, *must: Json) -> Json:
    """Documents that pass, and match what else must hold; scores nothing."""
    return {"bool": {"filter": [*clauses(where), *must]}}


def clauses(where: Filter) -> list[Json]:
    """One clause for each part of the filter that is given."""
    return list(_clauses(where))


def words_query(query: WordQuery, where: Filter) -> Json | None:
    """Clause 7: the sum over words and fields; None when nothing can match."""
    fields = [name for name in TEXT_FIELDS if query.boosts.get(name, 0) > 0]
    words = [(word, weight) for word, weight in query.heaviest() if is_encodable(word)]
    if not fields or not words or not all(map(is_encodable, query.required)):
        return None
    should = [
        {"term": {name: {"value": word, "boost": weight * query.boosts[name]}}}
        for word, weight in words
        for name in fields
    ]
    required = [anywhere(word, fields) for word in sorted(query.required)]
    return {"bool": {"should": should, "minimum_should_match": 1, "filter": [*clauses(where), *required]}}


def anywhere(word: str, fields: Sequence[str] = TEXT_FIELDS) -> Json:
    """Documents that hold the word in any of the fields."""
    return {"bool": {"should": [{"term": {name: word}} for name in fields]}}


def _clauses(where: Filter) -> Iterator[Json]:
    if where.audiences is not None:
        yield _one_of("readers", sorted(where.audiences))
        yield _none_of("hidden_from", sorted(where.audiences))
    for part, field in _PARTS.items():
        values = getattr(where, part)
        if values is not None:
            yield _one_of(field, values)
    if where.excluded:
        yield _none_of("id", where.excluded)
    if where.since or where.until:
        yield {"range": {"date": _between(where)}}


def _between(where: Filter) -> Json:
    between = {"gte": max(asked_date(where.since), 1)}
    return between | ({"lte": asked_date(where.until)} if where.until else {})


def _one_of(field: str, values: Iterable[str]) -> Json:
    parts = list(_terms(field, values))
    if not parts:
        return NOTHING
    return parts[0] if len(parts) == 1 else {"bool": {"should": parts}}


def _none_of(field: str, values: Iterable[str]) -> Json:
    return {"bool": {"must_not": list(_terms(field, values))}}


def _terms(field: str, values: Iterable[str]) -> Iterator[Json]:
    known = list(dict.fromkeys(value for value in values if is_encodable(value)))
    for start in range(0, len(known), _MOST_TERMS):
        yield {"terms": {field: known[start : start + _MOST_TERMS]}}


def facet_field(part: str) -> str:
    """The field behind a facet.

    Raises:
        QueryError: there is no such facet.
    """
    if part not in FACETS:
        raise QueryError(f"no facet {part!r}; there are {', '.join(FACETS)}")
    return FACETS[part]
