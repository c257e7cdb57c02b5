"""Outcome cards: agreed, contradicting, settled, opened again; intentions and follow-ups that come of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import Agreement, Event, FollowUp, History, Meeting, Outbox
from matchmaker.permissions import ORGANIZER
from matchmaker.services import following, intentions, outcomes
from matchmaker.services.following import FollowFilter, Found
from matchmaker.services.intentions import AgreementFilter, Intended
from matchmaker.services.outcomes import Card, Settlement
from tests.support.events import Docking, docking, with_plan

AT = datetime(2027, 3, 18, 4, 0)  # noqa: DTZ001 - as the tables hold it, UTC without a zone
TODAY = date(2027, 3, 18)
INTENDED = Card("met", "intention", ("commission",), 50_000_000, next_step="下周签意向书")
TALK = Card("met", "talk")
UNFIT = Card("met", "unfit", reason="price")
ABSENT = Card("other_missing")


@pytest.fixture
def made(app: Application) -> Docking:
    event = docking(app, experts=3, problems=2, state="choosing")
    with_plan(app, event)
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, event.event).state = "running"
    return event


def tell(made: Docking, side: str, card: Card, pair: tuple[int, int] = (0, 0), revision: int | None = None):
    role, at = ("expert", pair[0]) if side == "supply" else ("firm", pair[1])
    with made.app.unit_of_work() as uow:
        outcomes.tell(uow, made.actor(role, at), made.meetings[pair], side, card, at=AT, revision=revision)


def settle(made: Docking, word: Settlement, pair: tuple[int, int] = (0, 0)) -> None:
    with made.app.unit_of_work() as uow:
        outcomes.settle(uow, made.actor("office"), made.meetings[pair], word, at=AT)


def state(made: Docking, pair: tuple[int, int] = (0, 0)) -> tuple[str, bool, tuple[str, ...]]:
    """(outcome, whether an intention is pending, contradictions)."""
    with made.app.reading() as uow:
        row = uow.session.get_one(Meeting, made.meetings[pair])
        found = outcomes.verdict_of(row)
        assert row.outcome == found.outcome
        return found.outcome, found.is_pending, found.contradictions


def agreements(made: Docking) -> list[tuple[bool, str, int | None]]:
    with made.app.reading() as uow:
        rows = uow.session.scalars(select(Agreement).order_by(Agreement.id))
        return [(row.is_open, row.reason, row.amount_fen) for row in rows]


def test_an_intention_counts_when_both_say_so(made: Docking) -> None:
    tell(made, "demand", INTENDED)
    assert state(made) == ("", True, ())
    assert agreements(made) == []
    tell(made, "supply", Card("met", "intention", ("commission", "testing")))
    assert state(made) == ("intention", False, ())
    assert agreements(made) == [(True, "", 50_000_000)]
    with made.app.reading() as uow:
        row = uow.session.scalars(select(Agreement)).one()
        assert (row.number, row.title, row.demand, row.supply, row.ways, row.began_on) == (
            "YX-2027-0001",
            "第 1 种镀层变色",
            "第1纽扣厂",
            "第1大学 专家1",
            ["commission", "testing"],
            TODAY,
        )
    tell(made, "supply", Card("met", "intention", ("commission", "testing")))  # the same twice is one
    assert len(agreements(made)) == 1


def test_the_organizer_settles_with_a_reason_and_a_changed_card_opens_it_again(made: Docking) -> None:
    tell(made, "demand", INTENDED)
    tell(made, "supply", ABSENT)
    assert state(made) == ("", True, ("attended",))
    with pytest.raises(InvalidInput) as fault:
        settle(made, Settlement("met", " ", "intention"))
    assert list(fault.value.fields) == ["reason"]
    settle(made, Settlement("met", "已电话向双方核实", "intention", ("commission",), 30_000_000))
    assert state(made) == ("intention", False, ())
    assert agreements(made) == [(True, "", 30_000_000)]
    tell(
        made, "supply", Card("met", "intention", ("commission",), 30_000_000)
    )  # says the same: stays settled
    assert state(made) == ("intention", False, ())
    tell(made, "demand", UNFIT)
    assert state(made) == ("", True, ("result",))
    assert agreements(made) == [(False, "withdrawn", 30_000_000)]
    tell(made, "supply", UNFIT)
    assert state(made) == ("unfit", False, ())
    tell(made, "supply", INTENDED)
    tell(made, "demand", INTENDED)
    assert agreements(made) == [(True, "", 50_000_000)]
    with made.app.reading() as uow:
        told = uow.session.scalars(
            select(History).where(History.subject == f"meeting:{made.meetings[0, 0]}").order_by(History.id)
        ).all()
        assert [row.action for row in told] == [
            "card:told", "card:told", "meeting:settled", "card:told", "card:told", "meeting:reopened",
            "card:told", "card:told", "card:told",
        ]  # fmt: skip
        versions = [
            (row.changes["side"], row.changes["revision"], row.changes["result"])
            for row in told
            if row.action == "card:told"
        ]
        assert versions == [
            ("demand", 1, "intention"), ("supply", 1, ""), ("supply", 2, "intention"), ("demand", 2, "unfit"),
            ("supply", 3, "unfit"), ("supply", 4, "intention"), ("demand", 3, "intention"),
        ]  # fmt: skip


def test_nobody_tells_for_the_other_side_and_nobody_else_sees_the_meeting(made: Docking) -> None:
    with pytest.raises(Forbidden), made.app.unit_of_work() as uow:
        outcomes.tell(uow, made.actor("expert", 0), made.meetings[0, 0], "demand", TALK, at=AT)
    with pytest.raises(Forbidden), made.app.unit_of_work() as uow:
        outcomes.tell(uow, made.actor("expert", 2), made.meetings[0, 0], "supply", TALK, at=AT)
    tell(made, "demand", INTENDED)
    with made.app.reading() as uow:
        own = outcomes.get(uow, made.actor("expert", 0), made.meetings[0, 0])
        assert (own.sides, list(own.cards)) == (("supply",), [])  # the other side's card is not shown
        office = outcomes.get(uow, ORGANIZER, made.meetings[0, 0])
        assert list(office.cards) == ["demand"]
        with pytest.raises(NotFound):
            outcomes.get(uow, made.actor("expert", 2), made.meetings[0, 0])
        event = uow.session.get_one(Event, made.event)
        mine = outcomes.listing(uow, made.actor("body", 0), event)
        assert {each.row.attendee_id for each in mine} == {made.people[0], made.people[1]}


def test_the_firm_of_an_anonymous_problem_stays_hidden(app: Application) -> None:
    made = docking(app, anonymous=[0])
    with_plan(app, made)
    with app.reading() as uow:
        firm = outcomes.get(uow, made.actor("expert", 0), made.meetings[0, 0]).firm
        known = outcomes.get(uow, ORGANIZER, made.meetings[0, 0]).firm
        open_one = outcomes.get(uow, made.actor("expert", 0), made.meetings[0, 1]).firm
    assert (firm, known and known.name, open_one and open_one.name) == (None, "第1纽扣厂", "第2纽扣厂")


def test_what_a_card_leaves_open_is_a_fault_beside_the_question(made: Docking) -> None:
    faults = {}
    for card in (
        Card(""),
        Card("met"),
        Card("met", "intention"),
        Card("met", "unfit"),
        Card("met", "talk", rating=9),
    ):
        with pytest.raises(InvalidInput) as fault:
            tell(made, "demand", card)
        faults[card.attended, card.result, card.rating] = sorted(fault.value.fields)
    assert list(faults.values()) == [["attended"], ["result"], ["ways"], ["reason"], ["rating"]]
    assert outcomes.cleaned(Card("own_missing", "intention", ("commission",), 5)) == Card("own_missing")


def test_two_who_write_the_same_card_do_not_overwrite_each_other(made: Docking) -> None:
    tell(made, "demand", TALK, revision=0)
    with pytest.raises(Conflict):
        tell(made, "demand", UNFIT, revision=0)
    tell(made, "demand", UNFIT, revision=1)


def test_cards_wait_for_the_day_and_end_with_the_lock(made: Docking) -> None:
    for name in ("choosing", "locked"):
        with made.app.unit_of_work() as uow:
            uow.session.get_one(Event, made.event).state = name
        with pytest.raises(Conflict):
            tell(made, "demand", TALK)
    with made.app.unit_of_work() as uow:  # the office corrects also what is locked
        outcomes.tell(uow, made.actor("office"), made.meetings[0, 0], "demand", TALK, at=AT, via="paper")


def test_follow_ups_run_on_until_somebody_says_why_not(made: Docking) -> None:
    tell(made, "demand", INTENDED)
    tell(made, "supply", INTENDED)
    tell(made, "demand", TALK, (1, 1))
    tell(made, "demand", UNFIT, (2, 0))
    office = made.actor("office")
    with made.app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        event.state = "ended"
        assert (following.begin(uow, office, event), following.begin(uow, office, event)) == (2, 0)
    with made.app.reading() as uow:
        page = following.listing(uow, office, FollowFilter(), TODAY)
        assert [(row.due_on, row.meeting_id) for row in page.rows] == [
            (TODAY + timedelta(days=3), made.meetings[0, 0]),
            (TODAY + timedelta(days=3), made.meetings[1, 1]),
        ]
        first, second = (row.id for row in page.rows)
    days = []
    today = TODAY + timedelta(days=3)
    for _round in range(4):
        with made.app.unit_of_work() as uow:
            following.note(uow, office, first, Found("talking", "已互访"), at=AT, today=today)
            last = uow.session.scalars(select(FollowUp).order_by(FollowUp.id.desc())).first()
            assert last is not None
            first, today = last.id, last.due_on
            days.append((today - TODAY).days)
    assert days == [14, 30, 60, 90]
    with pytest.raises(InvalidInput), made.app.unit_of_work() as uow:
        following.note(uow, office, first, Found("dropped"), at=AT, today=today)
    with made.app.unit_of_work() as uow:
        following.note(uow, office, first, Found("dropped", reason="price"), at=AT, today=today)
    assert agreements(made) == [(False, "price", 50_000_000)]
    with made.app.reading() as uow:
        page = following.listing(uow, office, FollowFilter(), today)
        assert [row.id for row in page.rows] == [second]
        assert following.next_day(TODAY, TODAY + timedelta(days=360)) is None


def test_who_is_late_is_told_once_and_the_office_after_a_week(made: Docking) -> None:
    tell(made, "demand", TALK)
    with made.app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        following.begin(uow, ORGANIZER, event)
    counts = []
    for days in (2, 3, 4, 10, 11):
        with made.app.unit_of_work() as uow:
            counts.append(following.remind_due(uow, today=TODAY + timedelta(days=days), at=AT))
    assert counts == [0, 1, 0, 1, 0]
    with made.app.reading() as uow:
        told = uow.session.scalars(select(Outbox).order_by(Outbox.id)).all()
        assert [(row.kind, row.audience) for row in told] == [
            ("followup:due", "office"),
            ("followup:overdue", "office"),
        ]


def test_an_intention_without_a_meeting_is_recorded(made: Docking) -> None:
    with made.app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        told = Intended("共建实验室", "第1纽扣厂", "第1大学", ("platform",), 1_000_000)
        intentions.record(uow, ORGANIZER, event, told)
        with pytest.raises(InvalidInput):
            intentions.record(uow, ORGANIZER, event, Intended(" ", "", ""))
    with made.app.reading() as uow:
        page = intentions.listing(uow, ORGANIZER, AgreementFilter(event=made.event))
        assert [(row.number, row.amount_fen) for row in page.rows] == [("YX-2027-0001", 1_000_000)]
        assert intentions.listing(uow, made.actor("firm", 0), AgreementFilter()).total == 0
        assert intentions.counts(uow, ORGANIZER) == {"": 1, "open": 1, "ended": 0, "withdrawn": 0}
