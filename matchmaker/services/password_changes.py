"""Passwords changed by their owner, or set anew by a link or a temporary one that the office gives."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.identity import keys, names, passwords
from matchmaker.messages import Message
from matchmaker.models import Account, PasswordReset
from matchmaker.permissions import Actor
from matchmaker.services import account_changes, log_in, sessions
from matchmaker.services.accounts import actor_of, by_names, to_change
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: How long a link to set a new password works.
RESET_HOURS = 24

LETTER_SUBJECT = Message("%(site)s：重设密码")
LETTER_TEXT = Message(
    "%(name)s，您好！\n\n您（或知道您登录名的人）请求重设“%(site)s”的密码。"
    "请在 %(hours)s 小时内打开下面的链接设置新密码，"
    "链接只能用一次：\n\n%(link)s\n\n如果不是您本人请求的，请不要打开链接，密码不会改变。"
)

hashed = passwords.hashed
generated = passwords.generated


def checked(password: str, again: str, *own: str) -> str:
    """The digest of a new password: slow, so outside any transaction.

    Raises:
        InvalidInput: too weak (``password``), or the two differ (``again``).
    """
    passwords.check_strength(password, *own)
    if password != again:
        fault = Message("两次输入的密码不同，请重新输入。")
        raise InvalidInput(fault, fields={"again": fault})
    return passwords.hashed(password)


def is_present(digest: str, password: str) -> bool:
    """Whether it is the present password; slow."""
    return passwords.matches(digest, password)


def change(uow: UnitOfWork, actor: Actor, digest: str, key: str) -> Account:
    """A new password of one's own; every session but the one of ``key`` ends."""
    account = account_changes.to_change_own(uow, actor, actor.account or 0)
    _set(uow, account, digest)
    ended = sessions.end_others(uow, account, key)
    uow.record(actor, "account:password", index_id(account), sessions_ended=ended)
    return account


def give(uow: UnitOfWork, actor: Actor, number: int, digest: str) -> Account:
    """A temporary password, which must be changed at the next log-in; all sessions end."""
    account = to_change(uow, actor, number, "account:reset")
    _set(uow, account, digest)
    account.must_change = True
    sessions.end_others(uow, account)
    uow.record(actor, "account:reset", index_id(account), by="password")
    return account


def issue_link(uow: UnitOfWork, actor: Actor, number: int, *, at: datetime) -> tuple[Account, str]:
    """A link by which the owner sets a new password once; the present one holds until then."""
    account = to_change(uow, actor, number, "account:reset")
    log_in.forgive(uow, account)
    uow.record(actor, "account:reset", index_id(account), by="link")
    return account, link_for(uow, account, at=at)


def link_for(uow: UnitOfWork, account: Account, *, at: datetime) -> str:
    """The key of a new link for this account; an earlier one opens nothing any more."""
    uow.session.execute(delete(PasswordReset).where(PasswordReset.account_id == account.id))
    key = keys.new_key()
    uow.session.add(
        PasswordReset(
            account_id=account.id,
            key_hash=keys.digest(key),
            created_at=at,
            expires_at=at + timedelta(hours=RESET_HOURS),
        )
    )
    uow.session.flush()
    return key


def ask_by_mail(uow: UnitOfWork, name: str, address: str, *, at: datetime) -> None:
    """A job that mails a link, if this is the name of an account with an address; nobody is told whether.

    Raises:
        TooMany: too often from this address.
    """
    log_in.count_address(uow, address, at=at)
    account = by_names(uow, *names.log_in_name(name))
    if account is not None and account.state == "active" and account.email:
        uow.enqueue("reset", index_id(account))
        uow.record(actor_of(account), "account:forgot", index_id(account))


def link_by_mail(uow: UnitOfWork, number: int, *, at: datetime) -> tuple[Account, str] | None:
    """The account and the key of its new link; None when it should get none any more."""
    account = uow.session.get(Account, number)
    if account is None or account.state != "active" or not account.email:
        return None
    return account, link_for(uow, account, at=at)


def look(uow: UnitOfWork, key: str, *, at: datetime) -> Account:
    """Whose password a link sets; NotFound for one that is unknown, used or expired."""
    row = _reset(uow, key, at)
    return row.account


def use_link(uow: UnitOfWork, key: str, digest: str, *, at: datetime) -> Account:
    """Sets the password; the link and all sessions end."""
    uow.alone(f"reset {keys.digest(key)}")
    row = _reset(uow, key, at)
    account = row.account
    uow.session.delete(row)
    _set(uow, account, digest)
    sessions.end_others(uow, account)
    uow.record(actor_of(account), "account:password", index_id(account), by="link")
    return account


def _set(uow: UnitOfWork, account: Account, digest: str) -> None:
    account.password_hash = digest
    account.must_change = False
    uow.session.execute(delete(PasswordReset).where(PasswordReset.account_id == account.id))
    log_in.forgive(uow, account)


def _reset(uow: UnitOfWork, key: str, at: datetime) -> PasswordReset:
    statement = (
        select(PasswordReset)
        .where(PasswordReset.key_hash == keys.digest(key), PasswordReset.expires_at > at)
        .options(joinedload(PasswordReset.account))
    )
    row = uow.session.scalars(statement).one_or_none()
    if row is None or row.account.state == "closed":
        raise NotFound(
            Message("这个重设密码的链接无效、已被使用或已过期。"), hint=Message("请联系组织者取得新的链接。")
        )
    return row
