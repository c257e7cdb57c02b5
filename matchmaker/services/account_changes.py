"""Accounts made, approved, changed, closed, opened again; names are unique however they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from matchmaker.errors import Conflict, Forbidden, InvalidInput
from matchmaker.identity import names
from matchmaker.messages import Message
from matchmaker.models import Account, ApiToken, Expert, LoginSession, Membership, Organization, PasswordReset
from matchmaker.permissions import Actor, require
from matchmaker.services import messages
from matchmaker.services.accounts import (
    REPRESENTING,
    ROLE_NAMES,
    by_names,
    cares_for,
    gives,
    to_change,
)
from matchmaker.services.organization_names import organizations_by_name
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Roles whose holders must belong to a body: without one they could read and write nothing of their own.
BELONGING = frozenset({"enterprise", "body_liaison", "territory_liaison"})


@dataclass(frozen=True, slots=True)
class Person:
    """Who gets an account, as typed.

    Attributes:
        password_hash: "" for somebody who will set one by a link.
        must_change: the password was made by somebody else.
    """

    name: str
    phone: str = ""
    username: str = ""
    email: str = ""
    password_hash: str = ""
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is: roles, bodies, expert record."""

    roles: Sequence[str]
    organizations: Sequence[int] = ()
    expert: int | None = None
    represents: bool | None = None


def create(
    uow: UnitOfWork, actor: Actor, person: Person, standing: Standing, *, state: str = "active"
) -> Account:
    """A new account; the actor may give its roles and cares for its bodies."""
    require(actor, "account:invite")
    require_standing(uow, actor, standing)
    account = make(uow, person, state=state)
    stand(uow, account, standing)
    uow.record(actor, "account:create", index_id(account), roles=list(account.roles), state=state)
    return account


def make(uow: UnitOfWork, person: Person, *, state: str) -> Account:
    """The row of a new account without roles; refuses names that somebody has.

    Raises:
        InvalidInput: with the fields that do not hold.
    """
    checked = checked_names(uow, person)
    account = Account(
        name=person.name.strip(), state=state, password_hash=person.password_hash,
        must_change=person.must_change, roles=[], recovery=[], applied={}, memberships=[], **checked,
    )  # fmt: skip
    uow.session.add(account)
    uow.session.flush()
    return account


def checked_names(uow: UnitOfWork, person: Person, own: int | None = None) -> dict[str, str | None]:
    """Phone, user name and e-mail as they are stored, None for each that is not given."""
    faults: dict[str, Message] = {}
    found: dict[str, str | None] = {}
    if not person.name.strip():
        faults["name"] = Message("请填写姓名。")
    uow.alone("account names")
    for kind, reader in (("phone", names.phone), ("username", names.username), ("email", names.email)):
        try:
            found[kind] = reader(getattr(person, kind)) or None
        except InvalidInput as fault:
            faults |= fault.fields
            continue
        other = by_names(uow, kind, found[kind] or "") if found[kind] else None
        if other is not None and other.id != own:
            faults[kind] = _TAKEN[kind]
    if not faults and not (found["phone"] or found["username"]):
        faults["phone"] = Message("请填写手机号或用户名，登录时要用。")
    if faults:
        raise InvalidInput(Message("账号没有保存，请更正下面的内容。"), fields=faults)
    return found


def stand(uow: UnitOfWork, account: Account, standing: Standing) -> None:
    """Gives an account its roles, bodies and expert record in place of those that it had."""
    check_standing(uow, standing)
    roles = [role for role in ROLE_NAMES if role in standing.roles]
    represents = not REPRESENTING.isdisjoint(roles) if standing.represents is None else standing.represents
    account.roles = roles
    account.expert_id = standing.expert
    held = {each.organization_id: each for each in account.memberships}
    account.memberships = [
        held.get(number) or Membership(organization_id=number)
        for number in dict.fromkeys(standing.organizations)
    ]
    for each in account.memberships:
        each.represents = represents
    uow.session.flush()


def join(uow: UnitOfWork, account: Account, standing: Standing, *, role: str) -> None:
    """Adds a role and its body to what an account has; how it stands in its other bodies stays."""
    before = {each.organization_id: each.represents for each in account.memberships}
    stand(uow, account, standing)
    for each in account.memberships:
        each.represents = before.get(each.organization_id, False) or (
            each.organization_id not in before and role in REPRESENTING
        )
    if role in REPRESENTING and standing.organizations:
        next(
            m for m in account.memberships if m.organization_id == standing.organizations[-1]
        ).represents = True


def require_standing(uow: UnitOfWork, actor: Actor, standing: Standing) -> None:
    """Raises Forbidden unless the actor may give these roles in these bodies."""
    if not gives(actor).issuperset(standing.roles):
        raise Forbidden(
            Message("您不能给出这个角色。"), hint=Message("更高的角色由管理员给出；请联系管理员。")
        )
    if not actor.is_office and not standing.organizations:
        raise Forbidden(Message("请选择本单位或本辖区的单位。"))
    bodies = list(standing.organizations)
    if standing.expert is not None and not actor.is_office:
        bodies.append(
            uow.session.scalar(select(Expert.organization_id).where(Expert.id == standing.expert)) or 0
        )
    for number in bodies:
        if not cares_for(uow, actor, number):
            raise Forbidden(
                Message("这个单位不在您负责的范围内。"), hint=Message("请选择本单位或本辖区的单位。")
            )


def approve(
    uow: UnitOfWork, actor: Actor, number: int, standing: Standing, organization_name: str = ""
) -> Account:
    """A waiting account becomes active, with what the approver gives: perhaps not what was applied for.

    Args:
        uow: writes.
        actor: of the office, or a liaison of the body.
        number: of the account.
        standing: roles and bodies.
        organization_name: a body that is not here yet and comes with the account; the office only.
    """
    account = to_change(uow, actor, number, "account:approve")
    if organization_name.strip() and actor.is_office:
        name = organization_name.strip()
        bodies, created = organizations_by_name(uow.session, _kind_for(standing.roles), {name})
        for body in created:
            uow.enqueue("index", index_id(body))
        standing = Standing(
            standing.roles, [*standing.organizations, bodies[name].id], standing.expert, standing.represents
        )
    require_standing(uow, actor, standing)
    stand(uow, account, standing)
    account.state = "active"
    messages.tell(uow, actor, messages.account(uow, account.id), "account:approved", index_id(account))
    uow.record(
        actor, "account:approve", index_id(account),
        roles=account.roles, organizations=list(standing.organizations),
    )  # fmt: skip
    return account


def change(uow: UnitOfWork, actor: Actor, number: int, standing: Standing) -> Account:
    """Other roles, bodies or expert record; they hold from the next request on."""
    account = to_change(uow, actor, number, "account:change")
    require_standing(uow, actor, standing)
    _keep_an_administrator(uow, account, staying="administrator" in standing.roles)
    before = {"roles": account.roles, "organizations": [each.organization_id for each in account.memberships]}
    stand(uow, account, standing)
    after = {"roles": account.roles, "organizations": list(standing.organizations)}
    uow.record(actor, "account:change", index_id(account), before=before, after=after)
    return account


def close(uow: UnitOfWork, actor: Actor, number: int, reason: str = "") -> Account:
    """Nobody logs in by it any more: sessions and tokens end at once; what it did stays."""
    account = to_change(uow, actor, number, "account:close")
    if account.id == actor.account:
        raise Conflict(
            Message("不能停用自己正在使用的账号。"), hint=Message("请由另一位管理员或组织者停用。")
        )
    _keep_an_administrator(uow, account, staying=False)
    account.state = "closed"
    end_everything(uow, account)
    uow.record(actor, "account:close", index_id(account), reason=reason)
    return account


def reopen(uow: UnitOfWork, actor: Actor, number: int) -> Account:
    """A closed account can log in again, with the password that it had."""
    account = to_change(uow, actor, number, "account:reopen")
    account.state = "active" if account.roles else "waiting"
    uow.record(actor, "account:reopen", index_id(account))
    return account


def end_everything(uow: UnitOfWork, account: Account) -> None:
    """Ends all sessions, tokens and links of an account."""
    for table in (LoginSession, ApiToken, PasswordReset):
        uow.session.execute(delete(table).where(table.account_id == account.id))


def edit_profile(
    uow: UnitOfWork, actor: Actor, number: int, person: Person, *, language: str = "", type_size: str = ""
) -> Account:
    """One's own name, ways to log in, language and size of type; the password stays."""
    account = to_change_own(uow, actor, number)
    checked = checked_names(uow, person, own=account.id)
    changed = [name for name, value in checked.items() if getattr(account, name) != value]
    changed += ["name"] if account.name != person.name.strip() else []
    account.name = person.name.strip()
    for name, value in checked.items():
        setattr(account, name, value)
    account.language, account.type_size = language, type_size
    if changed:
        uow.record(actor, "account:edit", index_id(account), changed=changed)
    return account


def prefer(
    uow: UnitOfWork, number: int, *, language: str | None = None, type_size: str | None = None
) -> None:
    """How pages look to this account, whatever device it comes from."""
    account = uow.session.get(Account, number)
    if account is not None:
        account.language = account.language if language is None else language
        account.type_size = account.type_size if type_size is None else type_size


def to_change_own(uow: UnitOfWork, actor: Actor, number: int) -> Account:
    """One's own account, locked."""
    uow.session.execute(select(Account.id).where(Account.id == number).with_for_update())
    account = uow.session.get_one(Account, number)
    require(actor, "account:own", account)
    return account


def _kind_for(roles: Iterable[str]) -> str:
    return "problem" if "enterprise" in roles else "expert"


def check_standing(uow: UnitOfWork, standing: Standing) -> None:
    """Raises InvalidInput for a role, body or expert that there is not."""
    faults: dict[str, Message] = {}
    if not standing.roles or not set(standing.roles) <= ROLE_NAMES.keys():
        faults["roles"] = Message("请至少选择一个角色。")
    numbers = list(standing.organizations)
    known = set(uow.session.scalars(select(Organization.id).where(Organization.id.in_(numbers))))
    if not known.issuperset(numbers):
        faults["organization"] = Message("没有这个单位，请从列表中选择。")
    elif not numbers and not BELONGING.isdisjoint(standing.roles):
        faults["organization"] = Message("这个角色需要所属单位，请选择或填写单位。")
    if standing.expert is not None and uow.session.get(Expert, standing.expert) is None:
        faults["expert"] = Message("没有这位专家，请从列表中选择。")
    if faults:
        raise InvalidInput(Message("账号没有保存，请更正下面的内容。"), fields=faults)


def _keep_an_administrator(uow: UnitOfWork, account: Account, *, staying: bool) -> None:
    """The last one stays: nobody could make another but from the command line."""
    if staying or "administrator" not in account.roles or account.state != "active":
        return
    uow.alone("administrators")
    others = uow.session.scalars(select(Account).where(Account.state == "active", Account.id != account.id))
    if not any("administrator" in each.roles for each in others):
        raise Conflict(
            Message("这是最后一个管理员账号，不能停用或改为其他角色。"),
            hint=Message("请先把另一个账号设为管理员。"),
        )


_TAKEN = {
    "phone": Message("这个手机号已有账号；请直接登录，忘记密码时请联系组织者重设。"),
    "username": Message("这个用户名已被使用，请换一个。"),
    "email": Message("这个邮箱已有账号，请换一个或留空。"),
}
