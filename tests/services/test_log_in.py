"""Logging in: counted before it is looked at, the same for names that nobody has, codes used once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound, TooMany
from matchmaker.identity import second_factor, throttling
from matchmaker.models import Account, History, LoginThrottle, PasswordReset
from matchmaker.permissions import ORGANIZER
from matchmaker.services import log_in, password_changes, second_factors, sessions
from tests.support.accounts import PASSWORD, account, actor

PHONE = "13812345678"


@pytest.fixture
def known(app):
    return account(app, "organizer", name="甲", phone=PHONE, email="jia@example.cn", password=PASSWORD)


def attempt(app, name=PHONE, password=PASSWORD, address="10.0.0.1", at=None):
    """The key of a session, or the fault."""
    at = at or app.clock()
    with app.unit_of_work() as uow:
        counted = log_in.begin(uow, name, address, at=at)
    if not log_in.is_right(counted, password):
        raise log_in.wrong()
    with app.unit_of_work() as uow:
        if log_in.needs_code(uow, counted):
            return None
        return log_in.enter(uow, counted, device="Chrome", address=address, at=at)


def failures(app, name):
    with app.reading() as uow:
        row = uow.session.get(LoginThrottle, name)
        return row.failures if row else 0


def fail(app, count, **where):
    for _ in range(count):
        with pytest.raises(InvalidInput):
            attempt(app, password="falsch-falsch", **where)


@pytest.mark.parametrize("name", [PHONE, "+86 138 1234 5678", "JIA@example.cn"])
def test_any_of_ones_names_opens(app, known, name):
    key = attempt(app, name)
    with app.reading() as uow:
        assert sessions.find(uow, key, at=app.clock()).account_id == known
    assert failures(app, f"account:{known}") == 0
    assert failures(app, "address:10.0.0.1") == 0


def test_wrong_password_and_unknown_name_are_told_alike(app, known):
    told = []
    for name in (PHONE, "13999999999", "中文名", "x" * 5000, "\ud800", ""):
        with pytest.raises(InvalidInput) as fault:
            attempt(app, name, "falsch-falsch")
        told.append((str(fault.value), str(fault.value.hint), fault.value.fields))
    assert len({str(each) for each in told}) == 1


def test_the_account_waits_longer_each_time_and_the_wait_is_told(app, known):
    at = app.clock()
    fail(app, throttling.FREE_OF_ACCOUNT, at=at)
    with pytest.raises(TooMany) as fault:
        attempt(app, at=at)
    assert fault.value.seconds in (15, 16)
    assert str(fault.value.seconds) in str(fault.value)
    with pytest.raises(TooMany):
        attempt(app, at=at, address="10.9.9.9")
    later = at + timedelta(seconds=17)
    fail(app, 1, at=later)
    with pytest.raises(TooMany) as fault:
        attempt(app, at=later + timedelta(seconds=16))
    assert fault.value.seconds in (14, 15)
    assert attempt(app, at=later + timedelta(seconds=31))
    assert failures(app, f"account:{known}") == 0


def test_an_unknown_name_waits_just_so(app):
    at = app.clock()
    fail(app, throttling.FREE_OF_ACCOUNT, at=at, name="13999999999")
    with pytest.raises(TooMany):
        attempt(app, "+86 139 9999 9999", at=at)


def test_an_office_behind_one_address_is_held_up_late(app, known):
    at = app.clock()
    with app.unit_of_work() as uow:
        for number in range(throttling.FREE_OF_ADDRESS):
            log_in.begin(uow, f"user{number:03}", "10.0.0.1", at=at)
    with pytest.raises(TooMany) as fault:
        attempt(app, at=at)
    assert 590 <= fault.value.seconds <= 601
    assert attempt(app, at=at, address="10.0.0.2")
    assert attempt(app, at=at + throttling.ADDRESS_SPAN + timedelta(seconds=1))


def test_a_network_of_ipv6_is_one_address(app):
    with app.unit_of_work() as uow:
        counted = [
            log_in.begin(uow, f"user{end}", f"2001:db8::{end}", at=app.clock()).counted[1]
            for end in range(1, 4)
        ]
        assert len(set(counted)) == 1
        assert log_in.begin(uow, "user9", "nonsense", at=app.clock()).counted[1] == "address:unknown"


def test_tries_at_the_same_time_are_counted_like_tries_in_a_row(app, known):
    at = app.clock()

    def count(_number):
        try:
            with app.unit_of_work() as uow:
                return log_in.begin(uow, PHONE, "10.0.0.1", at=at)
        except TooMany:
            return None

    with ThreadPoolExecutor(8) as pool:
        looked_at = [each for each in pool.map(count, range(20)) if each is not None]
    assert len(looked_at) == throttling.FREE_OF_ACCOUNT


def test_counters_that_count_no_longer_go(app):
    with app.unit_of_work() as uow:
        log_in.begin(uow, PHONE, "10.0.0.1", at=app.clock() - timedelta(days=3))
        log_in.begin(uow, "anders", "10.0.0.2", at=app.clock())
        assert log_in.forget_old(uow, app.clock()) == 2
        assert uow.session.scalar(select(func.count()).select_from(LoginThrottle)) == 2


def test_a_closed_account_is_told_only_to_whoever_knows_its_password(app):
    account(app, "broker", phone=PHONE, password=PASSWORD, state="closed")
    fail(app, 1)
    with pytest.raises(Forbidden):
        attempt(app)


def test_a_password_that_nobody_set_opens_nothing(app):
    account(app, "broker", phone=PHONE)
    for password in ("", "x", PASSWORD):
        with pytest.raises(InvalidInput):
            attempt(app, password=password)


def code_of(secret, at):
    return pyotp.TOTP(secret).at(at.replace(tzinfo=UTC))


@pytest.fixture
def second(app, known):
    """The account with its second factor on since an hour."""
    at = app.clock() - timedelta(hours=1)
    with app.unit_of_work() as uow:
        secret = second_factors.prepare(uow, actor(app, known)).totp_secret
    with app.unit_of_work() as uow:
        codes = second_factors.switch_on(uow, actor(app, known), code_of(secret, at), at=at)
    return secret, codes


def take(app, known, code, at):
    with app.unit_of_work() as uow:
        counted = log_in.begin_code(uow, known, "10.0.0.1", at=at)
    with app.unit_of_work() as uow:
        return log_in.take_code(uow, counted, code, at=at)


def test_with_a_second_factor_the_password_alone_opens_nothing(app, known, second):
    assert attempt(app) is None
    at = app.clock()
    assert take(app, known, code_of(second[0], at), at)
    assert not take(app, known, code_of(second[0], at), at)


def test_a_recovery_code_works_once(app, known, second):
    assert take(app, known, second[1][0].lower(), app.clock())
    assert not take(app, known, second[1][0], app.clock())
    with app.reading() as uow:
        held = uow.session.get_one(Account, known)
        assert len(held.recovery) == second_factor.RECOVERY_CODES - 1
        assert second[1][1] not in str(held.recovery)


def test_codes_cannot_be_tried_without_end(app, known, second):
    at = app.clock()
    assert [take(app, known, "000000", at) for _ in range(throttling.FREE_OF_ACCOUNT)] == [False] * 5
    with pytest.raises(TooMany):
        take(app, known, code_of(second[0], at), at)


def test_it_is_switched_off_by_a_code_or_by_the_office(app, known, second):
    with app.unit_of_work() as uow, pytest.raises(InvalidInput):
        second_factors.switch_off(uow, actor(app, known), "000000", at=app.clock())
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        second_factors.prepare(uow, actor(app, known))
    with app.unit_of_work() as uow:
        second_factors.clear(uow, ORGANIZER, known)
    assert attempt(app)


def test_a_new_password_ends_the_other_sessions(app, known):
    one, two = attempt(app), attempt(app)
    digest = password_changes.checked("新的密码-四五六", "新的密码-四五六")
    with app.unit_of_work() as uow:
        password_changes.change(uow, actor(app, known), digest, one)
    with app.reading() as uow:
        assert sessions.find(uow, one, at=app.clock()) is not None
        assert sessions.find(uow, two, at=app.clock()) is None
    fail(app, 1)
    assert attempt(app, password="新的密码-四五六")


def test_a_temporary_password_must_be_changed_and_forgives(app, known):
    fail(app, 5)
    with app.unit_of_work() as uow:
        assert password_changes.give(uow, ORGANIZER, known, password_changes.hashed("tempo-rary")).must_change
    assert attempt(app, password="tempo-rary")


def test_a_reset_link_works_once_and_for_a_day(app, known):
    at = app.clock()
    with app.unit_of_work() as uow:
        _account, old = password_changes.issue_link(uow, ORGANIZER, known, at=at)
    with app.unit_of_work() as uow:
        _account, key = password_changes.issue_link(uow, ORGANIZER, known, at=at)
    with app.reading() as uow:
        assert key not in str([row.key_hash for row in uow.session.scalars(select(PasswordReset))])
        assert password_changes.look(uow, key, at=at).id == known
        for wrong, when in ((old, at), ("", at), (key + "x", at), (key, at + timedelta(hours=25))):
            with pytest.raises(NotFound):
                password_changes.look(uow, wrong, at=when)
    with app.unit_of_work() as uow:
        password_changes.use_link(uow, key, password_changes.hashed("neues-wort"), at=at)
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        password_changes.use_link(uow, key, "x", at=at)
    assert attempt(app, password="neues-wort")


def test_the_history_holds_no_secret(app, known, second):
    with app.unit_of_work() as uow:
        _account, key = password_changes.issue_link(uow, ORGANIZER, known, at=app.clock())
    session = take(app, known, second[1][0], app.clock())
    assert session
    with app.reading() as uow:
        told = str(
            [(line.action, line.subject, line.changes) for line in uow.session.scalars(select(History))]
        )
    assert "account:reset" in told
    for secret in (key, second[0], second[1][0], PASSWORD, "argon2"):
        assert secret not in told
