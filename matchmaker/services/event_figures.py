"""Figures of an event: each with its unit and the records behind it, so that every number can be opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import case, select

from matchmaker import taxonomy
from matchmaker.lifecycle import SHOWN
from matchmaker.matching.result import NONE
from matchmaker.messages import Message
from matchmaker.models import Agreement, Attendee, Event, EventProblem, FigureLock, Meeting
from matchmaker.permissions import Actor, require
from matchmaker.services.event_records import Records, load
from matchmaker.services.event_stages import Readiness
from matchmaker.services.following import day_of
from matchmaker.storage.unit_of_work import UnitOfWork

Value = int | float | None
#: Units that are not their own word in English.
UNITS: dict[str, Message] = {
    "need": Message("项难题"),
    "pair": Message("对"),
    "firm": Message("家企业"),
    "person": Message("人"),
    "body": Message("家单位"),
    "meeting": Message("场"),
    "intention": Message("项意向"),
    "wan": Message("万元"),
}
#: Days after the event on which conversion is looked at.
HORIZONS = (30, 90, 180, 365)
#: Groups of the heading of a page → beginnings of names.
SECTIONS: dict[str, Message] = {
    "needs": Message("难题"),
    "people": Message("人员和单位"),
    "meetings": Message("洽谈"),
    "intentions": Message("意向"),
    "conversion": Message("转化"),
}
#: Looked at for a year: no part of what is locked on the day.
UNLOCKED = ("conversion",)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        value: None while it cannot be known.
        unit: a key of UNITS; amounts are 万元 with two decimals.
        records: index ids of what was counted ("problem:3", "meeting:9"), in their order.
        section: a key of SECTIONS.
    """

    name: str
    title: Message
    value: Value
    unit: str
    records: tuple[str, ...]
    section: str

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"value": self.value, "unit": self.unit, "records": list(self.records)}


@dataclass(frozen=True, slots=True)
class Split:
    """One line of a breakdown: what it is for, and its figures."""

    key: str
    label: str
    needs: tuple[str, ...]
    meetings: tuple[str, ...]
    intentions: tuple[str, ...]
    amount: float


def of_event(uow: UnitOfWork, event: Event, today: date) -> dict[str, Figure]:
    """All figures of an event by name, as its records stand now."""
    return figures(load(uow, event), today)


def figures(records: Records, today: date) -> dict[str, Figure]:
    """The same from loaded records; pure."""
    made = [*_needs(records), *_people(records), *_meetings(records), *_intentions(records)]
    made += _conversion(records, today)
    return {figure.name: figure for figure in made}


def read(uow: UnitOfWork, actor: Actor, event: Event, today: date) -> dict[str, Figure]:
    """The figures, for whoever may see them."""
    require(actor, "event:figures", event)
    return of_event(uow, event, today)


def previous(uow: UnitOfWork, event: Event) -> Event | None:
    """The last event before this one of the same series, else of the same kind, that is over."""
    day = event.first_day
    if day is None:
        return None
    over = select(Event).where(
        Event.id != event.id,
        Event.state.in_(("ended", "locked")),
        Event.first_day < day,
        Event.kind == event.kind,
    )
    if event.series:
        over = over.order_by(case((Event.series == event.series, 0), else_=1))
    return uow.session.scalar(over.order_by(Event.first_day.desc(), Event.id.desc()).limit(1))


def compared(uow: UnitOfWork, event: Event, today: date) -> dict[str, Value]:
    """Name → value of another event: as it was locked, else as it stands."""
    lock = newest_lock(uow, event)
    if lock is not None:
        return {name: told["value"] for name, told in lock.figures.items()}
    return {name: figure.value for name, figure in of_event(uow, event, today).items()}


def newest_lock(uow: UnitOfWork, event: Event) -> FigureLock | None:
    """The figures as they were locked last."""
    return uow.session.scalar(
        select(FigureLock).where(FigureLock.event_id == event.id).order_by(FigureLock.id.desc()).limit(1)
    )


def readiness(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """Whether the figures are locked and a bulletin can be written."""
    if event.state not in {"ended", "locked"}:
        return ()
    lock = newest_lock(uow, event)
    if lock is None:
        return (Readiness(Message("统计数据尚未锁定"), False, "after.figures"),)
    text = Message("统计数据已于 %(at)s 锁定", {"at": f"{lock.locked_at:%Y-%m-%d %H:%M} UTC"})
    return (Readiness(text, True, "after.figures"), Readiness(Message("简报"), True, "after.bulletin"))


def splits(records: Records, by: str) -> list[Split]:
    """Needs, meetings, intentions and their amount by field, industry, institute, town or broker."""
    keys = _KEYS[by]
    problems = {row.id: row for row in records.problems}
    by_problem = {row.problem_id: row for row in records.problems}
    people = {row.id: row for row in records.people}
    meetings = {row.id: row for row in records.meetings}
    lines: dict[tuple[str, str], tuple[list[str], list[str], list[Agreement]]] = {}

    def line(key: tuple[str, str]) -> tuple[list[str], list[str], list[Agreement]]:
        return lines.setdefault(key, ([], [], []))

    if by not in {"institute", "broker"}:
        for need in records.accepted:
            for key in keys(records, need, None, None):
                line(key)[0].append(f"problem:{need.problem_id}")
    for meeting in records.counted:
        for key in keys(records, problems[meeting.event_problem_id], people[meeting.attendee_id], None):
            line(key)[1].append(f"meeting:{meeting.id}")
    for agreement in records.agreements:
        row = meetings.get(agreement.meeting_id or 0)
        person = people[row.attendee_id] if row else None
        for key in keys(records, by_problem.get(agreement.problem_id or 0), person, agreement):
            line(key)[2].append(agreement)
    return [
        Split(
            key, label, tuple(needs), tuple(held),
            tuple(f"agreement:{each.id}" for each in intended), wan(_sum(intended)),
        )
        for (key, label), (needs, held, intended) in sorted(
            lines.items(), key=lambda each: (-len(each[1][2]), -len(each[1][1]), each[0])
        )
    ]  # fmt: skip


def wan(fen: int) -> float:
    """分 as 万元 with two decimals."""
    return float(round(Decimal(fen) / 1_000_000, 2))


def _needs(records: Records) -> list[Figure]:
    accepted = records.accepted
    held = {row.event_problem_id for row in records.counted}
    matched = {
        pair.event_problem_id for pair in records.pairs if not pair.is_barred and pair.band not in {"", NONE}
    }
    docked = [row for row in accepted if row.id in held]
    return [
        _figure("needs_collected", Message("征集难题"), "need", _problems(records.problems), "needs"),
        _figure(
            "needs_published", Message("已发布的难题"), "need",
            _problems(row for row in records.problems if row.problem.state in SHOWN), "needs",
        ),
        _figure("needs_accepted", Message("参会难题"), "need", _problems(accepted), "needs"),
        _figure(
            "needs_matched", Message("有合适专家的难题"), "need",
            _problems(row for row in accepted if row.id in matched), "needs",
        ),
        _figure("needs_docked", Message("开展洽谈的难题"), "need", _problems(docked), "needs"),
        _figure(
            "needs_without_meeting", Message("没有洽谈的难题"), "need",
            _problems(row for row in accepted if row.id not in held), "needs",
        ),
        _figure(
            "firms_docked", Message("开展洽谈的企业"), "firm",
            _bodies(row.problem.organization_id for row in docked), "needs",
        ),
        *_spread(
            "meetings_per_need", Message("每项难题的洽谈"),
            Counter(row.event_problem_id for row in records.counted), [row.id for row in accepted],
            {row.id: f"problem:{row.problem_id}" for row in accepted}, "needs",
        ),
    ]  # fmt: skip


def _people(records: Records) -> list[Figure]:
    made = []
    for kind in taxonomy.ATTENDEE_KINDS:
        own = [row for row in records.people if row.kind == kind]
        name = Message(taxonomy.ATTENDEE_KINDS.label(kind))
        stages = {
            "invited": (Message("邀请或报名：%(kind)s", {"kind": name}), own),
            "accepted": (
                Message("确认参加：%(kind)s", {"kind": name}),
                [row for row in own if row.state == "accepted"],
            ),
            "attended": (Message("实到：%(kind)s", {"kind": name}), records.attended(kind)),
        }
        made += [
            _figure(f"{kind}s_{stage}", title, "person", _attendees(rows), "people")
            for stage, (title, rows) in stages.items()
            if rows or kind in {"expert", "representative"}
        ]
    there = records.attended("expert")
    held = Counter(row.attendee_id for row in records.counted)
    coming = [row for row in records.people if row.kind == "expert" and row.state == "accepted"]
    return [
        *made,
        _figure(
            "bodies_attended", Message("到会的高校院所"), "body",
            _bodies(row.organization_id for row in there), "people",
        ),
        _figure(
            "experts_without_meeting", Message("没有洽谈的专家"), "person",
            _attendees(row for row in coming if not held[row.id]), "people",
        ),
        *_spread(
            "meetings_per_expert", Message("每位专家的洽谈"), held, [row.id for row in coming],
            {row.id: f"attendee:{row.id}" for row in coming}, "people",
        ),
    ]  # fmt: skip


def _meetings(records: Records) -> list[Figure]:
    verdicts = records.verdicts
    brought = {row.id: row.problem_id for row in records.problems}
    wished = [
        f"attendee:{pair.attendee_id}+problem:{brought[pair.event_problem_id]}"
        for pair in records.pairs
        if pair.is_wished
    ]
    unclear = [row for row in records.meetings if not verdicts[row.id].happened]
    fights = [row for row in records.meetings if verdicts[row.id].contradictions]
    postponed = [row for row in records.meetings if verdicts[row.id].happened == "postponed"]
    lists = {
        "meetings_scheduled": (Message("排定的洽谈"), records.meetings),
        "meetings_kept": (Message("实际洽谈"), records.kept),
        "meetings_missed": (Message("未能洽谈"), records.missed()),
        "noshow_demand": (Message("需求方未到"), records.missed("demand")),
        "noshow_supply": (Message("专家方未到"), records.missed("supply")),
        "meetings_postponed": (Message("改期的洽谈"), postponed),
        "meetings_unclear": (Message("是否洽谈尚不明确"), unclear),
        "meetings_contradicted": (Message("双方说法不一，待裁定"), fights),
    }
    return [
        _figure("pairs_requested", Message("有一方希望见面的组合"), "pair", wished, "meetings"),
        *(
            _figure(name, title, "meeting", _ids("meeting", rows), "meetings")
            for name, (title, rows) in lists.items()
        ),
    ]


def _intentions(records: Records) -> list[Figure]:
    agreements = records.agreements
    pending = [row for row in records.meetings if records.verdicts[row.id].is_pending]
    own = _ids("agreement", agreements)
    amount = Figure(
        "intentions_amount", Message("意向金额"), wan(_sum(agreements)), "wan",
        _ids("agreement", [row for row in agreements if row.amount_fen is not None]), "intentions",
    )  # fmt: skip
    needs = dict.fromkeys(f"problem:{row.problem_id}" for row in agreements if row.problem_id)
    return [
        _figure("intentions", Message("达成意向"), "intention", own, "intentions"),
        _figure("intention_needs", Message("达成意向的难题"), "need", needs, "intentions"),
        _figure(
            "intention_firms", Message("达成意向的企业"), "firm",
            _bodies(row.demand_id for row in agreements), "intentions",
        ),
        amount,
        _figure(
            "intentions_pending", Message("待确认的意向"), "meeting", _ids("meeting", pending), "intentions"
        ),
    ]  # fmt: skip


def _conversion(records: Records, today: date) -> list[Figure]:
    begin_on = day_of(records.event)
    made = []
    for days in HORIZONS:
        until = begin_on + timedelta(days=days)
        signed = [
            row for row in records.agreements if row.id in records.signed and records.signed[row.id] <= until
        ]
        title = Message("%(days)s 天内签约", {"days": days})
        ids = _ids("agreement", signed)
        value = len(ids) if today >= until else None
        made.append(Figure(f"conversion_{days}", title, value, "intention", ids, "conversion"))
    return made


def _spread(
    name: str,
    title: Message,
    held: Mapping[int, int],
    rows: Sequence[int],
    ids: Mapping[int, str],
    section: str,
) -> list[Figure]:
    """Least, median and most; the records are those that have exactly so many, of the median all."""
    numbers = [held.get(row, 0) for row in rows]
    parts: tuple[tuple[str, Message, Callable[[list[int]], float]], ...] = (
        ("min", Message("最少"), min),
        ("median", Message("中位数"), median),
        ("max", Message("最多"), max),
    )
    made = []
    for part, word, count in parts:
        value = count(numbers) if numbers else None
        value = int(value) if value is not None and value == int(value) else value
        behind = [ids[row] for row in rows if part == "median" or held.get(row, 0) == value]
        text = Message("%(what)s：%(part)s", {"what": title, "part": word})
        made.append(Figure(f"{name}_{part}", text, value, "meeting", tuple(behind), section))
    return made


def _figure(name: str, title: Message, unit: str, records: Iterable[str], section: str) -> Figure:
    """A count: its value is the number of its records, which are distinct."""
    behind = tuple(dict.fromkeys(records))
    return Figure(name, title, len(behind), unit, behind, section)


def _ids(kind: str, rows: Iterable[Meeting | Agreement]) -> tuple[str, ...]:
    return tuple(f"{kind}:{row.id}" for row in rows)


def _problems(rows: Iterable[EventProblem]) -> list[str]:
    return [f"problem:{row.problem_id}" for row in rows]


def _attendees(rows: Iterable[Attendee]) -> list[str]:
    return [f"attendee:{row.id}" for row in rows]


def _bodies(numbers: Iterable[int | None]) -> list[str]:
    return [f"organization:{number}" for number in numbers if number is not None]


def _sum(rows: Iterable[Agreement]) -> int:
    return sum(row.amount_fen or 0 for row in rows)


Key = tuple[str, str]
Keys = Callable[[Records, EventProblem | None, Attendee | None, Agreement | None], list[Key]]
_NOBODY: Key = ("", "")


def _by_field(_records: Records, need: EventProblem | None, *_rest: object) -> list[Key]:
    codes = need.problem.fields if need else []
    return [(code, taxonomy.FIELDS.label(code)) for code in codes] or [_NOBODY]


def _by_industry(_records: Records, need: EventProblem | None, *_rest: object) -> list[Key]:
    code = (need.problem.industry or "") if need else ""
    return [(code, taxonomy.INDUSTRIES.label(code))] if code in taxonomy.INDUSTRIES else [_NOBODY]


def _by_institute(
    _records: Records, _need: EventProblem | None, person: Attendee | None, agreement: Agreement | None
) -> list[Key]:
    if person is not None and person.organization is not None:
        return [(str(person.organization_id), person.organization.name)]
    return [(str(agreement.supply_id or ""), agreement.supply)] if agreement else [_NOBODY]


def _by_town(records: Records, need: EventProblem | None, *_rest: object) -> list[Key]:
    name = records.towns.get(need.problem.organization_id or 0, "") if need else ""
    return [(name, name)]


def _by_broker(_records: Records, *rest: object) -> list[Key]:
    agreement = rest[-1]
    return [(agreement.owner, agreement.owner)] if isinstance(agreement, Agreement) else []


_KEYS: dict[str, Keys] = {
    "field": _by_field,
    "industry": _by_industry,
    "institute": _by_institute,
    "town": _by_town,
    "broker": _by_broker,
}
#: Breakdowns and their names.
SPLITS: dict[str, Message] = {
    "field": Message("按技术领域"),
    "industry": Message("按行业"),
    "institute": Message("按高校院所"),
    "town": Message("按镇街园区"),
    "broker": Message("按跟进人"),
}
