"""Accounts from the command line: the first administrator, and help for whoever cannot get in."""

from __future__ import annotations

import re

import pytest

from matchmaker.bootstrap import build
from matchmaker.config import load
from matchmaker.identity import passwords
from matchmaker.models import Account, Organization
from tests.support.accounts import PASSWORD


@pytest.fixture
def ready(run):
    assert run("init").code == 0
    return run


def stored(home, name="管理员甲"):
    app = build(load(home))
    with app.reading() as uow:
        row = uow.session.query(Account).filter(Account.name == name).one()
    app.close()
    return row


def printed(answer):
    return re.search(r"temporary password: (\S+)", answer.out)[1]


def test_the_first_administrator_is_made_with_a_password_that_is_printed_once(ready, home):
    done = ready("account", "create", "--administrator", "--name", "管理员甲", "--phone", "+86 138 1234 5678")
    row = stored(home)
    assert (done.code, row.phone, row.roles, row.must_change) == (0, "13812345678", ["administrator"], True)
    assert passwords.matches(row.password_hash, printed(done))
    assert printed(done) not in row.password_hash


def test_a_second_account_of_one_number_is_refused(ready):
    first = ("account", "create", "--administrator", "--name", "甲", "--phone", "13812345678")
    assert ready(*first).code == 0
    again = ready(*first)
    assert (again.code, again.out) == (2, "")
    assert "这个手机号已有账号" in again.err


def test_the_list_shows_no_digest(ready):
    ready("account", "create", "--administrator", "--name", "甲", "--username", "jia")
    listed = ready("account", "list", "--json").json
    assert listed == [
        {"id": 1, "name": "甲", "phone": None, "username": "jia", "state": "active",
         "roles": ["administrator"], "organizations": []}
    ]  # fmt: skip
    assert "jia" in ready("account", "list").out


def test_a_reset_gives_another_password_and_a_closed_account_none(ready, home):
    first = ready("account", "create", "--role", "organizer", "--name", "管理员甲", "--username", "jia")
    again = ready("account", "reset", "jia")
    assert printed(again) != printed(first)
    assert passwords.matches(stored(home).password_hash, printed(again))
    assert ready("account", "close", "jia", "--reason", "离职").code == 0
    assert stored(home).state == "closed"
    assert ready("account", "reset", "jia").code == 5


def test_the_last_administrator_stays(ready):
    ready("account", "create", "--administrator", "--name", "甲", "--username", "jia")
    refused = ready("account", "close", "jia")
    assert refused.code == 5
    assert "最后一个管理员" in refused.err


def test_an_account_is_linked_with_a_body(ready, home):
    app = build(load(home))
    with app.unit_of_work() as uow:
        uow.session.add(Organization(name="某某钮扣厂", kind="enterprise"))
    app.close()
    ready("account", "create", "--role", "broker", "--name", "甲", "--username", "jia")
    assert ready("account", "link", "jia", "--organization", "某某钮扣厂", "--role", "enterprise").code == 0
    assert ready("account", "list", "--json").json[0]["organizations"] == ["某某钮扣厂"]
    assert ready("account", "link", "jia", "--organization", "别的厂").code == 2
    assert ready("account", "link", "nobody", "--organization", "某某钮扣厂").code == 3


def test_an_enterprise_needs_a_body_and_everybody_a_role(ready):
    assert ready("account", "create", "--role", "enterprise", "--name", "甲", "--username", "jia").code == 2
    assert ready("account", "create", "--name", "甲", "--username", "jia").code == 2


def test_a_password_may_be_typed(ready, home, monkeypatch):
    import click

    monkeypatch.setattr(click, "prompt", lambda *_args, **_more: PASSWORD)
    done = ready("account", "create", "--administrator", "--name", "管理员甲", "--username", "jia", "--ask")
    row = stored(home)
    assert passwords.matches(row.password_hash, PASSWORD)
    assert not row.must_change
    assert PASSWORD not in done.out
