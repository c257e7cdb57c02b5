"""Introductions: asked, answered, contacts, two at once, pairs that may not meet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import AccessLog, Attachment, Expert, History, Outbox, Problem
from matchmaker.permissions import ORGANIZER, SYSTEM, VISITOR
from matchmaker.services import (
    attachments,
    introduction_steps,
    introduction_talk,
    introduction_work,
    introductions,
)
from matchmaker.services.introduction_steps import Meeting
from matchmaker.services.introductions import IntroductionFilter
from tests.support.introductions import CONTACTS, FIRM, NOW, attach, later, village
from tests.support.samples import store


def shown(uow, actor, number):
    """What a reader learns of the introduction, as the page asks for it."""
    row = introductions.get(uow, actor, number)
    firm = introductions.firm_of(actor, row)
    return firm.name if firm else None, introductions.reached(uow, actor, row)


def test_a_firm_asks_the_expert_accepts_and_both_learn_how_to_reach_each_other(app):
    town = village(app)
    number = town.ask()
    row = town.row(number)
    assert (row.state, row.asked_by, row.asked_side, row.answer_by) == (
        "asked",
        "demand",
        "supply",
        later(14),
    )
    with app.unit_of_work() as uow:
        for name in ("firm", "expert", "body", "town", "office"):
            assert shown(uow, town.actor(name), number)[1] == {}
    town.accept(number)
    with app.unit_of_work() as uow:
        for name in ("firm", "expert", "body", "town"):
            reached = shown(uow, town.actor(name), number)[1]
            found = [part for reach in reached.values() for part in (reach.name, reach.phone, reach.email)]
            assert found == [*CONTACTS[:3], "林一鸣", *CONTACTS[3:]]
    with app.reading() as uow:
        looks = uow.session.scalars(select(AccessLog.subject).order_by(AccessLog.id)).all()
        assert looks == [f"problem:{town.ids['problem']}", f"expert:{town.ids['expert']}"] * 4
        steps = uow.session.scalars(select(History.action).where(History.subject == f"introduction:{number}"))
        assert [step for step in steps if not step.startswith("link:")] == [
            "introduction:ask", "introduction:accept",
        ]  # fmt: skip


def test_whoever_has_nothing_to_do_with_it_finds_nothing(app):
    town = village(app)
    number = town.ask()
    for name in ("rival", "other", "other_body"):
        with app.reading() as uow, pytest.raises(NotFound):
            introductions.get(uow, town.actor(name), number)
        with app.unit_of_work() as uow, pytest.raises(NotFound):
            introduction_steps.accept(uow, town.actor(name), number, now=NOW)
        with app.reading() as uow:
            assert introductions.listing(uow, town.actor(name), IntroductionFilter()).total == 0
    with app.reading() as uow, pytest.raises(Forbidden):
        introductions.listing(uow, VISITOR, IntroductionFilter())


def test_the_rule_of_reading_is_the_same_in_sql_and_python(app):
    town = village(app)
    numbers = [town.ask(), town.ask("other", "supply", expert=town.ids["other"])]
    with app.unit_of_work() as uow:
        introduction_steps.assign(
            uow, town.actor("broker"), numbers[0], town.people["broker"], "经理人", now=NOW
        )
    with app.reading() as uow:
        rows = [introductions.get(uow, ORGANIZER, number) for number in numbers]
        found = {}
        for name in town.people:
            actor = town.actor(name)
            by_rule = [row.id for row in rows if introductions.concerns(actor, row)]
            listed = introductions.listing(uow, actor, IntroductionFilter()).rows
            assert sorted(row.id for row in listed) == by_rule
            found[name] = by_rule
    first, second = numbers
    assert found == {
        "firm": [first, second], "rival": [], "expert": [first], "other": [second], "body": [first],
        "other_body": [second], "town": [first, second], "broker": [first, second], "other_broker": [second],
        "office": [first, second], "chief": [first, second],
    }  # fmt: skip


def test_the_firm_behind_an_anonymous_problem_is_told_only_after_both_agreed(app):
    town = village(app, anonymous=True)
    number = town.ask()
    with app.unit_of_work() as uow:
        names = {
            name: shown(uow, town.actor(name), number)[0] for name in ("expert", "body", "firm", "office")
        }
        assert names == {"expert": None, "body": None, "firm": FIRM, "office": FIRM}
    town.accept(number)
    with app.unit_of_work() as uow:
        assert shown(uow, town.actor("expert"), number)[0] == FIRM
    with app.reading() as uow:
        before = uow.session.scalars(
            select(Outbox).where(Outbox.kind == "introduction:asked", Outbox.audience != "office")
        )
        told = [(row.title, row.text, row.short) for row in before]
        assert told
        assert [text for texts in told for text in texts if FIRM in text or "晶彩" in text] == []


def test_an_expert_is_interested_and_the_town_answers_for_the_firm(app):
    town = village(app)
    number = town.ask("expert", "supply")
    with app.unit_of_work() as uow:
        introduction_steps.accept(uow, town.actor("town"), number, now=NOW)
    row = town.row(number)
    assert (row.state, [event.step for event in row.events]) == ("accepted", ["ask", "accept"])
    assert [event.behalf for event in row.events] == ["", ""]


def test_the_office_acts_for_a_side_and_history_says_for_whom(app):
    town = village(app)
    number = town.ask("office")
    town.accept(number, "office")
    with app.reading() as uow:
        lines = uow.session.execute(
            select(History.action, History.actor, History.account_id, History.behalf).order_by(History.id)
        ).all()
    office = town.people["office"]
    assert [tuple(line) for line in lines if line[0].startswith("introduction")] == [
        ("introduction:ask", "office账号", office, FIRM),
        ("introduction:accept", "office账号", office, "林一鸣"),
    ]
    assert town.row(number).follower_id == office


def test_nobody_answers_what_he_asked_himself(app):
    town = village(app)
    number = town.ask()
    for name in ("firm", "town"):
        with app.unit_of_work() as uow, pytest.raises(Forbidden):
            introduction_steps.accept(uow, town.actor(name), number, now=NOW)
    with app.unit_of_work() as uow, pytest.raises(Forbidden):
        introduction_steps.recall(uow, town.actor("expert"), number, now=NOW)
    with app.unit_of_work() as uow:
        introduction_steps.recall(uow, town.actor("firm"), number, now=NOW)
    assert (town.row(number).state, town.row(number).is_open) == ("recalled", False)
    town.ask()


def test_one_open_introduction_a_pair(app):
    town = village(app)
    number = town.ask()
    with pytest.raises(Conflict, match=str(number)):
        town.ask("expert", "supply")


def test_of_two_that_ask_at_once_one_is_told_of_the_other(app):
    town = village(app)
    for name in ("firm", "expert"):
        town.actor(name)

    def attempt(name_and_side):
        try:
            return town.ask(*name_and_side)
        except Conflict as fault:
            return str(fault)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, [("firm", "demand"), ("expert", "supply")]))
    assert sorted(type(answer).__name__ for answer in answers) == ["int", "str"]
    with app.reading() as uow:
        assert introductions.listing(uow, SYSTEM, IntroductionFilter()).total == 1


def test_of_two_answers_at_once_the_second_is_told_what_happened(app):
    town = village(app)
    number = town.ask()
    for name in ("expert", "body"):
        town.actor(name)

    def attempt(step):
        try:
            step()
        except Conflict as fault:
            return str(fault)
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, [lambda: town.accept(number), lambda: town.decline(number, "body")]))
    late = [answer for answer in answers if answer]
    assert len(late) == 1
    assert ("已接受" in late[0] or "已婉拒" in late[0], "专家方" in late[0]) == (True, True)
    assert len(town.row(number).events) == 2


def test_a_pair_kept_apart_is_not_introduced(app):
    town = village(app)
    with app.unit_of_work() as uow:
        uow.session.get_one(Expert, town.ids["expert"]).avoid = [FIRM]
        row = uow.session.get_one(Problem, town.ids["problem"])
        row.hidden_from = f" liaison:{town.ids['elsewhere']} org:{town.ids['elsewhere']} "
    with pytest.raises(Conflict, match="回避"):
        town.ask()
    with pytest.raises(Conflict, match="回避"):
        town.ask("firm", expert=town.ids["other"])
    with pytest.raises(NotFound):
        town.ask("other_body", "supply", expert=town.ids["other"])


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "solved", "withdrawn", "expired"])
def test_a_problem_that_does_not_look_for_anybody(app, state):
    town = village(app)
    with app.unit_of_work() as uow:
        uow.session.get_one(Problem, town.ids["problem"]).state = state
    with pytest.raises(Conflict):
        town.ask("office")
    with pytest.raises(Conflict):
        town.ask("office", "supply")


def test_attachments_for_those_introduced(app):
    town = village(app)
    file = attach(app, town.ids["problem"], f" office org:{town.ids['firm']} ")

    def readers():
        with app.reading() as uow:
            return set(uow.session.get_one(Attachment, file).readers.split())

    with app.unit_of_work() as uow:
        attachments.refresh(uow, f"problem:{town.ids['problem']}")
    number = town.ask()
    before = readers()
    town.accept(number)
    own = {f"expert:{town.ids['expert']}", f"liaison:{town.ids['university']}"}
    assert readers() - before == own
    town.close(number)
    assert readers() & own == set()


def test_meetings_an_intention_and_the_way_back(app):
    town = village(app)
    number = town.ask()
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        introduction_steps.meet(uow, town.actor("firm"), number, Meeting(NOW), now=NOW)
    town.accept(number)
    with app.unit_of_work() as uow:
        introduction_steps.meet(uow, town.actor("firm"), number, Meeting(later(3), "镇政府 301"), now=NOW)
    with app.unit_of_work() as uow:
        introduction_steps.meet(
            uow, town.actor("expert"), number, Meeting(later(5), "学校", "带样品"), now=NOW
        )
    with app.unit_of_work() as uow:
        introduction_steps.intend(uow, town.actor("firm"), number, "先做小试", now=NOW)
    with app.unit_of_work() as uow, pytest.raises(Forbidden):
        introduction_steps.back(uow, town.actor("firm"), number, "填错了", now=NOW)
    with app.unit_of_work() as uow, pytest.raises(InvalidInput):
        introduction_steps.back(uow, town.actor("office"), number, " ", now=NOW)
    with app.unit_of_work() as uow:
        introduction_steps.back(uow, town.actor("office"), number, "填错了", now=NOW)
    row = town.row(number)
    assert (row.state, row.meeting_at, row.meeting_place) == ("accepted", later(5), "学校")
    assert [(event.step, event.side) for event in row.events] == [
        ("ask", "demand"), ("accept", "supply"), ("meet", "demand"), ("meet", "supply"), ("intend", "demand"),
        ("back", ""),
    ]  # fmt: skip
    assert row.events[2].facts["place"] == "镇政府 301"
    assert row.events[-1].facts == {"before": "intention", "why": "填错了"}


def test_the_thread_and_what_is_new_in_it(app):
    town = village(app)
    number = town.ask()
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        introduction_talk.write(uow, town.actor("firm"), number, "您好", now=NOW)
    town.accept(number)
    with app.unit_of_work() as uow:
        introduction_talk.write(uow, town.actor("firm"), number, "周三方便吗？", now=NOW)
        last = introduction_talk.write(
            uow, town.actor("office"), number, "老师说可以", now=NOW, side="supply"
        ).id

    def new(name):
        with app.reading() as uow:
            actor = town.actor(name)
            rows = introductions.listing(uow, actor, IntroductionFilter()).rows
            return introductions.unread(uow, actor, rows).get(number, 0)

    assert [new(name) for name in ("firm", "expert", "office", "body")] == [1, 2, 1, 2]
    with app.unit_of_work() as uow:
        row = introductions.get(uow, town.actor("expert"), number)
        assert introduction_talk.seen(uow, town.actor("expert"), row, last) == 0
    assert (new("expert"), new("body")) == (0, 2)
    sides = [(note.side, note.actor, note.behalf) for note in town.row(number).notes]
    assert sides == [("demand", "firm账号", ""), ("supply", "office账号", "林一鸣")]
    for text in ("", "  ", "长" * 2001):
        with app.unit_of_work() as uow, pytest.raises(InvalidInput):
            introduction_talk.write(uow, town.actor("firm"), number, text, now=NOW)


def test_a_broker_takes_what_nobody_follows(app):
    town = village(app)
    number = town.ask()
    broker, other = town.actor("broker"), town.actor("other_broker")
    with app.unit_of_work() as uow, pytest.raises(Forbidden):
        introduction_steps.assign(uow, broker, number, town.people["other_broker"], "另一人", now=NOW)
    with app.unit_of_work() as uow:
        introduction_steps.assign(uow, broker, number, town.people["broker"], "经理人甲", now=NOW)
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        introduction_steps.assign(uow, other, number, town.people["other_broker"], "另一人", now=NOW)
    town.accept(number, "broker")
    with app.unit_of_work() as uow:
        assert set(shown(uow, broker, number)[1]) == {"demand", "supply"}
        introduction_steps.assign(
            uow, town.actor("office"), number, town.people["other_broker"], "经理人乙", now=NOW
        )
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        introductions.get(uow, broker, number)


def test_what_waits_for_whom(app):
    town = village(app)
    town.ask()
    number = town.ask("other", "supply", expert=town.ids["other"])

    def waits(name, at=NOW):
        with app.reading() as uow:
            return introduction_work.waiting(uow, town.actor(name), at)

    assert waits("firm") == {"answer": 1}
    assert waits("expert") == {"answer": 1}
    assert waits("rival") == {}
    assert waits("broker") == {"unfollowed": 2}
    town.decline(number, "firm")
    assert waits("office") == {"unfollowed": 1, "reasons": 1}
    with app.unit_of_work() as uow:
        introduction_steps.assign(
            uow, town.actor("broker"), number - 1, town.people["broker"], "经理人", now=NOW
        )
    assert waits("broker") == {}
    assert waits("broker", later(15)) == {"overdue": 1}
    with app.reading() as uow:
        assert introduction_work.waiting(uow, VISITOR, NOW) == {}


def test_lists_by_tab_and_filter(app):
    town = village(app)
    first = town.ask()
    second = town.ask("other", "supply", expert=town.ids["other"])
    town.accept(first)
    with app.reading() as uow:
        office = town.actor("office")

        def ids(**parts):
            return [row.id for row in introductions.listing(uow, office, IntroductionFilter(**parts)).rows]

        assert ids() == [second, first] or ids() == [first, second]
        assert (ids(tab="asked"), ids(tab="talking"), ids(tab="ended")) == ([second], [first], [])
        assert (ids(q="周远"), ids(q="2026-0007"), ids(q="%")) == ([second], ids(), [])
        assert ids(expert=town.ids["expert"]) == [first]
        assert introductions.tab_counts(uow, office, IntroductionFilter()) == {
            "": 2, "asked": 1, "talking": 1, "intention": 0, "ended": 0,
        }  # fmt: skip
        assert ids(mine=True) == []


def test_a_purged_problem_takes_its_introductions_with_it(app):
    town = village(app)
    number = town.ask()
    with app.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(Problem, town.ids["problem"]))
    with app.reading() as uow, pytest.raises(NotFound):
        introductions.get(uow, ORGANIZER, number)


def test_a_list_takes_the_same_number_of_statements_for_one_and_for_fifty(app):
    from tests.support.samples import expert
    from tests.support.site import counted

    town = village(app)

    def statements():
        with counted(app) as ran, app.reading() as uow:
            actor = town.actor("office")
            page = introductions.listing(uow, actor, IntroductionFilter())
            _ = [(row.problem.organization.name, row.expert.organization.name) for row in page.rows]
            introductions.unread(uow, actor, page.rows)
            introductions.tab_counts(uow, actor, IntroductionFilter())
        return len(ran), page.total

    town.actor("office")
    town.accept(town.ask())
    one = statements()
    numbers = store(
        app, *(expert(f"专家{place}", organization_id=town.ids["university"]) for place in range(49))
    )
    for each in numbers:
        town.ask("firm", expert=each)
    assert (one[1], statements()) == (1, (one[0], 50))
    assert one[0] <= 6


@pytest.mark.parametrize("state", ["solved", "withdrawn"])
def test_nobody_is_introduced_to_a_problem_that_is_over(app, state):
    town = village(app)
    number = town.ask()
    with app.unit_of_work() as uow:
        uow.session.get_one(Problem, town.ids["problem"]).state = state
    with pytest.raises(Conflict, match="已解决或已撤下"):
        town.accept(number)
    town.decline(number)


def test_a_side_that_was_hidden_from_the_other_meanwhile_is_not_introduced(app):
    town = village(app)
    number = town.ask()
    with app.unit_of_work() as uow:
        row = uow.session.get_one(Problem, town.ids["problem"])
        row.hidden_from = f" org:{town.ids['university']} "
    with pytest.raises(Conflict, match="回避"):
        town.accept(number, "office")
    assert town.row(number).state == "asked"
