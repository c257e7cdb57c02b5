"""Where a page of hits ended, as a token bound to its query (clause 14)."""

from __future__ import annotations

import hashlib

from indexer.query import Filter, QueryError, WordQuery


def token_of(place: str, query: WordQuery, where: Filter) -> str:
    """The token of the page that begins after a place, as the engine writes it."""
    return f"{place}-{digest_of(query, where, place)}"


def place_of(token: str, query: WordQuery, where: Filter) -> str:
    """The place in a token; QueryError for a token of another query or a damaged one."""
    place, _dash, digest = token.rpartition("-")
    if digest != digest_of(query, where, place):
        raise QueryError("the page does not belong to this query; begin again with the first one")
    return place


def digest_of(query: WordQuery, where: Filter, place: str = "") -> str:
    """Tells queries, and places within their hits, apart."""
    parts = (
        place,
        sorted(query.words.items()),
        sorted(query.boosts.items()),
        sorted(query.required),
        None if where.audiences is None else sorted(where.audiences),
        *(getattr(where, name) for name in ("kinds", "fields", "regions", "bodies", "people", "ids")),
        (where.excluded, where.since, where.until),
    )
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()[:20]
