"""Work lists of introductions: what waits for whom, who follows them, which steps are open to an actor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from matchmaker.models import Account, Expert, Introduction, IntroductionNote, IntroductionSeen, Problem
from matchmaker.permissions import Actor, allowed
from matchmaker.services.introducing import BEGINS, LOOKING
from matchmaker.services.introductions import reader_of, shown_to
from matchmaker.services.paging import holds
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Days without a step after which a broker should look at an open introduction.
QUIET_DAYS = 14
#: Step → its action, for steps of either side.
_STEPS = ("meet", "intend", "close", "write", "back")


def open_steps(actor: Actor, row: Introduction) -> frozenset[str]:
    """What the actor may do with it now, as names of steps; “take” and “assign” say who follows it."""
    found = {step for step in _STEPS if allowed(actor, f"introduction:{step}", row)}
    if allowed(actor, "introduction:answer", row.as_side(row.asked_side)):
        found |= {"accept", "decline"}
    if allowed(actor, "introduction:recall", row.as_side(row.asked_by)):
        found.add("recall")
    if allowed(actor, "introduction:assign", row):
        found.add("assign")
    elif row.follower_id is None and allowed(actor, "introduction:take", row):
        found.add("take")
    if row.reason and row.told_at is None and allowed(actor, "introduction:soften", row):
        found.add("pass_on")
    return frozenset(found)


def may_begin(actor: Actor, problem: Problem, expert: Expert) -> list[str]:
    """The sides for which the actor may begin an introduction of the two."""
    if problem.state not in LOOKING:
        return []
    targets = {"demand": problem, "supply": expert}
    return [side for side, target in targets.items() if allowed(actor, BEGINS[side], target)]


def followers(uow: UnitOfWork) -> list[tuple[int, str]]:
    """Accounts that may follow introductions: brokers and the office, by name."""
    roles = (holds(Account.roles, role) for role in ("broker", "organizer", "administrator"))
    statement = select(Account.id, Account.name).where(Account.state == "active", or_(*roles))
    return [(number, name) for number, name in uow.session.execute(statement.order_by(Account.name))]


def own_experts(uow: UnitOfWork, actor: Actor, most: int = 500) -> Sequence[Expert]:
    """The experts for whom the actor may show interest: himself, and those of the bodies he answers for."""
    own = or_(Expert.organization_id.in_(actor.liaison_of), Expert.id == (actor.expert or 0))
    statement = select(Expert).where(own, readable_by(actor, Expert)).order_by(Expert.name, Expert.id)
    return uow.session.scalars(statement.limit(most)).all()


def waiting(uow: UnitOfWork, actor: Actor, now: datetime) -> dict[str, int]:
    """What waits for the actor, by kind, for a work list: one statement, nothing for a visitor.

    answer: asked, and his side is to answer. overdue: followed by him, no step for QUIET_DAYS.
    unfollowed: open and followed by nobody (office and brokers). reasons: to be looked at before the other
    side is told (office).
    """
    if not allowed(actor, "introduction:read"):
        return {}
    parts = {"answer": _to_answer(actor), "overdue": overdue(actor, now)}
    if actor.is_office or "broker" in actor.roles:
        parts["unfollowed"] = and_(Introduction.is_open, Introduction.follower_id.is_(None))
    if actor.is_office:
        parts["reasons"] = and_(Introduction.tell_by.is_not(None), Introduction.told_at.is_(None))
    counted = [func.count().filter(part) for part in parts.values()]
    row = uow.session.execute(
        select(*counted).select_from(Introduction).join(Problem).join(Expert).where(shown_to(actor))
    ).one()
    return {name: number for name, number in zip(parts, row, strict=True) if number}


def overdue(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Followed by the actor, open, and without a step for a while."""
    return and_(
        Introduction.is_open,
        Introduction.follower_id == (actor.account or 0),
        Introduction.stepped_at < now - timedelta(days=QUIET_DAYS),
    )


def unread_total(uow: UnitOfWork, actor: Actor) -> int:
    """Open introductions of the actor's own with something new in their thread."""
    reader = reader_of(actor)
    if not reader:
        return 0
    seen = select(IntroductionSeen.note_id).where(
        IntroductionSeen.introduction_id == Introduction.id, IntroductionSeen.reader == reader
    )
    fresh = exists().where(
        IntroductionNote.introduction_id == Introduction.id,
        IntroductionNote.id > func.coalesce(seen.scalar_subquery(), 0),
        or_(IntroductionNote.account_id.is_(None), IntroductionNote.account_id != actor.account),
    )
    own = Introduction.follower_id == actor.account if actor.is_office else shown_to(actor)
    statement = select(func.count()).select_from(Introduction).join(Problem).join(Expert)
    return uow.session.scalar(statement.where(own, Introduction.is_open, fresh)) or 0


def _to_answer(actor: Actor) -> ColumnElement[bool]:
    """Asked, and the actor's own side is to answer; the office answers for nobody of itself."""
    bodies = actor.liaison_of
    demand: list[ColumnElement[bool]] = [
        Problem.organization_id.in_(bodies),
        *(Problem.readers.contains(f" liaison:{body} ", autoescape=True) for body in bodies),
    ]
    if actor.account is not None:
        demand.append(Problem.created_by == actor.account)
    supply: list[ColumnElement[bool]] = [Expert.organization_id.in_(bodies)]
    if actor.expert is not None:
        supply.append(Expert.id == actor.expert)
    mine = or_(
        and_(Introduction.asked_by == "supply", or_(*demand)),
        and_(Introduction.asked_by == "demand", or_(*supply)),
    )
    return and_(Introduction.state == "asked", mine)
