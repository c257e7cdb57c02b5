"""Where a page of hits ended, as a token bound to its query (clause 14)."""

from __future__ import annotations

import hashlib
import re

from indexer.query import Filter, QueryError, WordQuery

_TOKEN = re.compile(r"([0-9]{1,9})-([0-9a-f]{20})")


def token_of(position: int, query: WordQuery, where: Filter) -> str:
    """The token of the page that begins after ``position`` hits."""
    return f"{position}-{_digest(position, query, where)}"


def position_of(token: str | None, query: WordQuery, where: Filter) -> int:
    """How many hits came before; QueryError for a token of another query or a damaged one."""
    if token is None:
        return 0
    match = _TOKEN.fullmatch(token)
    if match is None or match[2] != _digest(int(match[1]), query, where):
        raise QueryError("the page does not belong to this query; begin again with the first one")
    return int(match[1])


def _digest(position: int, query: WordQuery, where: Filter) -> str:
    parts = (
        position,
        sorted(query.words.items()),
        sorted(query.boosts.items()),
        sorted(query.required),
        None if where.audiences is None else sorted(where.audiences),
        *(getattr(where, name) for name in ("kinds", "fields", "regions", "bodies", "people", "ids")),
        (where.excluded, where.since, where.until),
    )
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()[:20]
