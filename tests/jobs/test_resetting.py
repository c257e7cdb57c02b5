"""The letter with a link for a new password: made as it goes out, for whoever has an address, told nowhere else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from matchmaker.errors import Unavailable
from matchmaker.jobs.resetting import mail_reset
from matchmaker.jobs.worker import Worker
from matchmaker.models import Job, Outbox, PasswordReset
from matchmaker.notifications import mailer
from matchmaker.services import password_changes
from tests.support.accounts import account
from tests.support.smtp import running


@pytest.fixture
def postbox():
    with running() as box:
        yield box


@pytest.fixture
def post(app, postbox):
    app.settings = replace(app.settings, site_url="https://match.example.cn", smtp_url=postbox.url)
    app.mailer = mailer.opened(postbox.url, "office@example.cn", "产学研对接")
    return app


def ask(app, name):
    with app.unit_of_work() as uow:
        password_changes.ask_by_mail(uow, name, "10.0.0.1", at=app.clock())


def test_the_link_of_the_letter_sets_a_password(post, postbox):
    number = account(post, "broker", name="甲", email="jia@example.cn", phone="13812345678")
    ask(post, "138 1234 5678")
    Worker(post).drain()
    (letter,) = postbox.letters
    assert (str(letter["To"]), "重设密码" in str(letter["Subject"])) == ("jia@example.cn", True)
    key = re.search(r"https://match\.example\.cn/reset/([\w-]+)", letter.get_content())[1]
    with post.unit_of_work() as uow:
        assert password_changes.use_link(uow, key, "digest", at=post.clock()).id == number
        assert uow.session.query(Outbox).count() == 0
        assert uow.session.query(Job).filter(Job.kind == "reset").count() == 0


def test_no_letter_for_who_has_no_address_or_no_account(post, postbox):
    account(post, "broker", phone="13812345678")
    account(post, "broker", username="zu", email="zu@example.cn", state="closed")
    for name in ("13812345678", "13999999999", "zu", "zu@example.cn", ""):
        ask(post, name)
    Worker(post).drain()
    assert postbox.letters == []


def test_a_refused_letter_ends_and_a_server_that_is_away_is_waited_for(post, postbox):
    number = account(post, "broker", email="jia@example.cn")
    postbox.refused.add("jia@example.cn")
    mail_reset(post, number)
    post.mailer = mailer.opened("smtp://127.0.0.1:1", "office@example.cn", "产学研对接")
    with pytest.raises(Unavailable):
        mail_reset(post, number)
    with post.reading() as uow:
        assert uow.session.query(PasswordReset).count() == 1
