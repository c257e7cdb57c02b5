"""What an invitation tells: when, where, and the problems that concern this expert, as far as he may know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.matching.result import NONE, WORTH
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventProblem, Problem
from matchmaker.models.base import Findable
from matchmaker.services import candidates, refusals
from matchmaker.services.candidates import Scored
from matchmaker.storage.unit_of_work import UnitOfWork
from matchmaker.taxonomy import FIELDS

#: Problems that an invitation names: those that fit well, and some more where these are few.
FEWEST, MOST = 3, 5
_WEEKDAYS = "一二三四五六日"
MayRead = Callable[[Findable], bool]


def concerning(uow: UnitOfWork, event: Event, people: Iterable[Attendee]) -> dict[int, list[EventProblem]]:
    """Attendee → the problems of the event that fit him best; a stand-in without a profile has those that
    fitted whom he replaces. A fixed number of statements.
    """
    rows = {row.problem_id: row for row in _problems(uow, event)}
    scored = candidates.scores(uow, list(rows))
    everybody = {person.id: person for person in people}
    replaced = _replaced(uow, everybody)
    found = {}
    for number, person in everybody.items():
        fitting = _fitting(rows, scored, person)
        if not fitting and person.id in replaced:
            fitting = _fitting(rows, scored, replaced[person.id])
        found[number] = fitting
    return found


def _problems(uow: UnitOfWork, event: Event) -> Sequence[EventProblem]:
    statement = (
        select(EventProblem)
        .join(EventProblem.problem)
        .where(EventProblem.event_id == event.id, EventProblem.state.in_(candidates.SOUGHT))
        .options(contains_eager(EventProblem.problem).joinedload(Problem.organization))
        .order_by(EventProblem.id)
    )
    return uow.session.scalars(statement).all()


def _replaced(uow: UnitOfWork, people: Mapping[int, Attendee]) -> dict[int, Attendee]:
    wanted = {person.replaces_id: person.id for person in people.values() if person.replaces_id}
    statement = select(Attendee).where(Attendee.id.in_(wanted)).options(joinedload(Attendee.expert))
    return {wanted[row.id]: row for row in uow.session.scalars(statement)} if wanted else {}


def _fitting(
    rows: Mapping[int, EventProblem], scored: Mapping[int, Mapping[int, Scored]], person: Attendee
) -> list[EventProblem]:
    expert = person.expert
    if expert is None:
        return []
    own = [
        (some[expert.id], rows[problem])
        for problem, some in scored.items()
        if expert.id in some
        and some[expert.id].band != NONE
        and not refusals.kept_apart(rows[problem].problem, expert)
        and rows[problem].problem.organization_id != (expert.organization_id or -1)
    ]
    own.sort(key=lambda pair: (-pair[0].score, pair[1].id))
    good = sum(score.is_good(WORTH) for score, _row in own)
    return [row for _score, row in own[: min(max(good, FEWEST), MOST)]]


def problem_name(row: EventProblem, may_read: MayRead) -> Message:
    """A problem outside the office: an anonymous or hidden one by its number and field, never its firm."""
    problem = row.problem
    number = problem.number or Message("难题 %(id)s", {"id": problem.id})
    if problem.visibility == "anonymous" or not may_read(problem):
        fields = "、".join(FIELDS.label(code) for code in problem.fields if code in FIELDS)
        if not fields:
            return Message("%(number)s", {"number": number})
        return Message("%(number)s（%(field)s）", {"number": number, "field": fields})
    firm = problem.organization
    if firm is None or not may_read(firm):
        return Message("%(number)s %(title)s", {"number": number, "title": problem.title})
    values = {"number": number, "title": problem.title, "firm": firm.name}
    return Message("%(number)s %(title)s（%(firm)s）", values)


def when(event: Event) -> str:
    """Days and hours of the meetings, as the office writes them; "" as long as there is no day."""
    if event.first_day is None:
        return ""
    first = f"{event.first_day:%Y-%m-%d}（周{_WEEKDAYS[event.first_day.weekday()]}）"
    if event.last_day is not None and event.last_day != event.first_day:
        return f"{first}—{event.last_day:%Y-%m-%d}（周{_WEEKDAYS[event.last_day.weekday()]}）"
    if not event.sessions:
        return first
    begins = min(each.starts for each in event.sessions)
    ends = max(each.ends for each in event.sessions)
    return f"{first} {begins:%H:%M}–{ends:%H:%M}"


def place(event: Event) -> str:
    """Venue and address."""
    return " ".join(part for part in (event.venue, event.address) if part)
