"""Two docking events of the demo: one that is over, with all its records, and the coming one, being planned.

The first is told as it happened: who met whom, both sides' cards, what the organizer had to settle, what was
followed up; the figures of its bulletin are counted from that. Everything follows from the loaded county, so
that a second run finds the same and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matchmaker.bootstrap import Application
    from matchmaker.models import Attendee, Event, EventProblem, Expert, Problem
    from matchmaker.storage.unit_of_work import UnitOfWork

SERIES = "百企进高校"
PAST = "第三届澄溪产学研对接会"
COMING = "第四届澄溪产学研对接会"
#: Days before and after today.
PAST_DAYS, COMING_DAYS = 75, 14
ROUNDS, TABLES = 8, 16
MINUTES, PAUSE = 25, 5
#: Meetings of a problem, and of an expert, of the past event.
MOST_OF_PROBLEM, MOST_OF_EXPERT = 3, 4
_STARTS = (time(9, 30), time(13, 30))


@dataclass
class County:
    """Everybody who comes, as rows of one event."""

    event: Event
    experts: list[Attendee]
    problems: list[EventProblem]
    people: dict[int, Expert]
    needs: dict[int, Problem]


def make(app: Application) -> list[str]:
    """Both events unless they are there, the coming one planned; tells what they are, some lines each."""
    from matchmaker.cli import demo_coming_event, demo_past_event

    past = _number(app, PAST)
    if past is None:
        past = demo_past_event.hold(app, app.today() - timedelta(days=PAST_DAYS))
    coming = _number(app, COMING)
    if coming is None:
        coming = demo_coming_event.prepare(app, app.today() + timedelta(days=COMING_DAYS))
    demo_coming_event.plan(app, coming)
    return [
        f"已办的对接会 / a past event: {PAST} (/events/{past})",
        *(f"  {line}" for line in _bulletin(app, past)[1:2]),
        f"筹备中的对接会 / a coming event: {COMING} (/events/{coming})",
        *(f"  {line}" for line in demo_coming_event.told(app, coming)),
    ]


def _number(app: Application, title: str) -> int | None:
    from sqlalchemy import select

    from matchmaker.models import Event

    with app.reading() as uow:
        return uow.session.scalar(select(Event.id).where(Event.title == title))


def _bulletin(app: Application, number: int) -> list[str]:
    """The paragraphs of a bulletin, whose figures are counted from the records."""
    from matchmaker.models import Event
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import bulletin

    with app.reading() as uow:
        event = uow.session.get_one(Event, number)
        return [each for each in bulletin.read(uow, SYSTEM, event, app.today()).text.splitlines() if each]


def gather(uow: UnitOfWork, title: str, number: str, day: date, state: str) -> County:
    """The event with its halls and everybody who comes: experts, problems, their representatives."""
    from matchmaker.models import Event

    event = Event(
        number=number, title=title, state=state, series=SERIES, theme="智能制造、新材料与绿色生产",
        region="331000", hosts=["澄溪县科学技术局"], partners=["县科技创新服务中心"],
        venue="澄溪县会展中心", address="澄溪县科创路 1 号",
        contact_name="县科技局成果科", contact_phone="0576-80000000", first_day=day, last_day=day,
        slot_minutes=MINUTES, break_minutes=PAUSE, problem_least=1, problem_most=4, expert_most=5,
        call_until=day - timedelta(days=28), answer_until=day - timedelta(days=21),
        prefer_until=day - timedelta(days=10),
        created_by="组织者",
    )  # fmt: skip
    _halls(event, day)
    uow.session.add(event)
    uow.session.flush()
    return _come(uow, event)


def _halls(event: Event, day: date) -> None:
    from matchmaker.models import AgendaItem, EventSession, EventSlot, EventTable
    from matchmaker.services.event_times import Span, slots_of

    length = timedelta(minutes=ROUNDS // 2 * (MINUTES + PAUSE) - PAUSE)
    begins = [datetime.combine(day, start) for start in _STARTS]
    spans = [Span(at, at + length, name) for at, name in zip(begins, ("上午", "下午"), strict=True)]
    event.sessions = [
        EventSession(position=place, name=each.name, starts=each.starts, ends=each.ends)
        for place, each in enumerate(spans)
    ]
    event.slots = [
        EventSlot(position=each.position, session=each.session, starts=each.starts, ends=each.ends)
        for each in slots_of(spans, MINUTES, PAUSE)
    ]
    event.tables = [
        EventTable(
            position=place, name=f"{'AB'[place // 8]}{place % 8 + 1:02}",
            room="一号厅" if place < 8 else "二号厅",
            kinds=["online"] if place % 8 == 7 else ["demonstration"] if place % 8 == 0 else [],
        )
        for place in range(TABLES)
    ]  # fmt: skip
    event.agenda = [
        AgendaItem(
            kind=kind, title=name, starts=datetime.combine(day, begin), ends=datetime.combine(day, end),
            room="一号厅", is_for_all=kind != "signing",
        )
        for kind, name, begin, end in (
            ("opening", "开幕式", time(9, 0), time(9, 15)),
            ("promotion", "重点难题推介", time(9, 15), time(9, 30)),
            ("meal", "工作午餐", time(12, 0), time(13, 0)),
            ("signing", "签约仪式", time(16, 0), time(16, 30)),
        )
    ]  # fmt: skip


def _come(uow: UnitOfWork, event: Event) -> County:
    from sqlalchemy import select
    from sqlalchemy.orm import joinedload

    from matchmaker.models import EventProblem, EventProblemPerson, Expert, Problem
    from matchmaker.services import attending
    from matchmaker.services.introducing import LOOKING

    experts = uow.session.scalars(
        select(Expert)
        .where(Expert.organization_id.is_not(None))
        .options(joinedload(Expert.organization))
        .order_by(Expert.id)
    ).all()
    needs = uow.session.scalars(
        select(Problem)
        .where(Problem.state.in_(LOOKING), Problem.number.startswith("MX"))
        .options(joinedload(Problem.organization))
        .order_by(Problem.id)
    ).all()
    county = County(event, [], [], {}, {})
    for person in experts:
        row = attending.add(
            uow, event, name=person.name, kind="expert", state="accepted", expert_id=person.id,
            organization_id=person.organization_id, title=person.position[:100], phone=person.phone,
            email=person.email, source="nominated",
        )  # fmt: skip
        county.experts.append(row)
        county.people[row.id] = person
    represented: dict[tuple[int | None, str], Attendee] = {}
    for need in needs:
        offer = EventProblem(event_id=event.id, problem_id=need.id, state="accepted", offered_by="组织者")
        offer.problem = need
        uow.session.add(offer)
        uow.session.flush()
        key = (need.organization_id, need.contact_name)
        if key not in represented:
            represented[key] = attending.add(
                uow, event, name=need.contact_name or "企业代表", kind="representative", state="accepted",
                organization_id=need.organization_id, phone=need.contact_phone, source="registered",
            )  # fmt: skip
        uow.session.add(EventProblemPerson(event_problem_id=offer.id, attendee_id=represented[key].id))
        county.problems.append(offer)
        county.needs[offer.id] = need
    uow.session.flush()
    uow.session.expire_all()
    return county


def likeness(person: Expert, need: Problem) -> float:
    """How near an expert is to a problem by fields and words that both use; for the past event only."""
    fields = len(set(person.fields) & set(need.fields))
    said = f"{need.title}{need.main_problem}{need.key_technology}{''.join(need.keywords)}"
    words = sum(word in said for word in (*person.keywords, *person.directions))
    return round(min(0.35 + 0.12 * fields + 0.11 * words, 0.95), 2)


def actor_of(app: Application, username: str) -> Any:
    """An account of the demo as it asks."""
    from matchmaker.services import accounts

    with app.reading() as uow:
        found = accounts.by_names(uow, "username", username)
        assert found is not None, "the accounts of the demo are made first"
        return accounts.actor_of(found)


def best_first(county: County) -> dict[int, Sequence[tuple[float, int]]]:
    """EventProblem → (likeness, attendee) of every expert, the best first."""
    return {
        offer.id: sorted(
            ((likeness(county.people[row.id], county.needs[offer.id]), row.id) for row in county.experts),
            key=lambda each: (-each[0], each[1]),
        )
        for offer in county.problems
    }
