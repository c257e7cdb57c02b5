"""Logging in, in three steps: counted, compared (slow, outside any transaction), entered.

An attempt is counted as wrong before it is looked at, and given back when it was right: whoever tries a
hundred passwords at once gets as many tries as whoever tries them one after another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from sqlalchemy import delete

from matchmaker.errors import Forbidden, InvalidInput, TooMany
from matchmaker.identity import keys, names, passwords, second_factor, throttling
from matchmaker.messages import Message
from matchmaker.models import Account, LoginThrottle
from matchmaker.services import sessions
from matchmaker.services.accounts import actor_of, by_names
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

WRONG = Message("登录名或密码不对，请检查后再试。")
WRONG_CODE = Message("验证码不对或已用过，请输入验证器现在显示的 6 位数字。")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that was counted.

    Attributes:
        account: None when nobody has this name.
        digest: of the password; "" when nobody has this name.
        counted: names of the counters.
    """

    account: int | None
    digest: str
    counted: tuple[str, str]


def begin(uow: UnitOfWork, name: str, address: str, *, at: datetime) -> Attempt:
    """Counts an attempt with this name from this address.

    Raises:
        TooMany: it is not looked at.
    """
    kind, stored = names.log_in_name(name)
    account = by_names(uow, kind, stored)
    own = f"account:{account.id}" if account else f"name:{keys.digest(stored)}"
    counted = (own[:80], f"address:{_network(address)}")
    _count_account(uow, counted[0], at)
    _count_address(uow, counted[1], at)
    return Attempt(account.id if account else None, account.password_hash if account else "", counted)


def is_right(attempt: Attempt, password: str) -> bool:
    """Compares the password; takes as long for a name that nobody has."""
    return passwords.matches(attempt.digest, password[: passwords.LONGEST + 1])


def needs_code(uow: UnitOfWork, attempt: Attempt) -> bool:
    """After a right password: whether a code of the second factor is still to come."""
    account = _account(uow, attempt)
    if account.totp_since is None:
        return False
    _give_back(uow, attempt)
    return True


def enter(uow: UnitOfWork, attempt: Attempt, *, device: str, address: str, at: datetime) -> str:
    """After a right password: a session; its key is for the cookie and nowhere else."""
    account = _account(uow, attempt)
    uow.session.execute(delete(LoginThrottle).where(LoginThrottle.name == attempt.counted[0]))
    _give_back_one(uow, attempt.counted[1])
    account.entered_at = at
    uow.record(actor_of(account), "account:enter", index_id(account), device=device, address=address)
    return sessions.begin(uow, account, device=device, address=address, at=at)


def begin_own(uow: UnitOfWork, account: Account, address: str, *, at: datetime) -> Attempt:
    """Counts an attempt of somebody who is logged in and proves himself again."""
    counted = begin_code(uow, account.id, address, at=at)
    return Attempt(account.id, account.password_hash, counted.counted)


def begin_code(uow: UnitOfWork, number: int, address: str, *, at: datetime) -> Attempt:
    """Counts an attempt at the second factor; the password was right some minutes ago at most."""
    counted = (f"account:{number}", f"address:{_network(address)}")
    _count_account(uow, counted[0], at)
    _count_address(uow, counted[1], at)
    return Attempt(number, "", counted)


def take_code(uow: UnitOfWork, attempt: Attempt, code: str, *, at: datetime) -> bool:
    """Whether a code of the authenticator or a recovery code is right; it is used up then."""
    account = _account(uow, attempt)
    step = second_factor.step_of(account.totp_secret, code, at, account.totp_step)
    if step is not None:
        account.totp_step = step
        return True
    found = second_factor.recovery_digest(code)
    if found not in account.recovery:
        return False
    account.recovery = [each for each in account.recovery if each != found]
    uow.record(actor_of(account), "account:recovery", index_id(account), left=len(account.recovery))
    return True


def forgive(uow: UnitOfWork, account: Account) -> None:
    """Forgets the wrong log-ins of an account; for the office that sets a new password."""
    uow.session.execute(delete(LoginThrottle).where(LoginThrottle.name == f"account:{account.id}"))


def wrong(*, code: bool = False) -> InvalidInput:
    """The fault that tells nothing of what was wrong."""
    return InvalidInput(
        WRONG_CODE if code else WRONG,
        hint=Message("忘记密码时，请联系组织者重设。"),
        fields={"code": WRONG_CODE} if code else {"password": WRONG},
    )


def forget_old(uow: UnitOfWork, at: datetime) -> int:
    """Deletes counters that count no longer; returns how many."""
    old = delete(LoginThrottle).where(LoginThrottle.at < at - throttling.FORGOTTEN_AFTER)
    return int(uow.session.execute(old).rowcount)  # type: ignore[attr-defined]


def _account(uow: UnitOfWork, attempt: Attempt) -> Account:
    account = uow.session.get_one(Account, attempt.account, with_for_update=True)
    if account.state == "closed":
        raise Forbidden(Message("这个账号已停用。"), hint=Message("需要恢复时请联系组织者。"))
    return account


def _count_account(uow: UnitOfWork, name: str, at: datetime) -> None:
    row = _row(uow, name, at)
    if row.until is not None and row.until > at:
        raise _wait(row.until, at)
    if row.at < at - throttling.FORGOTTEN_AFTER:
        row.failures = 0
    row.failures += 1
    row.at = at
    row.until = at + throttling.wait_of_account(row.failures)


def count_address(uow: UnitOfWork, address: str, *, at: datetime) -> None:
    """Counts an application from this address, as loosely as log-ins.

    Raises:
        TooMany: there were too many.
    """
    _count_address(uow, f"address:{_network(address)}", at)


def _count_address(uow: UnitOfWork, name: str, at: datetime) -> None:
    row = _row(uow, name, at)
    if row.since < at - throttling.ADDRESS_SPAN:
        row.since, row.failures = at, 0
    if row.failures >= throttling.FREE_OF_ADDRESS:
        raise _wait(row.since + throttling.ADDRESS_SPAN, at)
    row.failures += 1
    row.at = at


def _row(uow: UnitOfWork, name: str, at: datetime) -> LoginThrottle:
    """The counter, which nobody else changes until the end of the unit."""
    uow.alone(f"log-in {name}")
    row = uow.session.get(LoginThrottle, name)
    if row is None:
        row = LoginThrottle(name=name, failures=0, since=at, at=at)
        uow.session.add(row)
    return row


def _give_back(uow: UnitOfWork, attempt: Attempt) -> None:
    for name in attempt.counted:
        _give_back_one(uow, name)


def _give_back_one(uow: UnitOfWork, name: str) -> None:
    uow.alone(f"log-in {name}")
    row = uow.session.get(LoginThrottle, name)
    if row is not None and row.failures:
        row.failures -= 1
        row.until = None


def _wait(until: datetime, at: datetime) -> TooMany:
    seconds = max(int((until - at).total_seconds()) + 1, 1)
    return TooMany(
        Message("登录失败次数过多，请等 %(seconds)s 秒后再试。", {"seconds": seconds}),
        seconds=seconds,
        hint=Message("忘记密码时，请联系组织者重设，不必等待。"),
    )


def _network(address: str) -> str:
    """An address, or the network of a house for IPv6, where everybody has millions of them."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    return f"{int(known) >> 64:x}::/64" if isinstance(known, IPv6Address) else str(known)
