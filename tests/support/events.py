"""A docking event for tests: a firm for each problem, a body for two experts, everybody with a badge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from matchmaker.bootstrap import Application
from matchmaker.models import (
    Event,
    EventPair,
    EventProblem,
    EventProblemPerson,
    EventSession,
    EventSlot,
    EventTable,
    Expert,
    Meeting,
    Organization,
    PlanRun,
    Problem,
)
from matchmaker.permissions import Actor
from matchmaker.services import attending
from matchmaker.services.event_times import Span, slots_of
from tests.support import accounts

#: The day of the event, a Thursday.
DAY = date(2027, 3, 18)
MINUTES, PAUSE = 25, 5
#: Rounds of a morning; further ones are in the afternoon, then on the next day.
MORNING = 4
#: States in which there is a plan.
_BEFORE_PLAN = ("draft", "open", "choosing")


@dataclass
class Docking:
    """Numbers of what was made; lists are in the order of making, so ``people[0]`` is of ``experts[0]``.

    Attributes:
        event: number of the event.
        bodies: universities; ``bodies[i // 2]`` is that of ``experts[i]``.
        experts: of Expert; ``people``: their Attendee rows.
        firms: of Organization; ``problems``: of Problem; ``offers``: their EventProblem rows;
            ``representatives``: the Attendee row of each.
        pairs: (index of expert, index of problem) → EventPair.
        tables: EventTable rows.
        meetings: (index of expert, index of problem) → Meeting, after ``with_plan``.
        run: PlanRun, after ``with_plan``.
    """

    app: Application
    event: int = 0
    bodies: list[int] = field(default_factory=list)
    experts: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    firms: list[int] = field(default_factory=list)
    problems: list[int] = field(default_factory=list)
    offers: list[int] = field(default_factory=list)
    representatives: list[int] = field(default_factory=list)
    pairs: dict[tuple[int, int], int] = field(default_factory=dict)
    tables: list[int] = field(default_factory=list)
    meetings: dict[tuple[int, int], int] = field(default_factory=dict)
    run: int = 0
    _accounts: dict[tuple[str, int], int] = field(default_factory=dict)

    def account(self, role: str, at: int = 0) -> int:
        """An account, made at first use: "expert" or "firm" (of that index), "body" (its liaison), "office"."""
        key = (role, at)
        if key not in self._accounts:
            made: dict[str, tuple[str, int | None, int | None]] = {
                "expert": ("expert", None, self.experts[at] if role == "expert" else None),
                "firm": ("enterprise", self.firms[at] if role == "firm" else None, None),
                "body": ("body_liaison", self.bodies[at] if role == "body" else None, None),
                "office": ("organizer", None, None),
            }
            name, body, expert = made[role]
            self._accounts[key] = accounts.account(self.app, name, body, expert, name=f"{role}{at}账号")
        return self._accounts[key]

    def actor(self, role: str, at: int = 0) -> Actor:
        """The account of ``account`` as it asks."""
        return accounts.actor(self.app, self.account(role, at))


def spans(slots: int, day: date = DAY) -> list[Span]:
    """Sessions of four rounds each: a morning, an afternoon, the next day's."""
    found: list[Span] = []
    for first in range(0, slots, MORNING):
        half = first // MORNING
        when = datetime.combine(date.fromordinal(day.toordinal() + half // 2), time(14 if half % 2 else 9))
        length = min(MORNING, slots - first) * (MINUTES + PAUSE) - PAUSE
        found.append(Span(when, when + timedelta(minutes=length), "下午" if half % 2 else "上午"))
    return found


def docking(
    app: Application,
    experts: int = 3,
    problems: int = 2,
    slots: int = 4,
    tables: int = 2,
    state: str = "choosing",
    *,
    anonymous: Iterable[int] = (),
    day: date = DAY,
    **parts: Any,
) -> Docking:
    """An event with everybody accepted and a pair for each expert and problem; nothing is indexed.

    ``anonymous``: indices of problems whose firm may not be told. ``parts``: columns of the event.
    """
    made = Docking(app)
    with app.unit_of_work() as uow:
        event = Event(
            number="2027-D01", title="表面处理对接会", kind=parts.pop("kind", "docking"), state=state, series="百企进高校",
            hosts=["县科技局"], venue="县会展中心", address="科技路 1 号", region="331000", first_day=day, last_day=day,
            slot_minutes=MINUTES, break_minutes=PAUSE, **parts,
        )  # fmt: skip
        _times(event, slots, tables, day)
        uow.session.add(event)
        uow.session.flush()
        made.event = event.id
        made.tables = [each.id for each in event.tables]
        for index in range(experts):
            _expert(uow, made, event, index)
        for index in range(problems):
            _problem(uow, made, event, index, hidden=index in set(anonymous))
        pairs = {
            (row, column): EventPair(
                event_id=event.id, attendee_id=made.people[row], event_problem_id=made.offers[column],
                score=round(0.9 - 0.07 * ((row + column) % 8), 2),
                band="strong" if (row + column) % 8 < 4 else "worth",
            )
            for row in range(experts)
            for column in range(problems)
        }  # fmt: skip
        uow.session.add_all(pairs.values())
        uow.session.flush()
        made.pairs = {place: pair.id for place, pair in pairs.items()}
    return made


def with_plan(app: Application, made: Docking, state: str = "provisional") -> dict[tuple[int, int], int]:
    """Publishes a plan in which nobody is at two tables at once; (expert, problem) → number of the meeting."""
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        run = PlanRun(
            event_id=event.id, number=1, state="done", published_at=app.clock(), published_by="测试"
        )
        uow.session.add(run)
        uow.session.flush()
        taken: set[tuple[str, int, int]] = set()
        held: list[dict[str, Any]] = []
        for expert, problem in made.pairs:
            if len(held) == len(event.slots) * len(made.tables):
                break
            place = _place(made, event, taken, expert, problem)
            if place is None:
                continue
            slot, table = place
            row = Meeting(
                event_id=event.id, attendee_id=made.people[expert], event_problem_id=made.offers[problem],
                slot=slot, table_id=made.tables[table],
            )  # fmt: skip
            uow.session.add(row)
            uow.session.flush()
            made.meetings[expert, problem] = row.id
            held.append(
                {
                    "expert": f"attendee:{row.attendee_id}", "problem": f"problem:{row.event_problem_id}",
                    "slot": slot, "table": event.tables[table].name,
                }
            )  # fmt: skip
        run.result = {"format": "docking-plan-result/1", "status": "feasible", "meetings": held, "unmet": []}
        event.run_id, event.state = run.id, state if event.state in _BEFORE_PLAN else event.state
        event.live += 1
        made.run = run.id
    return made.meetings


def _place(
    made: Docking, event: Event, taken: set[tuple[str, int, int]], expert: int, problem: int
) -> tuple[int, int] | None:
    for slot in range(len(event.slots)):
        for table in range(len(made.tables)):
            keys = {("expert", expert, slot), ("problem", problem, slot), ("table", table, slot)}
            if taken.isdisjoint(keys):
                taken |= keys
                return slot, table
    return None


def _times(event: Event, slots: int, tables: int, day: date) -> None:
    sessions = spans(slots, day)
    event.sessions = [
        EventSession(position=at, name=each.name, starts=each.starts, ends=each.ends)
        for at, each in enumerate(sessions)
    ]
    event.slots = [
        EventSlot(position=each.position, session=each.session, starts=each.starts, ends=each.ends)
        for each in slots_of(sessions, MINUTES, PAUSE)
    ]
    event.tables = [EventTable(position=at, name=f"A{at + 1:02}", room="多功能厅") for at in range(tables)]
    if sessions:
        event.last_day = sessions[-1].ends.date()


def _expert(uow: Any, made: Docking, event: Event, index: int) -> None:
    if index % 2 == 0:
        body = Organization(name=f"第{index // 2 + 1}大学", kind="university")
        uow.session.add(body)
        uow.session.flush()
        made.bodies.append(body.id)
    person = Expert(
        name=f"专家{index + 1}", profile="研究电镀与表面处理", organization_id=made.bodies[index // 2],
        phone=f"1390000{index:04}", email=f"expert{index}@example.edu.cn",
    )  # fmt: skip
    uow.session.add(person)
    uow.session.flush()
    made.experts.append(person.id)
    row = attending.add(
        uow, event, name=person.name, kind="expert", state="accepted", expert_id=person.id, title="教授",
        organization_id=person.organization_id, phone=person.phone, email=person.email,
    )  # fmt: skip
    made.people.append(row.id)


def _problem(uow: Any, made: Docking, event: Event, index: int, *, hidden: bool) -> None:
    firm = Organization(name=f"第{index + 1}纽扣厂", kind="enterprise")
    if hidden:  # else its own page names it
        firm.visibility, firm.readers = "invited", " office "
    uow.session.add(firm)
    uow.session.flush()
    need = Problem(
        title=f"第 {index + 1} 种镀层变色", text="镀层在盐雾中 24 小时后变色", number=f"2027-{index + 1:04}",
        organization_id=firm.id, visibility="anonymous" if hidden else "public",
        contact_name=f"联系人{index + 1}", contact_phone=f"1380000{index:04}",
    )  # fmt: skip
    uow.session.add(need)
    uow.session.flush()
    person = attending.add(
        uow, event, name=f"代表{index + 1}", kind="representative", state="accepted", source="registered",
        organization_id=firm.id, phone=f"1370000{index:04}", title="技术部长",
    )  # fmt: skip
    offer = EventProblem(event_id=event.id, problem_id=need.id, state="accepted")
    uow.session.add(offer)
    uow.session.flush()
    uow.session.add(EventProblemPerson(event_problem_id=offer.id, attendee_id=person.id))
    made.firms.append(firm.id)
    made.problems.append(need.id)
    made.offers.append(offer.id)
    made.representatives.append(person.id)
