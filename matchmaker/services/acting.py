"""Acting on somebody's behalf 代办: what is done then is done with what *both* may, and the history says so.

Whoever acts loses his own rights meanwhile: an organizer who acts for a firm sees and may do what the firm's
people may. He gains nothing either: a liaison acts only for bodies and people that he cares for, nobody for
an organizer or administrator, and what is only for the other's own account (his messages, his drafts
without a body) stays closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, MatchmakerError, NotFound
from matchmaker.messages import Message
from matchmaker.models import Account, Expert, Organization, Territory
from matchmaker.permissions import OFFICE_ROLES, Actor, require
from matchmaker.services import accounts
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kinds of body whose experts are kept by a liaison.
_OF_EXPERTS = frozenset({"university", "institute", "hospital", "testing"})


@dataclass(frozen=True, slots=True)
class Behalf:
    """For whom somebody acts.

    Attributes:
        target: ``organization:7`` or ``account:3``.
        actor: whose name and account stay those of who acts.
    """

    target: str
    name: str
    actor: Actor


def begin(uow: UnitOfWork, actor: Actor, target: str) -> Behalf:
    """Begins to act, which the history tells; raises when the actor may not, or there is nobody like that."""
    found = _behalf(uow, actor, target)
    uow.record(found.actor, "account:act", target)
    return found


def resume(uow: UnitOfWork, actor: Actor, target: str) -> Behalf | None:
    """The same at each further request; None when it is allowed no longer."""
    try:
        return _behalf(uow, actor, target)
    except MatchmakerError:
        return None


def _behalf(uow: UnitOfWork, actor: Actor, target: str) -> Behalf:
    kind, _, number = target.partition(":")
    if kind not in {"account", "organization"} or not (
        number.isascii() and number.isdigit() and len(number) < 10
    ):
        raise _nobody()
    if kind == "account":
        return _for_account(uow, actor, int(number))
    return _for_organization(uow, actor, int(number))


def _for_account(uow: UnitOfWork, actor: Actor, number: int) -> Behalf:
    require(actor, "account:act")
    account = accounts.get(uow, actor, number)
    if account.state != "active":
        raise Conflict(
            Message("%(name)s的账号不可用，不能代其操作。", {"name": account.name}),
            hint=Message("请先批准或恢复这个账号。"),
        )
    accounts.require_above(uow, actor, account)
    if not OFFICE_ROLES.isdisjoint(account.roles) or account.id == actor.account:
        raise Forbidden(
            Message("不能代%(name)s操作。", {"name": account.name}),
            hint=Message("组织者和管理员的操作须由本人进行。"),
        )
    other = accounts.actor_of(account)
    if not _may_be(uow, actor, other.expert):
        other = replace(other, expert=None)
    return Behalf(f"account:{number}", account.name, _as(actor, other, told(account)))


def told(account: Account) -> str:
    """How the history names somebody who was acted for: namesakes stay apart, and erasing finds it."""
    return f"{account.name}（账号 {account.id}）"


def _for_organization(uow: UnitOfWork, actor: Actor, number: int) -> Behalf:
    require(actor, "account:act")
    body = uow.session.get(Organization, number)
    if body is None or not accounts.cares_for(uow, actor, number):
        raise _nobody()
    role = _role_for(uow, body) if actor.is_office else actor.role
    also = frozenset() if actor.is_office else actor.also
    other = Actor(role, body.name, organizations=(number,), liaison_of=(number,), also=also)
    return Behalf(f"organization:{number}", body.name, _as(actor, other, body.name))


def _as(actor: Actor, other: Actor, name: str) -> Actor:
    """Rights of the other, name and account of who acts."""
    return replace(other, name=actor.name, account=actor.account, scopes=actor.scopes).acting_for(name)


def _may_be(uow: UnitOfWork, actor: Actor, expert: int | None) -> bool:
    if expert is None or actor.is_office:
        return True
    body = uow.session.scalar(select(Expert.organization_id).where(Expert.id == expert))
    return accounts.cares_for(uow, actor, body)


def _role_for(uow: UnitOfWork, body: Organization) -> str:
    if body.kind in _OF_EXPERTS:
        return "body_liaison"
    cares = uow.session.scalar(select(Territory.town_id).where(Territory.town_id == body.id).limit(1))
    return "territory_liaison" if cares is not None else "enterprise"


def _nobody() -> NotFound:
    return NotFound(Message("没有这个单位或账号，或者不在您负责的范围内。"), hint=Message("请从列表中选择。"))
