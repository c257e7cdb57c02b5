"""Hours and wishes of both sides: who may tell them, what is refused, who is reminded."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.models import Attendee, Event, EventPair, Expert, Outbox, SecretLink
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services import answers, asking_wishes, event_wishes, preferring
from matchmaker.services.preferring import Choice
from tests.support.events import docking

TODAY = date(2027, 3, 1)


def choose(app, actor, number, choice, known="", today=TODAY):
    with app.unit_of_work() as uow:
        row = preferring.get(uow, actor, number, to_change=True)
        preferring.choose(uow, actor, row, choice, at=app.clock(), today=today, known=known)


def sheet(app, actor, number):
    with app.reading() as uow:
        return preferring.sheet(uow, preferring.get(uow, actor, number))


def pair(app, number):
    with app.reading() as uow:
        return uow.session.get(EventPair, number)


def test_both_sides_tell_their_own_wish(app):
    made = docking(app, experts=2, problems=2)
    expert, firm = made.people[0], made.representatives[1]
    key = f"{expert}-{made.offers[1]}"
    choose(app, made.actor("expert"), expert, Choice({key: "must"}, frozenset({0, 1}), 2, 3, "下午到"))
    choose(app, made.actor("firm", 1), firm, Choice({key: "veto"}))
    row = pair(app, made.pairs[0, 1])
    assert (row.expert_wish, row.problem_wish) == ("must", "veto")
    with app.reading() as uow:
        told = uow.session.get(Attendee, expert)
        assert (told.unavailable, told.most, told.most_in_a_row, told.note) == ([0, 1], 2, 3, "下午到")
        assert asking_wishes.told_wishes(uow, made.event) == {expert: {"must": 1}, firm: {"veto": 1}}


def test_a_representative_sees_experts_for_his_own_problems_only(app):
    made = docking(app, experts=3, problems=2)
    lines = sheet(app, made.actor("firm"), made.representatives[0]).lines
    assert {line.key for line in lines} == {f"{each}-{made.offers[0]}" for each in made.people}
    assert [line.score for line in lines] == sorted((line.score for line in lines), reverse=True)


def test_an_anonymous_problem_hides_its_firm(app):
    made = docking(app, experts=1, problems=2, anonymous=[0])
    notes = {line.key: line.note for line in sheet(app, made.actor("expert"), made.people[0]).lines}
    assert notes[f"{made.people[0]}-{made.offers[0]}"] == "2027-0001"
    assert "第2纽扣厂" in notes[f"{made.people[0]}-{made.offers[1]}"]


def test_who_is_barred_or_avoided_is_not_proposed(app):
    made = docking(app, experts=1, problems=3)
    with app.unit_of_work() as uow:
        uow.session.get(EventPair, made.pairs[0, 0]).barred = "apart"
        uow.session.get(Expert, made.experts[0]).avoid = ["第2纽扣厂"]
    lines = sheet(app, made.actor("expert"), made.people[0]).lines
    assert [line.key for line in lines] == [f"{made.people[0]}-{made.offers[2]}"]


@pytest.mark.parametrize(("role", "at"), [("expert", 1), ("firm", 0), ("body", 1)])
def test_others_do_not_see_the_form(app, role, at):
    made = docking(app, experts=3, problems=1)
    for actor in (made.actor(role, at), VISITOR):
        with app.reading() as uow, pytest.raises(NotFound):
            preferring.get(uow, actor, made.people[0])


@pytest.mark.parametrize(("role", "at"), [("expert", 0), ("body", 0), ("office", 0)])
def test_himself_his_liaison_and_the_office_do(app, role, at):
    made = docking(app, experts=1, problems=1)
    assert sheet(app, made.actor(role, at), made.people[0]).attendee.id == made.people[0]


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        (Choice({"9-9": "must"}), "wishes"),
        (Choice({"KEY": "maybe"}), "wishes"),
        (Choice({}, frozenset({99})), "away"),
        (Choice({}, None, -1), "most"),
        (Choice({}, None, 51), "most"),
        (Choice({}, None, None, 0), "in_a_row"),
    ],
)
def test_what_no_form_offers_is_refused_and_nothing_changes(app, choice, field):
    made = docking(app, experts=1, problems=1)
    key = f"{made.people[0]}-{made.offers[0]}"
    meant = Choice({key if name == "KEY" else name: wish for name, wish in choice.wishes.items()},
                   choice.away, choice.most, choice.in_a_row)  # fmt: skip
    with pytest.raises(InvalidInput) as told:
        choose(app, ORGANIZER, made.people[0], meant)
    assert list(told.value.fields) == [field]
    with app.reading() as uow:
        assert uow.session.get(Attendee, made.people[0]).prefers_at is None


def test_too_many_musts_are_refused(app):
    made = docking(app, experts=1, problems=4)
    wishes = {f"{made.people[0]}-{each}": "must" for each in made.offers}
    with pytest.raises(InvalidInput, match="内容有误"):
        choose(app, ORGANIZER, made.people[0], Choice(wishes))
    choose(app, ORGANIZER, made.people[0], Choice(dict(list(wishes.items())[:3])))


def test_the_second_of_two_that_tell_at_once_is_asked_to_look(app):
    made = docking(app, experts=1, problems=1)
    choose(app, made.actor("body"), made.people[0], Choice({}, frozenset({1})))
    with pytest.raises(Conflict, match="body0账号"):
        choose(app, made.actor("expert"), made.people[0], Choice({}, frozenset({2})))
    known = sheet(app, made.actor("expert"), made.people[0]).known
    choose(app, made.actor("expert"), made.people[0], Choice({}, frozenset({2})), known)
    with app.reading() as uow:
        assert uow.session.get(Attendee, made.people[0]).unavailable == [2]


def test_after_the_last_day_only_the_office_enters(app):
    made = docking(app, experts=1, problems=1, prefer_until=date(2027, 3, 5))
    choose(app, made.actor("expert"), made.people[0], Choice({}), today=date(2027, 3, 5))
    known = sheet(app, ORGANIZER, made.people[0]).known
    with pytest.raises(Conflict, match="截止"):
        choose(app, made.actor("expert"), made.people[0], Choice({}), known, date(2027, 3, 6))
    choose(app, ORGANIZER, made.people[0], Choice({}), known, date(2027, 3, 6))


def test_nobody_enters_once_it_has_begun(app):
    made = docking(app, experts=1, problems=1)
    with app.unit_of_work() as uow:
        uow.session.get(Event, made.event).state = "running"
    with pytest.raises(Conflict, match="不再收集"):
        choose(app, ORGANIZER, made.people[0], Choice({}))


def test_only_the_silent_are_reminded_each_with_a_link(app):
    made = docking(app, experts=2, problems=1)
    choose(app, ORGANIZER, made.people[0], Choice({}))
    with app.unit_of_work() as uow:
        silent = [each.id for each in asking_wishes.silent(uow, made.event)]
        event = uow.session.get(Event, made.event)
        links = asking_wishes.ask(uow, ORGANIZER, event, silent, TODAY)
        assert [link.subject for link in links] == [f"attendee:{each}" for each in silent]
    assert silent == [made.people[1], made.representatives[0]]
    with app.reading() as uow:
        told = [row.kind for row in uow.session.query(Outbox)]
        assert told == ["event:wishes"] * 2
        facts = asking_wishes.readiness(uow, ORGANIZER, uow.session.get(Event, made.event))
        assert [str(fact.text) for fact in facts if "意愿" in str(fact.text)] == [
            "1 位需求方代表没有填写意愿",
            "1 位专家没有填写意愿",
        ]


def test_a_telephone_call_is_written_down_by_places_in_the_list(app):
    made = docking(app, experts=1, problems=3)
    with app.unit_of_work() as uow:
        event = uow.session.get(Event, made.event)
        (link,) = asking_wishes.ask(uow, ORGANIZER, event, [made.people[0]], TODAY)
        number = link.id
    said = {"away": "1、 2", "most": 2, "must": "1", "willing": "2", "veto": "3", "note": "线上参加"}
    with app.unit_of_work() as uow:
        answers.enter(uow, ORGANIZER, number, said, app.clock(), revision=0)
    with app.reading() as uow:
        assert uow.session.get(Attendee, made.people[0]).unavailable == [0, 1]
        link = uow.session.get(SecretLink, number)
        lines = preferring.sheet(uow, event_wishes.attendee_of(uow, link)).lines
        assert [line.wish for line in lines] == ["must", "willing", "veto"]


@pytest.mark.parametrize(
    ("said", "field"),
    [({"must": "9"}, "must"), ({"away": "x"}, "away"), ({"must": "1", "veto": "1"}, "veto")],
)
def test_places_that_are_not_there_are_told(app, said, field):
    made = docking(app, experts=1, problems=2)
    with app.unit_of_work() as uow:
        event = uow.session.get(Event, made.event)
        number = asking_wishes.ask(uow, ORGANIZER, event, [made.people[0]], TODAY)[0].id
    with app.unit_of_work() as uow, pytest.raises(InvalidInput) as told:
        answers.enter(uow, ORGANIZER, number, said, app.clock(), revision=0)
    assert list(told.value.fields) == [field]
