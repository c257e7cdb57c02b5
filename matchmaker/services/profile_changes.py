"""What follows a change of a profile: readers, fingerprint, index, of itself and of what shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from matchmaker.importing.checking import match_key
from matchmaker.jobs.queue import enqueue_many
from matchmaker.models import Achievement, Expert, Organization, Problem, Territory
from matchmaker.permissions import readers_by, written
from matchmaker.services import attachments, linking, visibility
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork


def refresh_readers(uow: UnitOfWork, row: Expert | Achievement | Organization) -> None:
    """Works out anew who reads it; the row has its number and its body."""
    if isinstance(row, Organization):
        town = uow.session.scalar(select(Territory.town_id).where(Territory.organization_id == row.id))
        further = {f"liaison:{town}"} if town is not None else set()
        row.readers = written(readers_by("public", [row.id], further=further))
        return
    shown = row.visibility
    if isinstance(row, Achievement) and row.state != "published":
        shown = "draft"
    own = [row.organization_id] if row.organization_id else []
    row.readers = written(readers_by(shown, own, further=_further(row) if shown == "draft" else ()))
    if isinstance(row, Achievement) and row.id is not None:
        attachments.refresh(uow, index_id(row))


def _further(row: Expert | Achievement) -> set[str]:
    person = row.id if isinstance(row, Expert) else row.leader_id
    found = {f"expert:{person}"} if person is not None else set()
    return found | ({f"account:{row.created_by}"} if row.created_by is not None else set())


def refresh_match(row: Expert | Achievement | Organization) -> None:
    """The fingerprint by which an import without an id finds it."""
    body = "" if isinstance(row, Organization) else row.organization.name if row.organization else ""
    names = {"name": getattr(row, "name", ""), "title": getattr(row, "title", "")}
    row.match_key = match_key(row.__tablename__, {**names, "institution": body, "organization": body})


def tell_index(uow: UnitOfWork, row: Any, *, renamed: bool, further: Mapping[str, Iterable[int]]) -> None:
    """A new version of the row, and of whatever document is made of it or shows its name or body.

    Args:
        uow: the transaction.
        row: flushed.
        renamed: whether its name or body changed.
        further: kind → numbers of other objects concerned, as the leader before.
    """
    kind = row.__tablename__
    row.index_version += 1
    uow.session.flush()
    concerned: dict[str, set[int]] = defaultdict(set)
    found = [further, linking.made_of(uow.session, kind, [row.id])]
    if renamed:
        found.append(linking.shown_with(uow.session, kind, [row.id]))
    for some in found:
        for name, numbers in some.items():
            concerned[name].update(numbers)
    concerned[kind].discard(row.id)
    bump(uow, concerned)
    uow.enqueue("index", index_id(row))


def bump(uow: UnitOfWork, concerned: Mapping[str, Iterable[int]]) -> None:
    """New versions and index jobs of objects that may or may not be loaded."""
    subjects = []
    uow.session.flush()
    for kind, numbers in concerned.items():
        some = sorted(set(numbers))
        linking.bump(uow.session, kind, some)
        subjects += [f"{kind}:{number}" for number in some]
    uow.session.expire_all()
    enqueue_many(uow.session, "index", [(subject, {}) for subject in subjects])


def set_town(uow: UnitOfWork, row: Organization, town: int | None) -> bool:
    """The town that cares for a body; its problems follow. True when it changed."""
    held = uow.session.get(Territory, row.id)
    if (held.town_id if held else None) == town:
        return False
    if held is not None:
        uow.session.delete(held)
        uow.session.flush()
    if town is not None:
        uow.session.add(Territory(organization_id=row.id, town_id=town))
    uow.session.flush()
    for problem in uow.session.scalars(select(Problem).where(Problem.organization_id == row.id)):
        if visibility.refresh(uow, problem):
            problem.index_version += 1
            uow.enqueue("index", index_id(problem))
    return True
