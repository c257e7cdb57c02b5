"""Places that fall free on the day: which pair may take them, ranked, and taking one with one press."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, select
from sqlalchemy.orm import defer

from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Attendee, EventPair, EventProblem, EventTable, Meeting, Standby
from matchmaker.permissions import Actor
from matchmaker.services import day_telling
from matchmaker.services.calling import When, held, of_day
from matchmaker.services.day_state import TAKING, Day, any_here, demand, is_here
from matchmaker.services.events import touched
from matchmaker.storage.unit_of_work import UnitOfWork

#: Weight of a side's wish, as the planner weighs it by default.
WISHES = {"must": 1.3, "willing": 1.1}
#: Proposals that are shown.
MOST = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair that could meet now.

    Attributes:
        rank: of the published standby list; 0 when the pair was found just now.
        score: effective, with both wishes and the problem's priority; None for a pair nobody has scored.
    """

    attendee: Attendee
    problem: EventProblem
    slot: int
    table: EventTable
    rank: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is known of the pairs of an event, by (attendee, problem)."""

    known: Mapping[tuple[int, int], EventPair] = field(default_factory=dict)
    ranks: Mapping[tuple[int, int, int], int] = field(default_factory=dict)


def pairs(uow: UnitOfWork, event: int) -> Pairs:
    """Loads them; ranks on the published standby list by (slot, attendee, problem)."""
    waits = and_(
        Standby.event_id == EventPair.event_id,
        Standby.attendee_id == EventPair.attendee_id,
        Standby.event_problem_id == EventPair.event_problem_id,
    )
    rows = uow.session.execute(
        select(EventPair, Standby.slot, Standby.rank)
        .outerjoin(Standby, waits)
        .where(EventPair.event_id == event)
        .options(defer(EventPair.why))
    ).all()
    return Pairs(
        {(pair.attendee_id, pair.event_problem_id): pair for pair, _slot, _rank in rows},
        {
            (slot, pair.attendee_id, pair.event_problem_id): rank
            for pair, slot, rank in rows
            if slot is not None
        },
    )


def proposals(
    day: Day, known: Pairs, slot: int | None, *, only: Iterable[int] = (), most: int = MOST
) -> list[Proposal]:
    """Pairs whose both sides are here and free in a slot that has an open table, the best first.

    ``only``: attendees one of whom must be among them (the side that was left alone, somebody who came in).
    """
    if slot is None or slot not in day.slots:
        return []
    tables = day.free_tables(slot)
    if not tables:
        return []
    wanted, busy, met = frozenset(only), day.busy(slot), _met(day)
    numbers = _numbers(day)
    found = []
    for problem in day.problems:
        people = [each for each in problem.people if is_here(each)]
        table = next((each for each in tables if fits(problem, each)), None)
        if not people or table is None or any(slot in day.away(each) for each in people):
            continue
        if busy & {each.id for each in problem.people} or _full(numbers, problem, day):
            continue
        for attendee in day.people:
            if attendee.kind != "expert" or attendee.id in busy or not is_here(attendee):
                continue
            if wanted and wanted.isdisjoint({attendee.id, *(each.id for each in people)}):
                continue
            if (
                slot in day.away(attendee)
                or (attendee.id, problem.id) in met
                or _has_most(numbers, attendee, day)
            ):
                continue
            proposal = _proposal(known, day, problem, attendee, slot, table)
            if proposal is not None:
                found.append(proposal)
    return sorted(found, key=_best)[:most]


def accept(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    place: tuple[int, int, int, int],
    when: When,
    source: str = "standby",
) -> Meeting:
    """The pair takes the place (slot, table, attendee, problem); Conflict when somebody was faster."""
    slot, table, attendee, problem = place
    day = held(uow, actor, number, when)
    known = pairs(uow, day.event.id)
    fitting = proposals(day, known, slot, only=(attendee,), most=10_000)
    one = next((each for each in fitting if (each.attendee.id, each.problem.id) == (attendee, problem)), None)
    free = {each.id: each for each in day.free_tables(slot)} if slot in day.slots else {}
    if one is None or table not in free or not fits(one.problem, free[table]):
        raise Conflict(
            Message("这个位置刚被占用，或其中一方已经离开、另有安排。"),
            hint=Message("请看更新后的候补名单。"),
        )
    row = placed(uow, day, attendee, problem, slot, table, source)
    uow.record(
        actor, "meeting:standby", f"meeting:{row.id}", slot=slot, table=free[table].name, source=source
    )
    touched(day.event)
    day_telling.tell(uow, actor, day.event, [(row, None)], when.now)
    return row


def withdraw(uow: UnitOfWork, actor: Actor, number: int, meeting: int, when: When) -> Meeting:
    """Takes back a standby or walk-in meeting that has not begun."""
    day = held(uow, actor, number, when)
    row = of_day(day, meeting)
    if row.source not in ("standby", "walkin") or row.state not in ("planned", "called"):
        raise Conflict(
            Message("只有尚未开始的候补或现场洽谈可以取消。"), hint=Message("其他洽谈请在“排程”中调整。")
        )
    before = day_telling.place_of(row)
    row.state, row.sequence = "cancelled", row.sequence + 1
    uow.record(actor, "meeting:withdrawn", f"meeting:{row.id}", slot=row.slot)
    touched(day.event)
    day_telling.tell(uow, actor, day.event, [(row, before)], when.now)
    return row


def placed(
    uow: UnitOfWork, day: Day, attendee: int, problem: int, slot: int, table: int | None, source: str
) -> Meeting:
    """The row of a pair that meets now; one that was cancelled before is used again, so calendars know it."""
    row = uow.session.scalar(
        select(Meeting).where(Meeting.attendee_id == attendee, Meeting.event_problem_id == problem)
    )
    state = "called" if day.event.calling == slot else "planned"
    if row is None:
        row = Meeting(event_id=day.event.id, attendee_id=attendee, event_problem_id=problem, slot=slot)
        uow.session.add(row)
    else:
        row.sequence += 1
    row.slot, row.table_id, row.state, row.source, row.missing = slot, table, state, source, ""
    uow.session.flush()
    uow.session.refresh(row, ["table"])
    return row


def fits(problem: EventProblem, table: EventTable) -> bool:
    """Whether a table is of the kind that the problem needs."""
    return not problem.table_kind or problem.table_kind in table.kinds


def left_alone(meeting: Meeting) -> Sequence[int]:
    """Who is here of a meeting that was missed: they are asked first."""
    people = [meeting.attendee] if meeting.missing == "demand" else demand(meeting)
    return [] if meeting.missing == "both" or not any_here(people) else [each.id for each in people]


def _proposal(
    known: Pairs, day: Day, problem: EventProblem, attendee: Attendee, slot: int, table: EventTable
) -> Proposal | None:
    """None for a pair that must not meet, or is no match and nobody wishes it."""
    pair = known.known.get((attendee.id, problem.id))
    rank = known.ranks.get((slot, attendee.id, problem.id), 0)
    if pair is None:
        walked_in = "walkin" in (attendee.source, *(each.source for each in problem.people))
        return Proposal(attendee, problem, slot, table, 0, None) if walked_in else None
    wishes = {pair.expert_wish, pair.problem_wish}
    if pair.barred or "veto" in wishes:
        return None
    if pair.score < (day.event.min_score or 0.0) and wishes.isdisjoint(WISHES) and not pair.must:
        return None
    score = pair.score * problem.priority
    for wish in (pair.expert_wish, pair.problem_wish):
        score *= WISHES.get(wish, 1.0)
    return Proposal(attendee, problem, slot, table, rank, score)


def _best(each: Proposal) -> tuple[float, float, int, int]:
    return (each.rank or 10_000, -(each.score or 0.0), each.attendee.badge_number, each.problem.id)


def _met(day: Day) -> set[tuple[int, int]]:
    return {(each.attendee_id, each.event_problem_id) for each in day.meetings}


def _numbers(day: Day) -> Counter[tuple[str, int]]:
    taking = [each for each in day.meetings if each.state in TAKING]
    return Counter(
        key for each in taking for key in (("attendee", each.attendee_id), ("problem", each.event_problem_id))
    )


def _has_most(numbers: Counter[tuple[str, int]], attendee: Attendee, day: Day) -> bool:
    most = attendee.most if attendee.most is not None else day.event.expert_most
    return most is not None and numbers["attendee", attendee.id] >= most


def _full(numbers: Counter[tuple[str, int]], problem: EventProblem, day: Day) -> bool:
    most = problem.most if problem.most is not None else day.event.problem_most
    return most is not None and numbers["problem", problem.id] >= most
