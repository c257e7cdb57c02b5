"""Sessions: one row a device that is logged in; whoever shows the key is the account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from matchmaker.errors import NotFound
from matchmaker.identity import devices, keys
from matchmaker.messages import Message
from matchmaker.models import Account, LoginSession
from matchmaker.permissions import Actor, require
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: A session without a request for so long has ended.
IDLE = timedelta(hours=12)
#: How exactly the last request is known: a write at each would cost more than it tells.
SEEN_EVERY = timedelta(minutes=5)


def device_of(user_agent: str) -> str:
    """A device in words, for the list of sessions."""
    return devices.device(user_agent)


def begin(uow: UnitOfWork, account: Account, *, device: str, address: str, at: datetime) -> str:
    """A new session; returns the key, of which only a digest is stored. Ended ones of the account go."""
    uow.session.execute(
        delete(LoginSession).where(LoginSession.account_id == account.id, LoginSession.seen_at < at - IDLE)
    )
    key = keys.new_key()
    uow.session.add(
        LoginSession(
            account_id=account.id,
            key_hash=keys.digest(key),
            device=device[:100],
            address=address[:60],
            created_at=at,
            seen_at=at,
        )
    )
    uow.session.flush()
    return key


def find(uow: UnitOfWork, key: str, *, at: datetime) -> LoginSession | None:
    """The session with its account and bodies, in one statement; None when it has ended."""
    statement = (
        select(LoginSession)
        .where(LoginSession.key_hash == keys.digest(key), LoginSession.seen_at >= at - IDLE)
        .options(joinedload(LoginSession.account).joinedload(Account.memberships))
    )
    found = uow.session.scalars(statement).unique().one_or_none()
    return found if found is not None and found.account.state != "closed" else None


def is_stale(session: LoginSession, *, at: datetime) -> bool:
    """Whether ``seen`` should be written."""
    return session.seen_at < at - SEEN_EVERY


def seen(uow: UnitOfWork, number: int, *, at: datetime) -> None:
    """Notes a request; in a short unit of its own."""
    row = uow.session.get(LoginSession, number)
    if row is not None:
        row.seen_at = max(at, row.seen_at)


def listing(uow: UnitOfWork, actor: Actor, account: Account) -> Sequence[LoginSession]:
    """The open sessions of an account, the latest first."""
    require(actor, "account:own", account)
    statement = (
        select(LoginSession)
        .where(LoginSession.account_id == account.id)
        .order_by(LoginSession.seen_at.desc())
    )
    return uow.session.scalars(statement).all()


def end(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """Ends a session of one's own; its device is a visitor at the next request."""
    row = uow.session.get(LoginSession, number)
    if row is None or row.account_id != actor.account:
        raise NotFound(Message("这个登录已经结束。"), hint=Message("请刷新页面查看现有的登录。"))
    account = uow.session.get_one(Account, row.account_id)
    require(actor, "account:own", account)
    uow.session.delete(row)
    uow.record(actor, "session:end", index_id(account), device=row.device)


def end_others(uow: UnitOfWork, account: Account, key: str = "") -> int:
    """Ends all sessions of an account but the one with this key; returns how many."""
    condition = (LoginSession.account_id == account.id, LoginSession.key_hash != keys.digest(key))
    return int(uow.session.execute(delete(LoginSession).where(*condition)).rowcount)  # type: ignore[attr-defined]


def leave(uow: UnitOfWork, key: str) -> None:
    """Ends the session of this key, if there is one."""
    uow.session.execute(delete(LoginSession).where(LoginSession.key_hash == keys.digest(key)))
