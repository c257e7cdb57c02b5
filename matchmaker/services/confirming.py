"""Profiles confirmed by the person, verified by whoever telephoned; the list of those long unverified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from matchmaker.errors import InvalidInput
from matchmaker.importing.schemas import ExpertRow
from matchmaker.messages import Message
from matchmaker.models import Account, Expert
from matchmaker.permissions import SYSTEM, Actor, require
from matchmaker.services import messages, profiles, provenance, secret_links, versions
from matchmaker.services.paging import Page, paged
from matchmaker.services.profile_changes import tell_index
from matchmaker.services.profile_fields import labels
from matchmaker.storage.queries import index_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Days between two reminders of one person.
REMIND_DAYS = 30
#: Experts reminded in one transaction.
BATCH = 50
#: Days that the link of a reminder works.
LINK_DAYS = 60
#: Facts of an expert that can be confirmed one by one; works is the list of papers that imports bring.
CONFIRMABLE: dict[str, Message] = {
    **{name: label for name, label in labels("expert").items() if name != "visibility"},
    "papers": Message("论文列表"),
}
#: How somebody else may have verified a profile.
WAYS = ("phone", "visit", "website")
assert "papers" in ExpertRow().fields


@dataclass(frozen=True, slots=True)
class Waiting:
    """One profile of the list of those to be verified.

    Attributes:
        since: last verified on; None for never.
        reachable: whether a reminder would reach him: an account, a telephone or an address.
    """

    row: Expert
    since: date | None
    reachable: bool


def is_stale(row: Any, today: date, days: int) -> bool:
    """Whether nobody has verified it for so long, or ever."""
    return row.verified_on is None or row.verified_on < today - timedelta(days=days)


def confirm(
    uow: UnitOfWork, actor: Actor, number: int, fields: Iterable[str] | None, *, today: date
) -> Expert:
    """The person confirms facts of his profile: imports leave them from then on.

    Args:
        uow: the transaction.
        actor: the person himself.
        number: of the expert.
        fields: names of CONFIRMABLE; None for all; what is not among them is confirmed no longer.
        today: the day on which it was verified.
    """
    row: Expert = profiles.get(uow, actor, "expert", number)
    require(actor, "expert:confirm", row)
    chosen = set(CONFIRMABLE) if fields is None else set(fields)
    if unknown := chosen - set(CONFIRMABLE):
        raise InvalidInput(
            Message("没有这一项资料：%(names)s。", {"names": "、".join(sorted(unknown))[:80]}),
            hint=Message("请刷新页面后重试。"),
        )
    confirm_row(uow, actor, row, chosen, today=today)
    return row


def confirm_row(uow: UnitOfWork, actor: Actor, row: Expert, chosen: set[str], *, today: date) -> None:
    """The same for a row in hand, by whatever authority."""
    versions.begin(uow, row)
    row.confirmed = sorted({*(set(row.confirmed) - set(CONFIRMABLE)), *chosen})
    given = {name for name in chosen if getattr(row, name, None) not in (None, "", [])}
    provenance.note(row, given, "self", actor, on=today)
    _verified(uow, actor, row, today)
    uow.record(actor, "expert:confirm", index_id(row), fields=sorted(chosen))


def verify(uow: UnitOfWork, actor: Actor, number: int, *, how: str, today: date, remark: str = "") -> Expert:
    """Somebody else has verified it, by telephone say: its day is new, imports may still change it."""
    row: Expert = profiles.get(uow, actor, "expert", number)
    require(actor, "expert:verify", row)
    if how not in WAYS:
        raise InvalidInput(
            Message("请选择怎样核实的。"), fields={"how": Message("请选择电话、走访或公开网页。")}
        )
    versions.begin(uow, row)
    actor = profiles.on_behalf(actor, row)
    provenance.note(row, {"verified_on"}, how, actor, on=today, what=remark)
    _verified(uow, actor, row, today)
    uow.record(actor, "expert:verify", index_id(row), how=how)
    return row


def renew(uow: UnitOfWork, actor: Actor, kind: str, number: int, *, today: date) -> Any:
    """An achievement's or a body's people say that what stands there still holds."""
    row = profiles.get(uow, actor, kind, number)
    require(actor, f"{kind}:confirm", row)
    versions.begin(uow, row)
    actor = profiles.on_behalf(actor, row)
    row.verified_on = today
    provenance.note(row, {"verified_on"}, "form", actor, on=today)
    tell_index(uow, row, renamed=False, further={})
    uow.record(actor, f"{kind}:confirm", index_id(row))
    versions.keep(uow, actor, row)
    return row


def waiting(
    uow: UnitOfWork, actor: Actor, *, today: date, days: int, organization: int | None = None, page: int = 1
) -> Page[Waiting]:
    """Experts that nobody has verified for so long, of whom the actor answers for; the oldest first."""
    require(actor, "expert:remind")
    where = [readable_by(actor, Expert), _stale(today, days), *_own(actor)]
    if organization is not None:
        where.append(Expert.organization_id == organization)
    statement = (
        select(Expert)
        .where(*where)
        .options(joinedload(Expert.organization))
        .order_by(Expert.verified_on.asc().nulls_first(), Expert.id)
    )
    found = paged(uow.session, statement, page)
    with_account = _with_account(uow, [row.id for row in found.rows])
    rows = [
        Waiting(row, row.verified_on, bool(row.phone or row.email or row.id in with_account))
        for row in found.rows
    ]
    return Page(rows, found.number, found.size, found.total)


def remind(
    uow: UnitOfWork, actor: Actor, numbers: Iterable[int], *, now: datetime, days: int
) -> tuple[int, int]:
    """Asks these experts to look at their profiles; (reminded, left out because it was done lately).

    Who can be reached himself gets a link by which he confirms without an account; for the others the
    liaisons of their bodies are told once.
    """
    require(actor, "expert:remind")
    where = [Expert.id.in_(sorted(set(numbers))[:500]), readable_by(actor, Expert), *_own(actor)]
    rows = uow.session.scalars(select(Expert).where(*where).order_by(Expert.id)).all()
    lately = now - timedelta(days=REMIND_DAYS)
    due = [row for row in rows if row.reminded_at is None or row.reminded_at <= lately]
    _tell(uow, actor, due, now=now, days=days)
    return len(due), len(rows) - len(due)


def remind_due(uow: UnitOfWork, *, now: datetime, days: int) -> int:
    """Some of those whose profiles were verified once and are stale now, each once a period; how many.

    Profiles that nobody ever verified (a fresh import) wait for somebody to ask for them on the list.
    """
    earlier = now - timedelta(days=days)
    statement = (
        select(Expert)
        .where(
            _stale(now.date(), days),
            Expert.verified_on.is_not(None),
            Expert.visibility != "draft",
            or_(Expert.reminded_at.is_(None), Expert.reminded_at <= earlier),
        )
        .order_by(Expert.id)
        .limit(BATCH)
    )
    rows = uow.session.scalars(statement).all()
    _tell(uow, SYSTEM, rows, now=now, days=days)
    return len(rows)


def counts(uow: UnitOfWork, actor: Actor, organization: int, *, today: date, days: int) -> tuple[int, int]:
    """(experts of a body, of these to be verified) that the actor may read."""
    own = (Expert.organization_id == organization, readable_by(actor, Expert))
    both = select(func.count(), func.count().filter(_stale(today, days))).select_from(Expert).where(*own)
    every, stale = uow.session.execute(both).one()
    return int(every), int(stale)


def _tell(uow: UnitOfWork, actor: Actor, rows: Sequence[Expert], *, now: datetime, days: int) -> None:
    bodies: dict[int, int] = {}
    for row in rows:
        row.reminded_at = now
        person = messages.recipients_for_expert(uow, row)[0]
        if person.account is None and not (person.phone or person.email):
            if row.organization_id is not None:
                bodies[row.organization_id] = bodies.get(row.organization_id, 0) + 1
            continue
        link = secret_links.issue(uow, actor, "confirm_profile", index_id(row), person, LINK_DAYS)
        elapsed = (now.date() - row.verified_on).days if row.verified_on else days
        messages.tell(uow, actor, [person], "expert:stale", index_id(row), {"days": elapsed}, link=link)
        uow.record(actor, "expert:remind", index_id(row))
    for body, count in bodies.items():
        liaisons = messages.recipients_for_body(uow, body)
        messages.tell(uow, actor, liaisons, "expert:stale_list", f"organization:{body}", {"count": count})
    uow.session.flush()


def _verified(uow: UnitOfWork, actor: Actor, row: Expert, today: date) -> None:
    row.verified_on = today
    row.reminded_at = None
    tell_index(uow, row, renamed=False, further={})
    versions.keep(uow, actor, row)


def _stale(today: date, days: int) -> ColumnElement[bool]:
    return or_(Expert.verified_on.is_(None), Expert.verified_on < today - timedelta(days=days))


def _own(actor: Actor) -> list[ColumnElement[bool]]:
    """The office cares for all, a liaison for his own bodies."""
    return [] if actor.is_office else [Expert.organization_id.in_(actor.liaison_of)]


def _with_account(uow: UnitOfWork, numbers: Sequence[int]) -> set[int]:
    statement = select(Account.expert_id).where(Account.expert_id.in_(numbers), Account.state == "active")
    return {number for number in uow.session.scalars(statement) if number is not None}
