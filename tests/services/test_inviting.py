"""Whom to invite, invitations and their replies: coverage, links, stand-ins, what nobody may learn."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import (
    Attendee,
    Event,
    EventPair,
    Expert,
    History,
    Job,
    Outbox,
    Problem,
    SecretLink,
    now,
)
from matchmaker.permissions import Actor
from matchmaker.services import answers, coverage, event_reminders, inviting, replying
from matchmaker.services.coverage import Wanted
from matchmaker.services.replying import Reply
from tests.support.inviting import TODAY, Gathering, gathering

BY_LINK = Actor("visitor", "某人（专属链接）")


def invite(made: Gathering, *names: str, by: str = "office") -> dict[str, int]:
    with made.app.unit_of_work() as uow:
        rows = inviting.invite(
            uow, made.actor(by), made.event, [made.experts[name] for name in names], at=now(), today=TODAY
        )
        return {row.name: row.id for row in rows}


def row(made: Gathering, number: int) -> Attendee:
    with made.app.reading() as uow:
        return uow.session.get_one(Attendee, number)


def link_of(made: Gathering, attendee: int, recipient: str = "") -> SecretLink:
    with made.app.reading() as uow:
        wanted = [SecretLink.subject == f"attendee:{attendee}"]
        if recipient:
            wanted.append(SecretLink.recipient == recipient)
        return uow.session.scalars(select(SecretLink).where(*wanted).order_by(SecretLink.id)).all()[0]


def give(made: Gathering, link: SecretLink, **values: object) -> None:
    with made.app.unit_of_work() as uow:
        answers.give(uow, BY_LINK, uow.session.get_one(SecretLink, link.id), values, now())


def solved(made: Gathering, wanted: Wanted, by: str = "office") -> coverage.Told:
    with made.app.reading() as uow:
        event = uow.session.get_one(Event, made.event)
        known = coverage.facts(uow, made.actor(by), event)
        return coverage.solve(known, wanted)


def test_the_fewest_experts_cover_every_problem_that_somebody_serves(app):
    made = gathering(app)
    told = solved(made, Wanted(k=1))
    chosen = {line.expert.name for line in told.lines}
    assert chosen == {"林一鸣", "孙海"}
    assert [row.problem.problem_id for row in told.uncovered] == [made.problems[3]]
    assert [person.name for person, _score, _state in told.uncovered[0].best] == ["吴为"]
    assert told.answer.is_proven
    assert [(one.body.name, one.quota) for one in coverage.suggested(told)] == [
        ("临江大学", 1),
        ("望海研究院", 1),
    ]


def test_who_is_invited_counts_and_leaving_one_out_shows_who_falls_below(app):
    made = gathering(app)
    invite(made, "林一鸣")
    told = solved(made, Wanted(k=1))
    assert [line.expert.name for line in told.lines] == ["孙海"]
    picked = solved(made, Wanted(k=2, picked=frozenset({made.experts["孙海"]})))
    assert {each.problem.problem_id for each in picked.short} == {made.problems[1], made.problems[2]}
    assert {line.expert.name for line in picked.others} == {"郑和", "钱进"}


def test_kept_apart_is_no_candidate(app):
    made = gathering(app)
    with app.unit_of_work() as uow:
        uow.session.get_one(Expert, made.experts["林一鸣"]).avoid = ["第1纽扣厂"]
        uow.session.get_one(Problem, made.problems[1]).hidden_from = f" org:{made.bodies['临江大学']} "
    told = solved(made, Wanted(k=1))
    assert {line.expert.name for line in told.lines} == {"孙海", "郑和"}


def test_an_invitation_goes_to_the_expert_with_a_link_and_to_nobody_twice(app):
    made = gathering(app)
    people = invite(made, "林一鸣", "周远")
    assert invite(made, "林一鸣") == {}
    with app.reading() as uow:
        told = uow.session.scalars(
            select(Outbox).where(Outbox.kind == "event:invited").order_by(Outbox.id)
        ).all()
        jobs = uow.session.scalars(select(Job.subject).where(Job.kind == "pairs")).all()
    assert [(each.recipient, each.subject) for each in told] == [
        ("林一鸣", f"attendee:{people['林一鸣']}"), ("周远", f"attendee:{people['周远']}")
    ]  # fmt: skip
    assert all(each.secret_link_id for each in told)
    assert jobs == [f"event:{made.event}"]


def test_the_invitation_names_problems_but_no_anonymous_firm_or_title_and_no_contacts(app):
    made = gathering(app)
    people = invite(made, "林一鸣")
    link = link_of(made, people["林一鸣"])
    with app.reading() as uow:
        message = uow.session.scalars(select(Outbox).where(Outbox.kind == "event:invited")).one()
        found = answers.asked(uow, uow.session.get_one(SecretLink, link.id), now())
        shown = "\n".join(f"{name}{value}" for name, value in found.facts)
    for text in (message.title + message.text + str(message.short), shown):
        assert [word for word in ("第2纽扣厂", "第 2 种镀层变色", "联系人", "13800000") if word in text] == []
    for text in (message.text, shown):
        assert ("2027-0002" in text, "第 1 种镀层变色" in text, "第1纽扣厂" in text) == (True, True, True)


def test_only_the_office_invites_and_not_beyond_the_quota(app):
    made = gathering(app, most_experts=1)
    with pytest.raises(Forbidden):
        invite(made, "林一鸣", by="临江大学")
    with pytest.raises(Conflict):
        invite(made, "林一鸣", "周远")
    with pytest.raises(InvalidInput):
        invite(made)
    assert list(invite(made, "周远")) == ["周远"]


def test_the_answer_by_link(app):
    made = gathering(app)
    number = invite(made, "林一鸣")["林一鸣"]
    link = link_of(made, number)
    give(made, link, answer="online", part="morning", most=3, note="需要投影")
    found = row(made, number)
    assert (found.state, found.mode, found.most, found.note) == ("accepted", "online", 3, "需要投影")
    assert found.unavailable == []
    give(made, link, answer="decline", reason="出国")
    found = row(made, number)
    assert (found.state, found.reason) == ("declined", "出国")
    with app.reading() as uow:
        lines = uow.session.scalars(
            select(History.action).where(History.subject == f"attendee:{number}").order_by(History.id)
        ).all()
        office = uow.session.scalars(select(Outbox.title).where(Outbox.kind == "event:replied")).all()
    assert [line for line in lines if line.startswith("attendee")] == [
        "attendee:invited", "attendee:accepted", "attendee:declined"
    ]  # fmt: skip
    assert len(office) == 2


def test_an_answer_wants_its_reasons(app):
    made = gathering(app)
    link = link_of(made, invite(made, "林一鸣")["林一鸣"])
    for values, field in (
        ({"answer": "decline"}, "reason"),
        ({"answer": "standin", "phone": "13700000000"}, "name"),
        ({"answer": "standin", "name": "周远"}, "phone"),
    ):
        with pytest.raises(InvalidInput) as told:
            give(made, link, **values)
        assert list(told.value.fields) == [field]


def test_a_stand_in_inherits_problems_and_hours_and_the_invitation_is_closed(app):
    made = gathering(app)
    number = invite(made, "林一鸣")["林一鸣"]
    with app.unit_of_work() as uow:
        held = uow.session.get_one(Attendee, number)
        held.most, held.unavailable = 4, [2]
        uow.session.add(
            EventPair(event_id=made.event, attendee_id=number, event_problem_id=made.offers[0], score=0.9,
                      band="strong", expert_wish="must")
        )  # fmt: skip
    link = link_of(made, number)
    give(made, link, answer="standin", name="周新", phone="13755555555", title="讲师")
    with app.reading() as uow:
        new = uow.session.scalars(select(Attendee).where(Attendee.replaces_id == number)).one()
        pair = uow.session.scalars(select(EventPair).where(EventPair.attendee_id == new.id)).one()
        over = answers.asked(uow, uow.session.get_one(SecretLink, link.id), now()).over
        told = uow.session.scalars(select(Outbox.text).where(Outbox.kind == "event:replied")).one()
    assert (new.name, new.state, new.source, new.most, new.unavailable) == (
        "周新",
        "accepted",
        "standin",
        4,
        [2],
    )
    assert (new.organization_id, new.expert_id) == (made.bodies["临江大学"], None)
    assert (pair.score, pair.band, pair.expert_wish) == (0.9, "strong", "")
    assert (row(made, number).state, over is not None) == ("declined", True)
    assert ("由他人代替" in told, "周新" in told, "13755555555" in told) == (True, False, False)
    with app.reading() as uow:
        kept = str(uow.session.get_one(SecretLink, link.id).answers) + str(
            uow.session.scalars(select(History.changes)).all()
        )
    assert [word for word in ("周新", "13755555555") if word in kept] == []
    with pytest.raises(Conflict):
        give(made, link, answer="come")


def test_a_stand_in_with_a_profile_is_known_by_it_and_not_asked_twice(app):
    made = gathering(app)
    people = invite(made, "林一鸣", "周远", "吴为")
    give(made, link_of(made, people["林一鸣"]), answer="standin", name="周远", phone="13700000000")
    found = row(made, people["周远"])
    assert (found.state, found.replaces_id, found.source) == ("accepted", people["林一鸣"], "standin")
    with pytest.raises(InvalidInput) as told:
        give(made, link_of(made, people["吴为"]), answer="standin", name="周远", phone="13700000000")
    assert list(told.value.fields) == ["name"]


def test_the_liaison_answers_for_his_own_and_for_nobody_else(app):
    made = gathering(app)
    people = invite(made, "林一鸣", "孙海")
    with app.unit_of_work() as uow:
        replying.answer(uow, made.actor("临江大学"), made.event, people["林一鸣"], Reply("come"), at=now())
    assert row(made, people["林一鸣"]).state == "accepted"
    with app.reading() as uow:
        line = uow.session.scalars(select(History).where(History.action == "attendee:accepted")).one()
        assert (line.actor, line.behalf) == ("临江大学科技处", "林一鸣")
    with pytest.raises(NotFound), app.unit_of_work() as uow:
        replying.answer(uow, made.actor("临江大学"), made.event, people["孙海"], Reply("come"), at=now())


def test_recalling_ends_the_question_and_tells(app):
    made = gathering(app)
    number = invite(made, "林一鸣")["林一鸣"]
    with app.unit_of_work() as uow:
        inviting.recall(uow, made.actor("office"), made.event, number, at=now(), reason="场次已满")
    with pytest.raises(Conflict):
        give(made, link_of(made, number), answer="come")
    with app.reading() as uow:
        kinds = uow.session.execute(
            select(Outbox.kind, Outbox.answered_at.is_not(None)).order_by(Outbox.id)
        ).all()
    assert [tuple(one) for one in kinds] == [("event:invited", True), ("event:recalled", False)]
    assert invite(made, "林一鸣") == {"林一鸣": number}


def test_reminders_by_hand_and_once_by_themselves(app):
    made = gathering(app)
    people = invite(made, "林一鸣", "周远")
    give(made, link_of(made, people["周远"]), answer="come")
    with app.unit_of_work() as uow:
        early = event_reminders.remind_due(uow, today=TODAY, now=now())
    late = TODAY.replace(day=27)
    with app.unit_of_work() as uow:
        first = event_reminders.remind_due(uow, today=late, now=now())
        second = event_reminders.remind_due(uow, today=late, now=now())
        by_hand = inviting.remind(uow, made.actor("office"), made.event, None, today=late)
    assert (early, first, second, len(by_hand)) == (0, 1, 0, 1)
    with app.reading() as uow:
        told = uow.session.scalars(select(Outbox.subject).where(Outbox.kind == "event:invited_again")).all()
        links = uow.session.scalars(
            select(SecretLink.id).where(SecretLink.purpose == "event_invitation")
        ).all()
    assert (told, len(links)) == ([f"attendee:{people['林一鸣']}"] * 2, 2)


def test_what_inviting_lacks(app):
    made = gathering(app)
    invite(made, "林一鸣")
    with app.reading() as uow:
        facts = inviting.readiness(uow, made.actor("office"), uow.session.get_one(Event, made.event))
    assert [(str(fact.text), fact.is_good) for fact in facts] == [
        ("1 位专家还没有回复", False),
        ("2 项难题还没有邀请到合适的专家", False),
        ("还没有专家确认参加", False),
    ]


def test_the_office_writes_down_what_was_said_on_the_telephone(app):
    made = gathering(app)
    number = invite(made, "林一鸣")["林一鸣"]
    link = link_of(made, number)
    with app.unit_of_work() as uow:
        values = {
            "answer": "come",
            "part": "afternoon",
            "most": None,
            "reason": "",
            "name": "",
            "title": "",
            "phone": "",
            "note": "",
        }
        answers.enter(uow, made.actor("office"), link.id, values, now(), revision=0)
    found = row(made, number)
    assert (found.state, found.unavailable) == ("accepted", [0, 1, 2, 3])
    with app.reading() as uow:
        line = uow.session.scalars(select(History).where(History.action == "attendee:accepted")).one()
        assert (line.actor, line.behalf) == ("办公室某某", "林一鸣")
        (shown,) = answers.sheet(uow, made.actor("office"), [uow.session.get_one(SecretLink, link.id)])
    assert (shown.values["answer"], shown.values["part"]) == ("come", "afternoon")
