"""The demo's coming event: hours and wishes as people tell them, planned, published as provisional."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from matchmaker.cli.demo_events import COMING, actor_of, gather

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matchmaker.bootstrap import Application
    from matchmaker.models import Attendee, EventPair
    from matchmaker.permissions import Actor
    from matchmaker.storage.unit_of_work import UnitOfWork

#: Seconds that the planner may take.
SECONDS = 12
#: Every so many experts cannot come for a session, or have a maximum of their own.
_AWAY_EVERY, _FEW_EVERY = 6, 5
#: Of a problem's pairs in the order of likeness: the wishes of the firm, and of the experts.
_FIRM = ("must", "willing", "willing", "", "willing")
_EXPERT = ("willing", "", "must", "willing", "", "", "willing")
#: Problems whose firm tells nothing; every so many experts tell nothing either.
_SILENT_FIRMS, _SILENT_EXPERTS = frozenset({6, 20}), 9


def prepare(app: Application, day: date) -> int:
    """Everybody invited, hours and wishes told, pairs scored; gives the number of the event."""
    from matchmaker import pairing
    from matchmaker.jobs import ranking

    at = app.clock()
    with app.unit_of_work() as uow:
        county = gather(uow, COMING, f"{day.year}-D04", day, "choosing")
        for place, row in enumerate(county.experts):
            if place % _AWAY_EVERY == 1:
                row.unavailable = list(range(4)) if place % 4 == 1 else list(range(4, 8))
            if place % _FEW_EVERY == 2:
                row.most = 3
            row.mode = "online" if place % 21 == 20 else "onsite"
        number = county.event.id
    pairing.score(app, number)
    ranking.rank(app, [f"event:{number}"], lambda: None)
    with app.unit_of_work() as uow:
        _wish(uow, number)
        for place, person in enumerate(_people(uow, number)):
            if place % _SILENT_EXPERTS:
                person.prefers_at, person.prefers_by = at - timedelta(days=2), person.name
    return number


def plan(app: Application, number: int) -> None:
    """Planned by the real planner and published as provisional, unless that was done before."""
    from matchmaker.jobs import planning
    from matchmaker.models import Event, PlanRun
    from matchmaker.services import events, plan_input, plan_publishing, plan_runs

    office: Actor = actor_of(app, "organizer")
    with app.unit_of_work() as uow:
        event = events.get(uow, office, number)
        if event.run_id is not None:
            return
        wanted = plan_runs.Wanted(seconds=SECONDS, note="第一次排程")
        run = plan_runs.ask(uow, office, event, plan_input.build(uow, event), wanted)
        made = run.id
    planning.perform(app, made, lambda: None)
    with app.unit_of_work() as uow:
        event, run = uow.session.get_one(Event, number), uow.session.get_one(PlanRun, made)
        if run.result.get("meetings"):
            base = plan_input.present(plan_input.rows_of(uow, event).meetings)
            plan_publishing.apply(uow, office, event, run, base=base, now=app.clock())


def told(app: Application, number: int) -> list[str]:
    """The plan in a few lines: how much, how good, how near to the best, what each round holds."""
    from matchmaker.models import Event, PlanRun

    with app.reading() as uow:
        event = uow.session.get_one(Event, number)
        run = uow.session.get(PlanRun, event.run_id) if event.run_id is not None else None
        if run is None:
            return ["还没有排程 / no plan yet"]
        result, slots = run.result, [f"{slot.starts:%H:%M}" for slot in event.slots]
    figures, bounds, meetings = result["figures"], result["bounds"], result["meetings"]
    rounds = "，".join(
        f"{slot} {sum(each['slot'] == place for each in meetings)}" for place, slot in enumerate(slots)
    )
    worst, best = figures["worst_satisfaction"], bounds["worst_satisfaction"]
    return [
        f"{len(meetings)} 场洽谈，{result['seconds']:.0f} 秒排成 / meetings planned: {rounds}",
        f"匹配总分 {figures['score']:.2f}，上界 {bounds['score']:.2f} / total of scores, its bound",
        f"最吃亏一方的满足度 {worst:.0%}，上界 {best:.0%} / the worst-off, its bound",
        f"空等 {figures['idle_slots']} 场，下界 {bounds['idle_slots']:.0f} / idle slots, their bound",
    ]


def _wish(uow: UnitOfWork, number: int) -> None:
    """Wishes follow how well a pair matches, as they do in life; a few do not want to meet."""
    from sqlalchemy import select

    from matchmaker.models import EventPair

    rows = uow.session.scalars(
        select(EventPair)
        .where(EventPair.event_id == number, EventPair.barred == "", EventPair.band.not_in(("", "none")))
        .order_by(EventPair.event_problem_id, EventPair.score.desc(), EventPair.attendee_id)
    ).all()
    by_problem: dict[int, list[EventPair]] = {}
    for row in rows:
        by_problem.setdefault(row.event_problem_id, []).append(row)
    musts: set[int] = set()
    for place, pairs in enumerate(by_problem.values()):
        for rank, pair in enumerate(pairs):
            if place not in _SILENT_FIRMS and rank < len(_FIRM):
                pair.problem_wish, pair.problem_wish_by = _FIRM[rank], "企业代表"
            wish = _EXPERT[(rank + place) % len(_EXPERT)] if rank < len(_EXPERT) else ""
            if wish == "must" and (pair.attendee_id in musts or rank > 2):
                wish = "willing"
            musts |= {pair.attendee_id} if wish == "must" else set()
            pair.expert_wish = wish
        if place % 10 == 4 and len(pairs) > 5:
            pairs[5].expert_wish = "veto"


def _people(uow: UnitOfWork, number: int) -> Sequence[Attendee]:
    from sqlalchemy import select

    from matchmaker.models import Attendee

    own = select(Attendee).where(Attendee.event_id == number)
    return uow.session.scalars(own.order_by(Attendee.id)).all()
