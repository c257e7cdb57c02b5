"""Introductions answered by secret link, from the telephone, and in the calendar."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.models import Expert, History, SecretLink, now
from matchmaker.permissions import Actor
from matchmaker.services import answers, calendar, introduction_steps
from matchmaker.services.introduction_steps import Meeting
from tests.support.introductions import CONTACTS, FIRM, NOW, later, village

BY_LINK = Actor("visitor", "林一鸣（专属链接）")


def links(app, number):
    with app.reading() as uow:
        wanted = SecretLink.subject == f"introduction:{number}"
        return uow.session.scalars(select(SecretLink).where(wanted).order_by(SecretLink.id)).all()


def give(app, link, values, actor=BY_LINK):
    with app.unit_of_work() as uow:
        found = uow.session.get_one(SecretLink, link.id)
        return answers.give(uow, actor, found, values, now())


@pytest.mark.parametrize("anonymous", [False, True])
def test_the_link_tells_why_and_neither_contacts_nor_an_anonymous_firm(app, anonymous):
    town = village(app, anonymous=anonymous)
    quote = {"ours": "盐雾后变色", "theirs": "研究盐雾腐蚀", "document": "expert:1"}
    (link,) = links(app, town.ask(evidence={"quotes": [quote]}))
    with app.reading() as uow:
        found = answers.asked(uow, uow.session.get_one(SecretLink, link.id), now())
        text = "\n".join(f"{name}{value}" for name, value in found.facts)
    assert ("纽扣镀层耐腐蚀" in text, "能否面谈？" in text, "研究盐雾腐蚀" in text) == (True, True, True)
    assert (FIRM in text) is not anonymous
    assert [contact for contact in CONTACTS if contact in text] == []


def test_accepting_by_link(app):
    town = village(app)
    number = town.ask()
    (link,) = links(app, number)
    assert give(app, link, {"answer": "accept"})
    row = town.row(number)
    assert (row.state, row.events[-1].actor, row.events[-1].behalf) == ("accepted", "林一鸣（专属链接）", "")
    assert not give(app, link, {"answer": "accept"})
    with pytest.raises(Conflict):
        give(app, link, {"answer": "decline", "reason": "price"})
    assert len(town.row(number).events) == 2


def test_declining_by_link_wants_a_reason(app):
    town = village(app)
    number = town.ask()
    (link,) = links(app, number)
    for values in ({"answer": "decline"}, {"answer": "decline", "reason": "other"}):
        with pytest.raises(InvalidInput):
            give(app, link, values)
    give(app, link, {"answer": "decline", "reason": "busy", "words": "出国一年"})
    row = town.row(number)
    assert (row.state, row.reason, row.words, row.refused_by) == ("declined", "busy", "出国一年", "supply")


def test_the_office_writes_down_what_was_said_on_the_telephone(app):
    town = village(app)
    number = town.ask()
    (link,) = links(app, number)
    with app.unit_of_work() as uow:
        answers.enter(uow, town.actor("office"), link.id, {"answer": "accept"}, now(), revision=link.revision)
    with app.reading() as uow:
        line = uow.session.execute(
            select(History.actor, History.behalf).where(History.action == "introduction:accept")
        ).one()
    assert tuple(line) == ("office账号", link.recipient)


def test_a_link_to_something_that_is_decided_says_so(app):
    town = village(app)
    number = town.ask()
    (link,) = links(app, number)
    with app.unit_of_work() as uow:
        introduction_steps.recall(uow, town.actor("firm"), number, now=NOW)
    with app.reading() as uow:
        found = answers.asked(uow, uow.session.get_one(SecretLink, link.id), now())
        assert (found.over is not None, found.facts) == (True, ())
    with pytest.raises(Conflict):
        give(app, link, {"answer": "accept"})
    assert town.row(number).state == "recalled"


def test_without_an_account_the_expert_is_asked_by_telephone_and_link(app):
    town = village(app)
    with app.unit_of_work() as uow:
        uow.session.get_one(Expert, town.ids["other"]).phone = "13700000000"
    number = town.ask("firm", expert=town.ids["other"])
    assert [link.recipient for link in links(app, number)] == ["other账号"]


def test_a_meeting_stands_in_the_calendars_of_both(app):
    town = village(app)
    number = town.ask()
    town.accept(number)
    with app.unit_of_work() as uow:
        introduction_steps.meet(uow, town.actor("firm"), number, Meeting(later(3), "镇政府"), now=NOW)

    def seen(name):
        with app.reading() as uow:
            found = calendar.entries(uow, town.actor(name), NOW.date(), later(10).date())
            return [(one.title, one.is_cancelled) for one in found if one.kind == "meeting"]

    line = ("纽扣镀层耐腐蚀 · 林一鸣 · 镇政府", False)
    assert [seen(name) for name in ("firm", "expert", "town", "rival")] == [[line], [line], [line], []]
    town.close(number)
    assert seen("firm") == [(line[0], True)]
