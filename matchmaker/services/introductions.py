"""Introductions as they are read: lists, one by its number, what each side may know of the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager

from matchmaker.errors import NotFound
from matchmaker.lifecycle import INTRODUCTION_CONNECTED
from matchmaker.messages import Message
from matchmaker.models import Expert, Introduction, IntroductionNote, IntroductionSeen, Organization, Problem
from matchmaker.permissions import Actor, allowed, relations_of, require
from matchmaker.services import owners
from matchmaker.services.paging import Page, paged
from matchmaker.storage.unit_of_work import UnitOfWork

#: Tabs of the list: name → states; "" is all.
TABS: dict[str, frozenset[str]] = {
    "": frozenset(),
    "asked": frozenset({"asked"}),
    "talking": frozenset({"accepted", "meeting"}),
    "intention": frozenset({"intention"}),
    "ended": frozenset({"declined", "lapsed", "recalled", "closed"}),
}
#: Rows of an export.
MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class IntroductionFilter:
    """What a list shows; every part stands in the address of the page. "" leaves a part open.

    Attributes:
        tab: one of TABS.
        q: part of the title or number of the problem, or of the expert's name.
        mine: only those that the actor follows.
        problem, expert: only of this problem or expert.
    """

    tab: str = ""
    q: str = ""
    mine: bool = False
    problem: int | None = None
    expert: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How to reach one side; every part may be empty."""

    name: str
    body: str
    phone: str
    email: str


def listing(
    uow: UnitOfWork, actor: Actor, wanted: IntroductionFilter, page: int = 1, size: int = 50
) -> Page[Introduction]:
    """One page of the introductions that concern the actor; what waits longest comes first."""
    require(actor, "introduction:read")
    return paged(uow.session, _loaded(_selected(actor, wanted)), page, size)


def export(uow: UnitOfWork, actor: Actor, wanted: IntroductionFilter) -> Sequence[Introduction]:
    """The same list as a whole, without contacts; the look is written down."""
    require(actor, "introduction:read")
    uow.looked_at(actor, "introduction:export", "introduction:*")
    statement = _loaded(_selected(actor, wanted)).limit(MOST_EXPORTED)
    return uow.session.scalars(statement).all()


def tab_counts(uow: UnitOfWork, actor: Actor, wanted: IntroductionFilter) -> dict[str, int]:
    """Introductions by tab, with the other filters as they are, in one statement."""
    inner = _filtered(actor, wanted).with_only_columns(Introduction.state).subquery()
    statement = select(inner.c.state, func.count()).group_by(inner.c.state)
    states: dict[str, int] = dict(uow.session.execute(statement).all())
    return {
        tab: sum(count for state, count in states.items() if not tab or state in held)
        for tab, held in TABS.items()
    }


def get(uow: UnitOfWork, actor: Actor, number: int) -> Introduction:
    """The introduction with both sides; NotFound unless it concerns the actor."""
    require(actor, "introduction:read")
    statement = _joined().where(Introduction.id == number, shown_to(actor))
    found: Introduction | None = uow.session.scalars(_loaded(statement)).one_or_none()
    if found is None:
        raise unknown(number)
    return found


def unknown(number: int) -> NotFound:
    """The error for one that does not exist or does not concern the actor."""
    return NotFound(
        Message("没有编号为 %(number)s 的引荐，或者它与您无关。", {"number": number}),
        hint=Message("请从“引荐”列表中查找；需要更多权限时请联系组织者。"),
    )


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """The SQL form of ``concerns``; the statement joins Problem and Expert."""
    if actor.is_office:
        return true()
    bodies = actor.liaison_of
    parts: list[ColumnElement[bool]] = [
        Problem.organization_id.in_(bodies),
        Expert.organization_id.in_(bodies),
        *(Problem.readers.contains(f" liaison:{body} ", autoescape=True) for body in bodies),
    ]
    if actor.account is not None:
        parts += [Problem.created_by == actor.account, Introduction.follower_id == actor.account]
    if actor.expert is not None:
        parts.append(Expert.id == actor.expert)
    if "broker" in actor.roles:
        parts.append(and_(Introduction.follower_id.is_(None), Introduction.is_open))
    return or_(*parts)


def concerns(actor: Actor, introduction: Introduction) -> bool:
    """Whether the actor may see it: both sides, its broker, the office; brokers also what nobody follows."""
    if actor.is_office or relations_of(actor, introduction):
        return True
    return "broker" in actor.roles and introduction.follower_id is None and introduction.is_open


def sides_of(actor: Actor, introduction: Introduction) -> list[str]:
    """The sides that the actor belongs to or answers for."""
    held = relations_of(actor, introduction)
    return [side for side in ("demand", "supply") if side in held]


def connected(introduction: Introduction) -> bool:
    """Whether both sides have agreed, so that each knows the other."""
    return introduction.state in INTRODUCTION_CONNECTED


def firm_of(actor: Actor, introduction: Introduction) -> Organization | None:
    """The owner of the problem, if the actor may know it: an anonymous one only after both agreed."""
    problem = introduction.problem
    if "demand" in sides_of(actor, introduction) or actor.is_office:
        return problem.organization
    if connected(introduction) and relations_of(actor, introduction):
        return problem.organization
    return owners.shown(actor, problem)


def may_know_reason(actor: Actor, introduction: Introduction) -> bool:
    """Whether there is a reason that the actor may read by now; refusing side, broker, office do at once."""
    if not introduction.reason:
        return False
    held = relations_of(actor, introduction)
    first = actor.is_office or "follower" in held or introduction.refused_by in held
    return first or introduction.told_at is not None


def words_for(actor: Actor, introduction: Introduction) -> str:
    """The words beside a reason: as they were said, or for the other side as they were passed on."""
    if actor.is_office or not sides_of(actor, introduction):
        return introduction.words
    own = introduction.refused_by in sides_of(actor, introduction)
    return introduction.words if own else introduction.told_words


def may_reach(actor: Actor, introduction: Introduction) -> bool:
    """Whether the actor may see the contacts of both sides."""
    return allowed(actor, "contact:read", introduction)


def reached(uow: UnitOfWork, actor: Actor, introduction: Introduction) -> dict[str, Reach]:
    """Contacts by side; the look is written down for both people. Empty while the actor may not see them."""
    if not may_reach(actor, introduction):
        return {}
    problem, expert = introduction.problem, introduction.expert
    uow.looked_at(actor, "contact:read", f"problem:{problem.id}")
    uow.looked_at(actor, "contact:read", f"expert:{expert.id}")
    firm = problem.organization.name if problem.organization else ""
    body = expert.organization.name if expert.organization else ""
    return {
        "demand": Reach(problem.contact_name, firm, problem.contact_phone, problem.contact_email),
        "supply": Reach(expert.name, body, expert.phone, expert.email),
    }


def of_pairs(
    uow: UnitOfWork, actor: Actor, problems: Iterable[int], experts: Iterable[int]
) -> Mapping[tuple[int, int], Introduction]:
    """The open introductions among these, as far as they concern the actor, in one statement."""
    wanted_problems, wanted_experts = sorted(set(problems)), sorted(set(experts))
    if not (wanted_problems and wanted_experts):
        return {}
    statement = _joined().where(
        Introduction.is_open,
        Introduction.problem_id.in_(wanted_problems),
        Introduction.expert_id.in_(wanted_experts),
        shown_to(actor),
    )
    rows = uow.session.scalars(
        statement.options(contains_eager(Introduction.problem), contains_eager(Introduction.expert))
    )
    return {(row.problem_id, row.expert_id): row for row in rows}


def unread(uow: UnitOfWork, actor: Actor, introductions: Iterable[Introduction]) -> dict[int, int]:
    """Entries of the threads that the actor has not read yet, by introduction, in one statement."""
    reader = reader_of(actor)
    numbers = [row.id for row in introductions if connected(row)]
    if not numbers or not reader:
        return {}
    seen = (
        select(IntroductionSeen.note_id)
        .where(
            IntroductionSeen.introduction_id == IntroductionNote.introduction_id,
            IntroductionSeen.reader == reader,
        )
        .scalar_subquery()
    )
    statement = (
        select(IntroductionNote.introduction_id, func.count())
        .where(
            IntroductionNote.introduction_id.in_(numbers),
            IntroductionNote.id > func.coalesce(seen, 0),
            or_(IntroductionNote.account_id.is_(None), IntroductionNote.account_id != (actor.account or 0)),
        )
        .group_by(IntroductionNote.introduction_id)
    )
    return dict(uow.session.execute(statement).all())


def reader_of(actor: Actor) -> str:
    """Whose reading is remembered; "" for nobody's (a link, the system)."""
    return f"account:{actor.account}" if actor.account is not None else ""


def _joined() -> Select[Any]:
    return select(Introduction).join(Introduction.problem).join(Introduction.expert)


def _loaded(statement: Select[Any]) -> Select[Any]:
    return statement.options(
        contains_eager(Introduction.problem).joinedload(Problem.organization),
        contains_eager(Introduction.expert).joinedload(Expert.organization),
    )


def _filtered(actor: Actor, wanted: IntroductionFilter) -> Select[Any]:
    statement = _joined().where(shown_to(actor))
    if wanted.mine:
        statement = statement.where(Introduction.follower_id == (actor.account or 0))
    if wanted.problem is not None:
        statement = statement.where(Introduction.problem_id == wanted.problem)
    if wanted.expert is not None:
        statement = statement.where(Introduction.expert_id == wanted.expert)
    if wanted.q:
        statement = statement.where(
            or_(
                Problem.title.icontains(wanted.q, autoescape=True),
                Problem.number.icontains(wanted.q, autoescape=True),
                Expert.name.icontains(wanted.q, autoescape=True),
            )
        )
    return statement


def _selected(actor: Actor, wanted: IntroductionFilter) -> Select[Any]:
    statement = _filtered(actor, wanted)
    states = TABS.get(wanted.tab, frozenset())
    if states:
        statement = statement.where(Introduction.state.in_(states))
    return statement.order_by(
        Introduction.is_open.desc(), Introduction.answer_by.asc().nulls_last(), Introduction.id.desc()
    )
