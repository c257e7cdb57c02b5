"""Where each fact of a row comes from: noted with the change, shown beside the fact on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaker.models.provenance import Sourced
from matchmaker.permissions import Actor

#: Characters of a file's name or remark that are kept.
MOST_WHAT = 120


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one fact comes from.

    Attributes:
        code: of ``taxonomy.ORIGINS``.
        what: the file, the number at OpenAlex, or a remark.
        by: who entered it.
    """

    code: str
    what: str
    on: date | None
    by: str


def note(row: Any, fields: Iterable[str], code: str, actor: Actor, *, on: date, what: str = "") -> None:
    """Notes where these fields of a row come from now; a row without provenance is left alone."""
    names = sorted(fields)
    if not names or not isinstance(row, Sourced):
        return
    by = f"{actor.name}（代 {actor.behalf}）" if actor.behalf else actor.name
    fact = {"from": code, "what": what[:MOST_WHAT], "on": on.isoformat(), "by": by[:100]}
    row.provenance = {**(row.provenance or {}), **dict.fromkeys(names, fact)}


def origins(row: Sourced) -> Mapping[str, Origin]:
    """Field → where it comes from; fields of which nobody noted it are absent."""
    return {name: _read(fact) for name, fact in (row.provenance or {}).items() if isinstance(fact, dict)}


def _read(fact: Mapping[str, Any]) -> Origin:
    try:
        on = date.fromisoformat(str(fact.get("on", "")))
    except ValueError:
        on = None
    return Origin(str(fact.get("from", "")), str(fact.get("what", "")), on, str(fact.get("by", "")))
