"""两步验证: switched on with a code that proves it works, off with one too; recovery codes shown once."""

from __future__ import annotations

from datetime import datetime

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.identity import second_factor
from matchmaker.messages import Message
from matchmaker.models import Account
from matchmaker.permissions import Actor
from matchmaker.services.account_changes import to_change_own
from matchmaker.services.accounts import to_change
from matchmaker.services.log_in import WRONG_CODE
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork


def prepare(uow: UnitOfWork, actor: Actor) -> Account:
    """A secret that does not count yet; the same one until it does, so that a page can be shown again."""
    account = _own(uow, actor)
    if account.totp_since is not None:
        raise Conflict(Message("两步验证已经开启。"), hint=Message("换手机时请先关闭，再用新手机开启。"))
    if not account.totp_secret:
        account.totp_secret = second_factor.new_secret()
    return account


def picture(account: Account, site: str) -> str:
    """The QR code for the authenticator, as SVG."""
    named = account.username or account.phone or account.name
    return second_factor.picture(second_factor.address(account.totp_secret, named, site))


def switch_on(uow: UnitOfWork, actor: Actor, code: str, *, at: datetime) -> list[str]:
    """From now on a code is asked at log-in; returns the recovery codes, stored as digests only."""
    account = prepare(uow, actor)
    _take(account, code, at)
    account.totp_since = at
    codes = second_factor.new_recovery_codes()
    account.recovery = [second_factor.recovery_digest(each) for each in codes]
    uow.record(actor, "account:second-factor", index_id(account), on=True)
    return codes


def switch_off(uow: UnitOfWork, actor: Actor, code: str, *, at: datetime) -> None:
    """The password alone suffices again; a code or a recovery code proves that it is the owner."""
    account = _own(uow, actor)
    if second_factor.recovery_digest(code) not in account.recovery:
        _take(account, code, at)
    _clear(account)
    uow.record(actor, "account:second-factor", index_id(account), on=False)


def clear(uow: UnitOfWork, actor: Actor, number: int) -> Account:
    """The office switches it off for somebody whose telephone and codes are lost."""
    account = to_change(uow, actor, number, "account:reset")
    _clear(account)
    uow.record(actor, "account:second-factor", index_id(account), on=False, by="office")
    return account


def _own(uow: UnitOfWork, actor: Actor) -> Account:
    return to_change_own(uow, actor, actor.account or 0)


def _take(account: Account, code: str, at: datetime) -> None:
    step = (
        second_factor.step_of(account.totp_secret, code, at, account.totp_step)
        if account.totp_secret
        else None
    )
    if step is None:
        raise InvalidInput(WRONG_CODE, fields={"code": WRONG_CODE})
    account.totp_step = step


def _clear(account: Account) -> None:
    account.totp_secret, account.totp_since, account.totp_step, account.recovery = "", None, 0, []
