"""Bodies are invited, nominate by page and by link, and the office decides."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput
from matchmaker.models import Attendee, BodyInvitation, Event, Outbox, SecretLink, now
from matchmaker.permissions import Actor
from matchmaker.services import (
    answers,
    body_inviting,
    event_reminders,
    nominating,
    nomination_decisions,
    nomination_sheet,
)
from matchmaker.services.body_inviting import Asking
from matchmaker.services.nomination_question import parsed
from tests.support.inviting import TODAY, Gathering, gathering

UNTIL = date(2027, 2, 20)


def invite(made: Gathering, **quotas: int) -> None:
    with made.app.unit_of_work() as uow:
        bodies = {made.bodies[name]: quota for name, quota in quotas.items()}
        body_inviting.invite(
            uow, made.actor("office"), made.event, bodies, Asking(0, "表面处理", UNTIL), at=now(), today=TODAY
        )


def nominate(made: Gathering, *names: str, body: str = "临江大学", by: str = "临江大学", on: date = TODAY):
    with made.app.unit_of_work() as uow:
        rows = nominating.nominate(
            uow, made.actor(by), made.event, made.bodies[body], [made.experts[name] for name in names],
            at=now(), today=on,
        )  # fmt: skip
        return {row.name: row.id for row in rows}


def sheet(made: Gathering, by: str = "临江大学", body: str = "临江大学"):
    with made.app.reading() as uow:
        event = uow.session.get_one(Event, made.event)
        return nomination_sheet.sheet(
            uow, made.actor(by), event, body_inviting.get(uow, event, made.bodies[body])
        )


def told(made: Gathering, kind: str) -> list[tuple[str, str]]:
    with made.app.reading() as uow:
        rows = uow.session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id))
        return [(row.recipient, row.title) for row in rows]


def test_each_body_is_told_its_quota_theme_and_date(app):
    made = gathering(app)
    made.account("临江大学")
    invite(made, 临江大学=2, 望海研究院=1)
    with app.reading() as uow:
        texts = uow.session.scalars(
            select(Outbox).where(Outbox.kind == "event:body_invited").order_by(Outbox.id)
        ).all()
        links = uow.session.scalars(select(SecretLink.recipient)).all()
    assert [(each.recipient, bool(each.secret_link_id)) for each in texts] == [
        ("临江大学科技处", False),
        ("望海研究院", True),
    ]
    assert all(word in texts[0].text for word in ("2 位", "表面处理", "2027-02-20"))
    assert links == ["望海研究院"]


def test_experts_of_the_body_held_against_the_problems_of_its_fields(app):
    made = gathering(app)
    invite(made, 临江大学=2)
    page = sheet(made)
    assert [(line.expert.name, line.adds, len(line.problems)) for line in page.lines] == [
        ("林一鸣", 2, 2), ("周远", 1, 1), ("吴为", 0, 0)
    ]  # fmt: skip
    assert (page.reachable, page.covered, page.left, page.best.expert.name) == (2, 0, 2, "林一鸣")
    nominate(made, "周远")
    page = sheet(made)
    assert (page.covered, page.left, page.best.expert.name, page.best.adds) == (1, 1, "林一鸣", 1)
    assert told(made, "event:nominated") == [("组织者", "临江大学推荐了 1 位专家：表面处理对接会")]


def test_not_beyond_the_quota_not_too_late_and_only_ones_own(app):
    made = gathering(app)
    invite(made, 临江大学=1, 望海研究院=2)
    with pytest.raises(Conflict):
        nominate(made, "林一鸣", "周远")
    with pytest.raises(Conflict):
        nominate(made, "林一鸣", on=date(2027, 2, 21))
    with pytest.raises(Forbidden):
        nominate(made, "孙海", body="望海研究院")
    with pytest.raises(InvalidInput):
        nominate(made)
    assert nominate(made, "孙海") == {}
    assert list(nominate(made, "林一鸣", by="office", on=date(2027, 2, 21))) == ["林一鸣"]


def test_the_office_takes_or_refuses_with_a_reason(app):
    made = gathering(app)
    invite(made, 临江大学=3)
    people = nominate(made, "林一鸣", "周远")
    office = made.actor("office")
    with app.unit_of_work() as uow:
        nomination_decisions.decide(
            uow, office, made.event, [people["林一鸣"]], takes=True, at=now(), today=TODAY
        )
    with pytest.raises(InvalidInput), app.unit_of_work() as uow:
        nomination_decisions.decide(
            uow, office, made.event, [people["周远"]], takes=False, at=now(), today=TODAY
        )
    with app.unit_of_work() as uow:
        nomination_decisions.decide(
            uow, office, made.event, [people["周远"]], takes=False, reason="方向重复", at=now(), today=TODAY
        )
    with app.reading() as uow:
        states = dict(
            uow.session.execute(select(Attendee.name, Attendee.state).where(Attendee.kind == "expert")).all()
        )
    assert states == {"林一鸣": "invited", "周远": "refused"}
    assert told(made, "event:invited") == [
        ("林一鸣", "邀请函：表面处理对接会"),
        ("临江大学科技处", "邀请函：表面处理对接会"),
    ]
    assert told(made, "event:nomination_refused") == [("临江大学科技处", "未采纳：周远（表面处理对接会）")]


def test_taking_a_nomination_back_and_sending_nobody(app):
    made = gathering(app)
    invite(made, 临江大学=3)
    people = nominate(made, "林一鸣")
    with app.unit_of_work() as uow:
        nominating.withdraw(
            uow, made.actor("临江大学"), made.event, made.bodies["临江大学"], people["林一鸣"], at=now()
        )
    with app.unit_of_work() as uow:
        nominating.decline(
            uow, made.actor("临江大学"), made.event, made.bodies["临江大学"], "没有时间", at=now()
        )
    with app.reading() as uow:
        row = uow.session.scalars(select(BodyInvitation)).one()
        assert (row.state, row.note, row.answered_by) == ("declined", "没有时间", "临江大学科技处")
    assert told(made, "event:body_declined") == [("组织者", "临江大学不参加：表面处理对接会")]
    assert list(nominate(made, "林一鸣")) == ["林一鸣"]


def give(made: Gathering, **values: object) -> None:
    with made.app.unit_of_work() as uow:
        link = uow.session.scalars(select(SecretLink).where(SecretLink.purpose == "event_nomination")).one()
        answers.give(uow, Actor("visitor", "某人（专属链接）"), link, values, now())


def test_a_body_without_an_account_nominates_by_link(app):
    made = gathering(app)
    invite(made, 临江大学=2)
    with app.reading() as uow:
        link = uow.session.scalars(select(SecretLink)).one()
        shown = "\n".join(f"{name}{text}" for name, text in answers.asked(uow, link, now()).facts)
    assert ("林一鸣" in shown, "2027-0002" in shown) == (True, True)
    assert [word for word in ("第2纽扣厂", "第 2 种镀层变色", "13600000", "孙海") if word in shown] == []
    give(made, answer="accept", people="林一鸣，教授\n新来的 讲师 13799999999\n林一鸣", note="")
    with app.reading() as uow:
        rows = uow.session.scalars(
            select(Attendee).where(Attendee.kind == "expert").order_by(Attendee.id)
        ).all()
        assert [(row.name, row.expert_id, row.title, row.phone[:5], row.state) for row in rows] == [
            ("林一鸣", made.experts["林一鸣"], "教授", "13600", "nominated"),
            ("新来的", None, "讲师", "13799", "nominated"),
        ]
    with app.reading() as uow:
        link = uow.session.scalars(select(SecretLink)).one()
        assert (sorted(link.answers), answers.asked(uow, link, now()).values["people"]) == (
            ["answer", "note"], "林一鸣\n新来的"
        )  # fmt: skip
    with pytest.raises(InvalidInput) as fault:
        give(made, answer="accept", people="周远", note="")
    assert list(fault.value.fields) == ["people"]


def test_lines_of_a_list():
    assert parsed(" 林一鸣，教授，13800000000\n\n周远 0576-8888888 副教授\n孙海") == [
        ("林一鸣", "教授", "13800000000"), ("周远", "副教授", "0576-8888888"), ("孙海", "", "")
    ]  # fmt: skip


def test_bodies_that_named_nobody_are_reminded_once(app):
    made = gathering(app)
    invite(made, 临江大学=2, 望海研究院=1)
    nominate(made, "林一鸣")
    with app.unit_of_work() as uow:
        early = event_reminders.remind_due(uow, today=TODAY, now=now())
        first = event_reminders.remind_due(uow, today=date(2027, 2, 18), now=now())
        second = event_reminders.remind_due(uow, today=date(2027, 2, 18), now=now())
    assert (early, first, second) == (0, 1, 0)
    assert told(made, "event:body_invited_again") == [("望海研究院", "请尽快推荐专家：表面处理对接会")]
