"""API tokens: made by their owner for a program, shown once, ended by him or by an administrator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from matchmaker.identity import keys
from matchmaker.messages import Message
from matchmaker.models import Account, ApiToken
from matchmaker.permissions import Actor, require
from matchmaker.services.accounts import actor_of
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: What a token may: look, change, administer → in words.
SCOPES: dict[str, Message] = {
    "read": Message("读取"),
    "write": Message("新建和修改"),
    "admin": Message("管理账号和系统"),
}
LONGEST_DAYS = 366
MOST = 20
#: How exactly the last use is known.
USED_EVERY = timedelta(minutes=5)


def create(
    uow: UnitOfWork, actor: Actor, name: str, scopes: Iterable[str], days: int, *, at: datetime
) -> tuple[ApiToken, str]:
    """A new token and what its owner must note now: it is stored as a digest only."""
    account = _own(uow, actor)
    require(actor, "token:create", account)
    wanted = [scope for scope in SCOPES if scope in set(scopes)]
    faults = _faults(name, wanted, days)
    if faults:
        raise InvalidInput(Message("令牌没有新建，请更正下面的内容。"), fields=faults)
    if "admin" in wanted and not actor.is_office:
        raise Forbidden(
            Message("只有组织者和管理员能新建管理令牌。"), hint=Message("请只选择“读取”或“新建和修改”。")
        )
    if len(listing(uow, actor)) >= MOST:
        raise Conflict(
            Message("最多同时有 %(most)s 个令牌。", {"most": MOST}), hint=Message("请先作废不再使用的令牌。")
        )
    text = keys.new_token()
    token = ApiToken(
        account_id=account.id, name=name.strip(), key_hash=keys.digest(text), shown=text[:8], scopes=wanted,
        created_at=at, expires_at=at + timedelta(days=days),
    )  # fmt: skip
    uow.session.add(token)
    uow.session.flush()
    uow.record(actor, "token:create", index_id(account), name=token.name, scopes=wanted, days=days)
    return token, text


def listing(uow: UnitOfWork, actor: Actor, account: int | None = None) -> Sequence[ApiToken]:
    """The tokens of an account, one's own unless another is named; the newest first."""
    owner = uow.session.get(Account, account) if account is not None else _own(uow, actor)
    require(actor, "token:end", owner)
    number = owner.id if owner is not None else 0
    return uow.session.scalars(
        select(ApiToken).where(ApiToken.account_id == number).order_by(ApiToken.id.desc())
    ).all()


def end(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """Ends a token at once; whose it is not for this actor is not found."""
    token = uow.session.get(ApiToken, number, options=[joinedload(ApiToken.account)])
    if token is None or (token.account_id != actor.account and "administrator" not in actor.roles):
        raise NotFound(Message("没有这个令牌，或它已作废。"), hint=Message("请刷新页面查看现有的令牌。"))
    require(actor, "token:end", token.account)
    uow.session.delete(token)
    uow.record(actor, "token:end", index_id(token.account), name=token.name)


def find(uow: UnitOfWork, text: str, *, at: datetime) -> ApiToken:
    """The token with its account and bodies.

    Raises:
        Unauthenticated: it is unknown, expired or ended, or its account is not active.
    """
    statement = (
        select(ApiToken)
        .where(ApiToken.key_hash == keys.digest(text), ApiToken.expires_at > at)
        .options(joinedload(ApiToken.account).joinedload(Account.memberships))
    )
    found = uow.session.scalars(statement).unique().one_or_none()
    if found is None or found.account.state != "active":
        raise Unauthenticated(
            Message("令牌无效、已过期或已作废。"), hint=Message("请在“我的账号”中新建一个令牌。")
        )
    return found


def actor_by(token: ApiToken) -> Actor:
    """Who asks by this token."""
    return actor_of(token.account, scopes=frozenset(token.scopes))


def is_stale(token: ApiToken, *, at: datetime) -> bool:
    """Whether its use should be written."""
    return token.used_at is None or token.used_at < at - USED_EVERY


def used(uow: UnitOfWork, number: int, *, at: datetime) -> None:
    """Notes a use; in a short unit of its own."""
    token = uow.session.get(ApiToken, number)
    if token is not None:
        token.used_at = at


def _own(uow: UnitOfWork, actor: Actor) -> Account:
    account = uow.session.get(Account, actor.account) if actor.account is not None else None
    if account is None:
        raise Forbidden(Message("没有账号，不能使用令牌。"), hint=Message("请用自己的账号登录后再试。"))
    return account


def _faults(name: str, scopes: Sequence[str], days: int) -> dict[str, Message]:
    faults: dict[str, Message] = {}
    if not name.strip():
        faults["name"] = Message("请写明令牌给哪个程序用。")
    if not scopes:
        faults["scopes"] = Message("请至少选择一项权限。")
    if not 1 <= days <= LONGEST_DAYS:
        faults["days"] = Message("有效期应在 1 到 %(most)s 天之间。", {"most": LONGEST_DAYS})
    return faults
