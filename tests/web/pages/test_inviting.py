"""Pages of inviting: the choice, invitations and replies, letters, bodies and their nominations."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from docx import Document
from sqlalchemy import select

from matchmaker.models import Attendee, BodyInvitation, Event, Job
from tests.support import accounts
from tests.support.inviting import Gathering, gathering, many
from tests.support.site import counted

#: What nobody outside the office may read of the anonymous problem.
ANONYMOUS = ("第2纽扣厂", "第 2 种镀层变色")


@pytest.fixture
def made(app) -> Gathering:
    return gathering(app)


@pytest.fixture
def office(site, made):
    return accounts.log_in(site, made.account("office"))


def at(made: Gathering, path: str) -> str:
    return f"/events/{made.event}/{path}"


def state_of(app, name: str) -> str:
    with app.reading() as uow:
        return uow.session.scalars(select(Attendee.state).where(Attendee.name == name)).one()


def ticked(page: str) -> list[str]:
    return re.findall(r'name="expert" value="(\d+)" checked', page)


def test_the_choice_with_its_reasons(made, office):
    page = office.get(at(made, "inviting?k=1")).text
    assert sorted(ticked(page)) == sorted(str(made.experts[name]) for name in ("林一鸣", "孙海"))
    assert "再邀请 2 位，3/4 项难题达到目标。已证明不能更少。" in page
    assert ("补上 2 项难题的缺口" in page, "暂无合适专家；最接近的是：" in page) == (True, True)


def test_what_if_leads_to_an_address_that_shows_it(made, office):
    answer = office.post(
        at(made, "inviting/try"), data={"k": "2", "good": "worth", "expert": str(made.experts["孙海"])}
    )
    assert answer.status_code == 303
    assert "csrf" not in answer.location
    page = office.get(answer.location).text
    assert ticked(page) == [str(made.experts["孙海"])]
    assert "按您勾选的名单，这些难题会不够：" in page


def test_inviting_the_chosen_and_taking_a_reply_by_telephone(app, made, office):
    assert office.post(at(made, "inviting/invite"), data={}).status_code == 422
    answer = office.post(
        at(made, "inviting/invite"), data={"expert": [made.experts["林一鸣"], made.experts["周远"]]}
    )
    assert answer.status_code == 303
    page = office.get(at(made, "invitations")).text
    assert "确认 0 位，等待回复 2 位，不能来 0 位。" in page
    with app.reading() as uow:
        number = uow.session.scalars(select(Attendee.id).where(Attendee.name == "林一鸣")).one()
    slip = at(made, f"invitations/{number}")
    assert office.get(slip).status_code == 200
    refused = office.post(slip, data={"answer": "decline", "note": "写好的话"})
    assert (refused.status_code, "写好的话" in refused.text, refused.text.count('aria-invalid="true"')) == (
        422,
        True,
        1,
    )
    assert office.post(slip, data={"answer": "decline", "reason": "出国"}).status_code == 303
    assert state_of(app, "林一鸣") == "declined"
    page = office.get(at(made, "invitations")).text
    assert ("这些难题因此不够：" in page, "可改请：" in page, "郑和" in page) == (True, True, True)


def test_reminding_and_recalling(app, made, office):
    office.post(at(made, "inviting/invite"), data={"expert": [made.experts["林一鸣"]]})
    assert office.post(at(made, "invitations/remind"), data={"all": "1"}).status_code == 303
    with app.reading() as uow:
        number = uow.session.scalars(select(Attendee.id).where(Attendee.name == "林一鸣")).one()
    assert (
        office.post(at(made, f"invitations/{number}/recall"), data={"reason": "场次已满"}).status_code == 303
    )
    assert state_of(app, "林一鸣") == "cancelled"
    assert office.post(at(made, f"invitations/{number}/recall")).status_code == 409


def test_letters_one_and_all(app, made, office):
    assert office.get(at(made, "invitations/letters.zip")).status_code == 404
    office.post(at(made, "inviting/invite"), data={"expert": [made.experts["林一鸣"], made.experts["孙海"]]})
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        event.title = "A<B & C 与 {{乙}}"
        people = uow.session.scalars(
            select(Attendee).where(Attendee.kind == "expert").order_by(Attendee.id)
        ).all()
        numbers = [person.id for person in people]
    answer = office.get(at(made, f"invitations/{numbers[0]}/letter.docx"))
    book = Document(io.BytesIO(answer.data))
    text = "\n".join(each.text for each in book.paragraphs)
    assert ("林一鸣" in text, "A<B & C 与 {{乙}}" in text, "2027-0002" in text) == (True, True, True)
    assert [word for word in (*ANONYMOUS, "13600000") if word in text] == []
    whole = zipfile.ZipFile(io.BytesIO(office.get(at(made, "invitations/letters.zip")).data))
    assert [name.partition("-")[2] for name in whole.namelist()] == ["林一鸣.docx", "孙海.docx"]


def test_the_invited_expert_answers_on_the_page_and_sees_no_other(app, site, made, office):
    office.post(at(made, "inviting/invite"), data={"expert": [made.experts["林一鸣"], made.experts["孙海"]]})
    with app.reading() as uow:
        own, other = uow.session.scalars(
            select(Attendee.id).where(Attendee.kind == "expert").order_by(Attendee.id)
        ).all()
    expert = accounts.log_in(site, made.account("林一鸣"))
    page = expert.get(at(made, f"invitations/{own}"))
    assert (page.status_code, [word for word in ANONYMOUS if word in page.text]) == (200, [])
    assert expert.get(at(made, f"invitations/{other}")).status_code == 404
    assert expert.post(at(made, f"invitations/{own}"), data={"answer": "come"}).status_code == 303
    assert state_of(app, "林一鸣") == "accepted"
    for path in ("inviting", "invitations", "bodies", "invitations/letters.zip"):
        assert expert.get(at(made, path)).status_code == 403
    assert expert.get(at(made, "nominate")).status_code == 404


def test_bodies_are_invited_with_a_quota_and_nominate(app, site, made, office):
    body = made.bodies["临江大学"]
    page = office.get(at(made, "bodies")).text
    assert ("位可解决" in page, f'name="body" value="{body}" checked' in page) == (True, True)
    wrong = office.post(at(made, "bodies"), data={"body": body, f"quota-{body}": "0", "theme": "镀层"})
    assert (wrong.status_code, "镀层" in wrong.text) == (422, True)
    sent = {"body": body, f"quota-{body}": "2", "theme": "镀层", "until": "2027-02-20"}
    assert office.post(at(made, "bodies"), data=sent).status_code == 303
    liaison = accounts.log_in(site, made.account("临江大学"))
    page = liaison.get(at(made, f"nominate?body={body}")).text
    assert "已推荐 0 位，名额 2 位。" in page
    assert "再推荐 林一鸣 可增加 2 项。" in page
    assert [word for word in (*ANONYMOUS, "孙海") if word in page] == []
    assert liaison.post(at(made, "nominate"), data={"body": body}).status_code == 422
    answer = liaison.post(at(made, "nominate"), data={"body": body, "expert": made.experts["林一鸣"]})
    assert answer.status_code == 303
    page = office.get(at(made, "bodies")).text
    assert "能补缺的难题" in page
    with app.reading() as uow:
        number = uow.session.scalars(select(Attendee.id).where(Attendee.name == "林一鸣")).one()
    decided = {"who": number, "answer": "refuse"}
    assert office.post(at(made, "nominations"), data=decided).status_code == 422
    assert office.post(at(made, "nominations"), data={**decided, "answer": "take"}).status_code == 303
    assert state_of(app, "林一鸣") == "invited"


def test_a_liaison_withdraws_and_declines(app, site, made, office):
    body = made.bodies["临江大学"]
    office.post(at(made, "bodies"), data={"body": body, f"quota-{body}": "2"})
    liaison = accounts.log_in(site, made.account("临江大学"))
    liaison.post(at(made, "nominate"), data={"body": body, "expert": made.experts["周远"]})
    with app.reading() as uow:
        number = uow.session.scalars(select(Attendee.id).where(Attendee.name == "周远")).one()
    assert liaison.post(at(made, "nominate/withdraw"), data={"body": body, "who": number}).status_code == 303
    assert (
        liaison.post(at(made, "nominate/decline"), data={"body": body, "reason": "太忙"}).status_code == 303
    )
    with app.reading() as uow:
        assert uow.session.scalars(select(BodyInvitation.state)).one() == "declined"
    assert liaison.get(at(made, f"nominate?body={made.bodies['望海研究院']}")).status_code == 404
    assert office.post(at(made, "bodies/remind")).status_code == 303


def test_the_rankings_are_asked_for(app, made, office):
    assert office.post(at(made, "inviting/rank"), data={"anew": "1"}).status_code == 303
    page = office.get(at(made, "inviting")).text
    assert "0/4 项难题已算出候选专家。" in page
    with app.reading() as uow:
        assert uow.session.scalars(select(Job.subject).where(Job.kind == "rank")).all() == [
            f"event:{made.event}"
        ]


def test_an_empty_event_says_what_to_do(app, site, made, office):
    with app.unit_of_work() as uow:
        event = Event(title="空", kind="docking", state="open")
        uow.session.add(event)
        uow.session.flush()
        number = event.id
    pages = [office.get(f"/events/{number}/{path}").text for path in ("inviting", "invitations", "bodies")]
    assert ["这场活动还没有难题" in pages[0], "还没有邀请专家" in pages[1], "还没有邀请单位" in pages[2]] == [
        True
    ] * 3


def test_a_number_of_statements_that_does_not_grow(app, site):
    office = accounts.log_in(site, accounts.account(app, "organizer"))
    used = []
    for made in (many(app, 2, 1), many(app, 50, 25)):
        lines = []
        for path in ("inviting", "invitations", "bodies", "nominate"):
            with app.unit_of_work() as uow:
                known = uow.session.scalars(
                    select(BodyInvitation).where(BodyInvitation.event_id == made.event)
                ).all()
                if not known:
                    uow.session.add(BodyInvitation(event_id=made.event, organization_id=made.bodies["大学"]))
            with counted(app) as statements:
                assert office.get(at(made, path)).status_code == 200
            lines.append(len(statements))
        used.append(lines)
    assert used[0] == used[1]
    assert max(used[0]) <= 12
