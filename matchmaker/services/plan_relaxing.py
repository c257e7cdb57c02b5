"""Changes after which a plan exists, as the planner proposes them: told with names, made by one button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from matchmaker.errors import Conflict, NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventPair, EventProblem, EventTable, PlanPin, PlanRun
from matchmaker.permissions import Actor, require
from matchmaker.services import events
from matchmaker.services.plan_input import number_of
from matchmaker.services.plan_view import Named
from matchmaker.storage.unit_of_work import UnitOfWork

Values = Mapping[str, Any]
#: Code of a change (``planning.relaxations.CHANGES``) → how the office reads it.
CHANGES: dict[str, Message] = {
    "pin_place": Message("不再固定%(expert)s与%(problem)s的时段和桌位"),
    "person_slot": Message("请%(person)s在%(slot)s也到场"),
    "table_slot": Message("加一张桌（%(slot)s%(kind)s）"),
    "max_person": Message("%(person)s最多 %(most)s 场"),
    "max_problem": Message("%(problem)s最多 %(most)s 场"),
    "in_a_row": Message("%(person)s可以连续洽谈 %(most)s 场"),
    "session": Message("%(expert)s与%(problem)s在任何半天都可以谈"),
    "table": Message("全程加一张桌%(kind)s"),
    "slot": Message("第 %(session)s 个半天延长一场"),
    "veto": Message("撤回%(expert)s与%(problem)s之间的“不见”"),
    "must": Message("%(expert)s与%(problem)s不再必须安排"),
}
#: Changes that no button makes: they are for whoever edits the event's times.
BY_HAND = frozenset({"slot"})


def parts(relaxation: Values) -> Iterator[tuple[str, dict[str, Any]]]:
    """Codes and values of the changes that belong together: ``first+second`` with ``1.name``, ``2.name``."""
    codes = str(relaxation.get("code", "")).split("+")
    values: Mapping[str, Any] = relaxation.get("values", {})
    for number, code in enumerate(codes, 1):
        mark = f"{number}." if len(codes) > 1 else ""
        own = {name.removeprefix(mark): value for name, value in values.items() if name.startswith(mark)}
        if code in CHANGES:
            yield code, own


def told(relaxation: Values, names: Mapping[str, Named], event: Event) -> list[Message]:
    """One sentence for each change of a relaxation, with names and times of day."""
    slots = {slot.position: f"{slot.starts:%m-%d %H:%M}" for slot in event.slots}
    found = []
    for code, values in parts(relaxation):
        shown = dict(values)
        for name in ("person", "expert", "problem"):
            if name in shown:
                known = names.get(shown[name])
                shown[name] = f"“{known.name}”" if known else shown[name]
        if "slot" in shown:
            shown["slot"] = slots.get(shown["slot"], shown["slot"])
        if "kind" in shown:
            shown["kind"] = "" if shown["kind"] == "-" else f" {shown['kind']}"
        if "session" in shown:
            shown["session"] = shown["session"] + 1
        found.append(Message(CHANGES[code].template, shown))
    return found


def can_apply(relaxation: Values) -> bool:
    """Whether a button can make it."""
    codes = [code for code, _values in parts(relaxation)]
    return bool(codes) and BY_HAND.isdisjoint(codes)


def apply(uow: UnitOfWork, actor: Actor, event: Event, run: PlanRun, place: int) -> None:
    """Makes the change at this place of a run's list in the rows of the event.

    Raises:
        NotFound: the run has no such proposal.
        Conflict: it cannot be made by a button.
    """
    require(actor, "plan:run", event)
    rows: Sequence[Values] = run.result.get("relaxations", ())
    if not 0 <= place < len(rows):
        raise NotFound(Message("这次排程没有这一条建议。"), hint=Message("请刷新排程页面。"))
    if not can_apply(rows[place]):
        raise Conflict(Message("这一项要在活动的时间安排里修改。"), hint=Message("请打开活动的编辑页。"))
    for code, values in parts(rows[place]):
        _MAKE[code](uow, event, values)
        uow.record(actor, "plan:relaxed", f"event:{event.id}", change=code, **dict(values))


def _person(uow: UnitOfWork, event: Event, values: Values) -> Attendee:
    row = uow.session.get(Attendee, number_of(values["person"]))
    if row is None or row.event_id != event.id:
        raise _gone()
    return row


def _problem(uow: UnitOfWork, event: Event, values: Values) -> EventProblem:
    row = uow.session.get(EventProblem, number_of(values["problem"]))
    if row is None or row.event_id != event.id:
        raise _gone()
    return row


def _pair(uow: UnitOfWork, event: Event, values: Values) -> EventPair:
    row = uow.session.scalar(
        select(EventPair).where(
            EventPair.event_id == event.id,
            EventPair.attendee_id == number_of(values["expert"]),
            EventPair.event_problem_id == number_of(values["problem"]),
        )
    )
    if row is None:
        raise _gone()
    return row


def _pins(uow: UnitOfWork, event: Event, values: Values) -> Sequence[PlanPin]:
    return uow.session.scalars(
        select(PlanPin).where(
            PlanPin.event_id == event.id,
            PlanPin.attendee_id == number_of(values["expert"]),
            PlanPin.event_problem_id == number_of(values["problem"]),
        )
    ).all()


def _gone() -> Conflict:
    return Conflict(Message("名单已有变动，这条建议不再适用。"), hint=Message("请重新排程。"))


def _free_pin(uow: UnitOfWork, event: Event, values: Values) -> None:
    for pin in _pins(uow, event, values):
        pin.slot, pin.table_id = None, None


def _free_slot(uow: UnitOfWork, event: Event, values: Values) -> None:
    row = _person(uow, event, values)
    row.unavailable = [slot for slot in row.unavailable if slot != values["slot"]]
    if values["slot"] in events.away(event, row):
        raise Conflict(
            Message("%(name)s这时因到达、离开时间或议程不能到场。", {"name": row.name}),
            hint=Message("请在参会名单或议程中修改。"),
        )


def _add_table(uow: UnitOfWork, event: Event, values: Values) -> None:
    known = {table.name for table in event.tables}
    name = next(name for number in range(len(known) + 1) if (name := f"加{number + 1}") not in known)
    away = [slot.position for slot in event.slots if "slot" in values and slot.position != values["slot"]]
    kinds = [] if values.get("kind", "-") == "-" else [values["kind"]]
    place = max((table.position for table in event.tables), default=-1) + 1
    uow.session.add(EventTable(event_id=event.id, name=name, position=place, kinds=kinds, unavailable=away))


def _more_of_person(uow: UnitOfWork, event: Event, values: Values) -> None:
    _person(uow, event, values).most = values["most"]


def _more_of_problem(uow: UnitOfWork, event: Event, values: Values) -> None:
    _problem(uow, event, values).most = values["most"]


def _longer_row(uow: UnitOfWork, event: Event, values: Values) -> None:
    _person(uow, event, values).most_in_a_row = values["most"]


def _any_session(uow: UnitOfWork, event: Event, values: Values) -> None:
    _pair(uow, event, values).session = None


def _lift_veto(uow: UnitOfWork, event: Event, values: Values) -> None:
    row = _pair(uow, event, values)
    row.expert_wish = "" if row.expert_wish == "veto" else row.expert_wish
    row.problem_wish = "" if row.problem_wish == "veto" else row.problem_wish


def _not_must(uow: UnitOfWork, event: Event, values: Values) -> None:
    _pair(uow, event, values).must = False
    for pin in _pins(uow, event, values):
        uow.session.delete(pin)


_MAKE = {
    "pin_place": _free_pin,
    "person_slot": _free_slot,
    "table_slot": _add_table,
    "table": _add_table,
    "max_person": _more_of_person,
    "max_problem": _more_of_problem,
    "in_a_row": _longer_row,
    "session": _any_session,
    "veto": _lift_veto,
    "must": _not_must,
}
