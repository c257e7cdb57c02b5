"""What is stored about somebody with an account: handed to him as a file, or erased with the record kept.

Erasing leaves what was done, when, and the number of the account: who must answer for a record years later
can still be told apart, but no longer named.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, inspect, select, update

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import (
    AccessLog,
    Account,
    ApiToken,
    History,
    Invitation,
    LoginSession,
    LoginThrottle,
    Membership,
    Purge,
    Review,
    Version,
)
from matchmaker.permissions import Actor, require
from matchmaker.services.account_changes import end_everything
from matchmaker.services.accounts import loaded
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Lines of history that a file holds; older ones are in the installation's backup.
MOST_LINES = 10_000
#: Columns that open something or say nothing about the person.
_SECRET = frozenset({"password_hash", "totp_secret", "totp_step", "recovery", "key_hash"})
#: Tables that name who did something beside the number of his account.
_SIGNED: tuple[Any, ...] = (History, AccessLog, Version, Review, Purge)


def export(uow: UnitOfWork, actor: Actor, number: int) -> dict[str, Any]:
    """Everything about an account; the look is logged, so the unit must write."""
    account = _account(uow, number)
    require(actor, "account:export", account)
    subjects = [index_id(account), *([f"expert:{account.expert_id}"] if account.expert_id else [])]
    uow.looked_at(actor, "account:export", index_id(account))
    return {
        "account": _plain(account),
        "organizations": [
            {"organization": each.organization.name, "represents": each.represents}
            for each in account.memberships
        ],
        "sessions": _rows(uow, LoginSession, LoginSession.account_id == number),
        "tokens": _rows(uow, ApiToken, ApiToken.account_id == number),
        "did": _rows(uow, History, History.account_id == number),
        "looked_at": _rows(uow, AccessLog, AccessLog.account_id == number),
        "changes_of_own_data": _rows(uow, History, History.subject.in_(subjects)),
        "looks_at_own_data": _rows(uow, AccessLog, AccessLog.subject.in_(subjects)),
    }


def erase(uow: UnitOfWork, actor: Actor, number: int, reason: str) -> Account:
    """Takes name and ways to reach somebody out of a closed account and out of what it signed."""
    account = _account(uow, number)
    require(actor, "account:erase", account)
    nobody = f"已注销账号 {number}"
    end_everything(uow, account)
    account.name, account.phone, account.username, account.email = nobody, None, None, None
    account.password_hash, account.totp_secret, account.totp_since = "", "", None
    account.recovery, account.applied, account.expert_id, account.roles = [], {}, None, []
    uow.session.execute(delete(Membership).where(Membership.account_id == number))
    uow.session.execute(delete(LoginThrottle).where(LoginThrottle.name == f"account:{number}"))
    uow.session.execute(
        update(Invitation).where(Invitation.used_by == number).values(name="", phone="", note="")
    )
    uow.session.execute(update(Invitation).where(Invitation.account_id == number).values(invited_by=nobody))
    for table in _SIGNED:
        uow.session.execute(update(table).where(table.account_id == number).values(actor=nobody))
    entered = (History.subject == index_id(account), History.action == "account:enter")
    uow.session.execute(update(History).where(*entered).values(changes={}))
    uow.record(actor, "account:erase", index_id(account), reason=reason)
    uow.session.expire(account, ["memberships"])
    return account


def _account(uow: UnitOfWork, number: int) -> Account:
    found = uow.session.scalars(select(Account).where(Account.id == number).options(*loaded())).unique()
    account = found.one_or_none()
    if account is None:
        raise NotFound(Message("没有编号为 %(number)s 的账号，或者您不能查看它。", {"number": number}))
    return account


def _rows(uow: UnitOfWork, table: Any, condition: Any) -> list[dict[str, Any]]:
    statement = select(table).where(condition).order_by(table.id.desc()).limit(MOST_LINES)
    return [_plain(row) for row in uow.session.scalars(statement)]


def _plain(row: Any) -> dict[str, Any]:
    names = [column.key for column in inspect(type(row)).column_attrs if column.key not in _SECRET]
    return {name: _told(getattr(row, name)) for name in names}


def _told(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
