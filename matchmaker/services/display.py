"""Rows for ids that an index gave: loaded, re-checked against the reading rule, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matchmaker.indexing.documents import INDEXED_STATES
from matchmaker.permissions import Actor
from matchmaker.storage.queries import load, may_read
from matchmaker.storage.unit_of_work import UnitOfWork


def rows(uow: UnitOfWork, actor: Actor, ids: Iterable[str]) -> dict[str, Any]:
    """Index id → row, for those that the actor may read: a stale index can hide, never leak."""
    found = load(uow.session, dict.fromkeys(ids))
    return {identifier: row for identifier, row in found.items() if may_read(actor, row) and _listed(row)}


def _listed(row: Any) -> bool:
    return row.visibility != "draft" and getattr(row, "state", "published") in INDEXED_STATES
