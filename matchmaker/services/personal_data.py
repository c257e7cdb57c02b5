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
    Base,
    Delivery,
    History,
    Invitation,
    LoginSession,
    LoginThrottle,
    MessagePreference,
    Outbox,
    Problem,
    SecretLink,
    Watch,
)
from matchmaker.permissions import Actor, require
from matchmaker.services.account_changes import end_everything
from matchmaker.services.accounts import loaded
from matchmaker.services.acting import told
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Lines of history that a file holds; older ones are in the installation's backup.
MOST_LINES = 10_000
#: Columns that open something or say nothing about the person.
_SECRET = frozenset({"password_hash", "totp_secret", "totp_step", "recovery", "key_hash"})


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
    _unsign(uow, account, nobody)
    _empty_inbox(uow, number)
    account.name, account.phone, account.username, account.email = nobody, None, None, None
    account.password_hash, account.totp_secret, account.totp_since = "", "", None
    account.recovery, account.applied, account.expert_id, account.roles = [], {}, None, []
    account.memberships = []
    entered = (History.subject == index_id(account), History.action == "account:enter")
    uow.session.execute(update(History).where(*entered).values(changes={}))
    uow.record(actor, "account:erase", index_id(account), reason=reason)
    return account


def _unsign(uow: UnitOfWork, account: Account, nobody: str) -> None:
    """Another name wherever this one stands beside the number of the account, or was acted for."""
    run, number = uow.session.execute, account.id
    for table in Base.metadata.sorted_tables:
        names = table.c.keys()
        if {"actor", "account_id"} <= set(names):
            run(update(table).where(table.c.account_id == number).values(actor=nobody))
        if "behalf" in names:
            run(update(table).where(table.c.behalf == told(account)).values(behalf=nobody))
    run(update(Outbox).where(Outbox.sender_id == number).values(actor=nobody))
    made = (Problem.created_by == number, Problem.declared_by == account.name)
    run(update(Problem).where(*made).values(declared_by=nobody))
    run(update(Invitation).where(Invitation.used_by == number).values(name="", phone="", note=""))
    run(update(Invitation).where(Invitation.account_id == number).values(invited_by=nobody))
    run(update(SecretLink).where(SecretLink.account_id == number).values(recipient=nobody, phone=""))


def _empty_inbox(uow: UnitOfWork, number: int) -> None:
    """Messages to and about the account, what it wanted to be told, its counters."""
    own = f"account:{number}"
    gone = select(Outbox.id).where((Outbox.audience == own) | (Outbox.subject == own))
    uow.session.execute(delete(Delivery).where(Delivery.message_id.in_(gone)))
    uow.session.execute(delete(Outbox).where((Outbox.audience == own) | (Outbox.subject == own)))
    uow.session.execute(delete(Delivery).where(Delivery.who == own))
    uow.session.execute(delete(MessagePreference).where(MessagePreference.who == own))
    uow.session.execute(delete(Watch).where(Watch.account_id == number))
    uow.session.execute(delete(LoginThrottle).where(LoginThrottle.name == own))


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
