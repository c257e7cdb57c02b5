"""Inbox, settings, outbox, call list: what stands there, for whom, at what cost, and how it is answered."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from matchmaker.models import AccessLog, Delivery, MessagePreference, Outbox
from matchmaker.notifications.stopping import stop_token
from matchmaker.permissions import SYSTEM
from matchmaker.services import messages
from matchmaker.services.recipients import Recipient
from tests.support.accounts import account, log_in
from tests.support.samples import problem, store
from tests.support.site import counted

PHONE = "13912345601"


@pytest.fixture
def member(app, site):
    """An account of a firm in its browser; its number is 1."""
    assert account(app, "enterprise", name="厂里的") == 1
    return log_in(site, 1)


def tell(app, count=1, kind="problem:published", **options):
    """So many messages to the member, and to somebody without an account."""
    if not options:
        store(app, problem(number="MX-1"))
    with app.unit_of_work() as uow:
        for number in range(count):
            people = [
                *messages.account(uow, 1),
                Recipient(name=f"葛{number}", phone=PHONE, email="x@example.cn"),
            ]
            messages.tell(uow, SYSTEM, people, kind, "problem:1", {"reasons": "缺指标"})


def test_the_inbox_says_what_is_new_and_leads_there(app, member):
    assert "还没有消息" in member.get("/messages").text
    tell(app)
    page = member.get("/messages").text
    assert "已发布：纽扣镀层耐腐蚀" in page
    assert re.search(r'class="count"[^>]*>1<', member.get("/problems").text)
    shown = member.get("/messages/1").text
    assert 'href="/problems/1"' in shown
    assert not re.search(r'class="count"', member.get("/problems").text)
    assert "没有未读的消息" in member.get("/messages?unread=1").text


def test_everything_is_read_at_once(app, member):
    tell(app, 3)
    assert member.post("/messages/read").status_code == 303
    assert "没有未读的消息" in member.get("/messages?unread=1").text


def test_anothers_message_is_hidden(app, site, member):
    tell(app)
    other = log_in(site, account(app, "enterprise"))
    assert other.get("/messages/1").status_code == 404
    assert "纽扣" not in other.get("/messages").text
    assert site.test_client().get("/messages").status_code == 403


def test_wishes_are_chosen_and_shown_again(app, member):
    assert "本站没有设置邮件服务器" in member.get("/messages/settings").text
    answer = member.post(
        "/messages/settings",
        data={"kind": ["problem:published"], "quiet_from": "20", "quiet_until": "99", "digest": "1"},
    )
    assert answer.status_code == 303
    with app.reading() as uow:
        row = uow.session.get(MessagePreference, "account:1")
    assert (row.quiet_from, row.quiet_until, row.is_digest) == (20, 7, True)
    assert "problem:published" not in row.stopped
    assert "problem:expired" in row.stopped
    page = member.get("/messages/settings").text
    assert re.search(r'value="problem:published" checked', page)
    assert not re.search(r'value="problem:expired" checked', page)


def test_one_click_stops_without_log_in_and_without_a_form_token(app, site):
    site.config["WTF_CSRF_ENABLED"] = True
    visitor = site.test_client()
    address = f"/stop/{stop_token(app.secret(), 'mail:x@example.cn', 'problem:published')}"
    assert "难题审核通过并发布" in visitor.get(address).text
    with app.reading() as uow:
        assert list(uow.session.scalars(select(MessagePreference))) == []  # looking stops nothing
    assert visitor.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    visitor.post(address)
    with app.reading() as uow:
        (row,) = uow.session.scalars(select(MessagePreference))
    assert (row.who, row.stopped) == ("mail:x@example.cn", ["problem:published"])
    visitor.post(address, data={"all": "1"})
    with app.reading() as uow:
        assert uow.session.get(MessagePreference, row.who).stopped == ["*", "problem:published"]
    assert visitor.post(address[:-2]).status_code == 404


@pytest.mark.parametrize("address", ["/outbox", "/calls"])
def test_the_lists_of_the_office_are_for_nobody_else(app, site, member, address):
    tell(app)
    assert member.get(address).status_code == 403
    assert site.test_client().get(address).status_code == 403


def test_the_outbox_shows_every_message_with_its_channels(app, organizer, member):
    assert "还没有发出消息" in organizer.get("/outbox").text
    tell(app)
    with app.unit_of_work() as uow:
        row = uow.session.scalar(select(Delivery).where(Delivery.channel == "mail"))
        row.state, row.error = "failed", "550 no such mailbox"
        number = row.id
    page = organizer.get("/outbox").text
    assert [part in page for part in ("厂里的", "葛0", "550 no such mailbox", "没有账号")] == [True] * 4
    assert PHONE not in page
    assert "厂里的" not in organizer.get("/outbox?state=failed").text
    assert organizer.post(f"/outbox/{number}/retry").status_code == 303
    assert organizer.post(f"/outbox/{number}/retry").status_code == 404
    assert "没有符合条件" in organizer.get("/outbox?state=failed").text


def test_a_call_shows_the_number_logs_it_and_takes_what_came_of_it(app, organizer, member):
    assert "没有要打的电话" in organizer.get("/calls").text
    tell(app, 2)
    page = organizer.get("/calls").text
    assert page.count(f"tel:{PHONE}") == 2
    with app.reading() as uow:
        assert [row.action for row in uow.session.scalars(select(AccessLog))] == ["call:number"] * 2
        calls = list(
            uow.session.scalars(select(Delivery.id).where(Delivery.channel == "call").order_by(Delivery.id))
        )
        mine = [uow.session.get(Delivery, number).message.recipient for number in calls]
    first, second = (number for number, who in zip(calls, mine, strict=True) if who != "厂里的")
    bad = organizer.post(f"/calls/{first}", data={"result": "later", "note": "下周再打"})
    assert bad.status_code == 422
    assert "请填写今天或以后的日期" in bad.text
    assert 'value="下周再打"' in bad.text
    answer = organizer.post(
        f"/calls/{first}", data={"result": "reached", "note": "已知道"}, follow_redirects=True
    )
    assert "已登记：已通知到" in answer.text
    assert f'id="call-{first}"' not in answer.text
    assert re.search(rf'id="result-{second}"[^>]*autofocus', answer.text)
    assert "已知道" in organizer.get("/outbox?state=handled").text


def test_the_text_to_copy_is_short_and_holds_its_link(app, organizer, member):
    tell(app)
    text = re.search(r"data-copy>([^<]*)<", organizer.get("/calls").text)[1]
    assert text == "【产学研对接】已发布：纽扣镀层耐腐蚀 http://localhost/problems/1"
    assert len(text) <= 140


@pytest.mark.parametrize("address", ["/messages", "/outbox", "/calls"])
def test_a_list_costs_the_same_with_one_and_with_fifty_rows(app, organizer, member, address):
    who = member if address == "/messages" else organizer
    tell(app)
    found = []
    for more in (0, 49):
        if more:
            tell(app, more, again=True)
        who.get(address)
        with counted(app) as statements:
            assert who.get(address).status_code == 200
        found.append(len([one for one in statements if one.startswith("SELECT")]))
    assert found[0] == found[1] <= 12


def test_markup_in_a_title_is_text(app, organizer, member):
    store(app, problem("<script>alert(1)</script>", number="<b>"))
    tell(app, kind="problem:returned", again=True)
    for who, address in (
        (member, "/messages"),
        (member, "/messages/1"),
        (organizer, "/outbox"),
        (organizer, "/calls"),
    ):
        assert "<script>alert" not in who.get(address).text
    with app.reading() as uow:
        assert "<script>" in uow.session.scalar(select(Outbox.title).where(Outbox.audience != ""))
