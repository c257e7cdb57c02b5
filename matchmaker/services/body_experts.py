"""The experts of a body as its liaison keeps them: confirmed, stale, introduced; who left is taken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from matchmaker.errors import Conflict
from matchmaker.lifecycle import INTRODUCTION_OPEN
from matchmaker.messages import Message
from matchmaker.models import Account, Expert, Introduction, Organization
from matchmaker.permissions import Actor, require
from matchmaker.services import profiles, provenance, versions
from matchmaker.services.confirming import is_stale
from matchmaker.services.paging import Page, paged
from matchmaker.services.profile_changes import refresh_match, refresh_readers, tell_index
from matchmaker.storage.queries import in_code_order, index_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Line:
    """One expert of the list.

    Attributes:
        confirmed: whether he himself has confirmed anything.
        has_account: whether he can log in.
        introductions: open ones, and all.
    """

    row: Expert
    stale: bool
    confirmed: bool
    has_account: bool
    introductions: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a body's experts."""

    body: Organization
    page: Page[Line]


def listing(uow: UnitOfWork, actor: Actor, number: int, *, today: date, days: int, page: int = 1) -> Listing:
    """The experts of a body by name, drafts included, for who keeps them."""
    body: Organization = profiles.get(uow, actor, "organization", number)
    require(actor, "organization:experts", body)
    statement = (
        select(Expert)
        .where(Expert.organization_id == number, readable_by(actor, Expert))
        .order_by(in_code_order(Expert.name), Expert.id)
    )
    found = paged(uow.session, statement, page)
    numbers = [row.id for row in found.rows]
    accounts = set(uow.session.scalars(select(Account.expert_id).where(Account.expert_id.in_(numbers))))
    introduced = _introductions(uow, numbers)
    lines = [
        Line(
            row,
            is_stale(row, today, days),
            bool(row.confirmed),
            row.id in accounts,
            introduced.get(row.id, (0, 0)),
        )
        for row in found.rows
    ]
    return Listing(body, Page(lines, found.number, found.size, found.total))


def leave(uow: UnitOfWork, actor: Actor, number: int, *, today: date) -> int:
    """Marks that an expert has left his body; returns its number. The person and his works stay."""
    row: Expert = profiles.get(uow, actor, "expert", number)
    require(actor, "expert:leave", row)
    if row.organization_id is None:
        raise Conflict(
            Message("这位专家现在不属于任何单位。"), hint=Message("可能刚由他人标为已离开，请刷新页面。")
        )
    actor = profiles.on_behalf(actor, row)
    versions.begin(uow, row)
    left = row.organization_id
    row.organization = None
    uow.session.flush()
    provenance.note(row, {"organization_id"}, "form", actor, on=today)
    refresh_match(row)
    refresh_readers(uow, row)
    tell_index(uow, row, renamed=True, further={})
    uow.record(actor, "expert:leave", index_id(row), organization=left)
    versions.keep(uow, actor, row)
    return left


def _introductions(uow: UnitOfWork, numbers: list[int]) -> dict[int, tuple[int, int]]:
    """Expert → (open, all) introductions, in one statement."""
    is_open: Any = func.count().filter(Introduction.state.in_(INTRODUCTION_OPEN))
    statement = (
        select(Introduction.expert_id, is_open, func.count())
        .where(Introduction.expert_id.in_(numbers))
        .group_by(Introduction.expert_id)
    )
    return {int(expert): (int(some), int(every)) for expert, some, every in uow.session.execute(statement)}
