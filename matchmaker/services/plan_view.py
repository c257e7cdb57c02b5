"""A run of the planner as its page shows it: names for ids, the timetable, what each side gets.

For the office alone: an anonymous problem's people are named here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only

from matchmaker.messages import Message
from matchmaker.models import (
    Attendee,
    Event,
    EventPair,
    EventProblem,
    EventSlot,
    EventTable,
    Expert,
    Meeting,
    Organization,
    PlanPin,
    PlanRun,
    Problem,
)
from matchmaker.planning import facts
from matchmaker.planning.instance import Instance
from matchmaker.planning.reading import read
from matchmaker.services import plan_input
from matchmaker.services.plan_input import number_of, person_id, problem_id
from matchmaker.services.plan_reasons import why_none
from matchmaker.storage.unit_of_work import UnitOfWork

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something of a planning file.

    Attributes:
        name: of the person, or the title of the problem; number: of the problem.
        body: of the person; of the problem's first representative.
        row: number of the attendee or of the EventProblem.
    """

    id: str
    name: str
    body: str = ""
    number: str = ""
    row: int = 0
    kind: str = "expert"
    is_anonymous: bool = False

    @property
    def short(self) -> str:
        """As it fits into a cell."""
        return self.name


@dataclass(frozen=True, slots=True)
class Cell:
    """One meeting of a plan.

    Attributes:
        meeting: number of the published row, as far as there is one at this very place.
        band: of the matching, in words by the page.
    """

    expert: Named
    problem: Named
    slot: int
    table: str
    score: float
    band: str
    expert_wish: str = ""
    problem_wish: str = ""
    must: bool = False
    pinned: bool = False
    pair: int = 0
    meeting: Meeting | None = None
    is_new: bool = False

    @property
    def key(self) -> Key:
        """Ids of both sides."""
        return self.expert.id, self.problem.id


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the timetable: a cell (None: free) for each slot; ``closed``: slots without the table."""

    table: EventTable
    cells: Sequence[Cell | None]
    closed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Party:
    """What a run gives one side; ``satisfaction`` None where nothing could be had.

    Attributes:
        why: why it has no meeting.
        nearest: for a problem without one: experts who were not invited, best first.
    """

    who: Named
    satisfaction: float | None
    cells: Sequence[Cell]
    most: int | None
    why: Message | None = None
    nearest: Sequence[tuple[Expert, str]] = ()


@dataclass
class Shown:
    """Everything about one run that its page shows."""

    event: Event
    run: PlanRun
    instance: Instance
    names: Mapping[str, Named]
    cells: Sequence[Cell]
    slots: Sequence[EventSlot]
    lines: Sequence[Line]
    parties: Sequence[Party]
    pairs: Mapping[Key, EventPair] = field(default_factory=dict)

    @cached_property
    def without(self) -> list[Party]:
        """Those who meet nobody, problems first."""
        none = [party for party in self.parties if not party.cells]
        return sorted(none, key=lambda party: party.who.kind != "problem")

    @cached_property
    def by_person(self) -> list[Party]:
        """Everybody who meets somebody, the worst-off first."""
        return [party for party in self.parties if party.cells]

    def name(self, identifier: str) -> Named:
        """Who or what an id is; one that is gone keeps its id."""
        return self.names.get(identifier) or Named(identifier, identifier)


def show(uow: UnitOfWork, event: Event, run: PlanRun) -> Shown:
    """Reads what the page of a run needs, in a fixed number of statements."""
    instance = read(dict(run.inputs) or plan_input.build(uow, event))
    names = labels(uow, event)
    pairs = _pairs(uow, event)
    meetings = {_key(row): row for row in _meetings(uow, event)}
    pins = {_key(row) for row in uow.session.scalars(select(PlanPin).where(PlanPin.event_id == event.id))}
    cells = [_cell(row, instance, names, pairs, meetings, pins) for row in run.result.get("meetings", ())]
    cells.sort(key=lambda cell: (cell.slot, cell.table))
    return Shown(
        event=event,
        run=run,
        instance=instance,
        names=names,
        cells=cells,
        slots=list(event.slots),
        lines=_lines(event, instance, cells),
        parties=_parties(uow, instance, names, cells, run) if run.result.get("meetings") is not None else (),
        pairs=pairs,
    )


def labels(uow: UnitOfWork, event: Event) -> dict[str, Named]:
    """Names of everybody and everything at an event, by the ids of planning files."""
    found: dict[str, Named] = {}
    statement = (
        select(Attendee, Organization.name)
        .outerjoin(Attendee.organization)
        .where(Attendee.event_id == event.id)
        .options(load_only(Attendee.id, Attendee.name, Attendee.kind))
    )
    for person, body in uow.session.execute(statement):
        identifier = person_id(person.id)
        found[identifier] = Named(identifier, person.name, body or "", row=person.id, kind=person.kind)
    problems = (
        select(EventProblem.id, Problem.number, Problem.title, Problem.visibility, Organization.name)
        .join(EventProblem.problem)
        .outerjoin(Organization, Organization.id == Problem.organization_id)
        .where(EventProblem.event_id == event.id)
    )
    for row, number, title, visibility, firm in uow.session.execute(problems):
        identifier = problem_id(row)
        found[identifier] = Named(
            identifier, title, firm or "", number or f"#{row}", row, "problem", visibility == "anonymous"
        )
    return found


def _pairs(uow: UnitOfWork, event: Event) -> dict[Key, EventPair]:
    statement = (
        select(EventPair)
        .where(EventPair.event_id == event.id)
        .options(
            load_only(
                EventPair.id, EventPair.attendee_id, EventPair.event_problem_id, EventPair.band,
                EventPair.must, EventPair.barred, EventPair.score,
            )
        )
    )  # fmt: skip
    return {_key(row): row for row in uow.session.scalars(statement)}


def _meetings(uow: UnitOfWork, event: Event) -> Sequence[Meeting]:
    statement = select(Meeting).where(Meeting.event_id == event.id, Meeting.state != "cancelled")
    return uow.session.scalars(statement.options(joinedload(Meeting.table))).all()


def _key(row: Any) -> Key:
    return person_id(row.attendee_id), problem_id(row.event_problem_id)


def _cell(
    row: Mapping[str, Any],
    instance: Instance,
    names: Mapping[str, Named],
    pairs: Mapping[Key, EventPair],
    meetings: Mapping[Key, Meeting],
    pins: set[Key],
) -> Cell:
    key = (row["expert"], row["problem"])
    asked, known, published = instance.pair.get(key), pairs.get(key), meetings.get(key)
    return Cell(
        expert=names.get(key[0]) or Named(key[0], key[0]),
        problem=names.get(key[1]) or Named(key[1], key[1], kind="problem"),
        slot=row["slot"],
        table=row["table"],
        score=asked.score if asked else 0.0,
        band=known.band if known else "",
        expert_wish=(asked.expert_wish or "") if asked else "",
        problem_wish=(asked.problem_wish or "") if asked else "",
        must=bool(known and known.must),
        pinned=key in pins,
        pair=known.id if known else 0,
        meeting=published,
        is_new=published is None,
    )


def _lines(event: Event, instance: Instance, cells: Sequence[Cell]) -> list[Line]:
    at = {(cell.table, cell.slot): cell for cell in cells}
    found = []
    for table in event.tables:
        asked = instance.table.get(table.name)
        closed = asked.unavailable if asked else frozenset()
        row = [at.get((table.name, slot.position)) for slot in event.slots]
        found.append(Line(table, row, closed))
    return found


def _parties(
    uow: UnitOfWork,
    instance: Instance,
    names: Mapping[str, Named],
    cells: Sequence[Cell],
    run: PlanRun,
) -> list[Party]:
    """Experts and problems; a representative's share is that of his problems, told there."""
    held = [cell.key for cell in cells if cell.key in instance.pair]
    satisfied = facts.satisfactions(instance, held)
    of: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        of[cell.expert.id].append(cell)
        of[cell.problem.id].append(cell)
    sits = {person for problem in instance.problems for person in problem.people}
    nearest = _nearest(uow, run)
    found = []
    for kind, rows in (("problem", instance.problems), ("person", instance.people)):
        for row in rows:
            if kind == "person" and row.id in sits and row.id not in of:
                continue
            who = names.get(row.id) or Named(row.id, row.id, kind=kind)
            got = of.get(row.id, [])
            why = None if got else why_none(instance, held, (kind, row.id))
            found.append(
                Party(who, satisfied.get((kind, row.id)), got, row.max_meetings, why, nearest.get(row.id, ()))
            )
    return sorted(
        found, key=lambda party: (2.0 if party.satisfaction is None else party.satisfaction, party.who.id)
    )


def _nearest(uow: UnitOfWork, run: PlanRun) -> dict[str, list[tuple[Expert, str]]]:
    told: Mapping[str, Sequence[Mapping[str, Any]]] = run.nearest or {}
    numbers = {row["expert"] for rows in told.values() for row in rows}
    if not numbers:
        return {}
    experts = {
        row.id: row
        for row in uow.session.scalars(
            select(Expert).where(Expert.id.in_(numbers)).options(joinedload(Expert.organization))
        )
    }
    return {
        identifier: [(experts[row["expert"]], row["band"]) for row in rows if row["expert"] in experts]
        for identifier, rows in told.items()
    }


def choices(shown: Shown) -> list[tuple[str, str]]:
    """Meetings of a run for a choice: "expert|problem" and how it is called."""
    return [
        (
            f"{cell.expert.id}|{cell.problem.id}",
            f"{cell.expert.name} · {cell.problem.number} {cell.problem.name}",
        )
        for cell in shown.cells
    ]


def split(choice: str) -> Key:
    """Ids of a choice; "" for what is none."""
    expert, _mark, problem = choice.partition("|")
    return (expert, problem) if number_of(expert) and number_of(problem) else ("", "")
