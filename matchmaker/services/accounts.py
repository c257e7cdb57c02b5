"""Accounts as they are read: what an account is as an actor, who may see which, a list with filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from matchmaker.errors import Forbidden, NotFound
from matchmaker.messages import Message
from matchmaker.models import Account, Membership, Organization, Territory
from matchmaker.permissions import OFFICE_ROLES, ROLES, SYSTEM, VISITOR, Actor, allowed, require
from matchmaker.services.paging import Page, holds, paged
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of an account → their names.
STATES: dict[str, Message] = {
    "waiting": Message("待审批"),
    "active": Message("可用"),
    "closed": Message("已停用"),
}
#: Roles that somebody may have, the least trusted first → their names.
ROLE_NAMES: dict[str, Message] = {
    "enterprise": Message("企业"),
    "expert": Message("专家"),
    "body_liaison": Message("单位联络人"),
    "territory_liaison": Message("镇街联络员"),
    "broker": Message("技术经理人"),
    "organizer": Message("组织者"),
    "administrator": Message("管理员"),
}
#: Role → the roles that its holder may give, and whose accounts he may change.
GIVES: dict[str, frozenset[str]] = {
    "body_liaison": frozenset({"enterprise", "expert", "body_liaison"}),
    "territory_liaison": frozenset({"enterprise", "body_liaison", "territory_liaison"}),
    "organizer": frozenset(ROLE_NAMES) - {"administrator"},
    "administrator": frozenset(ROLE_NAMES),
    "system": frozenset(ROLE_NAMES),
}
#: Roles whose holders write for the bodies that they belong to.
REPRESENTING = frozenset({"enterprise", "body_liaison", "territory_liaison"})


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What a list shows; "" leaves a part open. ``q`` is part of name, number, user name or body."""

    q: str = ""
    state: str = ""
    role: str = ""


def actor_of(account: Account, scopes: frozenset[str] | None = None) -> Actor:
    """Who asks when this account does; one that is not active is a visitor."""
    if account.state != "active":
        return VISITOR
    roles = sorted((role for role in account.roles if role in ROLE_NAMES), key=ROLES.index)
    return Actor(
        role=roles[-1] if roles else "visitor",
        name=account.name,
        organizations=tuple(each.organization_id for each in account.memberships),
        liaison_of=tuple(each.organization_id for each in account.memberships if each.represents),
        also=frozenset(roles[:-1]),
        account=account.id,
        expert=account.expert_id,
        scopes=scopes,
    )


def gives(actor: Actor) -> frozenset[str]:
    """Roles that the actor may give."""
    return frozenset().union(*(GIVES.get(role, frozenset()) for role in actor.roles))


def bodies_of(actor: Actor) -> Select[Any]:
    """Numbers of the bodies whose accounts a liaison cares for: his own, and those of his territory."""
    own = list(actor.liaison_of)
    cared = select(Territory.organization_id).where(Territory.town_id.in_(own))
    return select(Organization.id).where(or_(Organization.id.in_(own), Organization.id.in_(cared)))


def cares_for(uow: UnitOfWork, actor: Actor, organization: int | None) -> bool:
    """Whether the actor may bring somebody into this body."""
    if actor.is_office:
        return True
    if organization is None:
        return False
    found = uow.session.scalar(bodies_of(actor).where(Organization.id == organization))
    return found is not None


def listing(
    uow: UnitOfWork, actor: Actor, wanted: AccountFilter, page: int = 1, size: int = 50
) -> Page[Account]:
    """One page of the accounts that the actor cares for: those that wait first, then by name."""
    require(actor, "account:read")
    statement = (
        select(Account)
        .where(_seen_by(actor), *_conditions(wanted))
        .options(selectinload(Account.memberships).joinedload(Membership.organization))
        .order_by(Account.state != "waiting", Account.name, Account.id)
    )
    return paged(uow.session, statement, page, size)


def waiting(uow: UnitOfWork, actor: Actor) -> int:
    """How many accounts wait for the actor's approval."""
    return listing(uow, actor, AccountFilter(state="waiting"), size=1).total


def get(uow: UnitOfWork, actor: Actor, number: int) -> Account:
    """One account with its bodies: one's own, or one that the actor cares for; NotFound otherwise."""
    if number != actor.account:
        require(actor, "account:read")
    own = Account.id == (actor.account or 0)
    condition = or_(own, _seen_by(actor)) if actor.roles & GIVES.keys() else own
    statement = select(Account).where(Account.id == number, condition).options(*loaded())
    return _one(uow.session.scalars(statement).unique().one_or_none(), number)


def to_change(uow: UnitOfWork, actor: Actor, number: int, action: str) -> Account:
    """An account of somebody else, locked, which the actor may change so.

    A liaison changes only accounts all of whose bodies are his; nobody changes those of more trusted roles.
    """
    uow.session.execute(select(Account.id).where(Account.id == number).with_for_update())
    account = get(uow, actor, number)
    require(actor, action, account)
    require_above(uow, actor, account)
    return account


def require_above(uow: UnitOfWork, actor: Actor, account: Account) -> None:
    """Raises Forbidden unless the actor is trusted with this account."""
    trusted = gives(actor).issuperset(account.roles)
    if trusted and not actor.is_office:
        cared = set(uow.session.scalars(bodies_of(actor)))
        trusted = bool(account.memberships) and cared.issuperset(
            each.organization_id for each in account.memberships
        )
    if not trusted:
        raise Forbidden(
            Message("您不能更改%(name)s的账号。", {"name": account.name}),
            hint=Message("更高角色或其他单位的账号，请联系管理员处理。"),
        )


def may_change(uow: UnitOfWork, actor: Actor, account: Account, action: str) -> bool:
    """Whether a page offers this: the same rules as the service asks."""
    if not allowed(actor, action, account):
        return False
    try:
        require_above(uow, actor, account)
    except Forbidden:
        return False
    return True


def by_names(uow: UnitOfWork, kind: str, name: str) -> Account | None:
    """The account that logs in with this phone, user name or e-mail."""
    column = {"phone": Account.phone, "username": Account.username, "email": Account.email}[kind]
    return (
        uow.session.scalars(select(Account).where(column == name).options(*loaded())).unique().one_or_none()
    )


def members_of(uow: UnitOfWork, organization: int) -> Sequence[Account]:
    """The active accounts of a body, for messages to it."""
    statement = (
        select(Account)
        .join(Membership)
        .where(Membership.organization_id == organization, Account.state == "active")
        .order_by(Account.id)
    )
    return uow.session.scalars(statement).all()


def loaded() -> tuple[ExecutableOption, ...]:
    """Loads the bodies with the account, in the same statement."""
    return (joinedload(Account.memberships).joinedload(Membership.organization),)


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    if actor.is_office or actor == SYSTEM:
        return Account.id > 0
    bodies = bodies_of(actor)
    return Account.id.in_(select(Membership.account_id).where(Membership.organization_id.in_(bodies)))


def _conditions(wanted: AccountFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state:
        found.append(Account.state == wanted.state)
    if wanted.role:
        found.append(holds(Account.roles, wanted.role))
    if wanted.q:
        body = Account.memberships.any(
            Membership.organization.has(Organization.name.icontains(wanted.q, autoescape=True))
        )
        columns = (Account.name, Account.phone, Account.username)
        found.append(or_(body, *(column.icontains(wanted.q, autoescape=True) for column in columns)))
    return found


def _one(account: Account | None, number: int) -> Account:
    if account is None:
        raise NotFound(
            Message("没有编号为 %(number)s 的账号，或者您不能查看它。", {"number": number}),
            hint=Message("请从账号列表中查找。"),
        )
    return account


assert GIVES.keys() >= OFFICE_ROLES
