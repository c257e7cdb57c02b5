"""The demo's event that is over: meetings, cards of both sides, what was settled, locked and followed up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from matchmaker.cli.demo_events import (
    MOST_OF_EXPERT,
    MOST_OF_PROBLEM,
    PAST,
    ROUNDS,
    TABLES,
    County,
    actor_of,
    best_first,
    gather,
)

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application
    from matchmaker.models import Meeting
    from matchmaker.permissions import Actor
    from matchmaker.services.outcomes import Card
    from matchmaker.storage.unit_of_work import UnitOfWork

#: Of the problems in their order, those whose first meeting led to an intention: 18 of 28.
INTENDED = (0, 1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25)
#: Of these, where the cards did not agree and the organizer settled.
SETTLED = (4, 11, 19)
#: Problems of which one side alone speaks of an intention: pending.
PENDING = (3, 26)
_WAYS = (
    ("commission",),
    ("joint",),
    ("service",),
    ("consulting",),
    ("testing",),
    ("transfer",),
    ("platform", "joint"),
)
_STEPS = ("两周内到厂里看现场", "先寄样品做小试", "下周视频确认指标", "起草技术开发合同")
_REASONS = ("direction", "early", "cost", "indicators", "unclear")
#: Looks of the broker: (place among the intentions, days after the event, what was found, words, reason).
_LOOKS = (
    (0, 3, "visited", "已到厂看过现场，专家正在写方案", ""),
    (0, 14, "proposal", "方案已发企业，报价 48 万元", ""),
    (0, 30, "signed", "合同已签", ""),
    (1, 3, "talking", "双方已加微信，约定下周视频", ""),
    (1, 14, "proposal", "样品测试合格，正在报价", ""),
    (2, 3, "talking", "企业在等样品", ""),
    (2, 14, "dropped", "企业改用现成设备", "solved"),
    (3, 3, "unreached", "电话无人接听，改日再联系", ""),
    (5, 3, "visited", "专家带学生驻厂三天", ""),
    (5, 14, "drafting", "正在拟合同", ""),
    (5, 30, "signed", "合同已签，合作开发", ""),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Who met about what, when and where."""

    expert: int
    offer: int
    slot: int
    table: int
    is_first: bool
    is_needed: bool


def hold(app: Application, day: date) -> int:
    """Everything up to the broker's latest look; gives the number of the event."""
    office, broker = actor_of(app, "organizer"), actor_of(app, "broker")
    at = datetime.combine(day, time(8, 30))
    with app.unit_of_work() as uow:
        county = gather(uow, PAST, f"{day.year}-D03", day, "running")
        pairs = _pairs(county)
        meetings = _meetings(uow, county, pairs, at)
        _cards(uow, office, county, pairs, meetings, at)
        _close(uow, office, broker, county, day, at)
        return county.event.id


def _pairs(county: County) -> list[Pair]:
    """Every expert has a meeting, every problem up to three, the likest first; rounds without a clash."""
    ranked = best_first(county)
    chosen: dict[int, list[int]] = {offer.id: [] for offer in county.problems}
    held = dict.fromkeys((row.id for row in county.experts), 0)
    likes = {(offer, person): like for offer, rows in ranked.items() for like, person in rows}
    needed = set()
    for person in held:  # nobody comes for nothing
        open_ones = [offer for offer, people in chosen.items() if len(people) < 2]
        offer = max(open_ones, key=lambda each: (likes[each, person], -len(chosen[each]), -each))
        chosen[offer].append(person)
        needed.add((offer, person))
        held[person] += 1
    for offer, rows in ranked.items():
        for _like, person in rows:
            if len(chosen[offer]) >= MOST_OF_PROBLEM:
                break
            if person not in chosen[offer] and held[person] < MOST_OF_EXPERT:
                chosen[offer].append(person)
                held[person] += 1
    found: list[Pair] = []
    taken: set[tuple[str, int, int]] = set()
    load = [0] * ROUNDS
    sitting = {offer.id: [each.id for each in offer.people] for offer in county.problems}
    for offer, people in chosen.items():
        first = max(people, key=lambda each: (likes[offer, each], -each))
        for person in people:
            mine = [("x", person), ("p", offer), *(("r", each) for each in sitting[offer])]
            free = [
                slot
                for slot in range(ROUNDS)
                if load[slot] < TABLES and all((*who, slot) not in taken for who in mine)
            ]
            slot = min(free, key=lambda each: (load[each], each))
            taken.update((*who, slot) for who in mine)
            found.append(Pair(person, offer, slot, load[slot], person == first, (offer, person) in needed))
            load[slot] += 1
    return found


def _meetings(uow: UnitOfWork, county: County, pairs: list[Pair], at: datetime) -> list[Meeting]:
    from matchmaker.cli.demo_events import likeness
    from matchmaker.models import EventPair, Meeting

    rows = []
    for place, pair in enumerate(pairs):
        like = likeness(county.people[pair.expert], county.needs[pair.offer])
        wish = "must" if pair.is_first else "willing" if place % 3 else ""
        uow.session.add(
            EventPair(
                event_id=county.event.id, attendee_id=pair.expert, event_problem_id=pair.offer, score=like,
                band="strong" if like >= 0.6 else "worth", problem_wish=wish,
                expert_wish="willing" if place % 2 else "",
            )
        )  # fmt: skip
        row = Meeting(
            event_id=county.event.id, attendee_id=pair.expert, event_problem_id=pair.offer, slot=pair.slot,
            table_id=county.event.tables[pair.table].id, sequence=1, confirmed=["demand", "supply"],
        )  # fmt: skip
        uow.session.add(row)
        rows.append(row)
    for person in [
        *county.experts,
        *{each.id: each for offer in county.problems for each in offer.people}.values(),
    ]:
        person.arrived_at = at - timedelta(hours=8)
    uow.session.flush()
    return rows


def _cards(
    uow: UnitOfWork, office: Actor, county: County, pairs: list[Pair], meetings: list[Meeting], at: datetime
) -> None:
    from matchmaker.services import outcomes

    order = {offer.id: place for place, offer in enumerate(county.problems)}
    others = 0
    for pair, row in zip(pairs, meetings, strict=True):
        place = order[pair.offer]
        if pair.is_first:
            demand, supply = _of_first(place)
        else:
            demand, supply = _of_other(others, may_miss=not pair.is_needed)
            others += 1
        for side, card in (("demand", demand), ("supply", supply)):
            if card is not None:
                via = "paper" if (place + len(side)) % 3 == 0 else "link"
                outcomes.take(uow, office, row, side, card, at=at, via=via)
        if pair.is_first and place in SETTLED:
            amount = _amount(place)
            word = outcomes.Settlement("met", "已电话向双方核实，确有意向", "intention", _ways(place), amount)
            outcomes.settle(uow, office, row.id, word, at=at)


def _of_first(place: int) -> tuple[Card | None, Card | None]:
    """Cards of a problem's best meeting."""
    from matchmaker.services.outcomes import Card

    intended = Card(
        "met", "intention", _ways(place), _amount(place), next_step=_STEPS[place % len(_STEPS)], rating=5
    )
    talk = Card("met", "talk", next_step=_STEPS[place % len(_STEPS)], rating=4)
    if place in SETTLED:
        return intended, Card("other_missing") if place == SETTLED[0] else talk
    if place in INTENDED:
        return intended, Card("met", "intention", _ways(place), rating=4)
    if place in PENDING:
        return (intended, None) if place == PENDING[0] else (None, intended)
    return talk, talk if place % 2 else Card("met", "talk", rating=5)


def _of_other(count: int, *, may_miss: bool) -> tuple[Card | None, Card | None]:
    """Cards of a further meeting, as they come in real life."""
    from matchmaker.services.outcomes import Card

    unfit = Card("met", "unfit", reason=_REASONS[count % len(_REASONS)])
    contacts, talk = Card("met", "contacts", rating=3), Card("met", "talk", rating=4)
    if may_miss:
        if count % 9 == 4:
            return Card("own_missing"), Card("other_missing")
        if count % 9 == 8:
            return Card("other_missing"), Card("own_missing")
        if count % 13 == 6:
            return Card("postponed"), Card("postponed")
    return ((contacts, contacts), (unfit, unfit), (talk, talk), (unfit, contacts), (contacts, None))[
        count % 5
    ]


def _ways(place: int) -> tuple[str, ...]:
    return _WAYS[place % len(_WAYS)]


def _amount(place: int) -> int | None:
    """分; a few leave it open."""
    return None if place % 6 == 5 else (15 + 7 * (place % 11)) * 1_000_000


def _close(uow: UnitOfWork, office: Actor, broker: Actor, county: County, day: date, at: datetime) -> None:
    """Ends the event, locks its figures in the evening, and lets the broker look after its intentions."""
    from sqlalchemy import select

    from matchmaker.models import Agreement, FollowUp
    from matchmaker.services import figure_locks, following
    from matchmaker.services.following import Found

    event = county.event
    event.state = "ended"
    agreements = uow.session.scalars(
        select(Agreement).where(Agreement.event_id == event.id).order_by(Agreement.id)
    ).all()
    for place, row in enumerate(agreements):
        row.owner_id, row.owner, row.signs = broker.account, broker.name[:100], place < 6
    following.begin(uow, office, event)
    figure_locks.lock(uow, office, event, at=at + timedelta(hours=3), today=day, note="当日锁定")
    for place, days, status, words, reason in _LOOKS:
        look = uow.session.scalars(
            select(FollowUp).where(FollowUp.agreement_id == agreements[place].id, FollowUp.done_at.is_(None))
        ).one()
        found, today = Found(status, words, reason), day + timedelta(days=days)
        following.note(uow, broker, look.id, found, at=datetime.combine(today, time(6)), today=today)
