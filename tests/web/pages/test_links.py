"""Secret links as their recipients meet them: without account, cookie or script."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from matchmaker.models import Expert, SecretLink, now
from matchmaker.permissions import ORGANIZER
from matchmaker.services import secret_links
from matchmaker.services.recipients import Recipient
from tests.support.samples import expert, organization, store

HOURS = {"weekdays": ["1", "3"], "hours": "下午", "revision": "0"}


@pytest.fixture
def person(app):
    body = organization()
    return store(app, body, expert(organization=body, phone="13812345678"))[1]


@pytest.fixture
def address(app, person):
    """A link that asks him for his hours."""
    with app.unit_of_work() as uow:
        link = secret_links.issue(uow, ORGANIZER, "hours", f"expert:{person}", Recipient(name="林一鸣"))
        return secret_links.path(app.secret(), link)


def change(app, **parts):
    with app.unit_of_work() as uow:
        for name, value in parts.items():
            setattr(uow.session.get(SecretLink, 1), name, value)


@pytest.fixture
def phone(site):
    """A browser that keeps no cookies, with form tokens demanded elsewhere."""
    site.config["WTF_CSRF_ENABLED"] = True
    return site.test_client(use_cookies=False)


def test_it_is_answered_without_account_cookie_or_script(app, phone, address, person):
    page = phone.get(address)
    assert page.status_code == 200
    assert "您什么时候方便见面或接电话？" in page.text
    assert "林一鸣，您好！" in page.text
    assert phone.post(address, data=HOURS).status_code == 200
    with app.reading() as uow:
        assert uow.session.get(Expert, person).hours == "周一、周三；下午"
    again = phone.get(address).text
    assert "已答复，可以更改" in again
    assert again.count(" checked") == 2


def test_what_it_shows_is_kept_nowhere(phone, address):
    page = phone.get(address)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert f"http://localhost{address}" not in page.text  # on paper
    assert f"next={address}" not in page.text


def test_a_fault_keeps_what_was_typed(phone, address):
    answer = phone.post(address, data={**HOURS, "hours": "长" * 151, "weekdays": ["3"]})
    assert answer.status_code == 422
    assert "长" * 151 in answer.text
    assert 'value="3" checked' in answer.text
    assert "最多 150 个字符" in answer.text
    assert answer.text.count("autofocus") == 1


@pytest.mark.parametrize("typed", [{"weekdays": ["9"]}, {"hours": "a\x00b"}])
def test_what_no_form_sends_is_refused(phone, address, typed):
    assert phone.post(address, data={**HOURS, **typed}).status_code == 422


def test_whoever_answers_second_sees_his_form_and_what_happened(phone, address):
    assert phone.post(address, data=HOURS).status_code == 200
    answer = phone.post(address, data={**HOURS, "hours": "上午"})
    assert answer.status_code == 409
    assert "已经答复" in answer.text
    assert 'value="上午"' in answer.text
    assert 'name="revision" value="1"' in answer.text


@pytest.mark.parametrize("why", ["expires_at", "revoked_at", "closed_at"])
def test_yesterdays_link_says_what_happened_and_whom_to_call_and_nothing_else(app, phone, address, why):
    app.settings = replace(app.settings, office_contact="王主任 0576-8888")
    change(app, **{why: now() - timedelta(days=1)})
    for answer in (phone.get(address), phone.post(address, data=HOURS)):
        assert answer.status_code == 410
        assert "王主任 0576-8888" in answer.text
        assert [word for word in ("林一鸣", "临江大学", "hours", "方便见面") if word in answer.text] == []


def test_a_damaged_link_is_no_page_and_guessing_is_slowed_down(app, phone, address, monkeypatch):
    monkeypatch.setattr(secret_links, "MOST_MISSES", 3)
    assert [phone.get(f"{address[:-1]}{sign}").status_code for sign in ("", "!", "é")] == [404] * 3
    answer = phone.get(address)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 600


def test_the_link_of_a_vanished_expert_says_so(app, phone, address, person):
    with app.unit_of_work() as uow:
        uow.session.delete(uow.session.get(Expert, person))
    answer = phone.get(address)
    assert answer.status_code == 404
    assert "这份资料已不在系统中" in answer.text


def test_no_log_holds_the_address(app, phone, address, caplog, monkeypatch):
    from web.pages import links

    def broken(*_arguments):
        raise RuntimeError

    monkeypatch.setattr(links.secret_links, "find", broken)
    with caplog.at_level(logging.DEBUG):
        phone.application.config["PROPAGATE_EXCEPTIONS"] = False
        assert phone.get(address).status_code == 500
    assert "incident" in caplog.text
    assert address.removeprefix("/l/") not in "".join(record.getMessage() for record in caplog.records)
