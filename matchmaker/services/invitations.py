"""Invitations 邀请: one link, one person, with role and body as the inviter set them; a text to send it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from matchmaker.errors import Conflict, NotFound
from matchmaker.identity import keys, names
from matchmaker.messages import Message
from matchmaker.models import Account, Invitation, Organization
from matchmaker.permissions import SYSTEM, Actor, require
from matchmaker.services import account_changes, accounts
from matchmaker.services.account_changes import Person, Standing
from matchmaker.services.paging import Page, paged
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: How long a link opens the door.
DAYS = 14


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom somebody invites: role, body, his record among the experts, and how he is called."""

    role: str
    organization: int | None = None
    expert: int | None = None
    name: str = ""
    phone: str = ""
    note: str = ""


def invite(uow: UnitOfWork, actor: Actor, wanted: Wanted, *, at: datetime) -> tuple[Invitation, str]:
    """A new invitation and the key of its link, which is stored as a digest only.

    Raises:
        Forbidden: the actor may not give this role, or not in this body.
        InvalidInput: the fields say why.
    """
    require(actor, "account:invite")
    standing = _standing(wanted.role, wanted.organization, wanted.expert)
    account_changes.require_standing(uow, actor, standing)
    account_changes.check_standing(uow, standing)
    key = keys.new_key()
    row = Invitation(
        key_hash=keys.digest(key), role=wanted.role, organization_id=wanted.organization,
        expert_id=wanted.expert, name=wanted.name.strip(), phone=names.phone(wanted.phone),
        note=wanted.note.strip(), invited_by=actor.name[:100], account_id=actor.account,
        created_at=at, expires_at=at + timedelta(days=DAYS),
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    uow.record(
        actor, "account:invite", f"invitation:{row.id}", role=row.role, organization=row.organization_id
    )
    return row, key


def listing(uow: UnitOfWork, actor: Actor, page: int = 1, size: int = 50) -> Page[Invitation]:
    """Invitations that the actor cares for, the newest first."""
    require(actor, "account:invite")
    return paged(uow.session, _cared(actor).order_by(Invitation.id.desc()), page, size)


def withdraw(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """The link opens nothing any more."""
    require(actor, "account:invite")
    row = uow.session.scalars(_cared(actor).where(Invitation.id == number)).one_or_none()
    if row is None:
        raise NotFound(Message("没有这个邀请，或它已被撤回。"), hint=Message("请刷新页面查看现有的邀请。"))
    if row.used_at is not None:
        raise Conflict(
            Message("这个邀请已被使用，不能撤回。"), hint=Message("需要时请在账号列表中停用该账号。")
        )
    uow.session.delete(row)
    uow.record(actor, "invitation:withdraw", f"invitation:{number}", role=row.role)


def look(uow: UnitOfWork, key: str, *, at: datetime) -> Invitation:
    """The open invitation of this key.

    Raises:
        NotFound: unknown, used, withdrawn or expired, which look alike.
    """
    statement = (
        select(Invitation)
        .where(
            Invitation.key_hash == keys.digest(key), Invitation.used_at.is_(None), Invitation.expires_at > at
        )
        .options(joinedload(Invitation.organization))
    )
    row = uow.session.scalars(statement).one_or_none()
    if row is None:
        raise _gone()
    return row


def accept(uow: UnitOfWork, key: str, person: Person, *, at: datetime) -> Account:
    """A new account, active at once, as the inviter set it."""
    row = _taken(uow, key, at)
    account = account_changes.make(uow, person, state="active")
    account_changes.stand(uow, account, _standing(row.role, row.organization_id, row.expert_id))
    _use(uow, row, account, at)
    return account


def accept_as(uow: UnitOfWork, actor: Actor, key: str, *, at: datetime) -> Account:
    """Whoever has an account already gets the role and the body besides his own."""
    row = _taken(uow, key, at)
    account = account_changes.to_change_own(uow, actor, actor.account or 0)
    bodies = [each.organization_id for each in account.memberships]
    standing = Standing(
        [*account.roles, row.role],
        [*bodies, *([row.organization_id] if row.organization_id else [])],
        account.expert_id or row.expert_id,
    )
    account_changes.join(uow, account, standing, role=row.role)
    _use(uow, row, account, at)
    return account


def text_for(row: Invitation, link: str, site: str) -> Message:
    """The short text that the inviter copies into WeChat or an SMS."""
    values = {
        "name": row.name or Message("您好"), "site": site, "link": link, "by": row.invited_by,
        "role": accounts.ROLE_NAMES[row.role], "day": f"{row.expires_at:%Y-%m-%d}",
        "body": row.organization.name if row.organization else "",
    }  # fmt: skip
    if row.organization:
        return Message(
            "%(name)s：%(by)s邀请您以%(body)s%(role)s的身份使用“%(site)s”，"
            "请在 %(day)s 前打开链接设置密码：%(link)s（链接只能用一次，请勿转发）",
            values,
        )
    return Message(
        "%(name)s：%(by)s邀请您以%(role)s的身份使用“%(site)s”，"
        "请在 %(day)s 前打开链接设置密码：%(link)s（链接只能用一次，请勿转发）",
        values,
    )


def _taken(uow: UnitOfWork, key: str, at: datetime) -> Invitation:
    """The invitation, which nobody else can use at the same time."""
    uow.alone(f"invitation {keys.digest(key)}")
    row = look(uow, key, at=at)
    if row.organization_id is not None and uow.session.get(Organization, row.organization_id) is None:
        raise _gone()
    return row


def _use(uow: UnitOfWork, row: Invitation, account: Account, at: datetime) -> None:
    row.used_at, row.used_by = at, account.id
    actor = replace(accounts.actor_of(account), name=account.name[:100])
    uow.record(
        actor,
        "account:accept",
        index_id(account),
        role=row.role,
        invited_by=row.invited_by,
        invitation=row.id,
    )


def _standing(role: str, organization: int | None, expert: int | None) -> Standing:
    return Standing([role], [organization] if organization is not None else [], expert)


def _cared(actor: Actor) -> Select[Any]:
    statement = select(Invitation).options(joinedload(Invitation.organization))
    if actor.is_office or actor == SYSTEM:
        return statement
    own = Invitation.account_id == (actor.account or 0)
    return statement.where(or_(own, Invitation.organization_id.in_(accounts.bodies_of(actor))))


def _gone() -> NotFound:
    return NotFound(
        Message("这个邀请链接无效、已被使用或已过期。"),
        hint=Message("已有账号的请直接登录；否则请向邀请您的人索取新的链接。"),
    )
